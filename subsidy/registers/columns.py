"""The columns of delivered lists, and a line of one as typed values."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Self

from stdnum.cn import uscc as codes

from subsidy.registers.enums import LISTS, ImportKind
from subsidy.sources.faults import SourceFault
from subsidy.sources.tables import Row, rows_of
from subsidy.sources.values import READERS, cleaned

LINES_MAX = 1_000_000
CODE = "uscc"
# A key of a group has parts: 91330106…|2023.
_PARTS = re.compile(r"\s*\|\s*")
_YUAN = 100


@dataclass(frozen=True)
class Column:
    """A column: its headings (the first of each language is the one to ask for), its kind, and whether it must speak."""

    name: str
    zh: str
    en: str
    kind: str = "text"
    needed: bool = False
    length: int = 60


ENTRY_COLUMNS = (
    Column(CODE, "统一社会信用代码", "uscc", needed=True),
    Column("certificate_number", "证书编号", "number"),
    Column("level", "级别", "level", length=40),
    Column("valid_from", "起始日期", "from", "date", needed=True),
    Column("valid_to", "截止日期", "to", "date"),
)
AWARD_COLUMNS = (
    Column(CODE, "统一社会信用代码", "uscc", needed=True),
    Column("pack", "政策代码", "measure", needed=True),
    Column("title", "奖补名称", "title", length=40),
    Column("group", "组", "group"),
    Column("group_key", "组键", "key", length=200),
    Column("amount_fen", "金额（元）", "amount (yuan)", "money", needed=True),
    Column("conferred_on", "发文日期", "conferred on", "date", needed=True),
    Column("certificate_day", "证书发证日期", "certificate of", "date"),
    Column("document_number", "文号", "decree", needed=True),
)


@dataclass(frozen=True)
class ListLine:
    """One line: what it says by name of column, or why it is not taken (a code of subsidy.sources.faults)."""

    number: int
    uscc: str
    said: Mapping[str, Any]
    code: str = ""
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        """The same for the data of an act."""
        return {**asdict(self), "said": said_as_json(self.said)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], kind: str) -> Self:
        return cls(**{**data, "said": said_from_json(data["said"], kind)})


def said_as_json(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a line says, without what it leaves empty; days as text."""
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in said.items()
        if value not in (None, "")
    }


def said_from_json(said: Mapping[str, Any], kind: str) -> dict[str, Any]:
    days = {column.name for column in columns_of(kind) if column.kind == "date"}
    return {name: dt.date.fromisoformat(value) if name in days else value for name, value in said.items()}


def columns_of(kind: str) -> tuple[Column, ...]:
    return AWARD_COLUMNS if kind == ImportKind.PRIOR_AWARDS else ENTRY_COLUMNS


def read_list(stream: BinaryIO, kind: str, register: str) -> Iterator[ListLine]:
    """The lines of a delivered file (CSV or XLSX) after its heading.

    Raises SourceFault for what is no such table, lacks a needed column, or has more than LINES_MAX lines.
    """
    rows = rows_of(stream)
    try:
        bound = _bound(next(rows, None), columns_of(kind))
        seen: dict[tuple[str, ...], int] = {}
        for count, row in enumerate(rows, 1):
            if count > LINES_MAX:
                raise SourceFault("too_many_lines", str(LINES_MAX))
            line = _line(row, bound, register)
            key = (line.uscc, *(str(line.said.get(name) or "") for name in _told_apart_by(kind)))
            if not line.code and key in seen:
                line = ListLine(line.number, line.uscc, line.said, "line_twice", str(seen[key]))
            seen.setdefault(key, row.line)
            yield line
    finally:
        rows.close()


def _told_apart_by(kind: str) -> tuple[str, ...]:
    return ("pack", "document_number", "title") if kind == ImportKind.PRIOR_AWARDS else ("certificate_number",)


def _bound(heading: Row | None, columns: Sequence[Column]) -> dict[Column, int]:
    """Where each column stands; a heading is known in Chinese, in English or by its name."""
    if heading is None:
        raise SourceFault("empty")
    words = {word.lower(): column for column in columns for word in (column.zh, column.en, column.name)}
    found: dict[Column, int] = {}
    for place, cell in enumerate(heading.cells):
        column = words.get(str(cell or "").strip().lower().replace("(", "（").replace(")", "）")) or words.get(
            str(cell or "").strip().lower()
        )
        if column is None:
            continue
        if column in found:
            raise SourceFault("column_twice", column.zh)
        found[column] = place
    for column in columns:
        if column.needed and column not in found:
            raise SourceFault(
                "no_code_column" if column.name == CODE else "no_key_column", f"{column.zh} / {column.en}"
            )
    return found


def _line(row: Row, bound: Mapping[Column, int], register: str) -> ListLine:
    said: dict[str, Any] = {}
    code = ""
    try:
        for column, place in bound.items():
            value = _value(column, row.cells[place] if place < len(row.cells) else None)
            if column.name == CODE:
                code = str(value or "").upper()
            else:
                said[column.name] = value
        if not codes.is_valid(code):
            raise SourceFault("code")
        _refuse_senseless(said, register)
    except SourceFault as fault:
        return ListLine(row.line, code[:18], {}, fault.code, fault.detail)
    return ListLine(row.line, code, said)


def _value(column: Column, cell: Any) -> Any:
    value = cleaned(cell)
    if value is None:
        if column.needed:
            raise SourceFault("cell_missing", column.zh)
        return None
    read = READERS[column.kind](value, _YUAN)
    if column.kind == "text" and len(read) > column.length:
        raise SourceFault("too_long", str(column.length))
    if column.kind == "money" and read < 0:
        raise SourceFault("money")
    return _PARTS.split(read) if column.name == "group_key" else read


def _refuse_senseless(said: Mapping[str, Any], register: str) -> None:
    """What cannot be, each cell for itself being in order."""
    if "valid_from" in said:
        if said.get("valid_to") is not None and said["valid_to"] < said["valid_from"]:
            raise SourceFault("last_before_first")
        if register not in LISTS and said.get("valid_to") is None:
            raise SourceFault("cell_missing", "截止日期 / to")
        if register not in LISTS and not said.get("certificate_number"):
            raise SourceFault("cell_missing", "证书编号 / number")
    if said.get("group") and not said.get("group_key"):
        raise SourceFault("cell_missing", "组键 / key")
