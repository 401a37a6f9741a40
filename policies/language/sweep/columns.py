"""Columns of facts as people and files hold them, made into the integers of the core, with every fault told.

Held forms: money Int64 minor units, count Int64, rate and number Decimal or text ("0.0525"), date Date or text
(YYYY-MM-DD), yes_no Boolean or text (true, false), choice and text text. Whole numbers may be text too, as a CSV file
has them. A float is refused by name: it cannot hold money or a share exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import polars as pl

from policies.language.compile import scale_of
from policies.language.core import Interval
from policies.language.facts import MAX_TEXT
from policies.language.findings import Finding, PolicyError, Position, finding
from policies.language.model import FactDef
from policies.language.sweep.ops import BOOL, DTYPES, EPOCH, form_of

FAULT = "FACT"
_FIRST = 3
_FEW = 5
_FAR = 10**28
_WHOLE = r"^-?[0-9]{1,38}$"
_DECIMAL = r"^-?[0-9]{1,30}(\.[0-9]{1,30})?$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

_EXPECTED = {
    "money": ("Int64 minor units, or text of digits", "最小货币单位的整数（Int64 或文本）"),
    "count": ("Int64, or text of digits", "整数（Int64 或文本）"),
    "rate": ('Decimal, or text like "0.0525"', "Decimal 或小数文本，如“0.0525”"),
    "number": ('Decimal, or text like "12.5"', "Decimal 或小数文本，如“12.5”"),
    "date": ("Date, or text YYYY-MM-DD", "Date 或文本 YYYY-MM-DD"),
    "yes_no": ("Boolean, or the texts true and false", "Boolean 或文本 true、false"),
    "choice": ("text, one of the choices", "文本，选项之一"),
    "text": ("text", "文本"),
}


@dataclass(slots=True)
class Faults:
    """Everything wrong with the tables, told at once."""

    findings: list[Finding] = field(default_factory=list)

    def tell(self, table: str, en: str, zh: str) -> None:
        """Note a fault of a table as a whole."""
        self.findings.append(finding(Position(table, 1, 1), FAULT, en, zh))

    def rows(self, table: str, column: str, cases: pl.Series, values: pl.Series, wrong: pl.Series,
             expected: tuple[str, str]) -> None:  # fmt: skip
        """Note the rows where `wrong` holds: how many, and the first of them."""
        count = int(wrong.sum())
        if not count:
            return
        first = [
            f"{case}: {str(value)[:40]!r}"
            for case, value in zip(cases.filter(wrong).head(_FIRST), values.filter(wrong).head(_FIRST), strict=True)
        ]
        shown = "; ".join(first) + (" …" if count > _FIRST else "")
        self.tell(
            table,
            f"{column}: {count} rows are wrong; expected {expected[0]}; case and value: {shown}",
            f"{column}：{count} 行有误，应为{expected[1]}；案件与值：{shown}",
        )

    def finish(self) -> None:
        """Raise what was found."""
        if self.findings:
            raise PolicyError(*self.findings)


class _Form(Exception):
    """The column's type is none that the kind is held in."""


Read = tuple[pl.Series, pl.Series | None]


def _whole(_: FactDef, column: pl.Series) -> Read:
    if column.dtype.is_integer():
        return column, None
    if column.dtype != pl.String:
        raise _Form
    numbers = column.str.to_integer(dtype=pl.Int128, strict=False)
    return numbers, _unread(column, numbers, column.str.contains(_WHOLE))


def _unread(column: pl.Series, read: pl.Series, fits: pl.Series) -> pl.Series:
    """Return the rows whose text was not read."""
    return column.is_not_null() & (read.is_null() | ~fits.fill_null(False))


