"""The first sheet of an XLSX as rows, streaming and bounded: a workbook is a zip of XML from someone else.

Neither formulas nor links are followed: a formula or an error in a cell is refused by its place, because what it would
show is not in the file for certain. What is inflated is counted as it is inflated, whatever the archive claims.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Context, Decimal
from posixpath import normpath
from tempfile import SpooledTemporaryFile
from typing import IO

from lxml.etree import QName, _Element

from subsidy.bankfiles.model import BankFileError
from subsidy.bankfiles.result_rows import Cell
from subsidy.bankfiles.source import Source, forget, hardened_events

#: What all parts of one workbook may inflate to; a result of 100,000 rows needs a fifth of it.
INFLATED_MAX = 256 * 1024 * 1024
_IN_MEMORY_MAX = 4 * 1024 * 1024
_PARTS_MAX = 1000
_BLOCK = 1 << 16
#: A number of a workbook is a binary fraction: beyond 15 digits it is no longer what was typed.
_EXACT_DIGITS = 15
_KEPT = Context(prec=_EXACT_DIGITS)

_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(slots=True)
class _Part:
    """One part of the archive as a stream that counts what it inflates."""

    stream: IO[bytes]
    book: _Book

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(min(size, _BLOCK) if size >= 0 else _BLOCK)
        self.book.inflated += len(data)
        if self.book.inflated > INFLATED_MAX:
            raise self.book.too_large()
        return data


@dataclass(slots=True)
class _Texts:
    """The shared texts of a workbook, packed: a list of 300,000 strings would hold four times as much."""

    packed: bytearray = field(default_factory=bytearray)
    ends: array[int] = field(default_factory=lambda: array("Q"))

    def add(self, text: str) -> None:
        self.packed += text.encode()
        self.ends.append(len(self.packed))

    def get(self, place: int) -> str:
        start = self.ends[place - 1] if place else 0
        return self.packed[start : self.ends[place]].decode()


@dataclass(slots=True)
class _Book:
    """An opened workbook."""

    source: Source
    archive: zipfile.ZipFile
    inflated: int = 0
    texts: _Texts = field(default_factory=_Texts)

    def too_large(self) -> BankFileError:
        limit = INFLATED_MAX // (1024 * 1024)
        return self.source.error(
            f"表格解压后超过 {limit} MiB，为安全起见拒绝读取，请确认选对了文件，或请银行拆分后重发",
            f"the workbook inflates to more than {limit} MiB; refused for safety; check the choice or ask the bank "
            "for it in parts",
        )

    def broken(self, why: object) -> BankFileError:
        return self.source.error(
            f"不是完整的 XLSX 表格（{why}），请向银行重新索取原件",
            f"this is no complete XLSX workbook ({why}); ask the bank for the original again",
        )

    def events(self, part: str, *tags: str) -> Iterator[tuple[str, _Element]]:
        """Events of a part's elements; a missing part is a broken workbook."""
        try:
            with self.archive.open(part) as stream:
                counted = Source(_Part(stream, self), self.source.name, INFLATED_MAX)  # type: ignore[arg-type]  # reads
                yield from hardened_events(counted, tags)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise self.broken(error) from error


def sheet_rows(source: Source) -> Iterator[tuple[int, list[str]]]:
    """Each row of the first sheet with its number, up to its last cell that says something.

    Cells are trimmed texts; a number is a ``Cell`` that says so.

    Raises BankFileError for a file that is no workbook, is cut off, inflates too far, or has a formula.
    """
    with SpooledTemporaryFile(max_size=_IN_MEMORY_MAX) as file:
        while block := source.read(_BLOCK):
            file.write(block)
        file.seek(0)
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise _Book(source, archive=None).broken(error) from error  # type: ignore[arg-type]  # never opened
        with archive:
            book = _Book(source, archive)
            claimed = sum(part.file_size for part in archive.infolist())
            if claimed > INFLATED_MAX or len(archive.infolist()) > _PARTS_MAX:
                raise book.too_large()
            yield from _rows(book)


