"""Running a plan on one part of the tables: a block of cases with their records.

Records lie in the order of their cases. A sum is a running sum taken at the last record of each case, less the one
before: where the running sum wraps, so does the difference back, and the range says that the sum of a case fits. Sums
that are small and never negative share one running sum, each in bits of its own. The largest value is a running maximum
of (case, value) packed into one number, so that an earlier case never shows through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import add

import polars as pl

from policies.language.findings import PolicyError, Position
from policies.language.sweep.ops import DTYPES, form_of
from policies.language.sweep.plan import ListStep, Pick, Step, Sum

_BITS = 62
_ROW = "row"


@dataclass(frozen=True)
class Records:
    """The records of a part in the order of its cases, how many each case has, and the case's number of each record.

    `row` is made only where a plan needs it.
    """

    frame: pl.DataFrame
    lengths: pl.Series
    row: pl.Series | None = None

    @cached_property
    def last(self) -> pl.Series:
        """The last record up to the start and up to the end of each case; null where there is none yet."""
        ends = self.lengths.cast(pl.Int64).cum_sum()
        before = pl.concat([pl.Series([0], dtype=pl.Int64), ends]) - 1
        return before.to_frame("at").select(pl.when(pl.col("at") >= 0).then(pl.col("at"))).to_series()

    def at_ends(self, running: pl.Series) -> pl.Series:
        """Return a running value before the first case and at the end of each; null where nothing ran yet."""
        if len(running) == 0:
            return pl.repeat(None, len(self.last), dtype=running.dtype, eager=True)
        return running.gather(self.last)

    def kept(self, mask: pl.Series) -> Records:
        """Return the records of the cases where `mask` holds."""
        assert self.row is not None
        kept = mask.gather(self.row)
        row = (mask.cast(pl.Int32).cum_sum() - 1).gather(self.row).filter(kept)
        return Records(self.frame.filter(kept), self.lengths.filter(mask), row)


@dataclass(frozen=True, slots=True)
class Part:
    """Cases with their records."""

    cases: pl.DataFrame
    lists: Mapping[str, Records]


@dataclass(slots=True)
class _List:
    """The records at work: their columns as they come about."""

    records: Records
    frame: pl.DataFrame


def run(steps: list[Step], part: Part) -> pl.DataFrame:
    """Return the case table of a part with every column that the plan makes."""
    cases = part.cases
    lists = {name: _List(records, records.frame) for name, records in part.lists.items()}
    for step in steps:
        fresh = [series for name, work in step.lists.items() for series in _list_step(work, lists[name], cases)]
        cases = cases.with_columns(step.columns) if step.columns else cases
        cases = cases.with_columns(fresh) if fresh else cases
    return cases


def _list_step(work: ListStep, records: _List, cases: pl.DataFrame) -> list[pl.Series]:
    beside = []
    if work.beside:
        row = records.records.row
        assert row is not None
        beside = [cases[column].gather(row).alias(name) for name, column in work.beside.items()]
    found = [*_sums(work.sums, records), *_picks(work.picks, records)]
    frame = records.frame
    frame = frame.with_columns(work.columns) if work.columns else frame
    records.frame = frame.with_columns(beside) if beside else frame
    return found


# -- sums ----------------------------------------------------------------------------------------------------------------


def packed(sums: list[Sum]) -> list[list[tuple[Sum, int]]]:
    """Return sums in groups that share one running sum: each with the bit from which on it is held."""
    groups: list[list[tuple[Sum, int]]] = []
    room = 0
    for item in sorted(sums, key=lambda item: item.span[1]):
        bits = item.span[1].bit_length()
        if item.span[0] < 0 or bits > _BITS:
            groups.insert(0, [(item, 0)])
        elif groups and groups[-1][0][0].span[0] >= 0 and bits <= room:
            groups[-1].append((item, _BITS - room))
            room -= bits
        else:
            groups.append([(item, 0)])
            room = _BITS - bits
    return groups


def _sums(sums: list[Sum], records: _List) -> list[pl.Series]:
    if not sums:
        return []
    groups = packed(sums)
    columns = []
    for number, group in enumerate(groups):
        # A running sum wraps, and its differences wrap back: it needs room for one case only.
        last, bit = group[-1]
        dtype = DTYPES[form_of((last.span[0], (1 << bit + last.span[1].bit_length()) - 1))]
        parts = (_lifted(item, bit, dtype) for item, bit in group)
        columns.append(reduce(add, parts).alias(f"s{number}"))
    # First the values, then the running sums: a value that is the same in every record is spread by the first step.
    names = [f"s{number}" for number in range(len(groups))]
    running = records.frame.with_columns(columns).select(pl.col(names).cum_sum())
    found: list[pl.Series] = []
    for name, group in zip(names, groups, strict=True):
        ends = records.records.at_ends(running[name]).fill_null(0)
        totals = (ends.slice(1) - ends.slice(0, len(ends) - 1)).alias("all").to_frame()
        found.extend(totals.select(_unpacked(group)).get_columns())
    return found


def _lifted(item: Sum, bit: int, dtype: pl.DataType) -> pl.Expr:
    if item.flag:
        return pl.when(item.value).then(pl.lit(1 << bit, dtype=dtype)).otherwise(pl.lit(0, dtype=dtype))
    return item.value.cast(dtype) * (1 << bit) if bit else item.value.cast(dtype)


def _unpacked(group: list[tuple[Sum, int]]) -> list[pl.Expr]:
    whole = pl.col("all")
    if len(group) == 1:
        return [whole.cast(DTYPES[form_of(group[0][0].span)]).alias(group[0][0].name)]
    found = []
    for item, bit in group:
        size = 1 << item.span[1].bit_length()
        shifted = whole // (1 << bit) if bit else whole
        found.append((shifted % size).cast(DTYPES[form_of(item.span)]).alias(item.name))
    return found


# -- picks ---------------------------------------------------------------------------------------------------------------


def _picks(picks: list[Pick], records: _List) -> list[pl.Series]:
    if not picks:
        return []
    row, cases = records.records.row, len(records.records.lengths)
    assert row is not None
    forms = [_room(pick, cases) for pick in picks]
    keys = [_key(pick, form).alias(pick.name) for pick, form in zip(picks, forms, strict=True)]
    running = (
        records.frame.with_columns(row.alias(_ROW))
        .with_columns(keys)
        .select(pl.col(pick.name).cum_max() for pick in picks)
    )
    ends = pl.DataFrame([records.records.at_ends(running[pick.name]).slice(1).alias(pick.name) for pick in picks])
    made = ends.with_columns(pl.int_range(cases, dtype=pl.Int64).alias(_ROW)).select(
        _unkeyed(pick, form) for pick, form in zip(picks, forms, strict=True)
    )
    return made.get_columns()


def _width(pick: Pick) -> int:
    return pick.span[1] - pick.span[0] + 1


def _room(pick: Pick, cases: int) -> str:
    form = form_of((-_width(pick), (cases + 1) * _width(pick)))
    if (cases + 1) * _width(pick) >= 2**126:
        raise PolicyError.at(
            Position("sweep", 1, 1), "SWEEP_RANGE",
            f"a largest or smallest value may lie between {pick.span[0]} and {pick.span[1]}, too far apart for a sweep; "
            "give the field min and max",
            f"最大或最小值可能在 {pick.span[0]} 与 {pick.span[1]} 之间，超出批量计算的范围；请为字段声明 min 和 max",
        )  # fmt: skip
    return form


def _key(pick: Pick, form: str) -> pl.Expr:
    dtype, width = DTYPES[form], _width(pick)
    value = pick.value.cast(dtype)
    lifted = (
        value - pl.lit(pick.span[0], dtype=dtype) if pick.kind == "max" else pl.lit(pick.span[1], dtype=dtype) - value
    )
    key = pl.col(_ROW).cast(dtype) * pl.lit(width, dtype=dtype) + lifted
    return pl.when(pick.counts).then(key).otherwise(pl.lit(-1, dtype=dtype))


def _unkeyed(pick: Pick, form: str) -> pl.Expr:
    dtype, width = DTYPES[form], _width(pick)
    lifted = pl.col(pick.name) - pl.col(_ROW).cast(dtype) * pl.lit(width, dtype=dtype)
    low, high = (pl.lit(bound, dtype=dtype) for bound in pick.span)
    value = lifted + low if pick.kind == "max" else high - lifted
    # What is below 0 belongs to an earlier case; null, where no record has come yet, is not at least 0 either.
    return pl.when(lifted >= 0).then(value).cast(DTYPES[form_of(pick.span)]).alias(pick.name)
