"""What is stated about an undertaking: that it was kept, that it was not, or why it is waived."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from policies.language.model import Undertaking as Said
from subsidy.cases.models import Case
from subsidy.decisions.undertakings import Breach
from subsidy.programmes.packs import pack_of
from workflows.case.fields import spoken
from workflows.common.acts import ActForm

AREA = forms.Textarea(attrs={"rows": 4})


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, help_text=help_text)


def reported(case: Case) -> list[Said]:
    """The undertakings of the pinned version that begin with what happened."""
    return [one for one in pack_of(case.policy_version).undertakings if one.after == "event"]


class BeginForm(ActForm):
    """One check, as the program itself dates it."""

    case = forms.IntegerField()
    term = forms.CharField(max_length=60)
    due_on = forms.DateField()


class BeginAfterForm(ActForm):
    """What happened that the company must report; the days of the policy count from it."""

    case = forms.IntegerField(widget=forms.HiddenInput)
    term = forms.CharField(label=_("Which undertaking"), max_length=60, help_text=_("its short name in the policy"))
    occurred_on = _day(_("When it happened"))


class ReportForm(ActForm):
    answer = forms.CharField(
        label=_("What you did"), min_length=2, max_length=4000, widget=AREA, help_text=_("or since when you keep it")
    )
    document = forms.FileField(
        label=_("Report with its proofs (PDF or picture)"), max_length=200, required=False, allow_empty_file=True
    )


class NoteForm(ActForm):
    note = forms.CharField(label=_("Reasons"), min_length=5, max_length=4000, widget=AREA)


class BreachForm(NoteForm):
    """That it was not kept. Where the policy takes money back for it, on which of its grounds."""

    occurred_on = _day(_("When it happened"), _("the day on which it should have been done, or was broken"))
    term = forms.CharField(label=_("Ground of recovery"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.subject.breach != Breach.RECOVERY:
            del self.fields["term"]
            return
        grounds = pack_of(self.subject.case.policy_version).recovery
        choices = [
            ("", _("none: an officer proposes what is asked back")),
            *((one.term.id, spoken(one.term.text)) for one in grounds),
        ]
        self.fields["term"] = forms.ChoiceField(
            label=_("Ground of recovery"),
            choices=choices,
            required=False,
            initial=ground_of(self.subject.case, self.subject.term),
        )


def ground_of(case: Case, term: str) -> str:
    """The ground of recovery that the version names for a breach of this undertaking; empty where it names none."""
    found = next((one for one in pack_of(case.policy_version).undertakings if one.id == term), None)
    return found.ground if found is not None else ""
