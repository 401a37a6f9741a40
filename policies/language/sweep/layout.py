"""Which columns a program reads, where they lie, and which rows have something unknown among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from policies.language.core import Aggregate, Core, Interval
from policies.language.model import Program
from policies.language.sweep.columns import span_of
from policies.language.sweep.ops import BOOL, DTYPES, INT, Held, Pair, literal
from policies.language.sweep.plan import Inputs
from policies.language.sweep.run import Part, Records
from policies.language.sweep.tables import Tables


@dataclass(slots=True)
class Reads:
    """The facts, lists and fields below some nodes, each with its declared range."""

    facts: dict[str, Interval] = field(default_factory=dict)
    fields: dict[tuple[str, str], Interval] = field(default_factory=dict)
    lists: dict[str, None] = field(default_factory=dict)

    @classmethod
    def below(cls, roots: Iterable[Core]) -> Reads:
        """Collect what `roots` read."""
        found = cls()
        seen: set[int] = set()
        stack = list(roots)
        while stack:
            node = stack.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            stack.extend(node.args)
            if node.op == "fact":
                found.facts[str(node.value)] = node.range
            elif node.op == "field" and isinstance(node.value, tuple):
                found.fields[node.value] = node.range
            elif isinstance(node.value, Aggregate):
                found.lists[node.value.list_name] = None
        return found


@dataclass(slots=True)
class Layout:
    """The columns that a program reads: `f:fact`, `p:fact` (present), `more:list`, `len:list`; of a list `f:field`."""

    program: Program
    tables: Tables
    reads: Reads
    cases: pl.DataFrame = field(init=False)
    records: dict[str, pl.DataFrame] = field(init=False)
    ends: dict[str, pl.Series] = field(init=False)
    rows: dict[str, pl.Series] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tables, lists = self.tables, self.tables.lists
        columns = [tables.keys.alias("case")]
        for name in self.reads.facts:
            column = tables.present.get(name[:-1]) if name.endswith("?") else tables.facts.get(name)
            if column is not None:
                columns.append(column.alias(_alias(name)))
        for name in self.reads.lists:
            more = lists[name].more
            columns += [lists[name].lengths.alias(f"len:{name}")]
            columns += [] if more is None else [more.alias(f"more:{name}")]
        self.cases = pl.DataFrame(columns)
        self.records = {name: self._records(name) for name in self.reads.lists}
        self.ends = {name: lists[name].lengths.cum_sum() for name in self.reads.lists}

    def _records(self, name: str) -> pl.DataFrame:
        table = self.tables.lists[name]
        # A column of its own keeps the number of records where no field of them is read.
        count = int(table.lengths.sum())
        columns = [pl.repeat(False, count, dtype=pl.Boolean, eager=True).alias("record")]
        for of, name_of_field in self.reads.fields:
            if of == name and name_of_field in table.fields:
                columns.append(table.fields[name_of_field].alias(_alias(name_of_field)))
        return pl.DataFrame(columns)

    def number(self, lists: Iterable[str]) -> None:
        """Number the records of these lists by their case."""
        self.rows = {name: self.tables.lists[name].row(self.tables.keys) for name in lists}

    def part(self, start: int, count: int) -> Part:
        """Return a block of cases with their records."""
        lists = {}
        for name, ends in self.ends.items():
            first = int(ends[start - 1]) if start else 0
            last = int(ends[start + count - 1]) if count else first
            lengths = self.tables.lists[name].lengths.slice(start, count)
            row = self.rows[name].slice(first, last - first).cast(pl.Int64) - start if name in self.rows else None
            lists[name] = Records(self.records[name].slice(first, last - first), lengths, row)
        return Part(self.cases.slice(start, count), lists)

    # -- unknown -------------------------------------------------------------------------------------------------------

    def doubtful(self) -> pl.Series | None:
        """Return the rows with something unknown that the program reads; None where there is none."""
        found: list[pl.Series] = []
        for name in self.reads.facts:
            fact = self.program.facts[name.removesuffix("?")]
            state = self.tables.present.get(fact.name) if fact.optional else self.tables.facts.get(fact.name)
            if state is None:
                return pl.repeat(True, self.cases.height, dtype=pl.Boolean, eager=True)
            if state.null_count():
                found.append(state.is_null())
        for name in self.reads.lists:
            found.extend(self._doubtful_list(name))
        return _any(found)

    def _doubtful_list(self, name: str) -> list[pl.Series]:
        table = self.tables.lists[name]
        read = [field_name for of, field_name in self.reads.fields if of == name]
        found = [] if table.more is None else [table.more > 0]
        if any(field_name not in table.fields for field_name in read):
            found.append(table.lengths > 0)
        nulls = _any(
            [table.fields[key].is_null() for key in read if key in table.fields and table.fields[key].null_count()]
        )
        if nulls is not None:
            records = Records(nulls.to_frame(), table.lengths)
            found.append(records.shape.select(records.dressed(nulls).list.any()).to_series())
        return found

    # -- inputs --------------------------------------------------------------------------------------------------------

    def inputs(self, *, doubts: bool) -> Inputs:
        """Return what the columns hold in the rows without, or with, something unknown."""
        facts, fields = self.reads.facts, self.reads.fields
        more = {name: self.tables.lists[name].more for name in self.reads.lists} if doubts else {}
        longest = {name: (span_of(self.tables.lists[name].lengths) or (0, 0))[1] for name in self.reads.lists}
        return Inputs(
            {name: _pair(self.cases, _alias(name), span, doubts) for name, span in facts.items()},
            {key: _pair(self.records[key[0]], _alias(key[1]), span, doubts) for key, span in fields.items()},
            {name: _counted(f"len:{name}", (0, most)) for name, most in longest.items()},
            longest,
            {n: _counted(f"more:{n}", span_of(column) or (0, 0)) for n, column in more.items() if column is not None},
        )


def _alias(name: str) -> str:
    return f"p:{name[:-1]}" if name.endswith("?") else f"f:{name}"


def _any(columns: list[pl.Series]) -> pl.Series | None:
    """Return where any of the columns holds; None for no columns."""
    if not columns:
        return None
    return (
        pl.DataFrame({str(i): part for i, part in enumerate(columns)}).select(pl.any_horizontal(pl.all())).to_series()
    )


def _counted(column: str, span: Interval) -> Held:
    return Held(pl.col(column), INT, span, 0, column)


def _pair(frame: pl.DataFrame, name: str, declared: Interval, doubts: bool) -> Pair:
    """Return what a column holds; unknown, and absent too, stands for the whole declared range."""
    if name not in frame.columns:
        # Without doubts no row reads it: a list whose field is missing has no records there.
        low = literal(declared[0])
        return Pair(low, literal(declared[1]) if doubts and declared[0] < declared[1] else low)
    column = frame[name]
    form = next(form for form, dtype in DTYPES.items() if dtype == column.dtype)
    span = span_of(column)
    if not column.null_count() and span is not None:
        held = Held(pl.col(name), form, span, 0, name)
        return Pair(held, held)

    def filled(value: int, whole: Interval) -> Held:
        fill = pl.lit(bool(value)) if form == BOOL else pl.lit(value, dtype=DTYPES[form])
        return Held(pl.col(name).fill_null(fill), form, whole)

    if doubts:
        return Pair(filled(declared[0], declared), filled(declared[1], declared))
    # What is null here is absent and read by nobody, or lies in a row that is read with intervals.
    held = filled(declared[0], declared) if span is None else filled(span[0], span)
    return Pair(held, held)
