"""Registering a company at the counter, with who acts for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as NumberError

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.applicants.company_services import right_grant
from subsidy.applicants.enums import LegalForm, RightBasis
from subsidy.applicants.models import Company
from subsidy.applicants.rights import ADMINISTER_FOR, CONFIRM_FOR, FILE_FOR
from subsidy.letters import missing_glyphs
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import BadData
from workflows.common.subjects import Opening
from workflows.common.turn import Turn
from workflows.registry.rights import letter_kept, person_named, refuse_ended

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def clean_code(text: str) -> str:
    """A code with its check sign (GB 32100-2015). Raises ValidationError that says what to do."""
    try:
        return str(uscc.validate(text.strip().upper()))
    except (NumberError, ValueError) as error:
        raise ValidationError(
            _("This is not a valid unified social credit code. Compare it with the business licence.")
        ) from error


class RegisterForm(ActForm):
    """The company as its licence has it, and, where they stand at the counter, who files for it and who confirms."""

    uscc = forms.CharField(label=_("Unified social credit code"), max_length=18)
    name = forms.CharField(label=_("Name of the company"), max_length=140)
    region = forms.CharField(
        label=_("District of registration"), max_length=6, help_text=_("six-digit area code, such as 330106")
    )
    industry = forms.CharField(label=_("Industry (GB/T 4754-2017)"), max_length=10, required=False)
    founded_on = forms.DateField(label=_("Founded on"), widget=_DATE)
    representative = forms.CharField(label=_("Name of the legal representative"), max_length=60, required=False)
    contact_name = forms.CharField(label=_("Contact"), max_length=60, required=False)
    contact_phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    legal_form = forms.ChoiceField(label=_("Legal form"), choices=LegalForm.choices, required=False)
    head_office = forms.CharField(
        label=_("Code of the head office"), max_length=18, required=False, help_text=_("for a branch")
    )
    administrator = forms.CharField(label=_("User name of who files and administers"), max_length=150, required=False)
    valid_to = forms.DateField(label=_("Authorised until"), required=False, widget=_DATE)
    letter = forms.FileField(
        label=_("Letter of authorisation (PDF or picture)"), required=False, max_length=200, allow_empty_file=True
    )
    confirmer = forms.CharField(label=_("User name of the legal representative"), max_length=150, required=False)

    def clean_uscc(self) -> str:
        return clean_code(self.cleaned_data["uscc"])

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        refuse_unprintable(name)
        return name

    def clean_legal_form(self) -> str:
        return self.cleaned_data["legal_form"] or LegalForm.LEGAL_PERSON

    def clean_administrator(self) -> User | None:
        username: str = self.cleaned_data["administrator"]
        return person_named(username) if username else None

    def clean_confirmer(self) -> User | None:
        username: str = self.cleaned_data["confirmer"]
        return person_named(username) if username else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        branch = data.get("legal_form") == LegalForm.BRANCH
        if branch != bool(data.get("head_office")) and "head_office" not in self.errors:
            said = _("Enter the code of the company that the branch belongs to; only a branch has one.")
            self.add_error("head_office", said)
        return data


def refuse_unprintable(name: str) -> None:
    """A name must be printable on every letter, so a glyph that no font covers is found when it is entered."""
    unknown = missing_glyphs(name)
    if unknown:
        raise ValidationError(
            _("No font of this program can print %(glyphs)s. Ask the system administrator to extend the fonts."),
            params={"glyphs": " ".join(unknown)},
        )


_PEOPLE = ("administrator", "confirmer", "valid_to", "letter")


def make_company(turn: Turn) -> Company:
    data = {name: value for name, value in turn.data.items() if name not in _PEOPLE}
    head_office = _head_office(turn, data.pop("head_office"))
    held = Company.objects.filter(authority_id=turn.authority_id, uscc=data["uscc"]).first()
    if held is not None:
        said = _("This code is registered already, for %(name)s. Compare the licence, and open that company.")
        raise BadData(fields={"uscc": [str(said % {"name": held.name})]})
    refuse_ended(turn.data["valid_to"], turn)
    return Company(authority_id=turn.authority_id, head_office=head_office, **data)


def _head_office(turn: Turn, code: str) -> Company | None:
    if not code:
        return None
    found = Company.objects.filter(
        authority_id=turn.authority_id, uscc=code.strip().upper(), legal_form=LegalForm.LEGAL_PERSON
    ).first()
    if found is None:
        said = _("No company of this code is registered. Register the head office first, or compare the code.")
        raise BadData(fields={"head_office": [str(said)]})
    return found


def registered(turn: Turn) -> None:
    """The officer has helped the company into the system; whoever does so acts on no case of it."""
    company: Company = turn.subject
    turn.record(uscc=company.uscc, name=company.name, region=company.region, legal_form=company.legal_form)
    turn.record_private(
        contact=company.contact_name, phone=company.contact_phone, representative=company.representative
    )
    letter = letter_kept(turn)
    given: list[dict[str, Any]] = []
    filing = RightBasis.LETTER if letter is not None else RightBasis.COUNTER
    for person, rights, basis in (
        (turn.data["administrator"], (FILE_FOR, ADMINISTER_FOR), filing),
        (turn.data["confirmer"], (CONFIRM_FOR, ADMINISTER_FOR), RightBasis.REPRESENTATIVE),
    ):
        by_letter = basis == RightBasis.LETTER
        for right in rights if person is not None else ():
            if {"person": person.pk, "right": right} in given:
                continue
            right_grant(
                company,
                person,
                right,
                basis=basis,
                granted_by=turn.actor,
                now=turn.now,
                valid_to=turn.data["valid_to"] if by_letter else None,
                letter=letter if by_letter else None,
            )
            given.append({"person": person.pk, "right": right})
    turn.record(rights=given)


OPENS = {
    "register": Opening(
        act=Act(
            "register",
            _("Register a company"),
            registered,
            role=Role.COUNTER,
            duty=Duty.ASSISTS,
            form=RegisterForm,
        ),
        make=make_company,
    )
}
