"""The integer core: about twenty kinds of node over integers, and what each does to intervals.

Scales, units, ratios, bands, tiers and rates are gone here. A condition is the integer 0 or 1, so that an interval
[0, 1] is "unknown", `and` is the smaller and `or` the larger: Kleene's three values fall out of the arithmetic.
The table `TRANSFER` serves twice: for the range that the checker proves of every node, and for a decision with facts
unknown. Every node is monotone or taken at its corners, so an interval always contains the value of every completion.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from policies.language.findings import Position

Interval = tuple[int, int]


class Move(NamedTuple):
    """How far a `shift` moves a date: months first (the end of the month clips), then days."""

    months: int
    days: int


class Aggregate(NamedTuple):
    """What an `agg` takes (sum, max or min) of which list, and how long the list may be."""

    kind: str
    list_name: str
    length: int


LIMIT = 2**127
TRUE: Interval = (1, 1)
FALSE: Interval = (0, 0)
EITHER: Interval = (0, 1)


class RangeError(Exception):
    """A node's range leaves what the core can hold; the message (English, Chinese) says which bound."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """One node; `lo` and `hi` bound its value for every company that the facts' declarations admit."""

    op: str
    args: tuple[Core, ...]
    value: object
    lo: int
    hi: int

    @property
    def range(self) -> Interval:
        """The proven range."""
        return (self.lo, self.hi)


def hull(a: Interval, b: Interval) -> Interval:
    """Return the smallest interval with both."""
    return (min(a[0], b[0]), max(a[1], b[1]))


def shift_day(day: int, months: int, days: int) -> int:
    """Return the day number `months` later (end of month clips) and then `days` later."""
    start = date.fromordinal(day)
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise RangeError(f"the year {year} is outside the calendar", f"年份 {year} 超出历法范围")
    first = date(year, month + 1, 1).toordinal()
    moved = first + min(start.day, monthrange(year, month + 1)[1]) - 1 + days
    if not 1 <= moved <= date.max.toordinal():
        raise RangeError("the date is outside the calendar", "日期超出历法范围")
    return moved


def _mul(_: object, a: Interval, b: Interval) -> Interval:
    corners = (a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1])
    return (min(corners), max(corners))


def _floordiv(_: object, a: Interval, b: Interval) -> Interval:
    # The checker has proven that the divisor is positive wherever this node counts; what lies below is unreachable.
    low, high = max(b[0], 1), max(b[1], 1)
    corners = (a[0] // low, a[0] // high, a[1] // low, a[1] // high)
    return (min(corners), max(corners))


def _lt(_: object, a: Interval, b: Interval) -> Interval:
    return TRUE if a[1] < b[0] else FALSE if a[0] >= b[1] else EITHER


def _le(_: object, a: Interval, b: Interval) -> Interval:
    return TRUE if a[1] <= b[0] else FALSE if a[0] > b[1] else EITHER


def _eq(_: object, a: Interval, b: Interval) -> Interval:
    if a[1] < b[0] or b[1] < a[0]:
        return FALSE
    return TRUE if a[0] == a[1] == b[0] == b[1] else EITHER


def _ite(_: object, c: Interval, a: Interval, b: Interval) -> Interval:
    return a if c == TRUE else b if c == FALSE else hull(a, b)


def _shift(value: object, a: Interval) -> Interval:
    assert isinstance(value, Move)
    return (shift_day(a[0], *value), shift_day(a[1], *value))


def _agg(value: object, values: Interval, _: Interval, if_none: Interval) -> Interval:
    assert isinstance(value, Aggregate)
    if value.kind == "sum":
        return (min(0, value.length * values[0]), max(0, value.length * values[1]))
    return hull(values, if_none)


TRANSFER: dict[str, Callable[..., Interval]] = {
    "add": lambda _, a, b: (a[0] + b[0], a[1] + b[1]),
    "sub": lambda _, a, b: (a[0] - b[1], a[1] - b[0]),
    "mul": _mul,
    "floordiv": _floordiv,
    "min": lambda _, a, b: (min(a[0], b[0]), min(a[1], b[1])),
    "max": lambda _, a, b: (max(a[0], b[0]), max(a[1], b[1])),
    "lt": _lt,
    "le": _le,
    "eq": _eq,
    "and": lambda _, a, b: (min(a[0], b[0]), min(a[1], b[1])),
    "or": lambda _, a, b: (max(a[0], b[0]), max(a[1], b[1])),
    "not": lambda _, a: (1 - a[1], 1 - a[0]),
    "ite": _ite,
    "let": lambda _, a: a,
    "shift": _shift,
    "year": lambda _, a: (date.fromordinal(a[0]).year, date.fromordinal(a[1]).year),
    "agg": _agg,
}


@dataclass(slots=True)
class Builder:
    """Makes core nodes: equal nodes are one object, constants are folded, ranges are proven."""

    known: dict[tuple[str, tuple[int, ...], object], Core] = field(default_factory=dict)
    lets: dict[str, Core] = field(default_factory=dict)
    negative_rounds: list[Position] = field(default_factory=list)

    def _keep(self, op: str, args: tuple[Core, ...], value: object, span: Interval) -> Core:
        if not (-LIMIT < span[0] <= span[1] < LIMIT):
            raise RangeError(
                f"the value may lie between {span[0]} and {span[1]}, beyond 127 bits; give the facts min and max",
                "数值范围超过 127 位；请为所用事实声明 min 和 max",
            )
        key = (op, tuple(id(arg) for arg in args), value)
        node = self.known.get(key)
        if node is None:
            node = self.known[key] = Core(op, args, value, *span)
        return node

    def const(self, value: int) -> Core:
        """Return the node of a constant."""
        return self._keep("const", (), int(value), (int(value), int(value)))

    def fact(self, name: str, lo: int, hi: int) -> Core:
        """Return the node that reads a fact; `name?` reads whether an optional fact exists."""
        return self._keep("fact", (), name, (lo, hi))

    def field(self, list_name: str, name: str, lo: int, hi: int) -> Core:
        """Return the node that reads a field of the record at hand."""
        return self._keep("field", (), (list_name, name), (lo, hi))

    def let(self, name: str, body: Core) -> Core:
        """Name a value, so that it is computed once; a constant stays itself."""
        if body.op == "const":
            return body
        node = self._keep("let", (body,), name, body.range)
        self.lets[name] = node
        return node

    def make(self, op: str, *args: Core, value: object = None) -> Core:
        """Return the node `op` over `args`; raises RangeError beyond 127 bits."""
        span = TRANSFER[op](value, *(arg.range for arg in args))
        if op == "ite" and args[0].op == "const":
            return args[1] if args[0].value else args[2]
        if op != "agg" and args and all(arg.op == "const" for arg in args):
            return self.const(span[0])
        return self._keep(op, args, value, span)

    def times(self, node: Core, factor: int) -> Core:
        """Return `node` times a constant."""
        return node if factor == 1 else self.make("mul", node, self.const(factor))
