"""Companies about the thresholds of a policy, as many as wanted: the tables of a sweep, the same for the same seed.

No company is real: half of the values lie at a threshold of the policy or one unit beside it, the others anywhere up to
ten times the greatest threshold within the fact's range, dates on and about the ends of months and leap days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import polars as pl

from policies.language.core import Core
from policies.language.model import FactDef, Pack
from policies.language.sweep.ops import EPOCH
from policies.language.sweep.tables import CASE, CASES

_FAR = 2**61  # so that every value, and the width of every range, is an Int64
DAYS = [
    date(2024, 2, 29),
    date(2023, 2, 28),
    date(2021, 2, 28),
    date(2024, 3, 1),
    date(2020, 2, 29),
    date(2024, 12, 31),
]


def marks_of(pack: Pack) -> list[int]:
    """Return the constants of a pack's programs: thresholds among them, where companies are most worth trying."""
    found: set[int] = set()
    seen: set[int] = set()
    programs = [pack.program, *pack.stages.values()]
    stack: list[Core] = [node for program in programs for node in (program.eligible_core, program.tier_core)]
    stack += [program.amount_core for program in programs if program.amount_core is not None]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        stack.extend(node.args)
        if node.op == "const":
            found.add(node.lo)
    return sorted(found)


def population(
    pack: Pack, rows: int, seed: int, records_per_case: int = 3, stage: str | None = None, unknown: float = 0.0
) -> dict[str, pl.DataFrame]:
    """Return the tables of a sweep: `rows` companies about the thresholds of a pack or of a later `stage` of it.

    The same arguments give the same tables; nothing else is read. Every list has some `rows * records_per_case` records,
    0 to twice `records_per_case` a case and never more than it may hold, keys distinct within a case. Keys of cases rise
    from 1,000,000, so that they are no row numbers; choices are Enum. `unknown` is the share of nulls (0 to 1, in thousandths) in every
    column but the deciding date; without it only optional facts are null, absent in every fifth case.
    """
    program, marks = pack.program_of(stage), marks_of(pack)
    on = program.facts[program.decides_on]
    days = [day.toordinal() for day in DAYS if on.minimum <= day.toordinal() <= on.maximum] or [on.minimum]
    ticks = pl.int_range(rows, dtype=pl.Int64, eager=True)
    columns = {CASE: ticks + 1_000_000}
    for number, (name, fact) in enumerate(program.facts.items()):
        column = _held_column(fact, _random_column(fact, rows, seed + 7 * number, marks, days))
        missing = ticks.hash(seed + 7 * number + 3) % 1000
        if fact.optional:
            columns[f"{name}?"] = missing >= 200
            column = _nulled(column, missing < 200)
        if unknown and name != program.decides_on:
            hidden = ticks.hash(seed + 7 * number + 4) % 1000 < int(unknown * 1000)
            column = _nulled(column, hidden)
            if fact.optional:
                columns[f"{name}?"] = _nulled(columns[f"{name}?"], hidden)
        columns[name] = column
    lists = {name: _records(pack, name, columns[CASE], seed + 1000 * i, records_per_case, (marks, days), unknown)
             for i, name in enumerate(pack.records, 1)}  # fmt: skip
    return {CASES: pl.DataFrame(columns), **lists}


def _random_column(fact: FactDef, count: int, seed: int, marks: Sequence[int], on: Sequence[int]) -> pl.Series:
    """Return the integers of a fact for many companies: half near a threshold, half anywhere up to ten times the last."""
    low, high = max(fact.minimum, -_FAR), min(fact.maximum, _FAR)
    inside = [mark + by for mark in marks for by in (-1, 0, 1) if low <= mark + by <= high] or [low, high]
    if fact.kind == "date":
        inside = [min(max(day + by, low), high) for day in on for by in (-1, 0, 1, -400, -1100, -2000, 500)]
    top = max(low, min(high, max(inside) * 10))
    ticks = pl.int_range(count, dtype=pl.UInt64, eager=True)
    near = pl.Series(inside, dtype=pl.Int64).gather((ticks.hash(seed) % len(inside)).cast(pl.Int64))
    if fact.kind == "date":
        return near
    anywhere = (ticks.hash(seed + 1) % (top - low + 1)).cast(pl.Int64) + low
    return pl.select(pl.when(ticks.hash(seed + 2) % 2 == 0).then(near).otherwise(anywhere)).to_series()


def _held_column(fact: FactDef, numbers: pl.Series) -> pl.Series:
    if fact.kind == "date":
        return (numbers - EPOCH).cast(pl.Int32).cast(pl.Date)
    if fact.kind in ("rate", "number"):
        form = pl.Decimal(38, fact.decimals)
        step = Decimal(1).scaleb(-fact.decimals)
        return pl.select(pl.lit(numbers).cast(form) * pl.lit(str(step)).cast(form)).to_series()
    if fact.kind == "yes_no":
        return numbers == 1
    if fact.kind == "choice":
        names = pl.Enum([choice.value for choice in fact.choices])
        return pl.Series(names.categories, dtype=names).gather(numbers)
    return pl.repeat("text", len(numbers), eager=True) if fact.kind == "text" else numbers


def _nulled(column: pl.Series, where: pl.Series) -> pl.Series:
    return pl.select(pl.when(~where).then(column)).to_series()


def _records(
    pack: Pack, name: str, keys: pl.Series, seed: int, each: int, near: tuple[list[int], list[int]], unknown: float
) -> pl.DataFrame:  # fmt: skip
    record = pack.records[name]
    key = record.fields[record.key]
    most = record.max_length if key.kind == "text" else min(record.max_length, key.maximum - key.minimum + 1)
    lengths = (keys.hash(seed) % (2 * each + 1)).cast(pl.Int64).clip(0, most)
    count = int(lengths.sum())
    ticks = pl.int_range(count, dtype=pl.Int64, eager=True)
    row = pl.select(pl.int_range(len(keys)).repeat_by(pl.lit(lengths)).explode(empty_as_null=False)).to_series()
    columns = {CASE: keys.gather(row)}
    for number, (field_name, fact) in enumerate(record.fields.items()):
        of = seed + 7 * number
        if field_name == record.key:
            position = ticks - (lengths.cum_sum() - lengths).gather(row)
            first = _random_column(fact, len(keys), of, *near).gather(row)
            column = ticks.cast(pl.String) if fact.kind == "text" else _keys(fact, first, position)
        else:
            column = _held_column(fact, _random_column(fact, count, of, *near))
        columns[field_name] = _nulled(column, ticks.hash(of + 4) % 1000 < int(unknown * 1000)) if unknown else column
    return pl.DataFrame(columns)


def _keys(fact: FactDef, first: pl.Series, position: pl.Series) -> pl.Series:
    """Return keys that follow one another within a case, so that none comes twice."""
    low, high = max(fact.minimum, -_FAR), min(fact.maximum, _FAR)
    width = high - low + 1
    return _held_column(fact, (first - low + position) % width + low)
