"""The data of the acts on a call."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.audit.moment import ZONE
from subsidy.bankfiles import AMOUNT_FEN_MAX
from subsidy.ledger.models import BudgetLine
from subsidy.programmes.enums import Allocation, ExtensionCause, Filing
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.programmes.window import end_of_day, whole_minute
from workflows.case.fields import MoneyField
from workflows.common.acts import ActForm

LINES = (2, 3)
"""The places of further budget lines in the form; the first line bears what they do not."""
_BARE_DAY = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})\s*")
_BEIJING = "%Y-%m-%dT%H:%M"
END_HELP = _("Beijing time. An end at 23:59 means the whole day: filing is possible until 24:00.")


class InstantField(forms.DateTimeField):
    """An instant in the bureau's time zone."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_BEIJING))
        super().__init__(**kwargs)


class EndField(InstantField):
    """The end of a window: a day alone, or 23:59 of it, means 24:00 of that day."""

    def to_python(self, value: Any) -> dt.datetime | None:
        day = _BARE_DAY.fullmatch(value) if isinstance(value, str) else None
        if day is not None:
            return end_of_day(_day(*map(int, day.groups())))
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return end_of_day(value)
        found = super().to_python(value)
        return None if found is None else whole_minute(found)


def _day(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise ValidationError(_("There is no such day. Write the day as 2024-03-15.")) from error


class EndsField(forms.CharField):
    """Several ends, one a line: 2024-03-31, or 2024-03-31 17:00."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **kwargs)
        self.end = EndField()

    def clean(self, value: Any) -> list[dt.datetime]:
        items = value if isinstance(value, list | tuple) else str(super().clean(value) or "").splitlines()
        return [self.end.clean(item) for item in items if str(item).strip()]


def yuan_field(**kwargs: Any) -> MoneyField:
    """An amount in yuan (whole numbers from programs: fen), above zero."""
    return MoneyField(decimals=2, minimum=1, maximum=AMOUNT_FEN_MAX, **kwargs)


class CallForm(ActForm):
    policy_version = forms.ModelChoiceField(label=_("Policy version"), queryset=PolicyVersion.objects.all())
    number = forms.RegexField(
        r"^[\w〔〕-]+$",
        label=_("Number of the call"),
        max_length=40,
        error_messages={"invalid": _("Use letters, digits and hyphens only, such as XH-2024-1.")},
    )
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=200)
    title_en = forms.CharField(label=_("Title in English"), max_length=200)
    opens_at = InstantField(label=_("Filing begins"), help_text=_("Beijing time."))
    closes_at = EndField(label=_("Filing ends"), help_text=END_HELP)
    filing = forms.ChoiceField(label=_("Rounds"), choices=Filing.choices, required=False)
    cut_offs = EndsField(
        label=_("Cut-offs of the earlier rounds"),
        required=False,
        help_text=_("Only for several rounds, one a line, such as 2024-03-31. The last round ends with the window."),
    )
    route = forms.CharField(max_length=30, required=False, widget=forms.HiddenInput)
    route_version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    allocation = forms.ChoiceField(choices=[("", ""), *Allocation.choices], required=False, widget=forms.HiddenInput)
    budget_line = forms.ModelChoiceField(
        label=_("Budget line"),
        queryset=BudgetLine.objects.all(),
        required=False,
        help_text=_("Empty for a policy that confers a title and pays nothing."),
    )
    budget_fen = yuan_field(label=_("Budget of the call (yuan)"), required=False)
    line_2 = forms.ModelChoiceField(
        label=_("Second budget line"), queryset=BudgetLine.objects.all(), required=False, empty_label="—"
    )
    share_2 = yuan_field(label=_("of the budget, from the second line (yuan)"), required=False)
    line_3 = forms.ModelChoiceField(
        label=_("Third budget line"), queryset=BudgetLine.objects.all(), required=False, empty_label="—"
    )
    share_3 = yuan_field(label=_("of the budget, from the third line (yuan)"), required=False)
    contact = forms.CharField(
        label=_("Whom to ask"), max_length=100, required=False, help_text=_("Office and telephone, as printed.")
    )

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if Call.objects.filter(number=number).exists():
            raise ValidationError(_("A call with this number exists already. Choose another number."))
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["filing"] = data.get("filing") or Filing.WINDOW
        self._window(data)
        self._lines(data)
        return data

    def _window(self, data: dict[str, Any]) -> None:
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("Filing must end after it begins."))
        cut_offs = data.get("cut_offs") or []
        if data["filing"] == Filing.ROUNDS and not cut_offs and "cut_offs" not in self.errors:
            self.add_error("cut_offs", _("Several rounds need at least one cut-off before the end of the window."))
        if data["filing"] != Filing.ROUNDS and cut_offs:
            self.add_error("cut_offs", _("Only a call with several rounds has cut-offs. Empty the field."))
        places = [opens, *cut_offs, closes]
        if cut_offs and opens and closes and any(one >= two for one, two in pairwise(places)):
            self.add_error("cut_offs", _("The cut-offs must lie within the window, each later than the one before."))

    def _lines(self, data: dict[str, Any]) -> None:
        """Each further line with its share, each line once, and something left for the first one."""
        further = []
        for place in LINES:
            line, share = data.pop(f"line_{place}", None), data.pop(f"share_{place}", None)
            if (line is None) != (share is None):
                self.add_error(f"share_{place}", _("Give both the line and what it bears, or neither."))
            elif line is not None:
                further.append((line, share))
        lines = [data.get("budget_line"), *(line for line, _share in further)]
        if len({line.pk for line in lines if line is not None}) < len([line for line in lines if line is not None]):
            self.add_error("line_2", _("A budget line stands once in a call. Choose different lines."))
        budget = data.get("budget_fen")
        if (data.get("budget_line") is None) != (budget is None) and not {"budget_line", "budget_fen"} & set(
            self.errors
        ):
            self.add_error("budget_fen", _("Give both the budget line and the budget, or neither."))
        if budget is not None and sum(share for _line, share in further) >= budget:
            self.add_error(
                "budget_fen", _("The first line must bear a part: the further lines bear the whole budget.")
            )
        data["further_lines"], data["budget_fen"] = further, budget or 0


class PublicReasonForm(ActForm):
    """The reason of a change, as everybody reads it on the page of the call."""

    reason_zh = forms.CharField(
        label=_("Reason, as published (Chinese)"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    reason_en = forms.CharField(
        label=_("Reason, as published (English)"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )


class ExtendForm(PublicReasonForm):
    closes_at = EndField(label=_("New end of filing"), help_text=END_HELP)
    cause = forms.ChoiceField(label=_("Cause"), choices=ExtensionCause.choices)
    outage_from = InstantField(label=_("Outage from"), required=False, help_text=_("Only for an outage."))
    outage_to = InstantField(label=_("Outage until"), required=False)
    field_order = ["closes_at", "cause", "outage_from", "outage_to", "reason_zh", "reason_en"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_outage = data.get("cause") == ExtensionCause.OUTAGE
        since, until = data.get("outage_from"), data.get("outage_to")
        if is_outage and not (since and until):
            self.add_error("outage_from", _("Say from when to when the outage lasted."))
        elif is_outage and since and until and since >= until:
            self.add_error("outage_to", _("The outage must end after it began."))
        return data


class CloseForm(PublicReasonForm):
    closes_at = EndField(label=_("New end of filing"), help_text=END_HELP)
    field_order = ["closes_at", "reason_zh", "reason_en"]


def shown_end(end: dt.datetime) -> str:
    """The last minute before an end, for messages: 2024-03-15 23:59."""
    return f"{(end - dt.timedelta(minutes=1)).astimezone(ZONE):%Y-%m-%d %H:%M}"
