"""Money that comes back to the bureau: an act of the bureau, which counts it for the recovery that it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.payouts.models import SuspenseItem
from subsidy.payouts.recoveries import Recovery, RecoveryState
from subsidy.work.enums import Duty
from workflows.common.acts import Act
from workflows.common.refusals import BadData, WrongState
from workflows.common.turn import Turn
from workflows.recovery.forms import RepaymentForm

_TAKES = {RecoveryState.OPEN: "take_payment", RecoveryState.WRITTEN_OFF: "take_late_payment"}


NONE_AWAITS = _("No recovery of this number awaits money. Look at the list of recoveries.")


def awaiting(authority_id: int, number: str, *, field: str = "recovery") -> tuple[Recovery, str]:
    """The recovery of that number and the act by which it takes money. Raises BadData, on `field`, where none awaits any."""
    recovery = Recovery.objects.filter(number=number, authority_id=authority_id).first()
    act = _TAKES.get(RecoveryState(recovery.state)) if recovery else None
    if recovery is None or act is None or recovery.decided_on is None:
        raise BadData(fields={field: [str(NONE_AWAITS)]})
    return recovery, act


def receive_repayment(turn: Turn) -> None:
    """Raises BadData for a recovery that is not there or awaits no money, and for a day before its decision."""
    data = turn.data
    recovery, act = awaiting(turn.authority_id, data["recovery"])
    assert recovery.decided_on is not None, "one that awaits money is decided"
    if not recovery.decided_on <= data["received_on"] <= turn.now.on:
        raise BadData(
            fields={"received_on": [str(_("This day lies before the decision, or ahead. Look at the bank's paper."))]}
        )
    _refuse_read_before(data)
    money = {
        "amount_fen": data["amount_fen"],
        "paying_account": data["paying_account"].pk,
        "reference": data["reference"],
        "received_on": data["received_on"],
    }
    turn.passage.also("recovery", [recovery.pk], act, money)
    turn.record(recovery=recovery.number, **money)


def _refuse_read_before(data: Mapping[str, Any]) -> None:
    """Raises WrongState where the bank's statement has brought this very credit already: it waits in suspense."""
    waiting = SuspenseItem.objects.filter(
        paying_account=data["paying_account"],
        is_credit=True,
        left_fen=data["amount_fen"],
        booked_on=data["received_on"],
        resolved_at=None,
    ).first()
    if waiting is not None:
        raise WrongState(
            _(
                "A credit of this amount and day was read from the bank and waits in suspense as number %(number)s. "
                "Propose there that it is money paid back for this recovery; entered here it would stand twice."
            )
            % {"number": waiting.pk}
        )


RECEIVE_REPAYMENT = Act(
    "receive_repayment",
    _("Record money paid back"),
    receive_repayment,
    role=Role.FINANCE_CHECK,
    duty=Duty.KEEPS_BUDGET,
    form=RepaymentForm,
)
