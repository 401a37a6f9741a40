"""Exact conversion between integer smallest units and the decimal text of bank files. No float ever."""

from __future__ import annotations

import re

from subsidy.bankfiles.currencies import DECIMALS
from subsidy.bankfiles.model import TOTAL_FEN_MAX

_TWO_DECIMALS = re.compile(r"(0|[1-9][0-9]{0,15})\.([0-9]{2})")
_ISO_AMOUNT = re.compile(r"\+?([0-9]{1,18})(?:\.([0-9]{1,17}))?")


def fen_to_text(amount_fen: int, currency: str = "CNY") -> str:
    """``140950`` → ``1409.50``: the currency's unit with exactly its decimals, no separators, as banks read it."""
    if amount_fen < 0:
        raise ValueError(f"an amount in a bank file is never negative, got {amount_fen} smallest units")
    decimals = DECIMALS[currency]
    if decimals == 2:
        return f"{amount_fen // 100}.{amount_fen % 100:02d}"
    whole, part = divmod(amount_fen, 10**decimals)
    return f"{whole}.{part:0{decimals}d}" if decimals else str(whole)


def text_to_fen(text: str) -> int | None:
    """Fen of a text with exactly two decimals, as Chinese bank files write it; None when it is anything else.

    A third decimal is refused, never rounded: hidden decimals of spreadsheets make totals differ.
    """
    match = _TWO_DECIMALS.fullmatch(text)
    return None if match is None else int(match[1]) * 100 + int(match[2])


def iso_to_fen(text: str, currency: str | None = "CNY") -> int | None:
    """Smallest units of an ISO 20022 amount (xs:decimal).

    None when it is no amount, has a part of a smallest unit, more than 18 digits, or a currency not known here.
    """
    decimals = DECIMALS.get(currency or "")
    match = _ISO_AMOUNT.fullmatch(text.strip())
    if match is None or decimals is None:
        return None
    part = (match[2] or "").rstrip("0")
    if len(part) > decimals:
        return None
    fen = int(match[1] + part.ljust(decimals, "0"))
    return fen if fen <= TOTAL_FEN_MAX else None
