"""What somebody states who objects to a row of a public list, and what the supervision desk answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.decisions.enums import AfterUpheld, ObjectorKind
from workflows.common.acts import ActForm
from workflows.round.leaving import AMOUNT_CHECK

_AREA = {"rows": 6}


class FileForm(ActForm):
    """An objection in writing: whose, to which row, why, with the signed or sealed paper."""

    notice = forms.IntegerField(widget=forms.HiddenInput)
    rank = forms.IntegerField(label=_("Which entry of the list"), min_value=1)
    objector_kind = forms.ChoiceField(label=_("You object as"), choices=ObjectorKind.choices, widget=forms.RadioSelect)
    name = forms.CharField(
        label=_("Your real name, or the name of the unit"),
        min_length=2,
        max_length=140,
        help_text=_("Objections without a name cannot be examined. Nobody but the supervision desk sees it."),
    )
    contact = forms.CharField(
        label=_("How to reach you"), min_length=5, max_length=140, help_text=_("telephone or e-mail")
    )
    grounds = forms.CharField(
        label=_("What is wrong, and what proves it"),
        min_length=10,
        max_length=4000,
        widget=forms.Textarea(attrs=_AREA),
    )
    document = forms.FileField(
        label=_("The objection as signed by you, or sealed by the unit (PDF or picture)"),
        max_length=200,
        allow_empty_file=True,
    )


class DismissForm(ActForm):
    reasons = forms.CharField(label=_("Reasons"), max_length=4000, min_length=5, widget=forms.Textarea(attrs=_AREA))


class UpholdForm(DismissForm):
    consequence = forms.ChoiceField(
        label=_("What follows for the application"), choices=AfterUpheld.choices, widget=forms.RadioSelect
    )

    def clean_consequence(self) -> Any:
        wanted = self.cleaned_data["consequence"]
        nodes = {node.name for node in self.subject.case.process.flow_class.instance.nodes()}
        if wanted == AfterUpheld.AMOUNT_CHECK and AMOUNT_CHECK not in nodes:
            raise forms.ValidationError(
                _("This route has no amount check to which the case could go back. Choose the rejection.")
            )
        return wanted
