"""What one statement of the bank does to one payment: a pure decision, then its writing.

Whatever does not fit a payment that we know, in the state that it is in, moves nothing of that payment: money that the
bank booked goes to suspense, everything else is only recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from subsidy.bankfiles import Answer as BankAnswer
from subsidy.ledger.enums import Kind
from subsidy.payouts.enums import LineState
from subsidy.payouts.models import BatchLine


class Effect(StrEnum):
    SETTLED = "settled"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    NONE = "none"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"
    SUSPENSE_IN = "suspense_in"
    SUSPENSE_OUT = "suspense_out"
    ENQUIRE = "enquire"


@dataclass(frozen=True)
class Consequence:
    """What an answer does: the effect recorded with it, the line's new state, and the posting's kind, if any."""

    effect: Effect
    state: LineState | None = None
    posting: Kind | None = None


_OPEN = (LineState.IN_FLIGHT, LineState.ACCEPTED)


def contradicted(answers: Iterable[BankAnswer]) -> frozenset[str]:
    """Messages of which one answer file says both that all is rejected and that a payment of it is accepted.

    A bank that says both has made a mistake: nothing of what the file says about that message may move money.
    """
    refused: set[tuple[str, str | None]] = set()
    accepted: set[tuple[str, str | None]] = set()
    for answer in answers:
        message = answer.original_message_id
        if message is None:
            continue
        if answer.level == "transaction" and answer.status in ("accepted", "settled"):
            accepted |= {(message, None), (message, answer.payment_info_id)}
        elif answer.level != "transaction" and answer.status == "rejected":
            refused.add((message, answer.payment_info_id))
    return frozenset(message for message, _block in refused & accepted)


def consequence(answer: BankAnswer, line: BatchLine | None) -> Consequence:
    """Decide what `answer` does to `line` (None: no payment of ours has that end-to-end id)."""
    if answer.status == "settled":
        return _settled(answer, line)
    if answer.status in ("returned", "received"):
        return (
            Consequence(Effect.SUSPENSE_IN, posting=Kind.SUSPEND_IN)
            if answer.amount_fen
            else Consequence(Effect.UNKNOWN)
        )
    if answer.status == "taken":
        return Consequence(Effect.SUSPENSE_OUT, posting=Kind.SUSPEND_OUT)
    if line is None:
        return Consequence(Effect.UNKNOWN)
    if answer.status == "rejected":
        if line.state in _OPEN:
            return Consequence(Effect.REFUSED, LineState.REFUSED, Kind.REFUSE)
        # The same refusal told once more (of the file, of its block, of the payment) says nothing new.
        return Consequence(Effect.NONE if line.state == LineState.REFUSED else Effect.CONFLICT)
    if answer.status == "accepted" and line.state == LineState.IN_FLIGHT:
        return Consequence(Effect.ACCEPTED, LineState.ACCEPTED)
    return Consequence(Effect.NONE)


def _settled(answer: BankAnswer, line: BatchLine | None) -> Consequence:
    """A booked debit: it settles the one payment that is in flight for exactly this amount, else it is in suspense."""
    if answer.amount_fen is None:
        return Consequence(Effect.UNKNOWN)
    if line is not None and line.state in _OPEN and answer.amount_fen == line.amount_fen:
        return Consequence(Effect.SETTLED, LineState.SETTLED, Kind.SETTLE)
    return Consequence(Effect.SUSPENSE_OUT, posting=Kind.SUSPEND_OUT)
