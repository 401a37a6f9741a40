"""The interval evaluator: exact where everything read is known, sound where not.

It reads the core only. Named nodes are computed once a case, in dependency order, so that no depth of definitions
reaches the interpreter's limit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from policies.language.core import EITHER, FALSE, TRANSFER, TRUE, Aggregate, Core, Interval, hull
from policies.language.facts import Encoded


@dataclass(slots=True)
class Evaluation:
    """The values of one case; `value` may be asked for any node of the program it was made for.

    Inside an aggregate there is one for each record: `row` holds the record's fields, `outer` is the case.
    """

    facts: Encoded
    known: dict[int, Interval] = field(default_factory=dict)
    row: Mapping[str, Interval] = field(default_factory=dict)
    outer: Evaluation | None = None

    def run(self, lets: tuple[Core, ...]) -> None:
        """Compute every named node in order."""
        for node in lets:
            self.value(node)

    def value(self, node: Core) -> Interval:
        """Return the interval that contains the node's value for every completion of the unknown facts."""
        found = self.known.get(id(node))
        if found is None:
            found = self.known[id(node)] = _STEPS[node.op](self, node)
        return found


def _fact(at: Evaluation, node: Core) -> Interval:
    return at.facts.spans[str(node.value)]


def _field(at: Evaluation, node: Core) -> Interval:
    assert isinstance(node.value, tuple)
    return at.row[node.value[1]]


def _let(at: Evaluation, node: Core) -> Interval:
    return at.value(node.args[0]) if at.outer is None else at.outer.value(node)


def _choose(at: Evaluation, node: Core) -> Interval:
    condition, then, other = node.args
    holds = at.value(condition)
    if holds == TRUE:
        return at.value(then)
    if holds == FALSE:
        return at.value(other)
    return hull(at.value(then), at.value(other))


def _and(at: Evaluation, node: Core) -> Interval:
    first, second = node.args
    a = at.value(first)
    if a == FALSE:
        return FALSE
    b = at.value(second)
    return b if a == TRUE or b == FALSE else EITHER


def _or(at: Evaluation, node: Core) -> Interval:
    first, second = node.args
    a = at.value(first)
    if a == TRUE:
        return TRUE
    b = at.value(second)
    return b if a == FALSE or b == TRUE else EITHER


def _unary(op: str) -> Callable[[Evaluation, Core], Interval]:
    transfer = TRANSFER[op]
    return lambda at, node: transfer(node.value, at.value(node.args[0]))


def _binary(op: str) -> Callable[[Evaluation, Core], Interval]:
    transfer = TRANSFER[op]

    def step(at: Evaluation, node: Core) -> Interval:
        first, second = node.args
        return transfer(None, at.value(first), at.value(second))

    return step


def _aggregate(at: Evaluation, node: Core) -> Interval:
    assert isinstance(node.value, Aggregate)
    case = at.outer or at
    kind = node.value.kind
    value_node, condition_node, none_node = node.args
    rows = case.facts.lists[node.value.list_name]
    found: list[tuple[Interval, Interval]] = []
    for row in rows.rows:
        inside = Evaluation(case.facts, {}, row, case)
        holds = inside.value(condition_node)
        if holds != FALSE:
            found.append((holds, inside.value(value_node)))
    possible = condition_node.range if rows.more else FALSE
    if kind == "sum":
        return _total(found, rows.more if possible != FALSE else 0, value_node.range)
    if possible != FALSE:
        found.append((EITHER, value_node.range))
    return _extreme(kind, found, case.value(none_node))


def _total(found: list[tuple[Interval, Interval]], more: int, each: Interval) -> Interval:
    low, high = more * min(0, each[0]), more * max(0, each[1])
    for holds, value in found:
        low += value[0] if holds == TRUE else min(0, value[0])
        high += value[1] if holds == TRUE else max(0, value[1])
    return (low, high)


def _extreme(kind: str, found: list[tuple[Interval, Interval]], if_none: Interval) -> Interval:
    pick = max if kind == "max" else min
    certain = [value for holds, value in found if holds == TRUE]
    every = [value for _, value in found]
    if not every:
        return if_none
    if not certain:
        whole = every[0]
        for value in every[1:]:
            whole = hull(whole, value)
        return hull(whole, if_none)
    low = pick(value[0] for value in (certain if kind == "max" else every))
    high = pick(value[1] for value in (every if kind == "max" else certain))
    return (low, high)


_STEPS: dict[str, Callable[[Evaluation, Core], Interval]] = {
    "const": lambda _, node: (node.lo, node.hi),
    "fact": _fact,
    "field": _field,
    "let": _let,
    "ite": _choose,
    "and": _and,
    "or": _or,
    "agg": _aggregate,
    **{op: _unary(op) for op in ("not", "shift", "year")},
    **{op: _binary(op) for op in ("add", "sub", "mul", "floordiv", "min", "max", "lt", "le", "eq")},
}