def _scaled(fact: FactDef, column: pl.Series) -> Read:
    if isinstance(column.dtype, pl.Decimal):
        return _from_decimal(fact, column)
    if column.dtype != pl.String:
        raise _Form
    parts = pl.DataFrame({"text": column}).select(
        sign=pl.col("text").str.starts_with("-"),
        whole=pl.col("text").str.extract(r"^-?([0-9]{1,30})"),
        part=pl.col("text").str.extract(r"\.([0-9]{1,30})$").fill_null("").str.strip_chars_end("0"),
        fits=pl.col("text").str.contains(_DECIMAL),
    )
    digits = pl.col("whole") + pl.col("part").str.pad_end(fact.decimals, "0")
    number = digits.str.to_integer(dtype=pl.Int128, strict=False)
    read = parts.select(
        number=pl.when("sign").then(0 - number).otherwise(number),
        fits=pl.col("fits") & (pl.col("part").str.len_chars() <= fact.decimals),
    )
    return read["number"], _unread(column, read["number"], read["fits"])


def _from_decimal(fact: FactDef, column: pl.Series) -> Read:
    assert isinstance(column.dtype, pl.Decimal)
    frame, scale = column.to_physical().cast(pl.Int128).alias("held").to_frame(), column.dtype.scale
    held = pl.col("held")
    if scale <= fact.decimals:
        factor = 10 ** (fact.decimals - scale)
        # What lies far outside every range is cut before it is scaled, so that the product cannot wrap into the range.
        return frame.select(held.clip(-_FAR, _FAR) * factor).to_series(), None
    factor = 10 ** (scale - fact.decimals)
    read = frame.select(whole=held // factor, wrong=(held % factor != 0).fill_null(False))
    return read["whole"], read["wrong"]


def _day(_: FactDef, column: pl.Series) -> Read:
    if column.dtype == pl.Date:
        return column.to_physical() + EPOCH, None
    if column.dtype != pl.String:
        raise _Form
    days = column.str.to_date("%Y-%m-%d", strict=False)
    return days.to_physical() + EPOCH, _unread(column, days, column.str.contains(_DAY))


def _yes_no(_: FactDef, column: pl.Series) -> Read:
    if column.dtype == pl.Boolean:
        return column, None
    if column.dtype != pl.String:
        raise _Form
    known = column.is_in(["true", "false"])
    return (column == "true"), column.is_not_null() & ~known.fill_null(False)


def _choice(fact: FactDef, column: pl.Series) -> Read:
    if not isinstance(column.dtype, pl.String | pl.Categorical | pl.Enum):
        raise _Form
    names = [choice.value for choice in fact.choices]
    if isinstance(column.dtype, pl.Enum) and column.dtype.categories.to_list() == names:
        return column.to_physical().cast(pl.Int32), None
    if len(names) > _FEW or column.dtype != pl.String:
        found = column.cast(pl.Enum(names), strict=False).to_physical().cast(pl.Int32)
        return found, column.is_not_null() & found.is_null()
    return _few_choices(names, column)


def _few_choices(names: list[str], column: pl.Series) -> Read:
    """Compare with each of a few texts, which is faster than looking each text up."""
    same = {str(number): column == name for number, name in enumerate(names)}
    hits = sum(int(found.sum()) for found in same.values())
    wrong = None
    if hits + column.null_count() < len(column):
        wrong = column.is_not_null() & ~pl.DataFrame(same).select(pl.any_horizontal(pl.all())).to_series()
    code = pl.lit(0, dtype=pl.Int32)
    for number in range(1, len(names)):
        code = pl.when(pl.col(str(number))).then(pl.lit(number, dtype=pl.Int32)).otherwise(code)
    if column.null_count():
        code = pl.when(pl.col("0").is_not_null()).then(code)
    return pl.DataFrame(same).with_columns(code.alias("code"))["code"], wrong


def _text(_: FactDef, column: pl.Series) -> Read:
    if column.dtype != pl.String:
        raise _Form
    # A text is never compared: the core holds it as 0.
    zero = pl.zeros(len(column), dtype=pl.Int32, eager=True)
    if column.null_count():
        zero = pl.select(pl.when(column.is_not_null()).then(zero)).to_series()
    if in_span(column.str.len_bytes(), (0, MAX_TEXT)):
        return zero, None
    return zero, (column.str.len_chars() > MAX_TEXT).fill_null(False)


_READ: dict[str, Callable[[FactDef, pl.Series], Read]] = {
    "money": _whole, "count": _whole, "rate": _scaled, "number": _scaled, "date": _day, "yes_no": _yes_no,
    "choice": _choice, "text": _text,
}  # fmt: skip


def read_column(fact: FactDef, column: pl.Series, cases: pl.Series, table: str, faults: Faults) -> pl.Series:
    """Return the integers (or Booleans) of a column, null where it is null; faults are noted and their rows null."""
    if column.dtype == pl.Null:
        column = column.cast(_NULL_AS.get(fact.kind, pl.String()))
    en, zh = _EXPECTED[fact.kind]
    try:
        found, wrong = _READ[fact.kind](fact, column)
    except _Form:
        why = ("; a float holds no decimal exactly", "；浮点数不能精确表示") if column.dtype.is_float() else ("", "")
        faults.tell(table, f"{column.name}: found a column of {column.dtype}; expected {en}{why[0]}",
                    f"{column.name}：列类型为 {column.dtype}，应为{zh}{why[1]}")  # fmt: skip
        return pl.repeat(None, len(column), dtype=DTYPES[form_of((fact.minimum, fact.maximum))], eager=True)
    if fact.kind == "choice":
        listed = ", ".join(choice.value for choice in fact.choices)
        en, zh = f"{en} ({listed})", f"{zh}（{listed}）"
    if wrong is not None and wrong.any():
        faults.rows(table, column.name, cases, column, wrong, (en, zh))
        found = pl.select(pl.when(~wrong).then(found)).to_series()
    if fact.kind in ("yes_no", "choice", "text"):
        return found
    return _in_range(fact, found, column, cases, table, faults)


_NULL_AS: dict[str, pl.DataType] = {"yes_no": DTYPES[BOOL], "money": pl.Int64(), "count": pl.Int64()}


def _in_range(
    fact: FactDef, found: pl.Series, column: pl.Series, cases: pl.Series, table: str, faults: Faults
) -> pl.Series:  # fmt: skip
    form = DTYPES[form_of((fact.minimum, fact.maximum))]
    if in_span(found, (fact.minimum, fact.maximum)):
        # The range was just seen to fit: polars need not look at every row once more.
        return found if found.dtype == form else found.cast(form, strict=False, wrap_numerical=True)
    wide = found.cast(pl.Int128)
    wrong = ((wide < fact.minimum) | (wide > fact.maximum)).fill_null(False)
    low, high = (bound_text(fact, bound) for bound in (fact.minimum, fact.maximum))
    faults.rows(table, column.name, cases, column, wrong,
                (f"a value from {low} to {high}", f" {low} 至 {high} 之间的值"))  # fmt: skip
    return pl.select(pl.when(~wrong).then(wide)).to_series().cast(form)


def span_of(column: pl.Series) -> Interval | None:
    """Return the least and greatest value of a column of integers or Booleans; None where it holds none."""
    least, most = column.min(), column.max()
    if not isinstance(least, int) or not isinstance(most, int):
        return None
    return (int(least), int(most))


def in_span(column: pl.Series, span: Interval) -> bool:
    """Return whether every value lies in a range."""
    found = span_of(column)
    return found is None or (span[0] <= found[0] and found[1] <= span[1])


def bound_text(fact: FactDef, bound: int) -> str:
    """Return the end of a fact's range as people write it."""
    if fact.kind == "date":
        return date.fromordinal(bound).isoformat()
    if fact.kind in ("rate", "number"):
        return format(Decimal(bound) / scale_of(fact), "f")
    return str(bound)
