"""What would have to change for an unmet requirement: one fact or count at a time, found by bisection, confirmed by
re-running.

Slow beside a decision (some milliseconds a leaf), therefore only on request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from policies.language.compile import order_of, scale_of
from policies.language.core import FALSE, TRUE, Aggregate, Core
from policies.language.evaluate import Evaluation
from policies.language.exact import Exact, exact_of
from policies.language.facts import UNKNOWN, Facts, Value, encode, is_unknown
from policies.language.findings import Text
from policies.language.model import FactDef, Pack
from policies.language.shown import shown

QUANTITIES = ("money", "count", "rate", "number", "date")


@dataclass(frozen=True, slots=True)
class Change:
    """With `fact` at `value`, all else equal, the requirement is met.

    Where `fact` is a list, `value` is how many of its records would have to meet the condition that is counted.
    `nearest` is True where the requirement moves one way only as the fact grows, so that no smaller change does;
    otherwise the value is an example.
    """

    fact: str
    text: Text
    value: Value
    shown: Text
    nearest: bool


def nearest_change(pack: Pack, facts: Facts, leaf_id: str, *, stage: str | None = None) -> tuple[Change, ...]:
    """Return single changes that would satisfy the requirement `leaf_id`; none if it is met or unknown already.

    Only facts that may change are tried (`may_change`). Raises KeyError for an id that the pack does not have, and
    PolicyError for wrong facts.
    """
    program = pack.program_of(stage)
    exact = exact_of(pack, program)
    place = next((place for place, leaf in enumerate(exact.leaves) if leaf.id == leaf_id), None)
    if place is None:
        raise KeyError(f"{pack.code}@{pack.version} has no requirement {leaf_id!r}; see pack.leaves()")
    leaf, requirement = exact.leaves[place], exact.requirements[place]
    search = _Search(exact, place, facts, requirement, order_of([requirement]))
    if search.holds({}) is not False:
        return ()
    below = _below(leaf.core)
    names = dict.fromkeys(str(node.value).removesuffix("?") for node in below if node.op == "fact")
    found = [*(search.change(name) for name in names), *(search.count(node) for node in _counts(below))]
    return tuple(change for change in found if change is not None)


def _below(core: Core) -> tuple[Core, ...]:
    """Return every node that `core` reads, in the order of reading."""
    seen: dict[int, Core] = {}
    stack = [core]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen[id(node)] = node
            stack.extend(reversed(node.args))
    return tuple(seen.values())


def _counts(below: tuple[Core, ...]) -> tuple[Core, ...]:
    """Return the counts of lists that are counted once: two counts of one list cannot change apart."""
    lists = [_list_of(node) for node in below if node.op == "agg"]
    return tuple(
        node
        for node in below
        if node.op == "agg"
        and node.args[0].op == "const"
        and node.args[0].lo == 1
        and lists.count(_list_of(node)) == 1
    )


def _list_of(node: Core) -> str:
    assert isinstance(node.value, Aggregate)
    return node.value.list_name


@dataclass(frozen=True, slots=True)
class _Search:
    exact: Exact
    place: int
    facts: Facts
    requirement: Core
    lets: tuple[Core, ...]

    def count(self, node: Core) -> Change | None:
        """Return how many records would have to count, none more than the list may hold."""
        now = Evaluation(encode(self.exact.pack, self.exact.program, self.facts)).value(node)
        if now[0] != now[1]:
            return None
        record = self.exact.pack.records[_list_of(node)]
        ends = next((bound for bound in (node.hi, node.lo) if self._counted(node, bound)), None)
        if ends is None:
            return None
        number = _bisect(lambda number: self._counted(node, number), now[0], ends)
        nearest = direction(self.requirement, node) != 0
        return Change(record.name, record.text, number, Text(f"{number} 条", f"{number} records"), nearest)

    def _counted(self, node: Core, number: int) -> bool:
        evaluation = Evaluation(encode(self.exact.pack, self.exact.program, self.facts), {id(node): (number, number)})
        evaluation.run(self.lets)
        return evaluation.value(self.requirement) == TRUE

    def holds(self, changed: Facts) -> bool | None:
        """Tell whether the requirement is met with these facts changed; None where that is unknown."""
        facts = {**self.facts, **changed}
        met = self.exact.verdict(facts, self.place)
        if met is not None:
            return met
        evaluation = Evaluation(encode(self.exact.pack, self.exact.program, facts))
        evaluation.run(self.lets)
        value = evaluation.value(self.requirement)
        return None if value not in (TRUE, FALSE) else value == TRUE

    def change(self, name: str) -> Change | None:
        fact = self.exact.program.facts[name]
        held = self.facts.get(name, UNKNOWN)
        if not fact.may_change or is_unknown(held):
            return None
        if fact.kind in QUANTITIES:
            return self._quantity(fact, held)
        options: tuple[Value, ...] = (True, False)
        if fact.kind == "choice":
            options = tuple(choice.value for choice in fact.choices)
        for option in options:
            if option != held and self.holds({name: option}) is True:
                return Change(name, fact.text, option, shown(fact, option), True)
        return None

    def _quantity(self, fact: FactDef, held: Value) -> Change | None:
        start = _number(fact, held)
        for bound in (fact.maximum, fact.minimum):
            low = start if start is not None else fact.minimum + fact.maximum - bound
            ends = (low, bound) if self._at(fact, bound) else self._gallop(fact, low, bound)
            if ends is not None:
                value = _value(fact, _bisect(partial(self._at, fact), *ends))
                nearest = direction(self.requirement, fact.name) != 0
                return Change(fact.name, fact.text, value, shown(fact, value), nearest)
        return None

    def _gallop(self, fact: FactDef, start: int, bound: int) -> tuple[int, int] | None:
        """Look for a value that meets the requirement, though the bound does not, by steps that double."""
        unmet, step = start, 1
        sign = 1 if bound > start else -1
        while step < abs(bound - start):
            if self._at(fact, start + sign * step):
                return unmet, start + sign * step
            unmet, step = start + sign * step, step * 2
        return None

    def _at(self, fact: FactDef, number: int) -> bool:
        return self.holds({fact.name: _value(fact, number)}) is True


def _bisect(holds: Callable[[int], bool], unmet: int, met: int) -> int:
    if holds(unmet):
        return unmet
    while abs(met - unmet) > 1:
        middle = (met + unmet) // 2
        if holds(middle):
            met = middle
        else:
            unmet = middle
    return met


def _number(fact: FactDef, value: Value) -> int | None:
    if fact.kind in ("rate", "number") and isinstance(value, Decimal):
        return int(value * scale_of(fact))
    if isinstance(value, date):
        return value.toordinal()
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _value(fact: FactDef, number: int) -> Value:
    if fact.kind in ("rate", "number"):
        return Decimal(number) / scale_of(fact)
    return date.fromordinal(number) if fact.kind == "date" else number


def direction(core: Core, of: str | Core) -> int:
    """Return 1 if the node never falls as `of` grows, -1 if it never rises, 0 if that is not plain to see.

    `of` is the name of a fact, or a node. 2 where the first node does not read it at all.
    """
    return _direction(core, of, {})


STILL = 2


def _direction(core: Core, of: str | Core, known: dict[int, int]) -> int:
    found = known.get(id(core))
    if found is None:
        found = known[id(core)] = _step(core, of, known)
    return found


def _step(core: Core, of: str | Core, known: dict[int, int]) -> int:
    if core is of:
        return 1
    if core.op == "fact":
        return 1 if core.value == of else STILL
    parts = [_direction(arg, of, known) for arg in core.args]
    if all(part == STILL for part in parts):
        return STILL
    if core.op in ("add", "min", "max", "and", "or", "let", "shift", "year"):
        return _agree(parts)
    if core.op in ("sub", "le", "lt"):
        first, second = parts
        pair = [first, _turned(second)]
        return _agree(pair) if core.op == "sub" else _turned(_agree(pair))
    if core.op == "not":
        return _turned(parts[0])
    if core.op in ("mul", "floordiv"):
        return _product(core, parts)
    return _agree(parts[1:]) if core.op == "ite" and parts[0] == STILL else 0


def _product(core: Core, parts: list[int]) -> int:
    a, b = core.args
    if core.op == "floordiv":
        return parts[0] if parts[1] == STILL else 0
    if parts[1] == STILL and (b.lo >= 0 or b.hi <= 0):
        return parts[0] if b.lo >= 0 else _turned(parts[0])
    if parts[0] == STILL and (a.lo >= 0 or a.hi <= 0):
        return parts[1] if a.lo >= 0 else _turned(parts[1])
    return _agree(parts) if a.lo >= 0 and b.lo >= 0 else 0


def _turned(part: int) -> int:
    return part if part in (0, STILL) else -part


def _agree(parts: list[int]) -> int:
    moving = {part for part in parts if part != STILL}
    return moving.pop() if len(moving) == 1 else 0 if moving else STILL
