"""CNAPS numbers: the 12 digits that name a bank branch in China's payment systems."""

from __future__ import annotations

import re

#: The form of a CNAPS number.
CNAPS = re.compile(r"[0-9]{12}")


def is_cnaps(code: str) -> bool:
    """Whether the text has the form of a CNAPS number: 3 digits bank class, 4 area, 4 branch, 1 check digit."""
    return CNAPS.fullmatch(code) is not None


def cnaps_check_digit_holds(code: str) -> bool:
    """Whether the last digit fits ISO 7064 MOD 11,10.

    A warning for the person who enters the number, never a refusal: a few branches in use do not satisfy it.
    Raises ValueError when the text is not twelve digits.
    """
    if not is_cnaps(code):
        raise ValueError(f"a CNAPS number has 12 digits, got {code!r}")
    product = 10
    for digit in code[:-1]:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (product + int(code[-1])) % 10 == 1


def same_bank(one: str, other: str) -> bool:
    """Whether two CNAPS numbers belong to the same bank (行内): their first three digits are the bank's class."""
    return one[:3] == other[:3]
