"""Boundaries that no worked case touches.

A comparison of quantities or dates is touched when the cases stand right at it from both sides: one case where it
holds and one where it does not, each of which flips when a single fact moves by its smallest unit (a fen, a person, a
day; in a list one field of a record, or one record more or less). An officer writes one below, exactly, one above.
Where no smallest unit exists (yes or no, choices, points that come from tables, a quantity against 0) both outcomes
are enough, and for points a case exactly at the mark where the mark can be reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from policies.language.check.cases import Case
from policies.language.check.comparisons import Comparison, comparisons
from policies.language.check.edges import Edge, Moves, Reads, Row, flip, point_values, reads_of, smooth, written_value
from policies.language.facts import Encoded, Rows, encode
from policies.language.findings import Finding, PolicyError, Position, Text, finding
from policies.language.model import Pack, Program


@dataclass(frozen=True, slots=True)
class Boundary:
    """A comparison that the worked cases leave open: where, its clause and words, what is missing, what to write."""

    at: Position
    clause: str
    words: str
    missing: Text
    suggestion: Text | None

    def finding(self) -> Finding:
        """Return the finding; it is a warning where no single fact was found that reaches the boundary."""
        hint = self.suggestion or Text("未找到单一事实可达到该边界", "no single fact of a case was found to reach it")
        return finding(
            self.at,
            "BOUNDARY",
            f"{self.words}: {self.missing.en}; {hint.en}",
            f"{self.words}：{self.missing.zh}；{hint.zh}",
            clause=self.clause,
            severity="warning" if self.suggestion is None else "error",
        )


@dataclass(slots=True)
class _Example:
    """A case as the core reads it."""

    id: str
    facts: Encoded


@dataclass(slots=True)
class _Touch:
    """What the cases show of one comparison: outcomes seen, seen right at the edge, seen exactly on it."""

    seen: set[bool] = field(default_factory=set)
    edge: set[bool] = field(default_factory=set)
    other_edge: set[bool] = field(default_factory=set)
    exact: bool = False

    def complete(self, form: str) -> bool:
        """Tell whether nothing is left to be seen (points are looked at to the end: the mark may come last)."""
        if form == "outcome":
            return len(self.seen) == 2
        return form != "points" and (len(self.edge) == 2 or (form == "kink" and len(self.other_edge) == 2))


@dataclass(slots=True)
class _Watch:
    """Looks at the comparisons of one program through its cases."""

    pack: Pack
    program: Program
    examples: list[_Example]
    smooth: dict[int, bool] = field(default_factory=dict)
    pool: dict[str, tuple[Row, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.program.lists:
            rows = [row for example in self.examples for row in example.facts.lists[name].rows]
            self.pool[name] = tuple({tuple(sorted(row.items())): row for row in rows}.values())

    def form(self, found: Comparison) -> str:
        """Return how a comparison is to be touched: edge, kink, points or outcome."""
        if found.kind != "order":
            return found.kind
        if not any(smooth(side, self.program.facts, self.smooth) for side in found.sides):
            return "points"
        return "outcome" if found.against_zero and _zero_is_an_end(found) else "edge"

    def touch(self, found: Comparison, touch: _Touch) -> None:
        """Add what the cases of this program show."""
        form, reads = self.form(found), reads_of(found.node)
        moves = Moves(self.program, self.pack, reads, self.pool, found.record)
        edge, equal = Edge.of(found.node), None if found.equal is None else Edge.of(found.equal)
        for facts in _different(self._looked_at(found), reads):
            if touch.complete(form):
                return
            held, conditions = edge.values(facts)
            if held is None:
                continue
            touch.seen.add(held)
            touch.exact = touch.exact or (equal is not None and equal.value(facts) is True)
            if form not in ("edge", "kink"):
                continue
            if held not in touch.edge and any(edge.flips(held, conditions, other) for other in moves.around(facts)):
                touch.edge.add(held)
            if form == "kink" and equal is not None:
                under, conditions = equal.values(facts)
                if under is not None and any(equal.flips(under, conditions, one) for one in moves.around(facts)):
                    touch.other_edge.add(under)

    def _looked_at(self, found: Comparison) -> Iterator[Encoded]:
        for example in self.examples:
            if not found.record:
                yield example.facts
                continue
            for row in example.facts.lists[found.record].rows:
                lists = {**example.facts.lists, found.record: Rows((row,), 0)}
                yield replace(example.facts, lists=lists)

    # -- what to write ---------------------------------------------------------------------------------------------

    def suggestion(self, found: Comparison) -> Text | None:
        """Return two neighbouring values of one fact between which the comparison flips, near one of the cases."""
        if found.record:
            return self._record_suggestion(found)
        edge, names = Edge.of(found.node), reads_of(found.node).facts
        for example, name in product(self.examples, names):
            pair = flip(edge, self.program.facts[name], example.facts, self.form(found) in ("edge", "kink"))
            if pair is not None:
                a, b = (written_value(self.program.facts[name], value) for value in sorted(pair))
                return Text(
                    f"如仿照算例 {example.id}，写 {name}: {a} 与 {name}: {b}",
                    f"for instance, like case {example.id}, write {name}: {a} and {name}: {b}",
                )
        return self._record_suggestion(found) if reads_of(found.node).fields else None

    def _record_suggestion(self, found: Comparison) -> Text:
        name = found.record or next(iter(reads_of(found.node).fields))
        return Text(
            f"请用 {name} 中的记录写出该界线两侧相邻的情形", f"write cases whose records of {name} stand on both sides"
        )


def _zero_is_an_end(found: Comparison) -> bool:
    """Tell whether the quantity compared with 0 has one sign only: then nothing lies beyond the mark."""
    return all(side.lo >= 0 or side.hi <= 0 for side in found.sides)


def _different(facts: Iterable[Encoded], reads: Reads) -> Iterator[Encoded]:
    """Yield the cases that differ in what a comparison reads."""
    seen: set[object] = set()
    for one in facts:
        lists = tuple(
            (name, one.lists[name].more, tuple(tuple(row[key] for key in keys) for row in one.lists[name].rows))
            for name, keys in reads.fields.items()
        )
        presence = tuple(one.spans.get(f"{name}?") for name in reads.facts)
        key = (tuple(one.spans[name] for name in reads.facts), presence, lists)
        if key not in seen:
            seen.add(key)
            yield one


def _missing(form: str, touch: _Touch, reachable: bool) -> Text | None:
    """Return what the cases still have to show, None if nothing."""
    edges = len(touch.edge) == 2 or len(touch.other_edge) == 2
    if form == "kink" and edges:
        return None
    lacks = {side for side in (True, False) if side not in touch.seen}
    if lacks:
        side = "holds" if True in lacks else "does not hold"
        return Text(f"没有{'成立' if True in lacks else '不成立'}的算例", f"no case where it {side}")
    if form == "points" and reachable and not touch.exact:
        return Text("没有恰好等于界值的算例", "no case exactly at the mark")
    if form in ("edge", "kink") and not edges:
        side = (
            "above or below"
            if not touch.edge
            else "where it does not hold"
            if True in touch.edge
            else "where it holds"
        )
        zh = "两侧" if not touch.edge else "不成立一侧" if True in touch.edge else "成立一侧"
        return Text(f"没有紧邻界值的算例（{zh}）", f"no case within one smallest unit of it ({side})")
    return None


def _reachable(found: Comparison) -> bool:
    a, b = (point_values(side) for side in found.sides)
    return found.equal is not None and a is not None and b is not None and bool(a & b)


def _watches(pack: Pack, cases: Iterable[Case]) -> Iterator[_Watch]:
    cases = tuple(cases)
    for program in (pack.program, *pack.stages.values()):
        examples = []
        for case in cases:
            if case.stage == program.stage:
                try:
                    examples.append(_Example(case.id, encode(pack, program, case.facts)))
                except PolicyError:
                    continue  # running the case reports its facts
        yield _Watch(pack, program, examples)


def untouched(pack: Pack, cases: Iterable[Case]) -> tuple[Boundary, ...]:
    """Return the boundaries that no worked case touches, in the order of the file.

    What several decisions of a pack share (a veto, a definition) is touched when the cases of any of them touch it.
    """
    watched: dict[Position, list[tuple[_Watch, Comparison]]] = {}
    for watch in _watches(pack, cases):
        for found in comparisons(pack, watch.program):
            watched.setdefault(found.at, []).append((watch, found))
    open_: list[Boundary] = []
    for at in sorted(watched, key=lambda place: (place.line, place.column)):
        touch = _Touch()
        for watch, found in watched[at]:
            watch.touch(found, touch)
        watch, found = watched[at][0]
        form = watch.form(found)
        missing = _missing(form, touch, form == "points" and _reachable(found))
        if missing is not None:
            suggestion = next(filter(None, (watch.suggestion(found) for watch, found in watched[at])), None)
            open_.append(Boundary(at, found.clause, found.words, missing, suggestion))
    return tuple(open_)
