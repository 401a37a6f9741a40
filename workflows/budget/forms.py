"""The data of the acts on budget lines and on the bureau's cash; amounts typed in yuan (whole numbers given: fen)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.bankfiles import AMOUNT_FEN_MAX
from subsidy.ledger.enums import MoneySource
from subsidy.ledger.models import BudgetLine, PayingAccount
from workflows.case.fields import MoneyField
from workflows.common.acts import ActForm

CURRENCY_DECIMALS = 2


def amount_field() -> MoneyField:
    return MoneyField(label=_("Amount (yuan)"), decimals=CURRENCY_DECIMALS, minimum=1, maximum=AMOUNT_FEN_MAX)


def document_field() -> forms.CharField:
    return forms.CharField(label=_("Document number"), max_length=60)


def reason_field() -> forms.CharField:
    return forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class LineForm(ActForm):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    code = forms.CharField(label=_("Code"), max_length=40)
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), max_length=200)
    source = forms.ChoiceField(label=_("Source of the money"), choices=MoneySource.choices)
    programme = forms.CharField(label=_("Programme"), max_length=60, required=False)
    function_code = forms.CharField(label=_("Function class"), max_length=10, required=False)


class AmountForm(ActForm):
    """An amount by a document."""

    amount_fen = amount_field()
    document = document_field()


class CashForm(AmountForm):
    """A movement on a paying account of the bureau."""

    paying_account = forms.ModelChoiceField(
        label=_("Paying account"), queryset=PayingAccount.objects.none(), empty_label=None
    )
    field_order = ("paying_account", "amount_fen", "document")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = PayingAccount.objects.filter(authority=self.subject).order_by("pk")
        field = self.fields["paying_account"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = own


class ReduceForm(AmountForm):
    """Money taken off a line by a document; `line` is carried by the page."""

    line = forms.IntegerField(widget=forms.HiddenInput)
    reason = reason_field()


class MoveForm(ReduceForm):
    """Money moved to another line of the same year."""

    to = forms.ModelChoiceField(label=_("To the line"), queryset=BudgetLine.objects.all())
    field_order = ("line", "to", "amount_fen", "document", "reason")


class YearEndForm(ActForm):
    """The end of a year: of which lines what is available goes over to the next year; of the others it lapses."""

    year = forms.IntegerField(widget=forms.HiddenInput, min_value=2000, max_value=2100)
    carry = forms.ModelMultipleChoiceField(
        label=_("Lines of which what is available is carried over"),
        queryset=BudgetLine.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    document = document_field()
    reason = reason_field()
