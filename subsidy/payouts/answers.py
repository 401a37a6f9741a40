"""What one statement of the bank does to one payment: a pure decision, then its writing.

What the bank booked is decisive: a booked debit pays the payment that it names even where the bank had refused it
before, and a booked return brings it back. Whatever does not fit a payment that we know, in the state that it is in,
moves nothing of that payment: money that the bank booked goes to suspense, everything else is only recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from subsidy.bankfiles import Answer as BankAnswer
from subsidy.cases.enums import CaseState
from subsidy.decisions.enums import InstalmentState
from subsidy.payouts.enums import LineState, Movement
from subsidy.payouts.models import BatchLine


class Effect(StrEnum):
    SETTLED = "settled"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    ANNOUNCED = "announced"
    NONE = "none"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"
    SUSPENSE_IN = "suspense_in"
    SUSPENSE_OUT = "suspense_out"
    ENQUIRE = "enquire"


MOVES_PAYMENT = frozenset({Effect.SETTLED, Effect.REFUSED, Effect.RETURNED})
_OPEN = (LineState.IN_FLIGHT, LineState.ACCEPTED)
# From where a case goes back to waiting for its payment when the bank sends one back.
GOES_BACK = (
    CaseState.PAID,
    CaseState.AWAITING_PAYMENT,
    CaseState.AWAITING_MILESTONE,
    CaseState.COMPLETION_CHECK,
    CaseState.SAMPLE_CHECK,
)


@dataclass(frozen=True)
class Consequence:
    """What an answer does: the effect recorded with it, and the line's new state where it has one."""

    effect: Effect
    state: LineState | None = None


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


def pays(line: BatchLine, amount_fen: int) -> bool:
    """Whether a booked debit of this amount is the payment of `line`.

    It must be on its way, for exactly this amount; or refused and, to this hour, neither paid in another batch nor
    changed: then the refusal was wrong, for the money has left. Where a part was set off the refusal has undone that,
    and what the company owes may be paid since; where the year of a line that bore it is closed, the next year's line
    bears it since: then people say what it was.
    """
    if amount_fen != line.sent_fen:
        return False
    instalment = line.instalment
    return line.state in _OPEN or (
        line.state == LineState.REFUSED
        and not line.offset_fen
        and instalment.state == InstalmentState.DUE
        and instalment.amount_fen == line.amount_fen
        and line.case.state == CaseState.AWAITING_PAYMENT
        and not any(share.budget_line.closed_at for share in line.shares.all())
    )


def brings_back(line: BatchLine, amount_fen: int) -> bool:
    """Whether a booked return of this amount undoes the payment of `line`: it is paid, and all that was sent comes back."""
    return line.state == LineState.SETTLED and amount_fen == line.sent_fen and line.case.state in GOES_BACK


def consequence(answer: BankAnswer, line: BatchLine | None) -> Consequence:
    """Decide what `answer` does to `line` (None: no payment of ours has that end-to-end id)."""
    if answer.status in Movement:
        return _booked(answer, line)
    if line is None:
        return Consequence(Effect.UNKNOWN)
    if answer.status == "returning":
        # The money itself is seen in a statement; until then nothing is payable again.
        return Consequence(Effect.ANNOUNCED if line.state != LineState.RETURNED else Effect.NONE)
    if answer.status == "rejected":
        if line.state in _OPEN:
            return Consequence(Effect.REFUSED, LineState.REFUSED)
        # The same refusal told once more (of the file, of its block, of the payment) says nothing new.
        return Consequence(Effect.NONE if line.state == LineState.REFUSED else Effect.CONFLICT)
    if answer.status == "accepted" and line.state == LineState.IN_FLIGHT:
        return Consequence(Effect.ACCEPTED, LineState.ACCEPTED)
    return Consequence(Effect.NONE)


def _booked(answer: BankAnswer, line: BatchLine | None) -> Consequence:
    """A booked movement: it pays or brings back the one payment that it fits, else it is in suspense."""
    if answer.amount_fen is None:
        return Consequence(Effect.UNKNOWN)
    if line is not None and answer.status == "settled" and pays(line, answer.amount_fen):
        return Consequence(Effect.SETTLED, LineState.SETTLED)
    if line is not None and answer.status == "returned" and brings_back(line, answer.amount_fen):
        return Consequence(Effect.RETURNED, LineState.RETURNED)
    return Consequence(Effect.SUSPENSE_IN if answer.moved_fen > 0 else Effect.SUSPENSE_OUT)
