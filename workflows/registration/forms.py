"""What somebody declares who asks to register a company and to act for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.models import User
from subsidy.applicants.enums import RightBasis
from workflows.common.acts import ActForm
from workflows.registry.companies import clean_code, refuse_unprintable
from workflows.registry.rights import person_named

BASES = (
    (RightBasis.REPRESENTATIVE, _("I am the legal representative")),
    (RightBasis.LETTER, _("I am authorised by a letter")),
)
_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AskForm(ActForm):
    """The company as its licence has it, how the person may act for it, and the papers that prove it."""

    uscc = forms.CharField(
        label=_("Unified social credit code"), max_length=18, help_text=_("18 signs, on the business licence")
    )
    name = forms.CharField(label=_("Name of the company"), max_length=140, help_text=_("exactly as on the licence"))
    region = forms.RegexField(
        r"^\d{6}$",
        label=_("District of registration"),
        help_text=_("six-digit area code, such as 330106"),
        error_messages={"invalid": _("Enter the six digits of the district's area code.")},
    )
    founded_on = forms.DateField(label=_("Founded on"), widget=_DATE)
    representative = forms.CharField(label=_("Name of the legal representative"), max_length=60)
    contact_phone = forms.CharField(label=_("Telephone"), max_length=30)
    basis = forms.ChoiceField(label=_("Why you may act for the company"), choices=BASES, widget=forms.RadioSelect)
    letter_from = forms.DateField(label=_("Authorised from"), required=False, widget=_DATE)
    letter_to = forms.DateField(label=_("Authorised until"), required=False, widget=_DATE)
    confirmer = forms.CharField(
        label=_("User name of the legal representative"),
        required=False,
        max_length=150,
        help_text=_("If given, the legal representative is asked to confirm online; else the counter decides."),
    )
    licence = forms.FileField(label=_("Business licence (PDF or picture)"), max_length=200, allow_empty_file=True)
    letter = forms.FileField(
        label=_("Letter of authorisation (PDF or picture)"), required=False, max_length=200, allow_empty_file=True
    )

    def clean_uscc(self) -> str:
        return clean_code(self.cleaned_data["uscc"])

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        refuse_unprintable(name)
        return name

    def clean_confirmer(self) -> User | None:
        username: str = self.cleaned_data["confirmer"]
        return person_named(username) if username.strip() else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("basis") != RightBasis.LETTER:
            return {**data, "letter_from": None, "letter_to": None, "letter": None, "confirmer": None}
        for name in ("letter_from", "letter_to", "letter"):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("A letter of authorisation is needed, with the days from and until it holds."))
        if data.get("letter_from") and data.get("letter_to") and data["letter_to"] < data["letter_from"]:
            self.add_error("letter_to", _("The letter ends before it begins. Compare the days with the letter."))
        return data


class AcceptForm(ActForm):
    """What the officer at the counter has seen."""

    compared = forms.BooleanField(
        label=_("I have compared code, name and legal representative with the business licence."),
        error_messages={"required": _("Compare with the business licence first, then mark this.")},
    )
    remark = forms.CharField(label=_("Remark"), max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.subject is not None and self.subject.conflict == "name" and not data.get("remark"):
            raise ValidationError(
                _("The names differ. Say in the remark why this is the same company, or refuse the registration.")
            )
        return data
