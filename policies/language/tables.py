"""Tables: bands written with their ends, checked to cover every value once, and lowered to a chain of choices."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import pairwise

from policies.language.core import Core
from policies.language.declare import constant_of
from policies.language.lower import Lowerer
from policies.language.lowered import Num
from policies.language.model import Band, TableCore, TableDef, TableOption
from policies.language.reader import Node, Scalar
from policies.language.schema import both, entries, fields, identifier, mapping, refuse, scalar
from policies.language.typed import DATE, QUANTITIES, RATIO, T_RATE, Type, Typed, join

MAX_BANDS = 60
_BAND = re.compile(r"(?P<open>[(\[])(?P<low>[^,]+),(?P<high>[^,]+)(?P<close>[)\]])")
Check = Callable[[Scalar], Typed]


def read_table(name: str, node: Node, check: Check) -> TableDef:
    """Read one table (`of` and `bands`) or a `best_of` several; `check` types an expression."""
    keys = {key.value: value for key, value in mapping(node, name).items}
    if "best_of" in keys:
        values = fields(node, f"the table {name}", "best_of", "clause zh en")
        options = tuple(
            _option(identifier(key, name), value, f"{name}.{key.value}", check)
            for key, value in entries(values["best_of"], f"{name}.best_of")
        )
    else:
        values = fields(node, f"the table {name}", "of bands", "clause zh en")
        options = (_bands(name, values["of"], values["bands"], name, check),)
    kind: Type | None = options[0].bands[0].value.type
    for option in options:
        for band in option.bands:
            kind = join(kind, band.value.type) if kind is not None else None
    if kind is None:
        raise refuse(values.at, f"{name}: the values of the bands differ in type", f"{name}：各档取值类型不同", "TYPE")
    clause = values.get("clause")
    return TableDef(
        name, both(values, name, name), "" if clause is None else scalar(clause, "clause").value, options,
        "best_of" in keys, kind,
    )  # fmt: skip


def _option(option: str, node: Node, what: str, check: Check) -> TableOption:
    values = fields(node, what, "of bands")
    return _bands(option, values["of"], values["bands"], what, check)


def _bands(option: str, of: Node, node: Node, what: str, check: Check) -> TableOption:
    operand = check(scalar(of, f"{what}.of"))
    if operand.type.kind not in QUANTITIES | {DATE}:
        raise refuse(of.at, f"{what}.of: found {operand.type}; expected a quantity", f"{what}.of 应为数量", "TYPE")
    ends = T_RATE if operand.type.kind == RATIO else operand.type
    bands = [_band(key, value, ends, check) for key, value in entries(node, f"{what}.bands")]
    if not 1 <= len(bands) <= MAX_BANDS:
        raise refuse(node.at, f"{what}: expected 1 to {MAX_BANDS} bands", f"{what}：应有 1 至 {MAX_BANDS} 档", "LIMIT")
    return TableOption(option, operand, _contiguous(bands, node, what))


def _band(key: Scalar, value: Node, ends: Type, check: Check) -> Band:
    match = _BAND.fullmatch(key.value.strip())
    if match is None:
        raise refuse(
            key.at, f'found {key.value!r}; expected a band like "(5000万元, 2亿元]" or "(.., 5%]"',
            f"“{key.value}”不是区间；应如“(5000万元, 2亿元]”",
        )  # fmt: skip
    low, high = (_end(key, match[side], match.start(side), ends) for side in ("low", "high"))
    low_closed, high_closed = match["open"] == "[", match["close"] == "]"
    if (low is None and low_closed) or (high is None and high_closed):
        raise refuse(
            key.at, f"{key.value}: an end written .. cannot belong; use a round bracket", "无端点处应为圆括号"
        )
    return Band(key.value, low, low_closed, high, high_closed, check(scalar(value, key.value)))


def _end(key: Scalar, text: str, start: int, ends: Type) -> Typed | None:
    if text.strip() == "..":
        return None
    lead = len(text) - len(text.lstrip())
    end = Scalar(text.strip(), key.at.moved(start + lead), key.quoted, key.escaped)
    return constant_of(end, ends, key.value)


def _number(typed: Typed) -> Fraction:
    value = typed.value
    if isinstance(value, date):
        return Fraction(value.toordinal())
    assert isinstance(value, Fraction), "ends of bands are literals"
    return value


def _contiguous(bands: list[Band], node: Node, what: str) -> tuple[Band, ...]:
    for band in bands:
        for end in (band.low, band.high):
            if end is not None and not isinstance(end.value, Fraction | date):
                raise refuse(end.at, f"{what}: write the end as a literal", f"{what}：区间端点应为字面常量")
    known = [_number(band.low) for band in bands if band.low is not None]
    first = min(known, default=Fraction(0)) - 1
    ordered = sorted(bands, key=lambda band: first if band.low is None else _number(band.low))
    for before, after in pairwise(ordered):
        meets = before.high is not None and after.low is not None and _number(before.high) == _number(after.low)
        if not meets or before.high_closed == after.low_closed:
            raise refuse(
                node.at,
                f"{what}: between {before.written} and {after.written} a value belongs to none or to both; "
                "let each end belong to exactly one band",
                f"{what}：{before.written} 与 {after.written} 之间有遗漏或重叠，每个端点应恰属一档",
                "BANDS",
            )
        if before.low is not None and _number(before.low) > _number(before.high or before.low):
            raise refuse(node.at, f"{what}: {before.written} is empty", f"{what}：{before.written} 为空区间", "BANDS")
    if ordered[0].low is not None or ordered[-1].high is not None:
        raise refuse(
            node.at, f'{what}: the first band must start with ".." and the last end with ".."',
            f"{what}：第一档应以“..”开始，最后一档应以“..”结束", "BANDS",
        )  # fmt: skip
    return tuple(ordered)


def lower_table(lowerer: Lowerer, table: TableDef) -> tuple[Num, TableCore]:
    """Lower a table to its value and to what a reason needs to say which band was hit."""
    operands, reached, values = [], [], []
    for option in table.options:
        label = f"{table.name}.{option.id}" if table.best else table.name
        operand = lowerer.named(f"of:{label}", lowerer.number(option.of))
        assert isinstance(operand, Num)
        within: list[Core] = []
        for band in option.bands:
            if band.high is None:
                within.append(lowerer.builder.const(1))
            else:
                op = "<=" if band.high_closed else "<"
                within.append(lowerer.compare(op, operand, lowerer.number(band.high)))
        value = lowerer.number(option.bands[-1].value)
        for band, condition in zip(reversed(option.bands[:-1]), reversed(within[:-1]), strict=True):
            value = lowerer.choose(condition, lowerer.number(band.value), value)
        operands.append(operand)
        reached.append(tuple(within))
        values.append(value)
    best = values[0]
    for value in values[1:]:
        best = lowerer.choose(lowerer.compare(">=", best, value), best, value)
    return best, TableCore(tuple(operands), tuple(reached), tuple(values))
