"""Values as people read them, in Chinese and English. One style a type, no rounding that could cross a threshold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from policies.language.facts import ABSENT, UNKNOWN, Outdated, RecordList
from policies.language.findings import Text
from policies.language.model import FactDef
from policies.language.typed import Type
from policies.language.units import CURRENCIES

NONE, NOT_KNOWN = Text("无", "none"), Text("未知", "unknown")
YES, NO = Text("是", "yes"), Text("否", "no")
Show = Callable[[object], Text]
# How many texts of a type are kept: values of one case return in several clauses, days return in many cases.
KEPT, DAYS = 512, 8192


def format_value(of: FactDef | Type, value: object, lang: str) -> str:
    """Return a value in words.

    Money is in whole currency units with thousands and decimals: "12,000,000.00 元", "CNY 12,000,000.00". Rates and
    ratios are in percent; one that does not end within four decimals is cut, never rounded up, and marked: "≈4.99%".
    """
    return shown(of, value).in_language(lang)


def shown(of: FactDef | Type, value: object) -> Text:
    """Return a value in both languages."""
    return shower(of)(value)


def shower(of: FactDef | Type) -> Show:
    """Return what shows values of one fact or type, for whoever shows many."""
    kind = of.type if isinstance(of, FactDef) else of
    show = _choice(of, kind) if kind.kind == "choice" else _show(kind)

    def any_state(value: object) -> Text:
        if value is ABSENT:
            return NONE
        if value is UNKNOWN or value is None:
            return NOT_KNOWN
        return _too_old(value.as_of) if type(value) is Outdated else show(value)

    return any_state


def _too_old(as_of: date) -> Text:
    day = _day(as_of)
    return Text(
        f"未知（仅有截至{day.zh}的数据，已超过有效期）", f"unknown (held only as of {day.en}, which is too old)"
    )


@lru_cache(maxsize=64)
def _show(kind: Type) -> Show:
    return _SHOW[kind.kind](kind) if kind.kind in _SHOW else _plain


def shown_range(of: FactDef | Type, low: object, high: object) -> Text:
    """Return what stands between two values."""
    a, b = shown(of, low), shown(of, high)
    return a if a == b else Text(f"{a.zh} 至 {b.zh}", f"{a.en} to {b.en}")


def _quantity(text: Callable[[int, int], Text]) -> Show:
    """Return what shows a number n / d by `text`, given as a number or as the pair (n, d), reduced or not."""

    @lru_cache(maxsize=KEPT)
    def show(value: object) -> Text:
        if type(value) is int:
            return text(value, 1)
        if isinstance(value, tuple):
            return text(*value)
        if isinstance(value, int | Decimal | Fraction):
            return text(*value.as_integer_ratio())
        return text(*Fraction(str(value)).as_integer_ratio())

    return show


def _decimal(n: int, d: int, places: int) -> str:
    """Return n / d as a decimal text of `places` digits, cut towards minus infinity, with thousands separated."""
    whole = n * 10**places // d
    sign = "-" if whole < 0 else ""
    if not places:
        return f"{sign}{abs(whole):,}"
    units, rest = divmod(abs(whole), 10**places)
    return f"{sign}{units:,}.{rest:0{places}d}"


def _money(kind: Type) -> Show:
    currency, places = kind.dim, CURRENCIES[kind.dim]
    minor = 10**places

    def text(n: int, d: int) -> Text:
        if d == 1 and n >= 0 and places == 2:  # nearly always, and a fourth of the time
            number = f"{n // 100:,}.{n % 100:02d}"
        else:
            number = f"{'≈' if n % d else ''}{_decimal(n // d, minor, places)}"
        english = f"{currency} {number}"
        return Text(f"{number} 元" if currency == "CNY" else english, english)

    return _quantity(text)


def _percent(_: Type) -> Show:
    def text(n: int, d: int) -> Text:
        for places in range(5):
            if n * 100 * 10**places % d == 0:
                percent = f"{_decimal(n * 100, d, places)}%"
                return Text(percent, percent)
        percent = f"≈{_decimal(n * 100, d, 2)}%"
        return Text(percent, percent)

    return _quantity(text)


def _digits(n: int, d: int) -> str:
    """Return n / d with as many decimals as it needs, up to six, with thousands separated."""
    places = 0 if d == 1 else next((places for places in range(7) if n * 10**places % d == 0), 6)
    return _decimal(n, d, places)


def _number(kind: Type) -> Show:
    zh, en = ("天", "days") if kind.dim == "day" else (kind.dim, kind.dim)

    def text(n: int, d: int) -> Text:
        number = _digits(n, d)
        if not kind.dim and abs(n) < 10_000 * d:
            # A number without a unit may be a year, and four digits need no parting (SI brochure, 5.4.4).
            number = number.replace(",", "")
        return Text(f"{number} {zh}".strip(), f"{number} {en}".strip())

    return _quantity(text)


def _price(kind: Type) -> Show:
    currency, _, per = kind.dim.partition("/")
    minor = 10 ** CURRENCIES[currency]

    def text(n: int, d: int) -> Text:
        number = _digits(*Fraction(n, d * minor).as_integer_ratio())
        english = f"{currency} {number}/{per}"
        return Text(f"{number} 元/{per}" if currency == "CNY" else english, english)

    return _quantity(text)


def _yes_no(_: Type) -> Show:
    return lambda value: YES if value else NO


@lru_cache(maxsize=DAYS)
def _day(value: object) -> Text:
    day = date.fromordinal(int(str(value))) if not isinstance(value, date) else value
    return Text(f"{day.year}年{day.month}月{day.day}日", day.isoformat())


def _choice(of: FactDef | Type, kind: Type) -> Show:
    texts = {name: Text(name, name) for name in kind.choices}
    if isinstance(of, FactDef):
        texts = {choice.value: choice.text for choice in of.choices}
    return lambda value: texts[value if isinstance(value, str) else kind.choices[int(str(value))]]


def _plain(value: object) -> Text:
    if isinstance(value, RecordList):
        counted = Text(f"{len(value.rows)} 条", f"{len(value.rows)} records")
        if value.outdated is None:
            return counted
        day = _day(value.outdated)
        return Text(
            f"{counted.zh}（截至{day.zh}的记录已超过有效期，未计入）",
            f"{counted.en} (records as of {day.en} are too old and not counted)",
        )
    return Text(str(value), str(value))


_SHOW: dict[str, Callable[[Type], Show]] = {
    "money": _money,
    **dict.fromkeys(("rate", "ratio"), _percent),
    **dict.fromkeys(("count", "number"), _number),
    "price": _price,
    "yes_no": _yes_no,
    "date": lambda _: _day,
}
