"""Exact conversion between integer fen and the decimal text of bank files. No float ever."""

from __future__ import annotations

import re

from subsidy.bankfiles.model import AMOUNT_FEN_MAX

_TWO_DECIMALS = re.compile(r"(0|[1-9][0-9]{0,15})\.([0-9]{2})")
_ISO_AMOUNT = re.compile(r"\+?([0-9]{1,16})(?:\.([0-9]{1,2})0*)?")


def fen_to_text(amount_fen: int) -> str:
    """``140950`` → ``1409.50``: yuan with exactly two decimals, no separators, as banks read it."""
    if amount_fen < 0:
        raise ValueError(f"an amount in a bank file is never negative, got {amount_fen} fen")
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def text_to_fen(text: str) -> int | None:
    """Fen of a text with exactly two decimals, as Chinese bank files write it; None when it is anything else.

    A third decimal is refused, never rounded: hidden decimals of spreadsheets make totals differ.
    """
    match = _TWO_DECIMALS.fullmatch(text)
    return None if match is None else int(match[1]) * 100 + int(match[2])


def iso_to_fen(text: str) -> int | None:
    """Fen of an ISO 20022 amount (xs:decimal); None when it has a part of a fen or is no amount."""
    match = _ISO_AMOUNT.fullmatch(text.strip())
    if match is None:
        return None
    fen = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    return fen if fen <= AMOUNT_FEN_MAX else None
