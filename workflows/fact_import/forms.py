"""The data of each act of an import of facts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from subsidy.sources import LAYOUTS, Layout
from workflows.common.acts import ActForm


def _title(layout: Layout) -> str:
    return layout.en if (get_language() or "").startswith("en") else layout.zh


def _choices() -> list[tuple[str, Any]]:
    return [(name, lazy(_title, str)(layout)) for name, layout in LAYOUTS.items()]


class UploadForm(ActForm):
    layout = forms.ChoiceField(label=_("What the file is"), choices=_choices)
    as_of = forms.DateField(
        label=_("As of"),
        help_text=_("The day for which the office made the file; an older file never replaces newer values."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    year = forms.IntegerField(
        label=_("Year of the figures"),
        help_text=_("For files with figures of years, such as tax and statistics: the latest year in the file."),
        required=False,
        min_value=1990,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    complete = forms.BooleanField(
        label=_("Lists are complete for each company in the file"),
        help_text=_("Records that are held and do not stand in the file any more are then taken out of use."),
        required=False,
    )
    file = forms.FileField(label=_("File (CSV or XLSX)"), allow_empty_file=True)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        layout = LAYOUTS.get(data.get("layout", ""))
        if layout is not None and layout.needs_year and data.get("year") is None and "year" not in self.errors:
            self.add_error("year", ValidationError(_("The figures of this source need their year. Enter it.")))
        return data


class ChunkForm(ActForm):
    """A chunk of the file that the job has staged: its lines, how many facts, and what could not be taken."""

    after = forms.IntegerField(min_value=0)
    last = forms.IntegerField(min_value=0)
    staged = forms.IntegerField(min_value=0)
    final = forms.BooleanField(required=False)
    faults = forms.JSONField(required=False)


class UnreadableForm(ActForm):
    code = forms.CharField(max_length=30)
    detail = forms.CharField(max_length=200, required=False)


class CompaniesForm(ActForm):
    """The next companies whose facts are to be taken back; none when all are."""

    companies = forms.JSONField(required=False)
