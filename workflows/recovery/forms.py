"""What is stated when money is to come back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.bankfiles import AMOUNT_FEN_MAX
from subsidy.ledger.models import PayingAccount
from subsidy.payouts.recoveries import RecoveryGround
from workflows.case.fields import MoneyField
from workflows.common.acts import ActForm

AREA = forms.Textarea(attrs={"rows": 4})


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class ProposeForm(ActForm):
    """Why money should come back. Where the policy names the ground, the policy's share says how much."""

    case = forms.IntegerField(widget=forms.HiddenInput)
    ground = forms.ChoiceField(label=_("Ground"), choices=RecoveryGround.choices, widget=forms.RadioSelect)
    term = forms.CharField(
        label=_("Which ground of the policy"),
        max_length=60,
        required=False,
        help_text=_("its short name in the policy, such as false_filing"),
    )
    occurred_on = _day(_("When it happened"))
    amount_fen = MoneyField(
        label=_("Amount (yuan)"),
        decimals=2,
        minimum=1,
        maximum=AMOUNT_FEN_MAX,
        required=False,
        help_text=_("left empty where the policy's own share says it"),
    )
    reason = forms.CharField(label=_("Facts and reasons"), min_length=5, max_length=4000, widget=AREA)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        by_term = cleaned.get("ground") == RecoveryGround.TERM
        if by_term and not cleaned.get("term"):
            self.add_error("term", _("Say which ground of the policy it is."))
        if by_term and cleaned.get("amount_fen") is not None:
            self.add_error("amount_fen", _("The policy's share says the amount; leave this empty."))
        if not by_term and cleaned.get("ground"):
            if cleaned.get("term"):
                self.add_error("term", _("Only a ground that the policy names has a short name; leave this empty."))
            if cleaned.get("amount_fen") is None and "amount_fen" not in self.errors:
                self.add_error("amount_fen", _("Enter how much is to be paid back."))
        return cleaned


class DifferenceForm(ActForm):
    """By how much more was paid than is owed, who found it, and the paper that says so; none where a rating does."""

    case = forms.IntegerField()
    amount_fen = forms.IntegerField(min_value=1, max_value=AMOUNT_FEN_MAX)
    proposer = forms.IntegerField()
    occurred_on = forms.DateField()
    reason = forms.CharField(max_length=4000)
    paper = forms.CharField(max_length=60, required=False)


class BreachForm(ActForm):
    """What was broken, on which ground of the policy, and when."""

    undertaking = forms.IntegerField()
    term = forms.CharField(max_length=60)
    occurred_on = forms.DateField()


class AnswerForm(ActForm):
    answer = forms.CharField(label=_("Your answer"), min_length=2, max_length=4000, widget=AREA)


class DecideForm(ActForm):
    amount_fen = MoneyField(
        label=_("Amount to be paid back (yuan)"),
        decimals=2,
        minimum=1,
        maximum=AMOUNT_FEN_MAX,
        help_text=_("without interest, which is added where the policy asks for it"),
    )
    reasons = forms.CharField(label=_("Reasons"), min_length=5, max_length=4000, widget=AREA)

    def clean_amount_fen(self) -> Any:
        amount = self.cleaned_data["amount_fen"]
        if amount > self.subject.proposed_fen:
            raise forms.ValidationError(
                _("More than was proposed cannot be decided. Drop this recovery and have the larger one proposed.")
            )
        return amount


class DropForm(ActForm):
    reasons = forms.CharField(label=_("Reasons"), min_length=5, max_length=4000, widget=AREA)


class RepaymentForm(ActForm):
    """Money that came in for a recovery, as the bank's own paper says; the form of an act of the bureau."""

    recovery = forms.CharField(max_length=40, widget=forms.HiddenInput)
    paying_account = forms.ModelChoiceField(label=_("Account that it came to"), queryset=PayingAccount.objects.none())
    amount_fen = MoneyField(label=_("Amount received (yuan)"), decimals=2, minimum=1, maximum=AMOUNT_FEN_MAX)
    reference = forms.CharField(label=_("The bank's reference"), max_length=60)
    received_on = _day(_("Booked on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = PayingAccount.objects.filter(authority=self.subject).order_by("pk")
        self.fields["paying_account"].queryset = mine  # type: ignore[attr-defined]
