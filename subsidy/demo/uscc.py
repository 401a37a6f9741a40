"""Unified social credit codes (统一社会信用代码, GB 32100-2015) of companies that do not exist.

Eighteen signs: registering authority and kind of body (91: a company), region of first registration (six digits),
organisation code (eight signs and a check sign, GB 11714-1997), check sign. Codes given out since 2015 begin their
organisation code with MA; so do ours.
"""

from __future__ import annotations

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
COMPANY = "91"
FREE = "MA"
FREE_SIGNS = 6
NUMBERS = len(SIGNS) ** FREE_SIGNS
# Odd and no multiple of 31, hence without a common factor with NUMBERS: neighbours look unrelated, none meet.
_SPREAD = 387_420_501
_OFFSET = 44_217_803


def check_sign(first: str) -> str:
    """The eighteenth sign from the seventeen before it (GB 32100-2015, ISO 7064-like, modulus 31)."""
    total = sum(SIGNS.index(sign) * weight for sign, weight in zip(first, WEIGHTS, strict=True))
    return SIGNS[-total % 31]


def organisation_check_sign(first: str) -> str:
    """The check sign of an organisation code from its eight signs (GB 11714-1997, modulus 11, X for ten)."""
    total = sum(
        ORGANISATION_SIGNS.index(sign) * weight for sign, weight in zip(first, ORGANISATION_WEIGHTS, strict=True)
    )
    return "0123456789X"[-total % 11]


def generated_uscc(number: int, *, region: str) -> str:
    """The code of the company with this number; different numbers below NUMBERS give different codes.

    `region` is that of first registration, which says nothing of where the company is today.
    Raises ValueError for a number out of range.
    """
    if not 0 <= number < NUMBERS:
        raise ValueError(f"a company's number lies in 0..{NUMBERS - 1}, not {number}; generate fewer companies")
    rest, signs = (number * _SPREAD + _OFFSET) % NUMBERS, ""
    for _ in range(FREE_SIGNS):
        rest, last = divmod(rest, len(SIGNS))
        signs = SIGNS[last] + signs
    organisation = FREE + signs
    first = COMPANY + region + organisation + organisation_check_sign(organisation)
    return first + check_sign(first)
