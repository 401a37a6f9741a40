"""Registering a company."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as NumberError

from subsidy.accounts.enums import Role
from subsidy.applicants.models import Company
from subsidy.letters import missing_glyphs
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.subjects import Opening
from workflows.common.turn import Turn


class RegisterForm(ActForm):
    uscc = forms.CharField(max_length=18)
    name = forms.CharField(max_length=140)
    region = forms.CharField(max_length=6)
    industry = forms.CharField(max_length=10, required=False)
    founded_on = forms.DateField()
    contact_name = forms.CharField(max_length=60, required=False)
    contact_phone = forms.CharField(max_length=30, required=False)

    def clean_uscc(self) -> str:
        try:
            return str(uscc.validate(self.cleaned_data["uscc"]))
        except NumberError as error:
            raise ValidationError(
                _("This is not a valid unified social credit code. Compare it with the business licence.")
            ) from error

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        refuse_unprintable(name)
        return name


def refuse_unprintable(name: str) -> None:
    """A name must be printable on every letter, so a glyph that no font covers is found when it is entered."""
    unknown = missing_glyphs(name)
    if unknown:
        raise ValidationError(
            _("No font of this program can print %(glyphs)s. Ask the system administrator to extend the fonts."),
            params={"glyphs": " ".join(unknown)},
        )


def make_company(turn: Turn) -> Company:
    return Company(authority_id=turn.authority_id, **turn.data)


def registered(turn: Turn) -> None:
    company: Company = turn.subject
    turn.record(uscc=company.uscc, name=company.name)
    turn.record_private(contact=company.contact_name, phone=company.contact_phone)


OPENS = {
    "register": Opening(
        act=Act(
            "register",
            _("Register a company"),
            registered,
            role=Role.COUNTER,
            duty=Duty.KEEPS_RECORDS,
            form=RegisterForm,
        ),
        make=make_company,
    )
}
