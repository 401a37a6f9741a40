"""Companies as the door knows them: registered, their facts kept, their payee accounts entered and confirmed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as NumberError

from subsidy.accounts.enums import Role
from subsidy.applicants.enums import AccountState, FactSource
from subsidy.applicants.models import Company, PayeeAccount
from subsidy.applicants.services import account_confirm, account_propose, facts_supersede
from subsidy.bankfiles import is_cnaps
from subsidy.letters import missing_glyphs
from subsidy.registers.services import recognition_note
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.subjects import Card, Kind, Opening, register
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


class FactsForm(ActForm):
    """Facts of one source as of one day: a list of {name, kind, value} with the value in its stored column form."""

    source = forms.ChoiceField(choices=FactSource.choices)
    as_of = forms.DateField()
    facts = forms.JSONField()

    def clean_facts(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.cleaned_data["facts"]
        for row in rows:
            if set(row) != {"name", "kind", "value"}:
                raise ValidationError(_("Each fact needs exactly name, kind and value."))
        return rows


def keep_facts(turn: Turn) -> None:
    rows = facts_supersede(
        turn.subject,
        source=FactSource(turn.data["source"]),
        as_of=turn.data["as_of"],
        facts=turn.data["facts"],
        now=turn.now,
    )
    turn.record(
        source=turn.data["source"],
        as_of=turn.data["as_of"],
        facts={row["name"]: row["value"] for row in turn.data["facts"]},
        superseded=rows,
    )


class RecognitionForm(ActForm):
    kind = forms.SlugField(max_length=40)
    level = forms.CharField(max_length=20, required=False)
    certificate_number = forms.CharField(max_length=40)
    valid_from = forms.DateField()
    valid_to = forms.DateField()


def note_recognition(turn: Turn) -> None:
    recognition = recognition_note(turn.subject, **turn.data)
    turn.record(kind=recognition.kind, certificate=recognition.certificate_number, valid_to=recognition.valid_to)


class AccountForm(ActForm):
    holder_name = forms.CharField(label=_("Account holder"), max_length=140)
    account_number = forms.RegexField(
        r"^\d{8,32}$",
        label=_("Account number"),
        error_messages={"invalid": _("Enter the account number in digits only, without spaces.")},
    )
    bank_name = forms.CharField(label=_("Bank"), max_length=140)
    bank_code = forms.CharField(label=_("Bank code (CNAPS)"), max_length=12)

    def clean_holder_name(self) -> str:
        name: str = self.cleaned_data["holder_name"]
        if self.subject is not None and name != self.subject.name:
            raise ValidationError(
                _(
                    "The account must be in the company's own name. For another name bring a stamped explanation to the counter."
                )
            )
        return name

    def clean_bank_code(self) -> str:
        code: str = self.cleaned_data["bank_code"]
        if not is_cnaps(code):
            raise ValidationError(_("A CNAPS bank code has 12 digits. Ask your bank for it."))
        return code


class ConfirmAccountForm(ActForm):
    account = forms.ModelChoiceField(queryset=PayeeAccount.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = PayeeAccount.objects.filter(company=self.subject, state=AccountState.PROPOSED)


def propose_account(turn: Turn) -> None:
    account = account_propose(turn.subject, actor=turn.actor, now=turn.now, **turn.data)
    turn.record(account=account.pk, fingerprint=account.fingerprint, bank_code=account.bank_code)
    turn.record_private(holder=account.holder_name, number=account.account_number)


def confirm_account(turn: Turn) -> None:
    account = account_confirm(turn.data["account"], actor=turn.actor, now=turn.now)
    turn.record(account=account.pk, fingerprint=account.fingerprint)


def _card(company: Company) -> Card:
    return Card(title=company.name, company_id=company.pk)


COMPANY = register(
    Kind(
        name="company",
        model=Company,
        card=_card,
        free_acts=(
            Act("keep_facts", _("Keep facts"), keep_facts, role=Role.COUNTER, duty=Duty.KEEPS_RECORDS, form=FactsForm),
            Act(
                "note_recognition",
                _("Note a recognition"),
                note_recognition,
                role=Role.COUNTER,
                duty=Duty.KEEPS_RECORDS,
                form=RecognitionForm,
            ),
            Act(
                "propose_account",
                _("Enter a payee account"),
                propose_account,
                member="file_for",
                duty=Duty.ENTERS_ACCOUNT,
                form=AccountForm,
            ),
            Act(
                "confirm_account",
                _("Confirm a payee account"),
                confirm_account,
                member="confirm_for",
                duty=Duty.CONFIRMS_ACCOUNT,
                form=ConfirmAccountForm,
            ),
        ),
        opens={
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
        },
        company_path="pk",
    )
)
