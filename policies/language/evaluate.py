"""The interval evaluator: exact where everything read is known, sound where not.

It reads the core only. Named nodes are computed once a case, in dependency order, so that no depth of definitions
reaches the interpreter's limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.language.core import EITHER, FALSE, TRANSFER, TRUE, Aggregate, Core, Interval, hull
from policies.language.facts import Encoded, Rows


@dataclass(slots=True)
class Evaluation:
    """The values of one case; `value` may be asked for any node of the program it was made for."""

    facts: Encoded
    known: dict[int, Interval] = field(default_factory=dict)

    def run(self, lets: tuple[Core, ...]) -> None:
        """Compute every named node in order."""
        for node in lets:
            self.value(node)

    def value(self, node: Core) -> Interval:
        """Return the interval that contains the node's value for every completion of the unknown facts."""
        found = self.known.get(id(node))
        if found is None:
            found = self.known[id(node)] = self._value(node, None, self.known)
        return found

    def _inner(self, node: Core, row: Mapping[str, Interval] | None, memo: dict[int, Interval]) -> Interval:
        if row is None or node.op == "let":
            return self.value(node)
        found = memo.get(id(node))
        if found is None:
            found = memo[id(node)] = self._value(node, row, memo)
        return found

    def _value(self, node: Core, row: Mapping[str, Interval] | None, memo: dict[int, Interval]) -> Interval:
        op = node.op
        if op == "const":
            return (node.lo, node.hi)
        if op == "fact":
            return self.facts.spans[str(node.value)]
        if op == "field":
            assert row is not None and isinstance(node.value, tuple)
            return row[node.value[1]]
        if op == "ite":
            return self._choose(node, row, memo)
        if op in ("and", "or"):
            first = self._inner(node.args[0], row, memo)
            if first == (FALSE if op == "and" else TRUE):
                return first
        if op == "agg":
            return self._aggregate(node)
        return TRANSFER[op](node.value, *(self._inner(arg, row, memo) for arg in node.args))

    def _choose(self, node: Core, row: Mapping[str, Interval] | None, memo: dict[int, Interval]) -> Interval:
        condition, then, other = node.args
        holds = self._inner(condition, row, memo)
        if holds == TRUE:
            return self._inner(then, row, memo)
        if holds == FALSE:
            return self._inner(other, row, memo)
        return hull(self._inner(then, row, memo), self._inner(other, row, memo))

    def _aggregate(self, node: Core) -> Interval:
        assert isinstance(node.value, Aggregate)
        kind, name = node.value.kind, node.value.list_name
        value_node, condition_node, none_node = node.args
        rows: Rows = self.facts.lists[name]
        found: list[tuple[Interval, Interval]] = []
        for row in rows.rows:
            memo: dict[int, Interval] = {}
            holds = self._inner(condition_node, row, memo)
            if holds != FALSE:
                found.append((holds, self._inner(value_node, row, memo)))
        possible = condition_node.range if rows.more else FALSE
        if kind == "sum":
            return _total(found, rows.more if possible != FALSE else 0, value_node.range)
        if possible != FALSE:
            found.append((EITHER, value_node.range))
        return _extreme(kind, found, self.value(none_node))


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