def _rows(book: _Book) -> Iterator[tuple[int, list[str]]]:
    sheet = _first_sheet(book)
    if "xl/sharedStrings.xml" in book.archive.namelist():
        for event, element in book.events("xl/sharedStrings.xml", "si"):
            if event == "end":
                book.texts.add(_text(element))
                forget(element)
    line = 0
    for event, element in book.events(sheet, "row"):
        if event != "end":
            continue
        line = _number(element.get("r"), line + 1)
        yield line, _cells(book, element, line)
        forget(element)


def _first_sheet(book: _Book) -> str:
    """The path of the first sheet, by the workbook's own relations."""
    wanted: str | None = None
    for event, element in book.events("xl/workbook.xml", "sheet"):
        if event == "end" and wanted is None:
            wanted = next((str(value) for key, value in element.attrib.items() if QName(key).localname == "id"), None)
    for event, element in book.events("xl/_rels/workbook.xml.rels", "Relationship"):
        if event == "end" and element.get("Id") == wanted and wanted is not None:
            target = str(element.get("Target"))
            return target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")
    raise book.broken("no sheet")


def _number(text: object, otherwise: int) -> int:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 8 else otherwise


def _cells(book: _Book, row: _Element, line: int) -> list[str]:
    cells: list[str] = []
    for element in row:
        if _local(element) != "c":
            continue
        place = str(element.get("r") or "")
        column = _column(place) if place else len(cells)
        if column is None or column < len(cells):
            raise book.source.error(
                f"单元格位置“{place}”有误，请向银行重新索取",
                f"the cell's place {place!r} is wrong; ask the bank for the file again",
                line=line,
            )
        cells += [""] * (column - len(cells))
        cells.append(_value(book, element, place, line))
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _column(place: str) -> int | None:
    match = _PLACE.fullmatch(place)
    if match is None:
        return None
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1 if number <= 16384 else None


def _value(book: _Book, element: _Element, place: str, line: int) -> str:
    kind = str(element.get("t") or "n")
    parts = {_local(child): child for child in element}
    if "f" in parts or kind == "e":
        raise book.source.error(
            f"单元格 {place} 是公式或错误值，银行结果应为固定内容，请向银行索取原件",
            f"the cell {place} is a formula or an error, a bank's result has plain values; ask the bank for the original",
            line=line,
        )
    if kind == "inlineStr":
        return _text(parts["is"]).strip() if "is" in parts else ""
    value = (parts["v"].text or "").strip() if "v" in parts else ""
    if kind == "s" and value:
        number = _number(value, -1)
        if not 0 <= number < len(book.texts.ends):
            raise book.broken(f"{place}: no text {value}")
        return book.texts.get(number).strip()
    if kind != "n" or not value:
        return _unescaped(value)
    return _plain(book, value, place, line)


def _plain(book: _Book, value: str, place: str, line: int) -> Cell:
    """A number as its decimals to 15 digits: 0.07 is kept as 0.070000000000000007, and is 0.07.

    A whole number that is longer than that (an account number, say) is refused.
    """
    try:
        number = Decimal(value)
        fits = number.is_finite() and -_EXACT_DIGITS <= number.adjusted() < _EXACT_DIGITS
    except ArithmeticError:
        fits = False
    if not fits:
        raise book.source.error(
            f"单元格 {place} 的数字“{value}”超过 {_EXACT_DIGITS} 位，表格已丢失精度，请向银行索取以文本存放的原件",
            f"the number {value!r} in cell {place} has more than {_EXACT_DIGITS} digits, which a workbook does not keep; "
            "ask the bank for the original with text cells",
            line=line,
        )
    text = f"{_KEPT.plus(number):f}"
    return Cell(text.rstrip("0").rstrip(".") if "." in text else text, is_number=True)


def _text(element: _Element) -> str:
    """All text of a shared or inline string but its phonetic guides."""
    runs = [
        node
        for node in element.iter()
        if _local(node) == "t" and not any(_local(above) == "rPh" for above in node.iterancestors())
    ]
    return _unescaped("".join(node.text or "" for node in runs))


def _local(element: _Element) -> str:
    """The tag without its namespace: workbooks come in two, the strict and the usual one."""
    return str(element.tag).rpartition("}")[2]


def _unescaped(text: str) -> str:
    """``_x000D_`` is how a workbook writes a character that XML does not take."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
