"""The functions of the language: one entry each, with its type rule and its lowering.

A new function is one line in `FUNCTION_TABLE`; nothing else names functions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from policies.language.core import Aggregate, Move
from policies.language.findings import PolicyError
from policies.language.lowered import Growth, Lowered, Num
from policies.language.parse import Expr
from policies.language.typed import (
    COUNT,
    DATE,
    LIST,
    MONEY,
    NUMBER,
    QUANTITIES,
    RATIO,
    T_COUNT,
    T_DATE,
    T_GROWTH,
    T_RATE,
    T_YES_NO,
    Symbol,
    Type,
    Typed,
    join,
)

if TYPE_CHECKING:
    from policies.language.core import Core
    from policies.language.lower import Lowerer
    from policies.language.types import Checker

Present = frozenset[str]


@dataclass(frozen=True, slots=True)
class Function:
    """How a call is typed and how it is lowered; `shape` is shown to someone who wrote it wrongly."""

    shape: str
    check: Callable[[Checker, Expr, Present], Typed]
    lower: Callable[[Lowerer, Typed], Lowered]


def _refuse(expr: Expr, found: str) -> PolicyError:
    shape = FUNCTION_TABLE[str(expr.value)].shape
    return PolicyError.at(
        expr.at, "CALL", f"found {found}; expected {shape}", f"{expr.value} 的用法应为 {shape}（现为 {found}）"
    )


def _arity(expr: Expr, least: int, most: int | None = None) -> None:
    if len(expr.args) < least or (most is not None and len(expr.args) > most):
        raise _refuse(expr, f"{len(expr.args)} values")


def _call(expr: Expr, kind: Type, args: tuple[Typed, ...], value: object = None) -> Typed:
    return Typed(str(expr.value), kind, args, value, expr.at, bool(args) and all(arg.const for arg in args))


# min, max ----------------------------------------------------------------------------------------------------------


def _check_extreme(checker: Checker, expr: Expr, present: Present) -> Typed:
    _arity(expr, 2)
    args = tuple(checker.check(arg, present) for arg in expr.args)
    kind: Type | None = args[0].type
    for arg in args[1:]:
        kind = join(kind, arg.type) if kind is not None else None
    if kind is None or kind.kind not in QUANTITIES | {DATE}:
        raise _refuse(expr, ", ".join(str(arg.type) for arg in args))
    return _call(expr, kind, args)


def _lower_extreme(lowerer: Lowerer, typed: Typed) -> Lowered:
    values = [lowerer.number(arg) for arg in typed.args]
    best = values[0]
    for value in values[1:]:
        # Over one common denominator the range of the result is seen: max(0元, …) is never negative.
        s, d, left, right = lowerer.common(best, value)
        best = Num(lowerer.builder.make(typed.op, left, right), s, d)
    return best


# rounding ----------------------------------------------------------------------------------------------------------


def _check_round(checker: Checker, expr: Expr, present: Present) -> Typed:
    _arity(expr, 2, 2)
    value, unit = (checker.check(arg, present) for arg in expr.args)
    kind = T_RATE if value.type.kind == RATIO and unit.type == T_RATE else value.type
    if unit.type != kind or kind.kind not in QUANTITIES or not unit.const:
        raise _refuse(expr, f"{value.type}, {unit.type}{'' if unit.const else ' (not constant)'}")
    return Typed(str(expr.value), kind, (value, unit), None, expr.at, value.const)


def _lower_round(lowerer: Lowerer, typed: Typed) -> Lowered:
    return round_to(lowerer, typed.op, lowerer.number(typed.args[0]), lowerer.number(typed.args[1]), typed)


def round_to(lowerer: Lowerer, how: str, value: Num, unit: Num, typed: Typed) -> Num:
    """Round `value` to a multiple of the constant `unit`: down is towards minus infinity, halves upward or to even."""
    size = unit.constant
    if size is None or size <= 0:
        raise PolicyError.at(typed.at, "ROUND", "the unit must be a constant above 0", "取整单位应为大于 0 的常数")
    make, const = lowerer.builder.make, lowerer.builder.const
    top, bottom = lowerer.quotient(value, unit)
    if top.lo < 0:
        lowerer.builder.negative_rounds.append(typed.at)
    if how == "round_down":
        times = make("floordiv", top, bottom)
    elif how == "round_up":
        times = make("sub", const(0), make("floordiv", make("sub", const(0), top), bottom))
    else:
        twice = lowerer.builder.times(bottom, 2)
        lifted = make("add", lowerer.builder.times(top, 2), bottom)
        times = make("floordiv", lifted, twice)
        if how == "round_half_even":
            tie = make("eq", lifted, make("mul", times, twice))
            odd = make("lt", lowerer.builder.times(make("floordiv", times, const(2)), 2), times)
            lower = make("sub", times, const(1))
            # An odd number of units at or above 0 is at least 1; the interval alone cannot know that.
            lower = make("max", const(0), lower) if times.lo >= 0 else lower
            times = make("ite", make("and", tie, odd), lower, times)
    return Num(lowerer.builder.times(times, size.numerator), size.denominator)


def _check_whole(checker: Checker, expr: Expr, present: Present) -> Typed:
    _arity(expr, 2, 2)
    a, b = (checker.check(arg, present) for arg in expr.args)
    if a.type != b.type or a.type.kind not in (MONEY, COUNT, NUMBER):
        raise _refuse(expr, f"{a.type}, {b.type}")
    return _call(expr, T_COUNT, (a, b))


def _lower_whole(lowerer: Lowerer, typed: Typed) -> Lowered:
    a, b = (lowerer.number(arg) for arg in typed.args)
    lowerer.require_positive(b, typed.args[1])
    return Num(lowerer.floor(a, b))


# presence ----------------------------------------------------------------------------------------------------------


def _optional(checker: Checker, expr: Expr) -> Symbol:
    name = str(expr.args[0].value) if expr.args[0].op == "name" else ""
    symbol = checker.symbols.get(name)
    if symbol is None or symbol.role != "fact" or not symbol.optional:
        raise _refuse(expr, f"{name or 'an expression'}, which is no optional fact")
    return symbol


def _check_given(checker: Checker, expr: Expr, present: Present) -> Typed:
    _arity(expr, 2, 2)
    symbol = _optional(checker, expr)
    fact = checker.check(expr.args[0], present | {symbol.name})
    default = checker.check(expr.args[1], present, symbol.type)
    kind = join(fact.type, default.type)
    if kind is None:
        raise _refuse(expr, f"{fact.type}, {default.type}")
    return Typed("given", kind, (fact, default), None, expr.at)


def _lower_given(lowerer: Lowerer, typed: Typed) -> Lowered:
    fact, default = (lowerer.number(arg) for arg in typed.args)
    return lowerer.choose(_presence(lowerer, str(typed.args[0].value)), fact, default)


def _check_has(checker: Checker, expr: Expr, present: Present) -> Typed:
    _arity(expr, 1, 1)
    symbol = _optional(checker, expr)
    fact = checker.check(expr.args[0], present | {symbol.name})
    return Typed("has", T_YES_NO, (fact,), symbol.name, expr.at)


def _lower_has(lowerer: Lowerer, typed: Typed) -> Lowered:
    return Num(_presence(lowerer, str(typed.value)))


def _presence(lowerer: Lowerer, name: str) -> Core:
    return lowerer.builder.fact(f"{name}?", 0, 1)


# counting, growth, calendar ----------------------------------------------------------------------------------------


def _check_number_of(checker: Checker, expr: Expr, present: Present) -> Typed:
    args = tuple(checker.condition(arg, present) for arg in expr.args)
    return _call(expr, T_COUNT, args)


def _lower_number_of(lowerer: Lowerer, typed: Typed) -> Lowered:
    values = [lowerer.number(arg) for arg in typed.args]
    total = values[0].n
    for value in values[1:]:
        total = lowerer.builder.make("add", total, value.n)
    return Num(total)


def _check_cagr(checker: Checker, expr: Expr, present: Present) -> Typed:
    _arity(expr, 3, 3)
    first, last, years = (checker.check(arg, present) for arg in expr.args)
    fine = first.type == last.type and first.type.kind in (MONEY, COUNT, NUMBER)
    whole = years.op == "const" and years.type == T_COUNT and isinstance(years.value, Fraction)
    if not fine or not whole or not 1 <= Fraction(str(years.value)) <= 10:
        raise _refuse(expr, ", ".join(str(arg.type) for arg in (first, last, years)))
    return _call(expr, T_GROWTH, (first, last, years))


def _lower_cagr(lowerer: Lowerer, typed: Typed) -> Lowered:
    first, last, years = (lowerer.number(arg) for arg in typed.args)
    # Growth from nothing has no rate: the first value is a divisor and must be proven positive.
    lowerer.require_positive(first, typed.args[0])
    return Growth(first, last, years.n.lo)


def _check_year(checker: Checker, expr: Expr, present: Present) -> Typed:
    _arity(expr, 1, 1)
    return _call(expr, T_COUNT, (checker.want(checker.check(expr.args[0], present), T_DATE),))


def _lower_year(lowerer: Lowerer, typed: Typed) -> Lowered:
    value = lowerer.number(typed.args[0])
    return replace(value, n=lowerer.builder.make("year", value.n))


def _lower_fiscal_year(lowerer: Lowerer, typed: Typed) -> Lowered:
    value = lowerer.number(typed.args[0])
    month, day = lowerer.fiscal_start
    # Moving the first day of the fiscal year to 1 January makes it the calendar year of the moved date.
    first = lowerer.builder.make("shift", value.n, value=Move(0, 1 - day))
    moved = lowerer.builder.make("shift", first, value=Move(1 - month, 0))
    return replace(value, n=lowerer.builder.make("year", moved))


# aggregates over records -------------------------------------------------------------------------------------------


def _list(checker: Checker, expr: Expr) -> tuple[Symbol, Checker]:
    name = str(expr.args[0].value) if expr.args[0].op == "name" else ""
    symbol = checker.symbols.get(name)
    if symbol is None or symbol.type.kind != LIST:
        raise _refuse(expr, f"{name or 'an expression'}, which is no list")
    if checker.inside:
        raise _refuse(expr, "an aggregate inside an aggregate")
    return symbol, replace(checker, inside=name, fields=symbol.fields)


def _aggregate(expr: Expr, kind: Type, name: str, *args: Typed) -> Typed:
    return Typed(str(expr.value), kind, args, name, expr.at)


def _check_count(checker: Checker, expr: Expr, present: Present) -> Typed:
    _arity(expr, 1, 2)
    symbol, inner = _list(checker, expr)
    return _aggregate(expr, T_COUNT, symbol.name, *(inner.condition(arg, present) for arg in expr.args[1:]))


def _check_any(checker: Checker, expr: Expr, present: Present) -> Typed:
    _arity(expr, 2, 2)
    symbol, inner = _list(checker, expr)
    return _aggregate(expr, T_YES_NO, symbol.name, inner.condition(expr.args[1], present))


def _check_sum(checker: Checker, expr: Expr, present: Present) -> Typed:
    _arity(expr, 2, 3)
    symbol, inner = _list(checker, expr)
    value = inner.check(expr.args[1], present)
    if value.type.kind not in QUANTITIES - {RATIO}:
        raise _refuse(expr, f"a sum of {value.type}")
    conditions = (inner.condition(arg, present) for arg in expr.args[2:])
    return _aggregate(expr, value.type, symbol.name, value, *conditions)


def _check_pick(checker: Checker, expr: Expr, present: Present) -> Typed:
    _arity(expr, 4, 4)
    symbol, inner = _list(checker, expr)
    value, condition = inner.check(expr.args[1], present), inner.condition(expr.args[2], present)
    if_none = checker.check(expr.args[3], present)
    dates = str(expr.value) in ("latest", "earliest")
    if if_none.type != value.type or value.type.kind not in ({DATE} if dates else QUANTITIES - {RATIO}):
        raise _refuse(expr, f"{value.type}, {if_none.type}")
    return _aggregate(expr, value.type, symbol.name, value, condition, if_none)


def _agg(lowerer: Lowerer, kind: str, name: str, *parts: Core) -> Core:
    lists = lowerer.lists[name]
    row = (*parts, lowerer.builder.const(0))[:3]
    return lowerer.builder.make("agg", *row, value=Aggregate(kind, name, lists.max_length))


def _whole_number(lowerer: Lowerer, typed: Typed) -> Num:
    """Lower what an aggregate takes: a record's value has no divisor of its own, which a sum could not keep."""
    value = lowerer.number(typed)
    if value.d is not None:
        raise PolicyError.at(
            typed.at, "CALL", "found a value with a divisor; round it, or divide the aggregate instead",
            "此处的值带有除数；请先取整，或对汇总结果再做除法",
        )  # fmt: skip
    return value


