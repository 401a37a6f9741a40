"""Where a company is paid: entered by one person, confirmed by another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.applicants.enums import AccountState
from subsidy.applicants.models import PayeeAccount
from subsidy.applicants.services import account_confirm, account_propose
from subsidy.bankfiles import is_cnaps
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.turn import Turn


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


ACTS = (
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
)
