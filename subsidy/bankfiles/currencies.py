"""Currencies that payments may be made in, with the decimals of their smallest unit (ISO 4217, list one).

A currency that is not named here is refused: how many decimals it has decides what a number of smallest units is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Decimals by currency code: 100 fen a yuan, no part of a yen, 1,000 fils a Kuwaiti dinar.
DECIMALS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("AUD", "CAD", "CHF", "CNY", "EUR", "GBP", "HKD", "MOP", "SGD", "THB", "USD"), 2),
        **dict.fromkeys(("JPY", "KRW", "VND"), 0),
        **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
    }
)


def amount_like(currency: str | None) -> str:
    """An amount as it should look in the currency, for error messages."""
    return {0: "1409", 3: "1409.500"}.get(DECIMALS.get(currency or "CNY", 2), "1409.50")