def _lower_aggregate(lowerer: Lowerer, typed: Typed) -> Lowered:
    name, build = str(typed.value), lowerer.builder
    inner = replace(lowerer, fields=lowerer.lists[name].fields)
    one = build.const(1)
    if typed.op == "count":
        return Num(_agg(lowerer, "sum", name, one, inner.condition(typed.args[0]) if typed.args else one))
    if typed.op == "any":
        return Num(build.make("lt", build.const(0), _agg(lowerer, "sum", name, one, inner.condition(typed.args[0]))))
    if typed.op == "all":
        unmet = build.make("not", inner.condition(typed.args[0]))
        return Num(build.make("le", _agg(lowerer, "sum", name, one, unmet), build.const(0)))
    value = _whole_number(inner, typed.args[0])
    if typed.op == "sum":
        condition = inner.condition(typed.args[1]) if typed.args[1:] else one
        return Num(_agg(lowerer, "sum", name, value.n, condition), value.s)
    s, top, none = lowerer.aligned(value, _whole_number(lowerer, typed.args[2]))
    kind = "max" if typed.op in ("largest", "latest") else "min"
    return Num(_agg(lowerer, kind, name, top, inner.condition(typed.args[1]), none), s)


def _round(name: str) -> Function:
    return Function(f"{name}(value, constant unit of the same kind)", _check_round, _lower_round)


