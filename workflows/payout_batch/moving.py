"""What becomes of a payment when its money moved, by a statement of the bank or as two people say: books, case, batch."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Instalment
from subsidy.ledger.enums import Kind as LedgerKind
from subsidy.ledger.enums import ReservationState
from subsidy.ledger.models import Reservation
from subsidy.ledger.posting import Posting
from subsidy.payouts.enums import BatchState, LineState
from subsidy.payouts.models import BatchLine
from subsidy.payouts.offsets import sent_shares
from subsidy.postgres.rows import rows_update
from workflows.common.turn import Turn


@dataclass(frozen=True)
class Bank:
    """The movement behind a change: `key` names it for ever, `account_id` is the account that it moved.

    `is_known` is False where it was booked as unknown before: then suspense stands for the bank in the books.
    """

    key: str
    account_id: int | None = None
    is_known: bool = True
    booked_on: dt.date | None = None
    reason_code: str = ""
    reason_text: str = ""


@dataclass
class Moves:
    """The payments that one act settles, refuses or takes back, gathered for one write a kind of row."""

    turn: Turn
    lines: dict[int, BatchLine] = field(default_factory=dict)
    told: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    instalments: dict[int, str] = field(default_factory=dict)
    set_off: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    """By recovery what each event of the ledger sets off against it, in fen."""

    def release(self, line: BatchLine) -> None:
        """The payment is on its way; what of it is set off lessens what the company owes until the bank has answered."""
        for share in line.shares.all():
            self._post_share(LedgerKind.RELEASE, line, share, Bank(line.end_to_end_id), share.amount_fen)
        self._offset(LedgerKind.OFFSET, line, Bank(line.end_to_end_id))

    def offset_whole(self, line: BatchLine, *, on: dt.date) -> None:
        """Nothing is left to send: with the release of its batch the payment is made by setting off."""
        bank = Bank(line.end_to_end_id, booked_on=on)
        self._offset(LedgerKind.OFFSET_WHOLE, line, bank)
        line.settled_on = on
        self._say(line, bank, LineState.SETTLED, InstalmentState.PAID, "payment_settled")

    def settle(self, line: BatchLine, bank: Bank) -> None:
        """The money left: in flight becomes spent. A refusal that was told before proves wrong and is undone first."""
        if line.state == LineState.REFUSED:
            for share in line.shares.all():
                again = Bank(f"again:{line.end_to_end_id}")
                self._post_share(LedgerKind.RELEASE, line, share, again, share.amount_fen)
        self._post_sent(LedgerKind.SETTLE, line, bank)
        self._offset(LedgerKind.SETTLE_OFFSET, line, bank)
        line.settled_on = bank.booked_on
        self._say(line, bank, LineState.SETTLED, InstalmentState.PAID, "payment_settled")

    def accept(self, line: BatchLine, bank: Bank) -> None:
        """The bank is going to pay it: nothing moves yet."""
        line.state, line.reason_code, line.reason_text = (
            LineState.ACCEPTED,
            bank.reason_code[:20],
            bank.reason_text[:200],
        )
        self.lines[line.pk] = line

    def refuse(self, line: BatchLine, bank: Bank) -> None:
        """The bank will not pay it: obligated again, and due."""
        for share in line.shares.all():
            self._post_share(LedgerKind.REFUSE, line, share, bank, share.amount_fen)
        self._offset(LedgerKind.OFFSET_UNDONE, line, bank)
        self._say(line, bank, LineState.REFUSED, InstalmentState.DUE, "payment_refused")

    def give_back(self, line: BatchLine, bank: Bank, *, cancelled: bool = False) -> None:
        """The money came back: payable again while the year of every line that bore it is open, unless cancelled.

        After a year closed it is income of that year, and paying again needs a new obligation. What was set off stands.
        """
        sent = sent_shares(line)
        late = any(share.budget_line.closed_at is not None for share, _fen in sent)
        if cancelled or late:
            unbind(line, sent)
        kind = LedgerKind.RETURN_CANCELLED if cancelled or late else LedgerKind.RETURN
        for share, fen in sent:
            closed = share.budget_line.closed_at is not None
            self._post_share(LedgerKind.RETURN_PRIOR if closed else kind, line, share, bank, fen)
        line.returned_on = bank.booked_on
        if cancelled or late:
            self._say(line, bank, LineState.RETURNED, InstalmentState.RETURNED, "payment_not_repaid")
        else:
            self._say(line, bank, LineState.RETURNED, InstalmentState.DUE, "payment_returned")

    def finish(self) -> None:
        """Write the lines and instalments, and let the recoveries and cases know."""
        rows_update(self.lines.values(), ["state", "reason_code", "reason_text", "settled_on", "returned_on"])
        by_state: dict[str, list[int]] = defaultdict(list)
        for pk, state in self.instalments.items():
            by_state[state].append(pk)
        for state, ids in by_state.items():
            Instalment.objects.filter(pk__in=ids).update(state=state)
        if self.set_off:
            amounts = {pk: dict(kinds) for pk, kinds in self.set_off.items()}
            self.turn.passage.also("recovery", amounts, "set_off", {"amounts": amounts})
        for action in ("payment_settled", "payment_refused", "payment_returned", "payment_not_repaid"):
            answers = self.told[action]
            if answers:
                self.turn.passage.also("case", answers, action, {"answers": answers, **_what_is_left(answers)})

    def _say(self, line: BatchLine, bank: Bank, state: LineState, instalment: InstalmentState, action: str) -> None:
        line.state, line.instalment.state = state, instalment
        line.reason_code, line.reason_text = bank.reason_code[:20], bank.reason_text[:200]
        self.lines[line.pk] = line
        self.instalments[line.instalment_id] = instalment
        refused = self.told["payment_refused"]
        if refused.get(line.case_id, {}).get("end_to_end_id") == line.end_to_end_id:
            # What this very file said before, and what the booked entry shows to be wrong.
            del refused[line.case_id]
        self.told[action][line.case_id] = {
            "end_to_end_id": line.end_to_end_id,
            "amount_fen": line.sent_fen,
            "offset_fen": line.offset_fen,
            "booked_on": bank.booked_on,
            "reason_code": bank.reason_code,
            "reason": bank.reason_text,
        }

    def _post_sent(self, kind: LedgerKind, line: BatchLine, bank: Bank) -> None:
        for share, fen in sent_shares(line):
            self._post_share(kind, line, share, bank, fen)

    def _offset(self, kind: LedgerKind, line: BatchLine, bank: Bank) -> None:
        """Book what of the payment is set off: by recovery, and by budget line where the event spends of it."""
        for offset in line.offsets.all():
            self.set_off[offset.recovery_id][kind.value] += offset.amount_fen
            posting = self._posting(kind, line, offset.budget_line_id, bank, offset.amount_fen)
            self.turn.passage.post(
                replace(posting, key=f"{posting.key}:{offset.recovery_id}", recovery_id=offset.recovery_id)
            )

    def _post_share(self, kind: LedgerKind, line: BatchLine, share: Any, bank: Bank, amount_fen: int) -> None:
        self.turn.passage.post(self._posting(kind, line, share.budget_line_id, bank, amount_fen))

    def _posting(self, kind: LedgerKind, line: BatchLine, budget_line: int, bank: Bank, amount_fen: int) -> Posting:
        return Posting(
            kind=kind,
            key=f"{kind.value}:{bank.key}:{budget_line}",
            amount_fen=amount_fen,
            authority_id=line.batch.authority_id,
            subject_kind="batch",
            subject_id=line.batch_id,
            line_id=budget_line,
            paying_account_id=bank.account_id,
            from_suspense=not bank.is_known,
            currency=line.batch.currency,
            memo=line.end_to_end_id,
        )


def unbind(line: BatchLine, sent: Iterable[tuple[Any, int]]) -> None:
    """What came back for good is bound for the case no more: (share of a budget line, fen)."""
    for share, fen in sent:
        bound = Reservation.objects.select_for_update(no_key=True).filter(
            case_id=line.case_id, line_id=share.budget_line_id, state=ReservationState.OBLIGATED
        )
        left = fen
        for one in bound.order_by("-pk"):
            part = min(left, one.amount_fen)
            left -= part
            if part == one.amount_fen:
                one.state = ReservationState.FALLEN
            else:
                one.amount_fen -= part
            one.save(update_fields=["state", "amount_fen"])


def tell_batches(turn: Turn, by_batch: dict[int, dict[str, Any]], states: dict[int, str]) -> None:
    """Let each batch record what was said of it; one that is over stays so."""
    over = {pk for pk in by_batch if states[pk] == BatchState.SETTLED}
    for action, wanted in (("take_answers", by_batch.keys() - over), ("note_answers", over)):
        if wanted:
            turn.passage.also("batch", wanted, action, {"answers": by_batch})


def _what_is_left(cases: Iterable[int]) -> dict[str, frozenset[int]]:
    """Of these cases: with a part that is due and not paid, with a part that is planned, drawn for a check by sample."""
    parts = Instalment.objects.filter(award__case__in=cases)
    rows = list(parts.values_list("award__case", "state", "award__case__rule_decision__drawn"))
    left = (InstalmentState.DUE, InstalmentState.IN_BATCH)
    return {
        "unpaid": frozenset(case for case, state, _drawn in rows if state in left),
        "planned": frozenset(case for case, state, _drawn in rows if state == InstalmentState.PLANNED),
        "drawn": frozenset(case for case, _state, drawn in rows if drawn),
    }
