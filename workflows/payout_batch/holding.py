"""Holding payments back, and letting them go again: acts on the bureau, each with its reason, by two people."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.applicants.models import Company
from subsidy.payouts.enums import HoldScope
from subsidy.payouts.models import PayoutHold
from subsidy.programmes.models import Policy
from workflows.common.acts import Act, ActForm, ReasonForm
from workflows.common.refusals import BadData, NotFound, WrongState
from workflows.common.turn import Turn


class HoldForm(ActForm):
    """What is held: a company by its code, or a policy by its code; and why."""

    scope = forms.ChoiceField(label=_("What is held"), choices=HoldScope.choices, widget=forms.RadioSelect)
    code = forms.CharField(label=_("Code of the company or of the policy"), max_length=60)
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class LiftForm(ReasonForm):
    hold = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


def place_hold(turn: Turn) -> None:
    """From now on nothing is paid to it; what is in a batch that has not been released is refused there."""
    scope, code = turn.data["scope"], turn.data["code"].strip()
    company = policy = None
    if scope == HoldScope.PAYEE:
        company = Company.objects.filter(uscc=code, authority_id=turn.authority_id).first()
    else:
        policy = Policy.objects.filter(code=code, authority_id=turn.authority_id).first()
    if company is None and policy is None:
        raise BadData(
            fields={"code": [str(_("There is none with this code at your bureau. Copy the code from its page."))]}
        )
    hold = PayoutHold.objects.create(
        authority_id=turn.authority_id,
        scope=scope,
        company=company,
        policy=policy,
        reason=turn.data["reason"],
        placed_by=turn.actor,
        placed_at=turn.now.at,
    )
    turn.record(hold=hold.pk, scope=scope, code=code, reason=hold.reason)


def lift_hold(turn: Turn) -> None:
    """Payments may be made again; who placed the hold may not lift it."""
    hold = PayoutHold.objects.select_for_update().filter(pk=turn.data["hold"], authority_id=turn.authority_id).first()
    if hold is None:
        raise NotFound
    if hold.lifted_at is not None:
        raise WrongState(_("This hold has been lifted already. Reload the list."))
    hold.lifted_by, hold.lifted_at, hold.lifted_reason = turn.actor, turn.now.at, turn.data["reason"]
    hold.save(update_fields=["lifted_by", "lifted_at", "lifted_reason"])
    turn.record(hold=hold.pk, reason=hold.lifted_reason)


HOLDS = (
    Act(
        "place_hold",
        _("Hold payments back"),
        place_hold,
        role=Role.FINANCE_CHECK,
        form=HoldForm,
        danger=True,
        versioned=False,
    ),
    Act("lift_hold", _("Lift the hold"), lift_hold, role=Role.FINANCE_CHECK, form=LiftForm, versioned=False),
)