def _pick(name: str) -> Function:
    return Function(f"{name}(list, value, condition, value if there is none)", _check_pick, _lower_aggregate)


FUNCTION_TABLE: dict[str, Function] = {
    "min": Function("min(a, b, …) of one kind", _check_extreme, _lower_extreme),
    "max": Function("max(a, b, …) of one kind", _check_extreme, _lower_extreme),
    "round_down": _round("round_down"),
    "round_up": _round("round_up"),
    "round_half_up": _round("round_half_up"),
    "round_half_even": _round("round_half_even"),
    "whole": Function("whole(a, b): how many whole b in a", _check_whole, _lower_whole),
    "given": Function("given(optional fact, value if absent)", _check_given, _lower_given),
    "has": Function("has(optional fact)", _check_has, _lower_has),
    "number_of": Function("number_of(condition, …)", _check_number_of, _lower_number_of),
    "cagr": Function("cagr(first, last, whole years from 1 to 10)", _check_cagr, _lower_cagr),
    "year": Function("year(date)", _check_year, _lower_year),
    "fiscal_year": Function("fiscal_year(date)", _check_year, _lower_fiscal_year),
    "count": Function("count(list[, condition])", _check_count, _lower_aggregate),
    "any": Function("any(list, condition)", _check_any, _lower_aggregate),
    "all": Function("all(list, condition)", _check_any, _lower_aggregate),
    "sum": Function("sum(list, value[, condition])", _check_sum, _lower_aggregate),
    "largest": _pick("largest"),
    "smallest": _pick("smallest"),
    "latest": _pick("latest"),
    "earliest": _pick("earliest"),
}
