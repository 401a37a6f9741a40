"""A CSV or XLSX file as a stream of rows with their line numbers; values only, memory does not grow with the rows."""

from __future__ import annotations

import codecs
import csv
import io
import warnings
import zipfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from openpyxl import load_workbook

from subsidy.sources.faults import SourceFault

_BLOCK = 1 << 20
_UNPACKED_MAX = 2 << 30
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Special:
    """A cell that is no value: a formula, or an error of the spreadsheet."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail


FORMULA: Final = Special("formula")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line on which it begins (the heading is 1), and its cells: text, or in XLSX numbers and dates."""

    line: int
    cells: list[Any]


def rows_of(stream: BinaryIO) -> Generator[Row, None, None]:
    """The rows of a table, heading first, empty ones left out. `stream` is seekable and stays open; close the rows first.

    The kind is known from the content, whatever the name says. Raises SourceFault for what is no such table.
    """
    stream.seek(0)
    head = stream.read(4)
    stream.seek(0)
    if not head:
        raise SourceFault("empty")
    if head == _OLE:
        raise SourceFault("old_xls")
    return _xlsx_rows(stream) if head == _ZIP else _csv_rows(stream)


def _csv_rows(stream: BinaryIO) -> Generator[Row, None, None]:
    encoding = _encoding(stream)
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=encoding, errors="strict", newline="")
    begins = 1
    try:
        heading = text.readline(_BLOCK)
        text.seek(0)
        reader = csv.reader(text, delimiter=_delimiter(heading), strict=True)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(begins, list(cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise SourceFault("quotes", str(begins)) from error
    finally:
        text.detach()


def _delimiter(heading: str) -> str:
    return max((",", "\t", ";"), key=heading.count)


def _encoding(stream: BinaryIO) -> str:
    """UTF-8 if all of the file is, else GB18030 if all of it is. One pass in blocks, a second one only for GB18030."""
    start = stream.read(4)
    if start.startswith(_UTF16):
        raise SourceFault("utf16")
    if start.startswith(codecs.BOM_UTF8):
        if not _decodes(stream, "utf-8-sig"):
            raise SourceFault("encoding")
        return "utf-8-sig"
    for encoding in ("utf-8", "gb18030"):
        if _decodes(stream, encoding):
            return encoding
    raise SourceFault("encoding")


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    try:
        while block := stream.read(_BLOCK):
            if b"\x00" in block:
                raise SourceFault("binary")
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _xlsx_rows(stream: BinaryIO) -> Generator[Row, None, None]:
    """The first sheet, as its values stand in the file; nothing is computed and no link is followed."""
    try:
        with zipfile.ZipFile(stream) as archive:
            if sum(part.file_size for part in archive.infolist()) > _UNPACKED_MAX:
                raise SourceFault("too_large")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that this program does not read
            book = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            cells_of_rows = sheet.iter_rows()
    except SourceFault:
        raise
    except Exception as error:  # a damaged archive fails in many ways, all of them meaning the same
        raise SourceFault("xlsx") from error
    yield from _values(cells_of_rows)
    book.close()


def _values(cells_of_rows: Iterator[Any]) -> Iterator[Row]:
    line = 0
    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                cells = next(cells_of_rows)
        except StopIteration:
            return
        except Exception as error:  # as above: the sheet is read as it is walked
            raise SourceFault("xlsx") from error
        line += 1
        found = [_value(cell) for cell in cells]
        while found and found[-1] is None:
            found.pop()
        if found:
            yield Row(line, found)


def _value(cell: Any) -> Any:
    value = cell.value
    if value is None or value == "":
        return None
    if cell.data_type == "f":
        return FORMULA
    if cell.data_type == "e":
        return Special("error_cell", str(value)[:20])
    return value
