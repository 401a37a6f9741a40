"""The registers of one company: titles and places on lists, entered, renewed, raised, corrected, ended."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.registers.enums import LISTS, Change, Register
from subsidy.registers.models import RegisterEntry
from subsidy.registers.selectors import current_entries
from subsidy.registers.services import entry_follow, entry_note
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn

DAY: dict[str, Any] = {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class RecognitionForm(ActForm):
    kind = forms.ChoiceField(label=_("Register"), choices=Register.choices)
    level = forms.CharField(label=_("Level"), max_length=40, required=False)
    certificate_number = forms.CharField(label=_("Certificate or document number"), max_length=60, required=False)
    valid_from = forms.DateField(label=_("First day"), **DAY)
    valid_to = forms.DateField(label=_("Last day"), required=False, **DAY)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("The last day lies before the first. Compare both with the certificate."))
        if data.get("kind") and data["kind"] not in LISTS:
            if last is None and "valid_to" not in self.errors:
                self.add_error("valid_to", _("A title has a last day of validity. Take it from the certificate."))
            if not data.get("certificate_number"):
                self.add_error("certificate_number", _("A title has a number. Take it from the certificate."))
        return data


class EntryChangeForm(ActForm):
    entry = forms.ModelChoiceField(
        queryset=RegisterEntry.objects.none(),
        widget=forms.HiddenInput,
        error_messages={
            "invalid_choice": _("This entry has been changed since you opened it. Open it again from its register.")
        },
    )
    change = forms.ChoiceField(
        label=_("Kind of change"), choices=[(one.value, one.label) for one in Change if one != Change.NOTED]
    )
    effective_on = forms.DateField(label=_("With effect from"), **DAY)
    level = forms.CharField(label=_("New level"), max_length=40, required=False)
    certificate_number = forms.CharField(label=_("New number"), max_length=60, required=False)
    valid_from = forms.DateField(label=_("New first day"), required=False, **DAY)
    valid_to = forms.DateField(label=_("New last day"), required=False, **DAY)
    reason = forms.CharField(label=_("Reason and document"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["entry"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = current_entries().filter(company=self.subject)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        change = data.get("change")
        if change == Change.RENEWED and not data.get("valid_from"):
            self.add_error("valid_from", _("A renewal has a first day of its own. Take it from the new certificate."))
        if change == Change.UPGRADED and not data.get("level"):
            self.add_error("level", _("Enter the level that the company has now."))
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("The last day lies before the first. Compare both with the certificate."))
        return data


def note_recognition(turn: Turn) -> None:
    entry = entry_note(turn.subject, now=turn.now, actor=turn.actor, **turn.data)
    turn.record(kind=entry.kind, certificate=entry.certificate_number, entry=entry.pk)
    turn.record(level=entry.level, valid_from=entry.valid_from, valid_to=entry.valid_to)


def change_entry(turn: Turn) -> None:
    """Write the row that follows; only what has ended can be taken up again, by a renewal."""
    data, entry = turn.data, turn.data["entry"]
    change = Change(data["change"])
    if entry.change == Change.ENDED and change != Change.RENEWED:
        raise WrongState(_("This entry has ended. It can only be renewed."))
    row = entry_follow(
        entry,
        change=change,
        effective_on=data["effective_on"],
        now=turn.now,
        actor=turn.actor,
        level=data["level"] or None,
        certificate_number=data["certificate_number"] or None,
        valid_from=data["valid_from"],
        valid_to=data["valid_to"],
        reason=data["reason"],
    )
    turn.record(entry=row.pk, follows=entry.pk, kind=row.kind, change=row.change, effective_on=row.effective_on)
    turn.record(certificate=row.certificate_number, level=row.level, valid_to=row.valid_to, reason=row.reason)


ACTS = (
    Act(
        "note_recognition",
        _("Note a recognition"),
        note_recognition,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        form=RecognitionForm,
    ),
    Act(
        "change_entry",
        _("Change an entry of a register"),
        change_entry,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        form=EntryChangeForm,
    ),
)
