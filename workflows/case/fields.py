"""Form fields for the facts of a pack: the same field checks a page, an API call and a command."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from policies.language import ABSENT, FactDef, Text

# Digits with at most one point and no exponent; 26 characters are exact in decimal arithmetic, whatever is typed.
AMOUNT = re.compile(r"(?=.{1,26}$)[+-]?(\d+\.?\d*|\.\d+)")


def spoken(text: Text) -> str:
    """The text in the active language."""
    return text.en if (get_language() or "").startswith("en") else text.zh


class MoneyField(forms.CharField):
    """Entered in whole currency units (元) with up to the currency's decimals; its value is minor units (fen).

    Whole numbers given as int are minor units already (API, commands).
    """

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, *, decimals: int, minimum: int | None, maximum: int | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.decimals, self.minimum, self.maximum = decimals, minimum, maximum

    def clean(self, value: Any) -> int | None:
        # A truth value is an int to Python, and no amount.
        if isinstance(value, int) and not isinstance(value, bool):
            return self._in_range(value)
        text = (super().clean(value) or "").replace(",", "").replace("，", "")
        if not text:
            return None
        if not AMOUNT.fullmatch(text):
            raise ValidationError(_("Enter an amount in yuan, such as 1,200,000 or 1200000.50."))
        minor = Decimal(text).scaleb(self.decimals)
        if minor != minor.to_integral_value():
            raise ValidationError(_("Enter an amount with at most %(n)d decimals."), params={"n": self.decimals})
        return self._in_range(int(minor))

    def _in_range(self, minor: int) -> int:
        if self.minimum is not None and minor < self.minimum:
            raise ValidationError(
                _("The amount must be at least %(low)s yuan."), params={"low": self._shown(self.minimum)}
            )
        if self.maximum is not None and minor > self.maximum:
            raise ValidationError(
                _("The amount must be at most %(high)s yuan."), params={"high": self._shown(self.maximum)}
            )
        return minor

    def _shown(self, minor: int) -> str:
        return f"{Decimal(minor).scaleb(-self.decimals):,}"

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return f"{Decimal(value).scaleb(-self.decimals):,.{self.decimals}f}"
        return value


class YesNoField(forms.TypedChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[("yes", _("Yes")), ("no", _("No"))],
            coerce=lambda value: value == "yes",
            empty_value=None,
            widget=forms.RadioSelect,
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        if isinstance(value, bool):
            return value
        return super().clean(value)

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no"}.get(value, value)


def field_for(fact: FactDef) -> forms.Field:
    """A form field for one fact; nothing is required here: a draft may be saved half done."""
    common: dict[str, Any] = {
        "required": False,
        "label": spoken(fact.text),
        "help_text": spoken(fact.help) if fact.help else "",
    }
    if fact.kind == "money":
        return MoneyField(decimals=fact.decimals or 0, minimum=fact.minimum, maximum=fact.maximum, **common)
    if fact.kind == "count":
        return forms.IntegerField(
            min_value=fact.minimum,
            max_value=fact.maximum,
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            **common,
        )
    if fact.kind == "yes_no":
        return YesNoField(**common)
    if fact.kind == "date":
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common)
    if fact.kind == "choice":
        choices = [("", _("Choose")), *((choice.value, spoken(choice.text)) for choice in fact.choices)]
        return forms.ChoiceField(choices=choices, **common)
    if fact.kind in {"rate", "number"}:
        return forms.DecimalField(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **common)
    if fact.kind == "text":
        return forms.CharField(max_length=500, **common)
    raise ValueError(f"fact {fact.name}: no form field for a {fact.kind}; add one in workflows.case.fields")


def stored(fact: FactDef, value: Any) -> Any:
    """What a cleaned field says of the fact: an optional fact left empty does not exist, any other is not yet known."""
    if value in (None, ""):
        return ABSENT if fact.optional else None
    if isinstance(value, dt.datetime):
        return value.date()
    return value
