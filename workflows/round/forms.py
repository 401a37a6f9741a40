"""The data of each act of a round."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.correspondence.models import LetterKind
from subsidy.decisions.enums import RowDecision, RowState
from subsidy.decisions.models import RoundRow
from workflows.common.acts import ActForm
from workflows.round.rules import DIVISION, LEADER

# 西科〔2024〕1号: issuer, year in 〔〕, number without leading zero (GB/T 9704-2012).
DOCUMENT_NUMBER = re.compile(r"^[\u4e00-\u9fa5]+〔\d{4}〕[1-9]\d*号$")
_AREA = {"rows": 3}


def document_number(value: str) -> None:
    if not DOCUMENT_NUMBER.match(value):
        raise ValidationError(
            _("Write the document number as in 西科〔2024〕1号: square brackets 〔〕, no leading zero.")
        )


def names_in(text: str) -> list[str]:
    """Names as people write them down: one a line, or parted by commas of either script."""
    return [name.strip() for name in re.split(r"[\n,，、;；]", text) if name.strip()]


class OpenForm(ActForm):
    call = forms.IntegerField()


class RowsForm(ActForm):
    """What is decided on each row that one level has to decide.

    A row of which nothing is said is approved only where `others` says so for all of them: silence approves nothing.
    Cleaned `decisions` maps the key of a row to (decision, reason, names of those who left).
    """

    level = ""
    others = forms.BooleanField(label=_("Approve every row for which nothing else is chosen"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = RoundRow.objects.filter(round=self.subject, state=RowState.LISTED, level=self.level)
        self.rows: list[RoundRow] = list(rows.select_related("case").order_by("rank"))
        for row in self.rows:
            what = {"rank": row.rank, "name": row.listed_name}
            self.fields[f"decision_{row.pk}"] = forms.ChoiceField(
                label=_("%(rank)d %(name)s") % what,
                choices=[("", _("nothing chosen")), *RowDecision.choices],
                required=False,
            )
            self.fields[f"reason_{row.pk}"] = forms.CharField(
                label=_("Reason, if %(name)s is struck or put off") % what, max_length=500, required=False
            )
            self.fields[f"left_{row.pk}"] = forms.CharField(
                label=_("Who left the room for %(name)s (conflict of interest)") % what, max_length=200, required=False
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        decisions: dict[int, tuple[str, str, list[str]]] = {}
        for row in self.rows:
            decision = data.get(f"decision_{row.pk}") or (RowDecision.APPROVE.value if data.get("others") else "")
            if not decision and f"decision_{row.pk}" not in self.errors:
                self.add_error(f"decision_{row.pk}", _("Decide this row, or approve all others at once."))
            reason = (data.get(f"reason_{row.pk}") or "").strip()
            if decision and decision != RowDecision.APPROVE and not reason:
                self.add_error(f"reason_{row.pk}", _("Say why; the company is told."))
            decisions[row.pk] = (decision, reason, names_in(data.get(f"left_{row.pk}") or ""))
        return {**data, "decisions": decisions}


class SignForm(RowsForm):
    """The head of a division signs alone for amounts up to the limit."""

    level = DIVISION
    minute_number = forms.CharField(label=_("Number of the approval sheet"), max_length=60)
    statement = forms.CharField(label=_("Decision"), max_length=1000, widget=forms.Textarea(attrs=_AREA))
    field_order = ("minute_number", "statement", "others")


class ApproveForm(RowsForm):
    """The minute of the meeting: number, decision, members, those present, and each row."""

    level = LEADER
    minute_number = forms.CharField(label=_("Number of the minute"), max_length=60)
    statement = forms.CharField(
        label=_("Decision of the meeting"), max_length=1000, widget=forms.Textarea(attrs=_AREA)
    )
    members = forms.IntegerField(label=_("Members of the meeting"), min_value=1, max_value=200)
    present = forms.CharField(
        label=_("Present"),
        max_length=2000,
        widget=forms.Textarea(attrs=_AREA),
        help_text=_("one name a line; more than half of the members must be present, for each row"),
    )
    field_order = ("minute_number", "statement", "members", "present", "others")

    def clean_present(self) -> list[str]:
        names = names_in(self.cleaned_data["present"])
        if len(set(names)) < len(names):
            raise ValidationError(_("A name stands twice. Write each person once."))
        return names

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        members, present = data.get("members"), data.get("present")
        if members is None or present is None:
            return data
        quorum = members // 2 + 1
        if len(present) > members:
            self.add_error("present", _("More people are present than the meeting has members. Compare both."))
        elif len(present) < quorum:
            self.add_error("present", _("The meeting has no quorum: %(n)d must be present.") % {"n": quorum})
        for pk, (_decision, _reason, left) in data["decisions"].items():
            self._leaving(f"left_{pk}", left, present, quorum)
        return {**data, "quorum": quorum}

    def _leaving(self, field: str, left: Iterable[str], present: list[str], quorum: int) -> None:
        strangers = [name for name in left if name not in present]
        if strangers:
            self.add_error(field, _("%(names)s is not among those present.") % {"names": "、".join(strangers)})
        elif left and len(present) - len(set(left)) < quorum:
            self.add_error(field, _("Without those who left there is no quorum for this row. Put it off."))


class PublishForm(ActForm):
    title_zh = forms.CharField(label=_("Title (Chinese)"), max_length=200)
    title_en = forms.CharField(label=_("Title (English)"), max_length=200)


class RowForm(ActForm):
    """Names one row of the round by its rank on the list; cleaned to the row."""

    wanted: tuple[RowState, ...] = (RowState.LISTED,)
    rank = forms.TypedChoiceField(label=_("Row"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = RoundRow.objects.filter(round=self.subject, state__in=self.wanted)
        self.by_rank = {row.rank: row for row in rows.select_related("case").order_by("rank")}
        field: Any = self.fields["rank"]
        field.choices = [(rank, f"{rank} {row.listed_name}") for rank, row in self.by_rank.items()]

    def clean_rank(self) -> RoundRow:
        return self.by_rank[self.cleaned_data["rank"]]


class NameForm(RowForm):
    """A name on the list that was written wrongly."""

    name = forms.CharField(label=_("The right name"), max_length=140)
    reason = forms.CharField(label=_("Reason"), max_length=500)


class SettleForm(RowForm):
    """A row that is held without an objection: it goes on, or it is struck."""

    wanted = (RowState.HELD,)
    goes_on = forms.TypedChoiceField(
        label=_("Decision"),
        choices=(("yes", _("the row goes on")), ("no", _("strike the row; the application is rejected"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs=_AREA))


class DecreeForm(ActForm):
    number = forms.CharField(label=_("Document number"), max_length=60, validators=[document_number])


class AwardForm(RowForm, DecreeForm):
    """A paper about one award that was granted; cleaned `rank` is its row."""

    wanted = (RowState.AWARDED,)
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs=_AREA))
    field_order: tuple[str, ...] = ("rank", "number", "reason")


class CorrectForm(AwardForm):
    """What a corrigendum changes: the amount, the name, or both."""

    amount_yuan = forms.DecimalField(
        label=_("Right amount (yuan)"),
        required=False,
        min_value=0,
        max_digits=16,
        decimal_places=2,
        help_text=_("empty: the amount stays"),
    )
    name = forms.CharField(label=_("Right name"), max_length=140, required=False, help_text=_("empty: the name stays"))
    field_order = ("rank", "amount_yuan", "name", "number", "reason")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        amount = data.get("amount_yuan")
        if amount == 0:
            self.add_error("amount_yuan", _("An award of nothing is a revocation. Revoke the award instead."))
        if amount is None and not data.get("name") and not self.errors:
            raise ValidationError(_("Enter what is to be corrected: the amount, the name, or both."))
        return {**data, "amount_fen": int(amount * 100) if amount else None}


class PaperForm(ActForm):
    kind = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in (LetterKind.NOTICE_LIST, LetterKind.DECREE)]
    )
    decree = forms.IntegerField(required=False)
