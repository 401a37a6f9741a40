"""Noting the titles that a company holds."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.registers.services import recognition_note
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.turn import Turn


class RecognitionForm(ActForm):
    kind = forms.SlugField(max_length=40)
    level = forms.CharField(max_length=20, required=False)
    certificate_number = forms.CharField(max_length=40)
    valid_from = forms.DateField()
    valid_to = forms.DateField()


def note_recognition(turn: Turn) -> None:
    recognition = recognition_note(turn.subject, **turn.data)
    turn.record(kind=recognition.kind, certificate=recognition.certificate_number, valid_to=recognition.valid_to)


ACTS = (
    Act(
        "note_recognition",
        _("Note a recognition"),
        note_recognition,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        form=RecognitionForm,
    ),
)
