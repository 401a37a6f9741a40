"""Where a company is paid: entered by one person, confirmed by another; explained, refused, frozen by officers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.applicants.account_services import (
    account_confirm,
    account_freeze,
    account_propose,
    account_refuse,
    explanation_accept,
    freeze_lift,
)
from subsidy.applicants.banks import bank_warnings, same_name
from subsidy.applicants.enums import AccountState
from subsidy.applicants.models import AccountFreeze, PayeeAccount
from subsidy.bankfiles import is_cnaps
from subsidy.documents.models import StoredFile
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import NotFound, WrongState
from workflows.common.turn import Turn
from workflows.common.uploads import upload_keep

CERTIFICATION, EXPLANATION, ORDER, LIFTING = "certification", "explanation", "order", "lifting_order"


class AccountForm(ActForm):
    holder_name = forms.CharField(label=_("Account holder"), max_length=140)
    account_number = forms.RegexField(
        r"^\d{8,32}$",
        label=_("Account number"),
        error_messages={"invalid": _("Enter the account number in digits only, without spaces.")},
    )
    bank_name = forms.CharField(label=_("Bank"), max_length=140)
    bank_code = forms.CharField(label=_("Bank code (CNAPS)"), max_length=12)
    certification = forms.FileField(
        label=_("The bank's letter that certifies the account (PDF or picture)"), required=False
    )
    explanation = forms.FileField(
        label=_("Stamped explanation, if the holder has another name than the company (PDF or picture)"),
        required=False,
    )

    def clean_bank_code(self) -> str:
        code: str = self.cleaned_data["bank_code"]
        if not is_cnaps(code):
            raise forms.ValidationError(_("A CNAPS bank code has 12 digits. Ask your bank for it."))
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        name = data.get("holder_name", "")
        # The door reads a form without a matter only where it makes one; there is none for accounts.
        if name and not same_name(name, self.subject.name) and not data.get(EXPLANATION):
            self.add_error(
                "holder_name",
                _(
                    "The account must be in the company's own name. For another name add the explanation that the "
                    "company has stamped; an officer must accept it."
                ),
            )
        return data


class OneAccountForm(ActForm):
    """An account of the company that is entered and not yet decided on."""

    account = forms.ModelChoiceField(queryset=PayeeAccount.objects.none(), widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.accounts()

    def accounts(self) -> QuerySet[PayeeAccount]:
        return PayeeAccount.objects.filter(company=self.subject, state=AccountState.PROPOSED)


class RefuseAccountForm(OneAccountForm):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class FreezeForm(OneAccountForm):
    issuer = forms.CharField(label=_("Court or authority"), max_length=100)
    number = forms.CharField(label=_("Number of the order"), max_length=60)
    order = forms.FileField(label=_("The order (PDF or picture)"))

    def accounts(self) -> QuerySet[PayeeAccount]:
        return PayeeAccount.objects.filter(company=self.subject, state=AccountState.CONFIRMED)


class LiftForm(ActForm):
    freeze = forms.ModelChoiceField(queryset=AccountFreeze.objects.none(), label=_("Order that is lifted"))
    number = forms.CharField(label=_("Number of the lifting order"), max_length=60)
    lifting_order = forms.FileField(label=_("The lifting order (PDF or picture)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["freeze"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = AccountFreeze.objects.filter(
            account__company=self.subject, lifted_at__isnull=True
        ).select_related("account")


def _kept(turn: Turn, slot: str) -> StoredFile | None:
    """Keep the paper that came in under `slot`, if one did (BadData when it cannot be taken)."""
    if not turn.data.get(slot):
        return None
    stored = upload_keep(turn, slot, slot=f"account_{slot}")
    turn.record(**{slot: {"file": stored.pk, "sha256": stored.sha256}})
    return stored


def propose_account(turn: Turn) -> None:
    """Enter an account; what looks odd about its bank code is recorded as shown, and refuses nothing."""
    account = account_propose(
        turn.subject,
        actor=turn.actor,
        now=turn.now,
        holder_name=turn.data["holder_name"],
        account_number=turn.data["account_number"],
        bank_name=turn.data["bank_name"],
        bank_code=turn.data["bank_code"],
        certification=_kept(turn, CERTIFICATION),
        explanation=_kept(turn, EXPLANATION),
    )
    turn.part = account.pk
    warnings = bank_warnings(bank_name=account.bank_name, bank_code=account.bank_code)
    turn.record(account=account.pk, fingerprint=account.fingerprint, bank_code=account.bank_code)
    turn.record(warnings=len(warnings), own_name=same_name(account.holder_name, turn.subject.name))
    turn.record_private(holder=account.holder_name, number=account.account_number)


def confirm_account(turn: Turn) -> None:
    account: PayeeAccount = turn.data["account"]
    if awaits_acceptance(account, turn.subject.name):
        raise WrongState(
            _(
                "The account is in another name than the company's. An officer must accept the stamped explanation "
                "first: ask the counter."
            )
        )
    account_confirm(account, actor=turn.actor, now=turn.now)
    turn.record(account=account.pk, fingerprint=account.fingerprint, payable_from=account.payable_from)


def awaits_acceptance(account: PayeeAccount, company_name: str) -> bool:
    """Whether the holder's name differs from the company's and no officer has accepted why."""
    return account.accepted_at is None and not same_name(account.holder_name, company_name)


def accept_explanation(turn: Turn) -> None:
    account: PayeeAccount = turn.data["account"]
    if account.explanation is None or account.accepted_at is not None:
        raise WrongState(_("This account has no explanation that waits for acceptance. Look at the account again."))
    explanation_accept(account, actor=turn.actor, now=turn.now)
    turn.record(account=account.pk, fingerprint=account.fingerprint, explanation=account.explanation.sha256)


def refuse_account(turn: Turn) -> None:
    account: PayeeAccount = turn.data["account"]
    account_refuse(account, reason=turn.data["reason"])
    turn.record(account=account.pk, fingerprint=account.fingerprint, reason=turn.data["reason"])


def freeze_account(turn: Turn) -> None:
    """Nothing is paid to the account while the order holds; a batch that stands is refused at its next step."""
    data, order = turn.data, _kept(turn, ORDER)
    assert order is not None  # the form asks for it
    account: PayeeAccount = data["account"]
    freeze = account_freeze(
        account, issuer=data["issuer"], number=data["number"], order=order, actor=turn.actor, now=turn.now
    )
    turn.record(account=account.pk, freeze=freeze.pk, issuer=freeze.issuer, number=freeze.number)


def lift_freeze(turn: Turn) -> None:
    freeze: AccountFreeze = turn.data["freeze"]
    order = _kept(turn, LIFTING)
    if order is None:
        raise NotFound
    turn.part = freeze.account_id
    freeze_lift(freeze, number=turn.data["number"], order=order, actor=turn.actor, now=turn.now)
    turn.record(account=freeze.account_id, freeze=freeze.pk, number=freeze.lifting_number)


ENTERS, CONFIRMS, KEEPS = Duty.ENTERS_ACCOUNT, Duty.CONFIRMS_ACCOUNT, Duty.KEEPS_RECORDS
ACTS = (
    Act(
        "propose_account",
        _("Enter a payee account"),
        propose_account,
        member="file_for",
        duty=ENTERS,
        form=AccountForm,
    ),
    Act(
        "confirm_account",
        _("Confirm a payee account"),
        confirm_account,
        member="confirm_for",
        duty=CONFIRMS,
        form=OneAccountForm,
        part="account",
        step_up=True,
    ),
    Act(
        "enter_account_at_counter",
        _("Enter a payee account at the counter"),
        propose_account,
        role=Role.COUNTER,
        duty=ENTERS,
        form=AccountForm,
    ),
    Act(
        "confirm_account_at_counter",
        _("Confirm a payee account at the counter"),
        confirm_account,
        role=Role.COUNTER,
        duty=CONFIRMS,
        form=OneAccountForm,
        part="account",
        step_up=True,
    ),
    Act(
        "accept_explanation",
        _("Accept the explanation of the name"),
        accept_explanation,
        role=Role.COUNTER,
        duty=CONFIRMS,
        form=OneAccountForm,
        part="account",
    ),
    Act(
        "refuse_account",
        _("Refuse a payee account"),
        refuse_account,
        role=Role.COUNTER,
        duty=KEEPS,
        form=RefuseAccountForm,
        part="account",
        danger=True,
    ),
    Act(
        "freeze_account",
        _("Freeze a payee account"),
        freeze_account,
        role=Role.SUPERVISION,
        duty=KEEPS,
        form=FreezeForm,
        part="account",
        danger=True,
    ),
    Act(
        "lift_freeze",
        _("Lift the freeze of a payee account"),
        lift_freeze,
        role=Role.SUPERVISION,
        duty=KEEPS,
        form=LiftForm,
    ),
)
