"""A list as a file: CSV for any program, XLSX for offices. Both stream; memory does not grow with the rows.

Spreadsheets run a cell that begins like a formula; in CSV such texts get an apostrophe in front, in XLSX all texts are
written as texts.
"""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

import xlsxwriter
from django.http import FileResponse, Http404, HttpResponseBase, StreamingHttpResponse

from subsidy.web import formats

if TYPE_CHECKING:
    from subsidy.web.lists import Column

BOM = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SHEET_ROWS_MAX = 1_048_576
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Exported(Protocol):
    """A list or a small table: its columns, and what its file is called."""

    @property
    def columns(self) -> Sequence[Column]: ...
    @property
    def file_name(self) -> str: ...


def response(wanted: str, spec: Exported, rows: Iterable[Any]) -> HttpResponseBase:
    """The file asked for. Raises Http404 for a format that is not offered."""
    columns = [column for column in spec.columns if column.exported]
    if wanted == "csv":
        streamed = StreamingHttpResponse(csv_lines(columns, rows), content_type="text/csv; charset=utf-8")
        streamed["Content-Disposition"] = f'attachment; filename="{spec.file_name}.csv"'
        return streamed
    if wanted == "xlsx":
        return FileResponse(
            xlsx_file(columns, rows),
            as_attachment=True,
            filename=f"{spec.file_name}.xlsx",
            content_type=XLSX_TYPE,
        )
    raise Http404("Lists are exported as csv or xlsx.")


def csv_lines(columns: list[Column], rows: Iterable[Any]) -> Iterator[str]:
    """The lines of a CSV in UTF-8 with byte order mark, CRLF, amounts in yuan with two decimals."""
    writer = csv.writer(Echo())
    yield BOM + writer.writerow([safe(head(column)) for column in columns])
    for row in rows:
        yield writer.writerow([_csv_text(column, column.of(row)) for column in columns])


def xlsx_file(columns: list[Column], rows: Iterable[Any]) -> Any:
    """A workbook in a temporary file, rewound; a sheet that is full continues on the next one."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the response, which closes it
    with xlsxwriter.Workbook(target, {"constant_memory": True, "in_memory": False}) as book:
        amount = book.add_format({"num_format": "#,##0.00"})
        sheet, line = _new_sheet(book, columns), 1
        for row in rows:
            if line >= SHEET_ROWS_MAX:
                sheet, line = _new_sheet(book, columns), 1
            for place, column in enumerate(columns):
                _write(sheet, line, place, column, column.of(row), amount)
            line += 1
    target.seek(0)
    return target


def head(column: Column) -> str:
    """The head of a column, with the unit of its amounts."""
    return f"{column.label} ({formats.pick('元', 'CNY')})" if column.kind == "yuan" else str(column.label)


def text_of(value: Any) -> str:
    """A value as exported text: dates and instants in ISO 8601, so that they sort."""
    if value is None or value == dt.date.max:
        return ""
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else str(value)


def safe(text: str) -> str:
    """The text, marked as text when a spreadsheet would run it."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def _csv_text(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.kind == "yuan":
        return f"{Decimal(value) / formats.FEN_PER_YUAN:.2f}"
    if column.kind == "number":
        return str(value)
    return safe(text_of(value))


def _new_sheet(book: Any, columns: list[Column]) -> Any:
    sheet = book.add_worksheet()
    for place, column in enumerate(columns):
        sheet.write_string(0, place, head(column))
    return sheet


def _write(sheet: Any, line: int, place: int, column: Column, value: Any, amount: Any) -> None:
    if value is None:
        return
    if column.kind == "yuan":
        sheet.write_number(line, place, Decimal(value) / formats.FEN_PER_YUAN, amount)
    elif column.kind == "number":
        sheet.write_number(line, place, value)
    else:
        sheet.write_string(line, place, text_of(value))


class Echo:
    """The csv module hands back what its file's `write` returns."""

    def write(self, text: str) -> str:
        return text
