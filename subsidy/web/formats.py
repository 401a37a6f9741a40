"""How money, dates and sizes are written for people, in the active language or in a given one.

Amounts come in fen and are printed in yuan; dates as 2026年11月22日 or 22 Nov 2026; instants in the site's time zone.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import get_language

FEN_PER_YUAN = 100
FEN_PER_WAN = 1_000_000
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUS = "−"
SIZE_UNITS = ("B", "KB", "MB", "GB")


def is_chinese(language: str | None = None) -> bool:
    """Whether texts are to be Chinese: the default, unless the language asked for (or active) is another one."""
    return (language or get_language() or "zh").startswith("zh")


def counted(names: Iterable[str]) -> str:
    """How often each name stands, in the order of first standing; empty where there are fewer than two names."""
    found = Counter(name for name in names if name)
    if len(found) < 2:
        return ""
    return pick("、", ", ").join(pick(f"{name}{n}家", f"{n} {name}") for name, n in found.items())


def pick(zh: str, en: str, language: str | None = None) -> str:
    """The text in the active language, when the data carry both."""
    return zh if is_chinese(language) else en


def yuan(fen: int) -> str:
    """Exact amount in yuan with separators and two decimals: 1234567 fen is 12,345.67."""
    whole, rest = divmod(abs(_whole(fen)), FEN_PER_YUAN)
    return f"{MINUS if fen < 0 else ''}{whole:,}.{rest:02d}"


def money(fen: int, language: str | None = None) -> str:
    """Exact amount with its unit: 12,345.67 元, or CNY 12,345.67."""
    return f"{yuan(fen)} 元" if is_chinese(language) else f"CNY {yuan(fen)}"


def money_short(fen: int, language: str | None = None) -> str:
    """Amount for narrow places: 1,234.5 万元 or CNY 12.35 million, rounded half up; beside it goes `money` in full."""
    if is_chinese(language):
        return f"{_scaled(fen, FEN_PER_WAN)} 万元"
    if abs(fen) < 100 * FEN_PER_WAN:
        return f"CNY {_scaled(fen, 1000 * FEN_PER_YUAN)} thousand"
    return f"CNY {_scaled(fen, 100 * FEN_PER_WAN)} million"


def money_column(fen: int, language: str | None = None) -> str:
    """Amount for columns that stand close: in 万元, or in thousands of CNY; `money_column_unit` goes above them."""
    return _scaled(fen, FEN_PER_WAN if is_chinese(language) else 1000 * FEN_PER_YUAN)


def money_column_unit(language: str | None = None) -> str:
    return pick("万元", "thousand CNY", language)


def day(value: dt.date, language: str | None = None) -> str:
    """A date; for an instant, its date in the site's time zone. date.max means that there is none."""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date()
    if value == dt.date.max:
        return pick("无期限", "no deadline", language)
    if is_chinese(language):
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {MONTHS_EN[value.month - 1]} {value.year}"


def month(year: int, number: int, language: str | None = None) -> str:
    """A month of a year: 2024年3月, or Mar 2024."""
    return pick(f"{year}年{number}月", f"{MONTHS_EN[number - 1]} {year}", language)


def instant(value: dt.datetime, language: str | None = None) -> str:
    """A date with hour and minute in the site's time zone."""
    local = timezone.localtime(value)
    between = " " if is_chinese(language) else ", "
    return f"{day(local, language)}{between}{local:%H:%M}"


def file_size(octets: int) -> str:
    """Size of a file in the largest unit that keeps a whole number before the point (1 KB is 1024 B)."""
    amount, unit = octets, 0
    while amount >= 1024 and unit < len(SIZE_UNITS) - 1:
        amount, unit = (amount + 512) // 1024, unit + 1
    return f"{amount} {SIZE_UNITS[unit]}"


def _scaled(fen: int, unit_fen: int) -> str:
    """fen in the unit, two decimals rounded half up, trailing zeros dropped."""
    hundredths = (abs(_whole(fen)) * 100 + unit_fen // 2) // unit_fen
    whole, rest = divmod(hundredths, 100)
    decimals = f".{rest:02d}".rstrip("0").rstrip(".")
    return f"{MINUS if fen < 0 and hundredths else ''}{whole:,}{decimals}"


def _whole(fen: int) -> int:
    if type(fen) is not int:
        raise TypeError(f"An amount is a whole number of fen, not {fen!r}; keep money in *_fen.")
    return fen
