"""Values as people read them, in Chinese and English. One style a type, no rounding that could cross a threshold."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from policies.language.facts import ABSENT, UNKNOWN, RecordList
from policies.language.findings import Text
from policies.language.model import FactDef
from policies.language.typed import Type
from policies.language.units import CURRENCIES


def format_value(of: FactDef | Type, value: object, lang: str) -> str:
    """Return a value in words.

    Money is in whole currency units with thousands and decimals: "12,000,000.00 元", "CNY 12,000,000.00". Rates and
    ratios are in percent; one that does not end within four decimals is cut, never rounded up, and marked: "≈4.99%".
    """
    return shown(of, value).in_language(lang)


def shown(of: FactDef | Type, value: object) -> Text:
    """Return a value in both languages."""
    if value is ABSENT:
        return Text("无", "none")
    if value is UNKNOWN or value is None:
        return Text("未知", "unknown")
    kind = of.type if isinstance(of, FactDef) else of
    if kind.kind == "money":
        return _money(kind.dim, value)
    if kind.kind in ("rate", "ratio"):
        percent = _percent(Fraction(str(value)) if not isinstance(value, Fraction) else value)
        return Text(percent, percent)
    if kind.kind == "yes_no":
        return Text("是", "yes") if value else Text("否", "no")
    if kind.kind == "date":
        return _day(value)
    if kind.kind == "choice":
        return _choice(of, kind, value)
    if isinstance(value, RecordList):
        return Text(f"{len(value.rows)} 条", f"{len(value.rows)} records")
    return _plain(of, kind, value)


def shown_range(of: FactDef | Type, low: object, high: object) -> Text:
    """Return what stands between two values."""
    a, b = shown(of, low), shown(of, high)
    return a if a == b else Text(f"{a.zh} 至 {b.zh}", f"{a.en} to {b.en}")


def _decimal(value: Fraction, places: int) -> str:
    """Return a decimal text of `places` digits, cut towards minus infinity, with thousands separated."""
    scaled = value * 10**places
    whole = scaled.numerator // scaled.denominator
    sign, digits = ("-" if whole < 0 else ""), str(abs(whole)).rjust(places + 1, "0")
    if not places:
        return f"{sign}{int(digits):,}"
    return f"{sign}{int(digits[:-places]):,}.{digits[-places:]}"


def _money(currency: str, value: object) -> Text:
    minor = Fraction(str(value)) if not isinstance(value, Fraction) else value
    places = CURRENCIES[currency]
    mark = "" if minor.denominator == 1 else "≈"
    number = mark + _decimal(minor / 10**places, places)
    return Text(f"{number} 元" if currency == "CNY" else f"{currency} {number}", f"{currency} {number}")


def _percent(value: Fraction) -> str:
    percent = value * 100
    for places in range(5):
        if (percent * 10**places).denominator == 1:
            return f"{_decimal(percent, places)}%"
    return f"≈{_decimal(percent, 2)}%"


def _day(value: object) -> Text:
    day = date.fromordinal(int(str(value))) if not isinstance(value, date) else value
    return Text(f"{day.year}年{day.month}月{day.day}日", day.isoformat())


def _choice(of: FactDef | Type, kind: Type, value: object) -> Text:
    name = value if isinstance(value, str) else kind.choices[int(str(value))]
    if isinstance(of, FactDef):
        return next(choice.text for choice in of.choices if choice.value == name)
    return Text(str(name), str(name))


def _plain(of: FactDef | Type, kind: Type, value: object) -> Text:
    if kind.kind in ("count", "number", "price"):
        number = Fraction(str(value)) if not isinstance(value, Fraction) else value
        places = next((p for p in range(7) if (number * 10**p).denominator == 1), 6)
        text = _decimal(number, places)
        unit = of.unit if isinstance(of, FactDef) else kind.dim
        unit_text = Text("天", "days") if unit == "day" else Text(unit, unit)
        return Text(f"{text} {unit_text.zh}".strip(), f"{text} {unit_text.en}".strip())
    return Text(str(value), str(value))
