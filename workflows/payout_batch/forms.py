"""The data of each act of a payout batch."""

from __future__ import annotations

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from subsidy.bankfiles import FORMATS
from subsidy.ledger.models import PayingAccount
from subsidy.payouts.enums import TransferState
from workflows.common.acts import ActForm

KEY_DIGITS_MAX = 18


def _formats() -> list[tuple[str, str]]:
    """Every format by its title in the reader's language."""
    chinese = (get_language() or "zh").startswith("zh")
    return [(name, info.title_zh if chinese else info.title_en) for name, info in FORMATS.items()]


class KeysField(forms.TypedMultipleChoiceField):
    """Keys of rows, as many as a batch holds: whether each may be chosen is looked up by the act, in one statement."""

    def valid_value(self, value: object) -> bool:
        text = str(value)
        return text.isdecimal() and len(text) <= KEY_DIGITS_MAX


class PrepareForm(ActForm):
    instalments = KeysField(coerce=int, choices=())
    format = forms.ChoiceField(
        label=_("Format"),
        choices=_formats,
        widget=forms.RadioSelect,
    )
    paying_account = forms.ModelChoiceField(
        label=_("Paying account"), queryset=PayingAccount.objects.order_by("id"), empty_label=None
    )
    execution_on = forms.DateField(
        label=_("Execution date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    purpose = forms.CharField(label=_("Purpose"), max_length=100)
    full_reason = forms.CharField(
        label=_("Pay in full although money is owed: why"),
        max_length=200,
        required=False,
        help_text=_("empty: what the companies owe from recoveries is set off, the oldest first"),
    )

    def clean_instalments(self) -> list[int]:
        return sorted(set(self.cleaned_data["instalments"]))


class TransferForm(ActForm):
    state = forms.ChoiceField(choices=TransferState.choices)
    fault = forms.CharField(max_length=60, required=False)
