"""What a posting says; how it moves the books is `subsidy.ledger.services.post`."""

from __future__ import annotations

from dataclasses import dataclass

from subsidy.ledger.enums import Kind


@dataclass(frozen=True)
class Posting:
    """One event of the ledger: `amount_fen` > 0, on one budget line where its row of the table has budget legs.

    `key` is natural (such as `settle:<end-to-end id>:<bank entry>`): the same key never moves money twice.
    `recovery_id` names whose receivable moves, `year` in which recovered money was decided. `from_suspense`: the bank's
    movement was booked as unknown before, and what is posted now is what it turned out to be.
    """

    kind: Kind
    key: str
    amount_fen: int
    authority_id: int
    subject_kind: str
    subject_id: int
    line_id: int | None = None
    paying_account_id: int | None = None
    recovery_id: int | None = None
    year: int | None = None
    from_suspense: bool = False
    currency: str = "CNY"
    memo: str = ""
