"""The units a literal may carry. A new unit is one line in `UNITS` or `CURRENCIES`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

# Currency → decimals of its minor unit (ISO 4217).
CURRENCIES: dict[str, int] = {
    "CNY": 2, "EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "HKD": 2, "CHF": 2, "CAD": 2, "AUD": 2,
    "SGD": 2, "SEK": 2, "NOK": 2, "DKK": 2, "KRW": 0, "INR": 2, "BRL": 2, "KWD": 3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """What a literal's unit means: the kind of value, its dimension, and what one unit is in the kind's base.

    Base: money in minor units, rate and count in one, number in its unit, duration in (months, days).
    """

    kind: str
    dim: str = ""
    factor: Fraction = Fraction(1)
    months: int = 0
    days: int = 0


def _money(currency: str, factor: int) -> Unit:
    return Unit("money", currency, Fraction(factor))


UNITS: dict[str, Unit] = {
    "%": Unit("rate", factor=Fraction(1, 100)),
    "‰": Unit("rate", factor=Fraction(1, 1000)),
    "分": _money("CNY", 1),
    "元": _money("CNY", 100),
    "万元": _money("CNY", 100 * 10**4),
    "亿元": _money("CNY", 100 * 10**8),
    "万": Unit("count", factor=Fraction(10**4)),
    "人": Unit("count"),
    "项": Unit("count"),
    "分钟": Unit("number", "min"),
    **{name: Unit("number", name) for name in ("ha", "m2", "m3", "km", "kg", "t", "kWh", "h")},
    **{name: Unit("duration", days=1) for name in ("天", "day", "days")},
    **{name: Unit("duration", months=1) for name in ("个月", "month", "months")},
    **{name: Unit("duration", months=12) for name in ("年", "year", "years")},
    **{code: _money(code, 10**decimals) for code, decimals in CURRENCIES.items()},
}

NUMBER_UNITS = frozenset(unit.dim for unit in UNITS.values() if unit.kind == "number")


def unit_named(name: str) -> Unit | None:
    """Return the unit written `name`; "GBP/ha" is a price (money a number unit)."""
    if name in UNITS:
        return UNITS[name]
    money, _, per = name.partition("/")
    if money in UNITS and UNITS[money].kind == "money" and per in NUMBER_UNITS:
        return Unit("price", f"{UNITS[money].dim}/{per}", UNITS[money].factor)
    return None
