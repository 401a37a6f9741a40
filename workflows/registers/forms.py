"""The data of the acts on delivered lists."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.registers.enums import ImportKind, Register
from workflows.common.acts import ActForm

PRIOR_AWARDS = ImportKind.PRIOR_AWARDS.value


class UploadForm(ActForm):
    register = forms.ChoiceField(
        label=_("What the list is"), choices=[*Register.choices, (PRIOR_AWARDS, ImportKind.PRIOR_AWARDS.label)]
    )
    as_of = forms.DateField(
        label=_("As of"),
        help_text=_("The day on which the list says who stands on it."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    complete = forms.BooleanField(
        label=_("The list is complete"),
        help_text=_(
            "Whoever is held and does not stand in the file is then taken off as of that day. Of awards from before this "
            "system: the file names every one of them; none is taken back."
        ),
        required=False,
    )
    file = forms.FileField(label=_("File (CSV or XLSX)"), allow_empty_file=True)


class PartForm(ActForm):
    """A part of the work: beyond `after` up to `last`; `final` when nothing comes after it."""

    after = forms.IntegerField(min_value=0)
    last = forms.IntegerField(min_value=0)
    final = forms.BooleanField(required=False)


class LinesForm(PartForm):
    """Lines of the file as they were read."""

    lines = forms.JSONField(required=False)


class NumbersForm(PartForm):
    """What the file names of each company that the register knows: (company, numbers) pairs."""

    numbers = forms.JSONField(required=False)


class CompaniesForm(PartForm):
    """The next companies to which the list brought something."""

    companies = forms.JSONField(required=False)


class UnreadableForm(ActForm):
    code = forms.CharField(max_length=30)
    detail = forms.CharField(max_length=200, required=False)
