"""Unified social credit codes (统一社会信用代码, GB 32100-2015) as far as python-stdnum does not check them."""

from __future__ import annotations

_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION = slice(8, 16)
_CHECK = 16


def inner_check_holds(uscc: str) -> bool:
    """Whether the organisation code inside a valid code carries its own check sign (GB 11714-1997, modulus 11).

    Codes that fail exist, as registries gave them out; it is a reason to compare with the licence, not to refuse.
    """
    total = sum(_SIGNS.index(sign) * weight for sign, weight in zip(uscc[_ORGANISATION], _WEIGHTS, strict=True))
    return uscc[_CHECK] == "0123456789X"[-total % 11]
