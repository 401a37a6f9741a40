"""Rows of a table as typed facts of companies, by the layout of their source; or what is wrong with which column."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stdnum.cn import uscc as codes

from subsidy.sources.faults import SourceFault
from subsidy.sources.layouts import Column, Layout
from subsidy.sources.tables import Row
from subsidy.sources.values import NONE, READERS, choice_of, cleaned

CODE_HEADINGS = frozenset({"uscc", "统一社会信用代码", "社会信用代码", "unified social credit code"})
RAW_MAX = 500
KEY_MAX = 120
FAULTS_MAX = 5
_UNIT = re.compile(r"\s*[（(]\s*(元|万元|亿元|人|cny|yuan)\s*[)）]\s*$", re.IGNORECASE)
_SCALES = {"元": 100, "cny": 100, "yuan": 100, "万元": 1_000_000, "亿元": 10_000_000_000}


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one cell, or (without a column) with the line: a code of `faults`, its detail, what stood there."""

    column: str
    code: str
    detail: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One fact of a line. `value` is fen, a count, 0 or 1, a day or text; None says that there is none."""

    name: str
    kind: str
    value: Any
    raw: str
    unit: str = ""
    period: str = ""


@dataclass(slots=True)
class Line:
    """What one line says of one company: facts, or with `wrong` why it is not taken."""

    number: int
    uscc: str
    key: str = ""
    cells: list[Cell] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Bound:
    place: int
    heading: str
    column: Column
    read: Callable[[Any, int], Any]
    scale: int
    period: str


@dataclass(frozen=True, slots=True)
class Binding:
    """A layout bound to the headings of one file. `ignored` are headings that this source does not know."""

    layout: Layout
    code_at: int
    width: int
    columns: tuple[_Bound, ...]
    ignored: tuple[str, ...]

    def code_of(self, row: Row) -> str:
        """The code of the company that a row speaks of, as it is written; empty when there is none."""
        cell = row.cells[self.code_at] if self.code_at < len(row.cells) else None
        return cell.strip().upper() if isinstance(cell, str) else ""


def bind(layout: Layout, heading: Row, *, year: int | None = None) -> Binding:
    """Find the columns of the layout in the heading; `year` is that of the file's figures.

    Raises SourceFault when the code, the key or every column is missing, or one stands there twice.
    """
    if layout.needs_year and year is None:
        raise SourceFault("no_year")
    by_heading = {name.lower(): column for column in layout.columns for name in (column.zh, column.en, column.fact)}
    code_at, bound, ignored = -1, [], []
    seen: set[str] = set()
    for place, cell in enumerate(heading.cells):
        said = str(cell or "").strip()
        unit = _UNIT.search(said)
        plain = _UNIT.sub("", said).lower()
        column = by_heading.get(plain)
        name = "uscc" if plain in CODE_HEADINGS else column.fact if column else ""
        if not name:
            ignored.extend([said] if said else [])
            continue
        if name in seen:
            raise SourceFault("column_twice", said)
        seen.add(name)
        if column is None:
            code_at = place
        else:
            bound.append(_bound(place, said, column, unit[1].lower() if unit else "", year))
    if code_at < 0:
        raise SourceFault("no_code_column")
    if layout.key and layout.key not in seen:
        raise SourceFault("no_key_column", next(one.zh for one in layout.columns if one.fact == layout.key))
    if not bound:
        raise SourceFault("no_columns", "、".join(column.zh for column in layout.columns))
    return Binding(layout, code_at, len(heading.cells), tuple(bound), tuple(ignored))


def _bound(place: int, heading: str, column: Column, unit: str, year: int | None) -> _Bound:
    read = choice_of(column.words) if column.kind == "choice" else READERS[column.kind]
    period = str(year - column.years_back) if year is not None and column.years_back is not None else ""
    return _Bound(place, heading, column, read, _SCALES.get(unit, 100), period)


def read_line(binding: Binding, row: Row) -> Line:
    """One row as facts. A line with anything wrong is not taken at all, so that no company is known by halves."""
    line = Line(row.line, binding.code_of(row))
    if not codes.is_valid(line.uscc):
        line.wrong.append(Wrong("uscc", "code", "", line.uscc[:RAW_MAX]))
        return line
    if len(row.cells) > binding.width and any(cell not in (None, "") for cell in row.cells[binding.width :]):
        line.wrong.append(Wrong("", "more_columns"))
    for bound in binding.columns:
        cell = row.cells[bound.place] if bound.place < len(row.cells) else None
        try:
            found = _cell(bound, cell)
        except SourceFault as fault:
            if len(line.wrong) < FAULTS_MAX:
                line.wrong.append(Wrong(bound.heading, fault.code, fault.detail, str(cell)[:100]))
            continue
        if found is not None:
            line.cells.append(found)
    _key(binding, line)
    return line


def _cell(bound: _Bound, cell: Any) -> Cell | None:
    value = cleaned(cell)
    if value is None:
        return None
    column = bound.column
    raw = value if isinstance(value, str) else str(value)
    if column.kind != "yes_no" and isinstance(value, str) and value.lower() in NONE:
        if not column.optional:
            raise SourceFault("never_absent")
        return Cell(column.fact, column.kind, None, raw, column.unit, bound.period)
    return Cell(column.fact, column.kind, bound.read(value, bound.scale), raw[:RAW_MAX], column.unit, bound.period)


def _key(binding: Binding, line: Line) -> None:
    """A record is known by its key; a line of a list without any cell says that the company has no record."""
    if not binding.layout.key:
        if not line.cells and not line.wrong:
            line.wrong.append(Wrong("", "nothing"))
        return
    key = next((cell.value for cell in line.cells if cell.name == binding.layout.key), None)
    if key is not None:
        line.key = str(key)
        if len(line.key) > KEY_MAX:
            line.wrong.append(Wrong("", "too_long", str(KEY_MAX), line.key[:100]))
    elif line.cells:
        line.wrong.append(Wrong("", "no_key"))
