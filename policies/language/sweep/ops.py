"""What each operation of the core is in polars: one table for known values, one for intervals.

A sweep reads the core, like deciding. `PLAIN` serves where every value read is known: one column a node. `SPANS` serves
rows with something unknown: two columns a node, the lowest and the highest value, as `core.TRANSFER` has them. A new
operation of the core is one line in each table; one that is missing is refused by name when the sweep is planned.

Conditions are held as Boolean columns; as a pair they mean "certainly" and "possibly". Numbers are Int32, Int64 or Int128
as their range needs: polars wraps silently, so nothing is computed in a form that does not hold the whole range.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from policies.language.core import Interval, Move

BOOL, SMALL, INT, WIDE = "bool", "small", "int", "wide"
DTYPES: dict[str, pl.DataType] = {BOOL: pl.Boolean(), SMALL: pl.Int32(), INT: pl.Int64(), WIDE: pl.Int128()}
EPOCH = 719_163  # day number of 1970-01-01, from which polars counts
_LIMITS = ((2**31 - 1, SMALL), (2**63 - 1, INT))


def form_of(span: Interval) -> str:
    """Return the form that holds every number of a range."""
    most = max(-span[0], span[1])
    return next((form for limit, form in _LIMITS if most <= limit), WIDE)


def cast(expr: pl.Expr, form: str) -> pl.Expr:
    """Return an expression in another form that holds its range: that is proven, and not looked at row by row again."""
    return expr.cast(DTYPES[form], strict=False, wrap_numerical=True)


@dataclass(frozen=True, slots=True)
class Held:
    """A value as an expression: its form, its range, and the step of the plan from which on it can be computed.

    `column` names the column that it is, where it is no more than that.
    """

    expr: pl.Expr
    form: str
    span: Interval
    step: int = 0
    column: str = ""

    @property
    def fixed(self) -> bool:
        """Whether it is one value for all rows."""
        return self.span[0] == self.span[1]

    def to(self, form: str) -> pl.Expr:
        """Return the expression in another form; the range has shown that it fits."""
        if self.fixed:
            value = self.span[0]
            return pl.lit(bool(value)) if form == BOOL else pl.lit(value, dtype=DTYPES[form])
        if form == self.form:
            return self.expr
        if form == BOOL:
            return self.expr != 0
        return cast(self.expr, form)

    @property
    def number(self) -> pl.Expr:
        """The expression as a number."""
        return self.to(SMALL if self.form == BOOL else self.form)


@dataclass(frozen=True, slots=True)
class Pair:
    """The lowest and highest value; one and the same object where the value is known in every row."""

    lo: Held
    hi: Held

    @property
    def known(self) -> bool:
        """Whether no row is in doubt."""
        return self.lo is self.hi

    @property
    def span(self) -> Interval:
        """The range of both."""
        return (self.lo.span[0], self.hi.span[1])

    @property
    def step(self) -> int:
        """The step from which on both can be computed."""
        return max(self.lo.step, self.hi.step)


@dataclass(frozen=True, slots=True)
class Target:
    """The node that is being made: the constant it carries and its proven range for these tables."""

    value: object
    span: Interval

    @property
    def form(self) -> str:
        """The form that holds its range."""
        return form_of(self.span)


def literal(value: int) -> Held:
    """Return a constant."""
    form = form_of((value, value))
    return Held(pl.lit(value, dtype=DTYPES[form]), form, (value, value))


def widest(*forms: str) -> str:
    """Return the form in which numbers of all these forms can be computed together."""
    return next((form for form in (WIDE, INT) if form in forms), SMALL)


def _as(made: pl.Expr, form: str, wanted: str) -> pl.Expr:
    return made if form == wanted else cast(made, wanted)


def _both_bool(*values: Held) -> bool:
    """Whether all are conditions or the constants 0 and 1, and at least one is a condition."""
    fits = all(value.form == BOOL or (value.fixed and value.span[0] in (0, 1)) for value in values)
    return fits and any(value.form == BOOL for value in values)


# -- known values --------------------------------------------------------------------------------------------------------

Made = tuple[pl.Expr, str]
_Number = Callable[[pl.Expr, pl.Expr], pl.Expr]


def _number(combine: _Number) -> Callable[[Target, Held, Held], Made]:
    def make(target: Target, a: Held, b: Held) -> Made:
        form = widest(target.form, a.form, b.form)
        return _as(combine(a.to(form), b.to(form)), form, target.form), target.form

    return make


def _positive(divisor: Held) -> Held:
    """Return the divisor, at least 1: where the checker has not proven that, the value is read by nobody."""
    if divisor.span[0] >= 1:
        return divisor
    form = widest(divisor.form)
    expr = pl.max_horizontal(divisor.to(form), pl.lit(1, dtype=DTYPES[form]))
    return replace(divisor, expr=expr, form=form, span=(1, max(1, divisor.span[1])))


def _floordiv(target: Target, a: Held, b: Held) -> Made:
    return _number(lambda x, y: x // y)(target, a, _positive(b))


def _compared(combine: _Number, turned: _Number) -> Callable[[Target, Held, Held], Made]:
    def make(_: Target, a: Held, b: Held) -> Made:
        form = widest(a.form, b.form)
        # A constant stands on the right: polars gives one row for a constant compared with a column of equal values.
        made = turned(b.to(form), a.to(form)) if a.fixed else combine(a.to(form), b.to(form))
        return made, BOOL

    return make


def _eq(_: Target, a: Held, b: Held) -> Made:
    form = BOOL if _both_bool(a, b) else widest(a.form, b.form)
    return (b.to(form) == a.to(form) if a.fixed else a.to(form) == b.to(form)), BOOL


def _and(_: Target, a: Held, b: Held) -> Made:
    return a.to(BOOL) & b.to(BOOL), BOOL


def _or(_: Target, a: Held, b: Held) -> Made:
    return a.to(BOOL) | b.to(BOOL), BOOL


def _not(_: Target, a: Held) -> Made:
    return ~a.to(BOOL), BOOL


def _ite(target: Target, c: Held, a: Held, b: Held) -> Made:
    form = BOOL if _both_bool(a, b) else target.form
    return pl.when(c.to(BOOL)).then(a.to(form)).otherwise(b.to(form)), form


def _day(value: Held) -> pl.Expr:
    return (value.to(SMALL) - EPOCH).cast(pl.Date)


def _through_days(value: Held, change: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """Apply a function of the calendar: looked up in a list of all days of the range, which is the faster way."""
    low, high = value.span
    days = (
        pl.int_range(low - EPOCH, high - EPOCH + 1, dtype=pl.Int32, eager=True).cast(pl.Date).alias("day").to_frame()
    )
    return pl.lit(days.select(change(pl.col("day"))).to_series()).gather(value.to(SMALL) - low)


_FEW_DAYS = 40_000


def _calendar(value: Held, change: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    few = value.span[1] - value.span[0] < _FEW_DAYS
    return _through_days(value, change) if few else change(_day(value))


def _shift(target: Target, a: Held) -> Made:
    assert isinstance(target.value, Move)
    months, days = target.value
    if months == 0:
        return a.to(SMALL) + days, SMALL
    moved = _calendar(a, lambda day: day.dt.offset_by(f"{months}mo").cast(pl.Int32))
    return moved + (EPOCH + days), SMALL


def _year(_: Target, a: Held) -> Made:
    return _calendar(a, lambda day: day.dt.year().cast(pl.Int32)), SMALL


def _same(_: Target, a: Held) -> Made:
    return a.expr, a.form


PLAIN: dict[str, Callable[..., Made]] = {
    "add": _number(lambda x, y: x + y),
    "sub": _number(lambda x, y: x - y),
    "mul": _number(lambda x, y: x * y),
    "floordiv": _floordiv,
    "min": _number(lambda x, y: pl.min_horizontal(x, y)),
    "max": _number(lambda x, y: pl.max_horizontal(x, y)),
    "lt": _compared(lambda x, y: x < y, lambda y, x: y > x),
    "le": _compared(lambda x, y: x <= y, lambda y, x: y >= x),
    "eq": _eq,
    "and": _and,
    "or": _or,
    "not": _not,
    "ite": _ite,
    "let": _same,
    "shift": _shift,
    "year": _year,
}


# -- intervals -----------------------------------------------------------------------------------------------------------

MadePair = tuple[Made, Made]


def _ends(op: str) -> Callable[[Target, Pair, Pair], MadePair]:
    """Make both ends from like ends: for what rises with both values."""
    plain = PLAIN[op]
    return lambda target, a, b: (plain(target, a.lo, b.lo), plain(target, a.hi, b.hi))


def _sub_pair(target: Target, a: Pair, b: Pair) -> MadePair:
    return PLAIN["sub"](target, a.lo, b.hi), PLAIN["sub"](target, a.hi, b.lo)


def _corners(target: Target, op: str, a: Pair, b: Pair) -> MadePair:
    """Make the least and greatest of the four corners, or of the two that count where both are never negative."""
    plain = PLAIN[op]
    if a.span[0] >= 0 and b.span[0] >= 0:
        ends = (b.lo, b.hi) if op == "mul" else (b.hi, b.lo)
        return plain(target, a.lo, ends[0]), plain(target, a.hi, ends[1])
    corners = [plain(target, x, y)[0] for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
    return (pl.min_horizontal(corners), target.form), (pl.max_horizontal(corners), target.form)


def _mul_pair(target: Target, a: Pair, b: Pair) -> MadePair:
    return _corners(target, "mul", a, b)


def _floordiv_pair(target: Target, a: Pair, b: Pair) -> MadePair:
    return _corners(target, "floordiv", a, Pair(_positive(b.lo), _positive(b.hi)))


def _compared_pair(op: str) -> Callable[[Target, Pair, Pair], MadePair]:
    plain = PLAIN[op]
    return lambda target, a, b: (plain(target, a.hi, b.lo), plain(target, a.lo, b.hi))


def _eq_pair(target: Target, a: Pair, b: Pair) -> MadePair:
    eq, le = PLAIN["eq"], PLAIN["le"]
    certain = eq(target, a.lo, a.hi)[0] & eq(target, b.lo, b.hi)[0] & eq(target, a.lo, b.lo)[0]
    possible = le(target, b.lo, a.hi)[0] & le(target, a.lo, b.hi)[0]
    return (certain, BOOL), (possible, BOOL)


def _not_pair(target: Target, a: Pair) -> MadePair:
    return PLAIN["not"](target, a.hi), PLAIN["not"](target, a.lo)


def _ite_pair(target: Target, c: Pair, a: Pair, b: Pair) -> MadePair:
    form = BOOL if _both_bool(a.lo, a.hi, b.lo, b.hi) else target.form

    def end(x: Held, y: Held, least: bool) -> Made:
        first, second = x.to(form), y.to(form)
        if form == BOOL:
            either = first & second if least else first | second
        else:
            either = pl.min_horizontal(first, second) if least else pl.max_horizontal(first, second)
        chosen = pl.when(c.lo.to(BOOL)).then(first).when(~c.hi.to(BOOL)).then(second).otherwise(either)
        return chosen, form

    return end(a.lo, b.lo, True), end(a.hi, b.hi, False)


def _each(op: str) -> Callable[[Target, Pair], MadePair]:
    plain = PLAIN[op]
    return lambda target, a: (plain(target, a.lo), plain(target, a.hi))


SPANS: dict[str, Callable[..., MadePair]] = {
    "add": _ends("add"),
    "sub": _sub_pair,
    "mul": _mul_pair,
    "floordiv": _floordiv_pair,
    "min": _ends("min"),
    "max": _ends("max"),
    "lt": _compared_pair("lt"),
    "le": _compared_pair("le"),
    "eq": _eq_pair,
    "and": _ends("and"),
    "or": _ends("or"),
    "not": _not_pair,
    "ite": _ite_pair,
    "let": _each("let"),
    "shift": _each("shift"),
    "year": _each("year"),
}
