"""Numbers, dates and instants as a letter writes them. Amounts are integer fen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

Language = Literal["zh", "en"]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def yuan(amount_fen: int) -> str:
    """Fen as yuan with separators and always two decimals: 364705800 → 3,647,058.00."""
    sign = "-" if amount_fen < 0 else ""
    whole, rest = divmod(abs(amount_fen), 100)
    return f"{sign}{whole:,}.{rest:02d}"


def money(amount_fen: int, lang: Language) -> str:
    """The amount with its unit: 3,647,058.00元 / CNY 3,647,058.00."""
    return f"{yuan(amount_fen)}元" if lang == "zh" else f"CNY {yuan(amount_fen)}"


def day(value: date, lang: Language) -> str:
    """2026年11月22日 / 22 Nov 2026, in any locale of the machine."""
    if lang == "zh":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def titled(title: str, number: str, lang: Language) -> str:
    """A document's title with its number in the brackets of the language."""
    return f"{title}（{number}）" if lang == "zh" else f"{title} ({number})"


def instant(value: datetime, lang: Language) -> str:
    """Day and minute with the offset from UTC, as the instant was given; a naive instant raises ValueError."""
    offset = value.strftime("%z")
    if not offset:
        raise ValueError(f"{value.isoformat()} has no time zone; pass an aware instant")
    return f"{day(value, lang)} {value:%H:%M} (UTC{offset[:3]}:{offset[3:5]})"
