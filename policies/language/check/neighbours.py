"""Companies that stand right at a mark: taken from the worked cases, one smallest step apart, so that the mark lies between.

A worked case that a smallest step (a fen, a person, a day, one field of a record, one record more or less) carries over
a comparison gives neighbours: the case, what lies across, and, where one scalar fact was moved, a step further on both
sides. So whichever of the two is the mark itself, it is there with the neighbours above and below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from policies.language.check.cases import Case
from policies.language.check.comparisons import Comparison, comparisons
from policies.language.check.edges import Edge, Moves, Row, reads_of, smooth, steps
from policies.language.compile import scale_of
from policies.language.decide import decide
from policies.language.facts import UNKNOWN, Encoded, Facts, RecordList, Rows, Value, encode
from policies.language.findings import PolicyError, Position
from policies.language.model import FactDef, Pack, Program, RecordDef


@dataclass(frozen=True, slots=True)
class Neighbours:
    """One comparison, the worked case they were taken from, and the facts of companies around it, in order.

    `decides` says that the policy decides two of them differently. Where it is False another clause settles all of
    them alike, in every case that reaches the mark.
    """

    at: Position
    clause: str
    words: str
    stage: str | None
    case: str
    facts: tuple[Facts, ...]
    decides: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """A worked case without unknown facts, as it is written and as the core reads it."""

    id: str
    facts: Facts
    encoded: Encoded


def neighbours(pack: Pack, cases: Iterable[Case]) -> Iterator[Neighbours]:
    """Yield the companies around each comparison of quantities or dates that some worked case reaches.

    A comparison that only points, choices or yes and no can cross has no smallest step and is left out.
    """
    cases = tuple(cases)
    seen: set[Position] = set()
    for program in (pack.program, *pack.stages.values()):
        known = tuple(_known(pack, program, cases))
        for found in comparisons(pack, program):
            if found.at in seen or not _has_steps(found, program):
                continue
            around = _around(pack, program, found, known)
            if around is not None:
                seen.add(found.at)
                yield around


def _known(pack: Pack, program: Program, cases: Iterable[Case]) -> Iterator[_Known]:
    for case in cases:
        if case.stage != program.stage or any(_unknown(value) for value in case.facts.values()):
            continue
        try:
            encoded = encode(pack, program, case.facts)
        except PolicyError:
            continue  # running the case reports its facts
        if not encoded.unknown:
            yield _Known(case.id, case.facts, encoded)


def _unknown(value: Value) -> bool:
    if isinstance(value, RecordList):
        return not value.complete or any(field is UNKNOWN for row in value.rows for field in row.values())
    return value is UNKNOWN


def _has_steps(found: Comparison, program: Program) -> bool:
    if found.kind == "outcome":
        return False
    return found.kind == "kink" or any(smooth(side, program.facts, {}) for side in found.sides)


def _around(pack: Pack, program: Program, found: Comparison, known: tuple[_Known, ...]) -> Neighbours | None:
    """Return the first neighbours that are decided differently, else the first that there are."""
    first: Neighbours | None = None
    for case in known:
        for facts in _crossings(pack, program, found, case):
            answers = {_answer(pack, program, one) for one in facts}
            made = Neighbours(
                found.at, found.clause, found.words, program.stage, case.id, facts, decides=len(answers) > 1
            )
            if made.decides:
                return made
            first = first or made
    return first


def _answer(pack: Pack, program: Program, facts: Facts) -> tuple[str, int | None]:
    decision = decide(pack, facts, stage=program.stage)
    return decision.outcome, decision.amount


def _crossings(pack: Pack, program: Program, found: Comparison, case: _Known) -> Iterator[tuple[Facts, ...]]:
    """Yield what lies across the mark from a case, one step away."""
    for place, standing in _standings(found, case):
        edge, reads = Edge.of(found.node), reads_of(found.node)
        held, conditions = edge.values(standing)
        if held is None:
            continue
        pool: dict[str, tuple[Row, ...]] = {name: standing.lists[name].rows for name in reads.fields}
        for other in Moves(program, pack, reads, pool, found.record).around(standing):
            if edge.flips(held, conditions, other):
                whole = other if place is None else _put_back(case.encoded, found.record, place, other)
                facts = _written(pack, program, case, whole)
                if facts is not None:
                    yield facts


def _standings(found: Comparison, case: _Known) -> Iterator[tuple[int | None, Encoded]]:
    """Yield the case, or for a comparison of single records the case with each record alone, and its place."""
    if not found.record:
        yield None, case.encoded
        return
    for place, row in enumerate(case.encoded.lists[found.record].rows):
        lists = {**case.encoded.lists, found.record: Rows((row,), 0)}
        yield place, replace(case.encoded, lists=lists)


def _put_back(encoded: Encoded, name: str, place: int, other: Encoded) -> Encoded:
    rows = list(encoded.lists[name].rows)
    rows[place] = other.lists[name].rows[0]
    return replace(other, lists={**encoded.lists, name: replace(encoded.lists[name], rows=tuple(rows))})


def _written(pack: Pack, program: Program, case: _Known, other: Encoded) -> tuple[Facts, ...] | None:
    """Return the facts on both sides; None where a step leads to what cannot be held (a key that stands there twice)."""
    moved = [name for name, span in other.spans.items() if span != case.encoded.spans[name]]
    if moved:
        name = moved[0]
        low, high = sorted((case.encoded.spans[name][0], other.spans[name][0]))
        fact = program.facts[name]
        numbers = sorted({low, high, *(value for end in (low, high) for value in steps(fact, (end, end)))})
        return tuple({**case.facts, name: _value(fact, number)} for number in numbers)
    for name, rows in other.lists.items():
        if rows.rows != case.encoded.lists[name].rows:
            facts = {**case.facts, name: _rows(pack.records[name], case, rows.rows)}
            try:
                encode(pack, program, facts)
            except PolicyError:
                return None
            return case.facts, facts
    return None


def _rows(record: RecordDef, case: _Known, moved: tuple[Row, ...]) -> RecordList:
    """Return the records of the case as they were moved: one changed, one more at the end, or one fewer."""
    held = case.facts[record.name]
    assert isinstance(held, RecordList)
    before = case.encoded.lists[record.name].rows
    if len(moved) < len(before):
        gone = next((place for place, row in enumerate(moved) if row is not before[place]), len(moved))
        return RecordList(held.rows[:gone] + held.rows[gone + 1 :])
    rows: list[Mapping[str, Value]] = []
    for place, row in enumerate(moved):
        was = before[place] if place < len(before) else {}
        kept = held.rows[place] if place < len(before) else {record.key: "+1"}
        changed = {name: _value(record.fields[name], span[0]) for name, span in row.items() if span != was.get(name)}
        rows.append({**changed, **kept} if place >= len(before) else {**kept, **changed})
    return RecordList(tuple(rows))


def _value(fact: FactDef, number: int) -> Value:
    """Return the value that the core holds as this whole number."""
    if fact.kind == "date":
        return date.fromordinal(number)
    if fact.kind == "yes_no":
        return bool(number)
    if fact.kind == "choice":
        return fact.choices[number].value
    if fact.kind in ("rate", "number"):
        return Decimal(number) / scale_of(fact)
    return "" if fact.kind == "text" else number
