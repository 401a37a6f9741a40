"""Which township or platform recommends a company: entered at the counter, because no licence and no source says it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant, Unit
from subsidy.applicants.enums import CompanyState
from subsidy.applicants.models import Company
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn


class TownshipForm(ActForm):
    """One of the bureau's units in which somebody recommends; none: the queue that all townships share."""

    township = forms.TypedChoiceField(
        label=_("Township that recommends it"), coerce=int, empty_value=None, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        english = (get_language() or "").startswith("en")
        units = Unit.objects.filter(authority=self.subject.authority_id, pk__in=_recommending()).order_by("code")
        choices = [(one.pk, one.name_en if english else one.name_zh) for one in units]
        self.fields["township"].choices = [("", _("all townships together")), *choices]  # type: ignore[attr-defined]
        self.fields["township"].initial = self.subject.township_id


def _recommending() -> Any:
    """Units for which the role has been granted, now or before: one without people today still has its queue."""
    return RoleGrant.objects.filter(role=Role.TOWNSHIP, unit__isnull=False).values("unit")


def assign_township(turn: Turn) -> None:
    """From now on the company's cases wait for this township; those that wait already stay where they are."""
    company: Company = turn.subject
    before, after = company.township_id, turn.data["township"]
    if before == after:
        raise WrongState(_("This township is on record already. Nothing needs to be done."))
    turn.set(township=None if after is None else Unit.objects.get(pk=after))
    turn.record(before=before, after=after)


ACTS = (
    Act(
        "assign_township",
        _("Enter the township"),
        assign_township,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        form=TownshipForm,
        states=frozenset({CompanyState.ACTIVE.value}),
    ),
)
