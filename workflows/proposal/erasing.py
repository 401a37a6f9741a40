"""Erasing the personal values beside the events of a case: by which rule, on whose proposal; a tombstone stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from subsidy.audit.selectors import private_count
from subsidy.audit.services import private_erase
from subsidy.audit.verify import ERASED
from subsidy.cases.models import Case
from subsidy.decisions.models import Proposal, ProposalKind
from subsidy.decisions.recusals import recused_from
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import NotFound, WrongState
from workflows.common.turn import Turn
from workflows.proposal.drafts import draft

RETENTION, UNNEEDED = "retention", "unneeded"
RULES = {
    RETENTION: _("The time for which the file must be kept is over."),
    UNNEEDED: _("They were recorded without need, or the person may ask for it by law."),
}


class ErasureForm(ActForm):
    case = forms.IntegerField(widget=forms.HiddenInput)
    rule = forms.ChoiceField(label=_("Rule of retention"), choices=list(RULES.items()), widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


def make_erasure(turn: Turn) -> Proposal:
    """The proposal on a case of the bureau that has ended and has something to erase (NotFound, WrongState)."""
    mine = Case.objects.exclude(recused_from("case", turn.actor))
    case = mine.filter(pk=turn.data["case"], authority=turn.authority_id).first()
    if case is None:
        raise NotFound
    _refuse_too_early(case, turn.data["rule"], turn.now.on)
    if not private_count(Case.STREAM, case.pk):
        raise WrongState(_("Nothing personal stands beside the events of this case; there is nothing to erase."))
    title = f"{case.number} {case.company_name}"
    return draft(turn, ProposalKind.ERASURE, title, "case", case.pk, {"rule": turn.data["rule"]})


def _refuse_too_early(case: Case, rule: str, today: dt.date) -> None:
    if case.closed_at is None:
        raise WrongState(
            _("This case is still under way. What stands beside its events is needed until it has ended.")
        )
    years = settings.RECORD_RETENTION_YEARS
    if rule == RETENTION and case.closed_at.date() > _years_before(today, years):
        raise WrongState(
            _("The file of this case must be kept for %(years)d years from %(day)s. Propose it again after that.")
            % {"years": years, "day": case.closed_at.date().isoformat()}
        )


def _years_before(day: dt.date, years: int) -> dt.date:
    """The same day so many years before; of 29 February the day before."""
    return day.replace(year=day.year - years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def effect(turn: Turn, proposal: Proposal, terms: dict[str, Any]) -> None:
    """Approved: the case is taken into the same transaction, judged again, and erased."""
    data = {"proposal": proposal.number, "reason": proposal.reason, **terms}
    turn.passage.also("case", [proposal.about_id], ERASED, data)


def erase(turn: Turn) -> None:
    """Delete the values and leave the tombstone: which events lost theirs, by which rule and proposal."""
    _refuse_too_early(turn.subject, turn.data["rule"], turn.now.on)
    erased = private_erase(Case.STREAM, turn.subject.pk)
    turn.record(erased=erased, **{name: turn.data[name] for name in ("proposal", "rule", "reason")})


ERASE = Act(ERASED, _("Personal values were erased"), erase, system=True, versioned=False)
