"""Cells as typed values: what each kind of fact looks like in the files of offices."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from subsidy.sources.faults import SourceFault
from subsidy.sources.tables import Special

TEXT_MAX = 500
_YES = frozenset({"是", "有", "yes", "y", "true", "1"})
_NO = frozenset({"否", "无", "no", "n", "false", "0"})
NONE = frozenset({"无", "不适用", "none", "n/a"})
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00(?::00)?)?")
_PLAIN = re.compile(r"-?\d{1,15}")
_DECIMAL = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?")
_BIG = 10**17


def formula_like(text: str) -> bool:
    """Whether a spreadsheet would run the text."""
    return text[0] in "=@" or (text[0] in "+-" and not _DECIMAL.fullmatch(text.replace(",", "")))


def cleaned(cell: Any) -> Any:
    """A cell without blanks around it; None when it is empty. Raises SourceFault for a formula or an error."""
    if cell is None:
        return None
    if isinstance(cell, str):
        text = cell.strip()
        if not text:
            return None
        if text[0] in "=@+-" and formula_like(text):
            raise SourceFault("formula")
        return text
    if isinstance(cell, Special):
        raise SourceFault(cell.code, cell.detail)
    return cell


def _number(cell: Any, code: str) -> Decimal:
    if isinstance(cell, bool | dt.date | dt.time):
        raise SourceFault(code)
    text = repr(cell) if isinstance(cell, float) else str(cell).replace(",", "").replace("，", "")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise SourceFault(code) from error
    if not number.is_finite() or abs(number) >= _BIG:
        raise SourceFault(code)
    return number


def money(cell: Any, scale: int) -> int:
    """Fen; `scale` is how many fen the column's unit has (元 100, 万元 1,000,000)."""
    if isinstance(cell, str) and _PLAIN.fullmatch(cell):
        return int(cell) * scale
    fen = _number(cell, "money") * scale
    if isinstance(cell, float):
        # A spreadsheet's number has no more than 15 exact digits: what lies beyond is not a part of the amount.
        fen = fen.quantize(Decimal("0.01")) if abs(fen) < _BIG else fen
    if fen != fen.to_integral_value():
        raise SourceFault("money")
    return int(fen)


def count(cell: Any, _scale: int) -> int:
    if isinstance(cell, str) and _PLAIN.fullmatch(cell):
        return int(cell)
    number = _number(cell, "count")
    if number != number.to_integral_value():
        raise SourceFault("count")
    return int(number)


def decimal(cell: Any, _scale: int) -> str:
    """Plain decimal notation; a percentage becomes the share that it says."""
    if isinstance(cell, str) and cell.endswith(("%", "％")):
        return _plain(_number(cell[:-1].strip(), "decimal") / 100)
    return _plain(_number(cell, "decimal"))


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def day(cell: Any, _scale: int) -> dt.date:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    text = str(cell)
    if len(text) == 8 and text.isdecimal():
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    match = _DAY.fullmatch(text)
    try:
        if match is not None:
            return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass  # refused below, like any other text that is no day
    raise SourceFault("date")


def yes_no(cell: Any, _scale: int) -> int:
    word = str(cell).strip().lower() if not isinstance(cell, float) else str(int(cell))
    if word in _YES:
        return 1
    if word in _NO:
        return 0
    raise SourceFault("yes_no")


def text(cell: Any, _scale: int) -> str:
    said = cell.isoformat() if isinstance(cell, dt.date) else str(int(cell) if _is_whole(cell) else cell)
    if len(said) > TEXT_MAX:
        raise SourceFault("too_long", str(TEXT_MAX))
    if "\x00" in said:
        raise SourceFault("binary")
    return said


def _is_whole(cell: Any) -> bool:
    return isinstance(cell, float) and cell.is_integer() and abs(cell) < _BIG


def choice_of(words: Mapping[str, str]) -> Callable[[Any, int], str]:
    """A reader of one of the words, each to the value that it means."""

    def read(cell: Any, _scale: int) -> str:
        found = words.get(str(cell).strip().lower())
        if found is None:
            raise SourceFault("choice", "、".join(words))
        return found

    return read


READERS: dict[str, Callable[[Any, int], Any]] = {
    "money": money,
    "count": count,
    "rate": decimal,
    "number": decimal,
    "date": day,
    "yes_no": yes_no,
    "text": text,
}
