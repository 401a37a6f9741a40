"""What lies one smallest step away from a company, and where a condition flips on the way.

A smallest step moves one fact by its smallest unit (a fen, a person, a day), a choice to another one, or in a list
one field of a record, or one record more or less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import product

from policies.language.compile import order_of, scale_of
from policies.language.core import FALSE, TRUE, Aggregate, Core, Interval
from policies.language.evaluate import Evaluation
from policies.language.facts import Encoded
from policies.language.model import FactDef, Pack, Program
from policies.language.units import CURRENCIES

MAX_VALUES = 4000
MAX_ADDED = 12
_COMBINED: dict[str, Callable[[int, int], int]] = {
    "add": int.__add__, "sub": int.__sub__, "mul": int.__mul__, "min": min, "max": max,
}  # fmt: skip
Row = Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Reads:
    """What a node rests on: facts, and of each list the fields."""

    facts: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]


def reads_of(node: Core) -> Reads:
    """Return what a node rests on."""
    facts: dict[str, None] = {}
    fields: dict[str, dict[str, None]] = {}
    seen: set[int] = set()
    stack = [node]
    while stack:
        here = stack.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        if here.op == "fact":
            facts[str(here.value).removesuffix("?")] = None
        elif here.op == "agg" and isinstance(here.value, Aggregate):
            fields.setdefault(here.value.list_name, {})
        elif here.op == "field" and isinstance(here.value, tuple):
            fields.setdefault(here.value[0], {})[here.value[1]] = None
        stack.extend(reversed(here.args))
    return Reads(tuple(facts), {name: tuple(found) for name, found in fields.items()})


@dataclass(frozen=True, slots=True)
class Edge:
    """A condition asked of companies that lie close together.

    It flips between two only where the quantities themselves cross: a flip that another condition below it brings
    about (a tier, a band, a guard) is a jump and says nothing of where the mark lies.
    """

    node: Core
    lets: tuple[Core, ...]
    conditions: tuple[Core, ...]

    @classmethod
    def of(cls, node: Core) -> Edge:
        """Prepare a condition."""
        return cls(node, order_of([node]), _conditions_below(node))

    def value(self, facts: Encoded) -> bool | None:
        """Return whether it holds, None where that is unknown."""
        return self.values(facts)[0]

    def values(self, facts: Encoded) -> tuple[bool | None, tuple[Interval, ...]]:
        """Return whether it holds, and how the conditions below it stand."""
        evaluation = Evaluation(facts)
        evaluation.run(self.lets)
        found = evaluation.value(self.node)
        holds = True if found == TRUE else False if found == FALSE else None
        return holds, tuple(evaluation.value(condition) for condition in self.conditions)

    def flips(self, held: bool, conditions: tuple[Interval, ...], other: Encoded) -> bool:
        """Tell whether it flips at `other`, all else below it being the same."""
        value, there = self.values(other)
        return value is (not held) and there == conditions


def _conditions_below(node: Core) -> tuple[Core, ...]:
    """Return the conditions below a node, but those that are asked of single records."""
    found: dict[int, Core] = {}
    seen: set[int] = set()
    stack = [] if node.op == "agg" else [*node.args]
    while stack:
        here = stack.pop()
        if id(here) not in seen and here.op != "agg":
            seen.add(id(here))
            if here.op in ("lt", "le", "eq"):
                found[id(here)] = here
            stack.extend(here.args)
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Moves:
    """The companies one smallest step away from a given one, as far as a comparison can tell."""

    program: Program
    pack: Pack
    reads: Reads
    pool: Mapping[str, tuple[Row, ...]]
    record: str

    def around(self, facts: Encoded) -> Iterator[Encoded]:
        for name in self.reads.facts:
            for value in steps(self.program.facts[name], facts.spans[name]):
                yield replace(facts, spans={**facts.spans, name: (value, value)})
        for name, fields in self.reads.fields.items():
            rows = facts.lists[name]
            for index, row in enumerate(rows.rows):
                for changed in self._rows_near(name, row, fields):
                    yield _with_rows(facts, name, (*rows.rows[:index], changed, *rows.rows[index + 1 :]))
                if not self.record:
                    yield _with_rows(facts, name, (*rows.rows[:index], *rows.rows[index + 1 :]))
            if not self.record and len(rows.rows) < self.pack.records[name].max_length:
                for row in self.pool[name][:MAX_ADDED]:
                    yield _with_rows(facts, name, (*rows.rows, row))

    def _rows_near(self, name: str, row: Row, fields: tuple[str, ...]) -> Iterator[Row]:
        for key in fields:
            for value in steps(self.pack.records[name].fields[key], row[key]):
                yield {**row, key: (value, value)}


def _with_rows(facts: Encoded, name: str, rows: tuple[Row, ...]) -> Encoded:
    return replace(facts, lists={**facts.lists, name: replace(facts.lists[name], rows=rows)})


def steps(fact: FactDef, span: Interval) -> tuple[int, ...]:
    """Return the nearest other values of a known fact."""
    low, high = span
    if low != high:
        return ()
    if fact.kind in ("yes_no", "choice"):
        return tuple(value for value in range(fact.minimum, fact.maximum + 1) if value != low)
    return tuple(value for value in (low - 1, low + 1) if fact.minimum <= value <= fact.maximum)


def smooth(node: Core, facts: Mapping[str, FactDef], known: dict[int, bool]) -> bool:
    """Tell whether a quantity reaches `node` other than through a condition, so that a smallest step can move it."""
    found = known.get(id(node))
    if found is None:
        found = known[id(node)] = _smooth_step(node, facts, known)
    return found


def _smooth_step(node: Core, facts: Mapping[str, FactDef], known: dict[int, bool]) -> bool:
    if node.op == "fact":
        name = str(node.value)
        return not name.endswith("?") and facts[name].kind not in ("yes_no", "choice")
    if node.op in ("lt", "le", "eq", "and", "or", "not", "const"):
        return False
    if node.op == "field":
        return True
    if node.op == "agg" and node.args[0].op == "const":
        return True  # one record more or less
    parts = node.args[1:] if node.op == "ite" else node.args
    return any(smooth(part, facts, known) for part in parts)


def point_values(node: Core) -> frozenset[int] | None:
    """Return every value that points can take; None where they are too many to list."""
    if node.op == "const":
        return frozenset((node.lo,))
    if node.op == "let":
        return point_values(node.args[0])
    if node.op in ("lt", "le", "eq", "and", "or", "not"):
        return frozenset((0, 1))
    parts = [point_values(arg) for arg in (node.args[1:] if node.op == "ite" else node.args)]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or not parts:
        return None
    if node.op == "ite":
        return known[0] | known[1]
    combine = _COMBINED.get(node.op)
    if combine is None or len(known[0]) * len(known[1]) > MAX_VALUES:
        return None
    return frozenset(combine(a, b) for a, b in product(*known))


def flip(edge: Edge, fact: FactDef, facts: Encoded, smoothly: bool) -> tuple[int, int] | None:
    """Return two neighbouring values of `fact` between which the condition flips (`smoothly`: not by a jump)."""
    held, high = facts.spans[fact.name]
    presence = {}
    if facts.spans.get(f"{fact.name}?") == FALSE:
        held, presence = fact.minimum, {f"{fact.name}?": TRUE}
    elif held != high:
        return None

    def at(value: int) -> tuple[bool | None, tuple[Interval, ...]]:
        return edge.values(replace(facts, spans={**facts.spans, **presence, fact.name: (value, value)}))

    if at(held)[0] is None:
        return None
    if fact.kind in ("yes_no", "choice"):
        if smoothly:
            return None
        other = next((value for value in steps(fact, (held, held)) if at(value)[0] is (not at(held)[0])), None)
        return None if other is None else (held, other)
    for bound in (fact.maximum, fact.minimum):
        pair = _gallop(lambda value: at(value)[0], held, bound)
        if pair is not None and (not smoothly or at(pair[0])[1] == at(pair[1])[1]):
            return pair
    return None


def _gallop(at: Callable[[int], bool | None], held: int, bound: int) -> tuple[int, int] | None:
    """Return neighbours between `held` and `bound` where the condition flips: by doubling steps, then by halving."""
    here, near, far, step = at(held), held, held, 1
    while far != bound and at(far) is here:
        near, far = far, held + (1 if bound > held else -1) * min(step, abs(bound - held))
        step *= 2
    if at(far) is not (not here):
        return None
    while abs(far - near) > 1:
        middle = (near + far) // 2
        near, far = (middle, far) if at(middle) is here else (near, middle)
    return near, far


def written_value(fact: FactDef, number: int) -> str:
    """Return the integer a fact is held as, as a worked case writes it."""
    if fact.kind == "date":
        return date.fromordinal(number).isoformat()
    if fact.kind == "yes_no":
        return "yes" if number else "no"
    if fact.kind == "choice":
        return fact.choices[number].value
    if fact.kind == "money":
        return _money(fact.currency, number)
    if fact.kind in ("rate", "number"):
        value = Decimal(number) / scale_of(fact)
        return f"{value * 100:f}%" if fact.kind == "rate" else f"{value:f}{fact.unit}"
    return str(number)


def _money(currency: str, number: int) -> str:
    """Return an amount in round units, a smallest unit off written as such: `1亿元 - 1分`."""
    places = CURRENCIES[currency]
    for off in (0, 1, -1):
        if (number + off) % 10**places == 0 and number + off > 0:
            unit = "1分" if currency == "CNY" else f"{Decimal(1).scaleb(-places):f}{currency}"
            return _round_money(currency, number + off) + {0: "", 1: f" - {unit}", -1: f" + {unit}"}[off]
    return f"{number}分" if currency == "CNY" and number else _round_money(currency, number)


def _round_money(currency: str, number: int) -> str:
    if currency == "CNY":
        units = (("亿元", 10**10), ("万元", 10**6), ("元", 100))
        return next(
            f"{number // size}{unit}" for unit, size in units if number % size == 0 and (number or size == 100)
        )
    value = Decimal(number).scaleb(-CURRENCIES[currency])
    return f"{value.normalize() if value == value.to_integral_value() else value:f}{currency}"
