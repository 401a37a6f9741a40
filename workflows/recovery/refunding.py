"""Paying back what was recovered too much: less is owed than came in, and the difference went back to the company.

Nothing is owed any more by then, so there is nothing to reduce: what falls away is the part that was paid, and the books
take it off what was recovered. Amounts in fen.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from subsidy.ledger.enums import Kind as LedgerKind
from subsidy.ledger.models import Transaction
from subsidy.ledger.posting import Posting
from subsidy.payouts.models import SuspenseItem
from subsidy.payouts.owing import refundable
from subsidy.payouts.recoveries import Recovery, RecoveryState
from workflows.common.refusals import BadData, Message, WrongState
from workflows.common.turn import Turn
from workflows.recovery.steps import OWNER, yuan

ENDED = (RecoveryState.PAID, RecoveryState.WRITTEN_OFF)
"""While something is owed it is reduced first: nobody is paid back what they still owe."""

NOTHING_CAME_IN = _("Nothing came in for this recovery that could be paid back.")


def refund(turn: Turn) -> None:
    """What was received too much went back to the company. Two people wanted it (the proposal says why).

    `turn.data` says the amount, the bank's reference and day, the document, and the account that it left, or none where
    it was in suspense. Raises BadData and WrongState as `look_at`.
    """
    recovery: Recovery = turn.subject
    data = turn.data
    key = look_at(recovery, data, turn.now.on)
    account = data.get("paying_account")
    turn.passage.post(
        Posting(
            kind=LedgerKind.RECOVER_REFUND,
            key=key,
            amount_fen=data["amount_fen"],
            authority_id=recovery.authority_id,
            subject_kind=OWNER,
            subject_id=recovery.pk,
            year=recovery.decided_on.year if recovery.decided_on else None,
            paying_account_id=account,
            from_suspense=account is None,
            memo=f"{recovery.number} {data['document']}",
        )
    )
    turn.record(**data)


def look_at(recovery: Recovery, data: dict[str, Any], today: dt.date) -> str:
    """Whether the refund can be booked; returns the natural key of the bank's payment.

    Raises BadData for more than came in or a day that cannot be, WrongState for a recovery that is not over, a payment
    that was entered before, for whichever recovery, and one that waits in suspense.
    """
    refuse_unless_over(recovery)
    most = refundable(recovery)
    if data["amount_fen"] > most:
        raise BadData(fields={"amount_fen": [str(too_much(most))]})
    account = data.get("paying_account")
    payment = f"suspense:{data['item']}" if account is None else f"{account}:{data['reference']}"
    key = f"{LedgerKind.RECOVER_REFUND.value}:{payment}"
    if Transaction.objects.filter(key=key).exists():
        raise WrongState(_("This payment of the bank was entered already. Nothing was changed."))
    if account is not None:
        paid_on = dt.date.fromisoformat(data["paid_on"])
        if recovery.decided_on is None or not recovery.decided_on <= paid_on <= today:
            raise BadData(
                fields={"paid_on": [str(_("This day lies before the decision, or ahead. Look at the bank's paper."))]}
            )
        _refuse_read_before(account, data["amount_fen"], paid_on)
    return key


def refuse_unless_over(recovery: Recovery) -> None:
    """Raises WrongState while something is owed or undecided."""
    if recovery.state not in ENDED:
        raise WrongState(
            _(
                "Only what came in for a recovery that is over can be paid back; this one stands at: %(state)s. What is "
                "still owed is reduced first."
            )
            % {"state": RecoveryState(recovery.state).label}
        )


def too_much(most: int) -> Message:
    if not most:
        return NOTHING_CAME_IN
    return _("%(most)s yuan came in and were not paid back yet. Enter at most that.") % {"most": yuan(most)}


def _refuse_read_before(account: int, fen: int, paid_on: dt.date) -> None:
    """Raises WrongState where the bank's statement has brought this very debit already: it waits in suspense."""
    waiting = SuspenseItem.objects.filter(
        paying_account=account, is_credit=False, left_fen=fen, booked_on=paid_on, resolved_at=None
    ).first()
    if waiting is not None:
        raise WrongState(
            _(
                "A debit of this amount and day was read from the bank and waits in suspense as number %(number)s. "
                "Propose there that it is the refund of this recovery; entered here it would stand twice."
            )
            % {"number": waiting.pk}
        )
