"""Random packs and companies for properties that must hold of every pack.

`packs()` and `companies(pack)` are Hypothesis strategies; each draws one seed, so that a failure names what to make
again (`pack_from(seed)`, `company_from(pack, seed)`). `tables_of` turns companies into the tables of a sweep; tables
of any size at once are `policies.language.sweep.population`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import polars as pl
from hypothesis import strategies as st

from policies.language import ABSENT, UNKNOWN, FactDef, Pack, PolicyError, RecordList, Value, parse_pack
from policies.language.sweep.population import DAYS, marks_of
from tests.policies.generated_texts import source_from


def pack_from(seed: int) -> Pack:
    """Return the first pack from a seed on that the language accepts; only its limits may refuse one."""
    for attempt in range(200):
        try:
            return parse_pack(source_from(seed * 1000 + attempt))
        except PolicyError as error:
            unexpected = [item for item in error.findings if item.code not in ("RANGE", "LIMIT")]
            if unexpected:
                raise AssertionError(f"seed {seed * 1000 + attempt}: {error}") from error
    raise AssertionError(f"no pack from seed {seed}")


def packs() -> st.SearchStrategy[Pack]:
    """Return random packs: facts of every kind, lists, tables, tiers, vetoes, stages, dated parameters."""
    return st.integers(0, 10**6).map(pack_from)


# -- companies -----------------------------------------------------------------------------------------------------------


def _near(rng: Random, fact: FactDef, marks: Sequence[int]) -> int:
    """Return an integer of a fact: a threshold give or take one, an end of the range, or anything."""
    low, high = fact.minimum, fact.maximum
    if fact.kind == "date":
        day = rng.choice([*DAYS, date(2024, 1, 1)]).toordinal() + rng.randint(-1, 1)
        day = (
            day
            if rng.random() < 0.5
            else date(rng.randint(2019, 2024), rng.randint(1, 12), rng.randint(1, 28)).toordinal()
        )
        return min(max(day, low), high)
    shape = rng.random()
    if shape < 0.5 and marks:
        return min(max(rng.choice(marks) + rng.randint(-1, 1), low), high)
    if shape < 0.6:
        return rng.choice((low, high))
    return rng.randint(low, min(high, low + 10 ** rng.randint(1, 16)))


def held_value(fact: FactDef, number: int) -> Value:
    """Return the value that a fact holds where the core has `number`."""
    if fact.kind == "date":
        return date.fromordinal(number)
    if fact.kind in ("rate", "number"):
        return Decimal(number).scaleb(-fact.decimals)
    if fact.kind == "yes_no":
        return bool(number)
    if fact.kind == "choice":
        return fact.choices[number].value
    return "text" if fact.kind == "text" else number


def company_from(pack: Pack, seed: int, *, stage: str | None = None, unknown: float | None = None) -> dict[str, Value]:
    """Return the facts of one company; `unknown` is the share of facts nobody knows (None: none, or some)."""
    rng, marks = Random(seed), marks_of(pack)
    share = rng.choice((0.0, 0.0, 0.1, 0.3)) if unknown is None else unknown
    facts: dict[str, Value] = {}
    for name, fact in pack.program_of(stage).facts.items():
        if fact.optional and rng.random() < 0.3:
            facts[name] = ABSENT
        elif rng.random() >= share:
            facts[name] = held_value(fact, _near(rng, fact, marks))
        elif rng.random() < 0.5:
            facts[name] = UNKNOWN
    for name, record in pack.records.items():
        if rng.random() < share:
            continue
        rows = []
        for number in range(rng.choice((0, 0, 1, 2, 3, rng.randint(0, record.max_length)))):
            row = {
                n: held_value(f, _near(rng, f, marks)) for n, f in record.fields.items() if rng.random() >= share / 2
            }
            if record.key in row:
                row[record.key] = number if record.fields[record.key].kind == "count" else f"no{number}"
            rows.append(row)
        facts[name] = RecordList(tuple(rows), complete=rng.random() >= share)
    return facts


def companies(pack: Pack, *, stage: str | None = None) -> st.SearchStrategy[dict[str, Value]]:
    """Return random companies of a pack: near its thresholds, on leap days, with facts absent and unknown."""
    return st.integers(0, 10**9).map(lambda seed: company_from(pack, seed, stage=stage))


# -- tables --------------------------------------------------------------------------------------------------------------

_HELD: dict[str, Any] = {
    "money": pl.Int64, "count": pl.Int64, "rate": pl.String, "number": pl.String, "date": pl.Date, "yes_no": pl.Boolean,
    "choice": pl.String, "text": pl.String,
}  # fmt: skip


def _plain(value: Value | None) -> Any:
    if value is None or value is UNKNOWN or value is ABSENT:
        return None
    return format(value, "f") if isinstance(value, Decimal) else value


def tables_of(
    pack: Pack, found: Sequence[Mapping[str, Value]], *, stage: str | None = None
) -> dict[str, pl.DataFrame]:
    """Return the tables of a sweep that hold these companies, keyed 0, 1, 2 …"""
    columns: dict[str, pl.Series] = {"case": pl.Series(range(len(found)), dtype=pl.Int64)}
    for name, fact in pack.program_of(stage).facts.items():
        values = [facts.get(name, UNKNOWN) for facts in found]
        columns[name] = pl.Series([_plain(value) for value in values], dtype=_HELD[fact.kind])
        if fact.optional:
            columns[f"{name}?"] = pl.Series(
                [None if value is UNKNOWN else value is not ABSENT for value in values], dtype=pl.Boolean
            )
    tables = {}
    for name, record in pack.records.items():
        lists = [facts.get(name, UNKNOWN) for facts in found]
        columns[f"{name}+"] = pl.Series(
            [not item.complete if isinstance(item, RecordList) else None for item in lists], dtype=pl.Boolean
        )
        rows = [(i, row) for i, item in enumerate(lists) if isinstance(item, RecordList) for row in item.rows]
        table = {"case": pl.Series([i for i, _ in rows], dtype=pl.Int64)}
        for field_name, definition in record.fields.items():
            values = [row.get(field_name, UNKNOWN) for _, row in rows]
            table[field_name] = pl.Series([_plain(value) for value in values], dtype=_HELD[definition.kind])
        tables[name] = pl.DataFrame(table)
    return {"cases": pl.DataFrame(columns), **tables}
