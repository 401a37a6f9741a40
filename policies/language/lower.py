"""Lowering: from the typed tree to the integer core.

A quantity becomes n / (s · d): n and d core nodes, s a static whole number, d proven positive or missing. Nothing is
ever divided except by `round_*` and `whole`, so no rounding happens that the policy does not write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from math import gcd

from policies.language.core import Builder, Core, Interval, Move, RangeError
from policies.language.findings import PolicyError
from policies.language.functions import FUNCTION_TABLE
from policies.language.lowered import Growth, ListShape, Lowered, Num, Steps
from policies.language.typed import DURATION, GROWTH, NUMBER, Typed


@dataclass(slots=True)
class Lowerer:
    """Lowers typed trees; `names` holds what is lowered already, `guards` what the conditions around it prove."""

    builder: Builder
    names: dict[str, Lowered]
    fiscal_start: tuple[int, int] = (1, 1)
    lists: Mapping[str, ListShape] = field(default_factory=dict)
    fields: Mapping[str, Num] = field(default_factory=dict)
    guards: dict[int, Interval] = field(default_factory=dict)

    def lower(self, typed: Typed) -> Lowered:
        """Return the lowered value; raises PolicyError for a divisor not proven positive or a range too wide."""
        try:
            return self._lower(typed)
        except RangeError as problem:
            raise PolicyError.at(typed.at, "RANGE", str(problem), problem.zh) from problem

    def number(self, typed: Typed) -> Num:
        """Lower a tree that is a quantity, condition, date or choice."""
        value = self.lower(typed)
        assert isinstance(value, Num), typed
        return value

    def condition(self, typed: Typed) -> Core:
        """Lower a condition to its 0/1 node."""
        return self.number(typed).n

    def guarded(self, condition: Typed, outcome: bool) -> Lowerer:
        """Return a lowerer for what is read only when `condition` has `outcome`."""
        guards = dict(self.guards)
        self._collect(condition, outcome, guards)
        return replace(self, guards=guards)

    def _collect(self, typed: Typed, outcome: bool, guards: dict[int, Interval]) -> None:
        if typed.op == "not":
            self._collect(typed.args[0], not outcome, guards)
        elif typed.op == ("and" if outcome else "or"):
            for part in typed.args:
                self._collect(part, outcome, guards)
        elif typed.op in _FLIPPED and GROWTH not in {part.type.kind for part in typed.args}:
            if DURATION in {part.type.kind for part in typed.args}:
                return
            op = typed.op if outcome else _NEGATED[typed.op]
            a, b = (self.number(part) for part in typed.args)
            for value, relation, bound in ((a, op, b.constant), (b, _FLIPPED[op], a.constant)):
                if bound is not None and value.d is None:
                    _narrow(guards, value.n, relation, bound * value.s)

    def positive(self, node: Core) -> bool:
        """Tell whether `node` is proven greater than 0 here."""
        low = self.guards.get(id(node), node.range)[0]
        return max(low, node.lo) > 0

    def _lower(self, typed: Typed) -> Lowered:
        op, args, build = typed.op, typed.args, self.builder
        if op in ("const", "name", "field"):
            return self._leaf(typed)
        if op in ("and", "or"):
            left = self.condition(args[0])
            return Num(build.make(op, left, self.guarded(args[0], op == "and").condition(args[1])))
        if op == "not":
            return Num(build.make("not", self.condition(args[0])))
        if op == "if":
            then = self.guarded(args[0], True).number(args[1])
            other = self.guarded(args[0], False).number(args[2])
            return self.choose(self.condition(args[0]), then, other)
        if op in _FLIPPED:
            return Num(self._compare(op, args[0], args[1]))
        if op == "in":
            value = self.number(args[0])
            node = build.const(0)
            for option in args[1:]:
                node = build.make("or", node, self.compare("==", value, self.number(option)))
            return Num(node)
        if op in _ARITHMETIC:
            return _ARITHMETIC[op](self, typed)
        return FUNCTION_TABLE[op].lower(self, typed)

    def _leaf(self, typed: Typed) -> Lowered:
        if typed.op == "const":
            return constant(self.builder, typed.value)
        return self.names[str(typed.value)] if typed.op == "name" else self.fields[str(typed.value)]

    def _compare(self, op: str, a: Typed, b: Typed) -> Core:
        kinds = (a.type.kind, b.type.kind)
        if GROWTH in kinds:
            if kinds[0] == GROWTH:
                return self._growth(op, a, b)
            return self._growth(_FLIPPED[op], b, a)
        if kinds == (NUMBER, DURATION) or kinds == (DURATION, NUMBER):
            return self.compare(op, self._days(a), self._days(b))
        return self.compare(op, self.number(a), self.number(b))

    def _days(self, typed: Typed) -> Num:
        value = self.lower(typed)
        return (
            Num(self.builder.const(sum(days for _, days in value.steps))) if isinstance(value, Steps) else _num(value)
        )

    def _growth(self, op: str, growth: Typed, bound: Typed) -> Core:
        value, rate = self.lower(growth), self.number(bound).constant
        assert isinstance(value, Growth)
        if rate is None or rate <= -1:
            raise PolicyError.at(
                bound.at,
                "GROWTH",
                "found a growth below -100% or not constant; expected a constant rate",
                "增长率应与大于 -100% 的常数比较",
            )
        factor = (1 + rate) ** value.years
        last = replace(value.last, n=self.builder.times(value.last.n, factor.denominator))
        first = replace(value.first, n=self.builder.times(value.first.n, factor.numerator))
        return self.compare(op, last, first)

    def compare(self, op: str, a: Num, b: Num) -> Core:
        """Return the 0/1 node of `a op b`, by cross-multiplication."""
        common = gcd(a.s, b.s)
        left, right = self.builder.times(a.n, b.s // common), self.builder.times(b.n, a.s // common)
        if a.d is not b.d:
            left = left if b.d is None else self.builder.make("mul", left, b.d)
            right = right if a.d is None else self.builder.make("mul", right, a.d)
        make = self.builder.make
        if op in ("==", "!="):
            equal = make("eq", left, right)
            return equal if op == "==" else make("not", equal)
        if op in ("<", "<="):
            return make("lt" if op == "<" else "le", left, right)
        return make("lt" if op == ">" else "le", right, left)

    def choose(self, condition: Core, a: Num, b: Num) -> Num:
        """Return `a` where the condition holds, else `b`, over one common denominator."""
        s, left, right = self.aligned(a, b)
        n = self.builder.make("ite", condition, left, right)
        if a.d is b.d:
            return Num(n, s, a.d)
        one = self.builder.const(1)
        return Num(n, s, self.builder.make("ite", condition, a.d or one, b.d or one))

    def aligned(self, a: Num, b: Num) -> tuple[int, Core, Core]:
        """Return a common static denominator and both numerators over it (their d stays)."""
        s = a.s // gcd(a.s, b.s) * b.s
        return s, self.builder.times(a.n, s // a.s), self.builder.times(b.n, s // b.s)

    def add(self, op: str, a: Num, b: Num) -> Num:
        """Return the sum (op "add") or difference ("sub")."""
        s, d, left, right = self.common(a, b)
        return Num(self.builder.make(op, left, right), s, d)

    def common(self, a: Num, b: Num) -> tuple[int, Core | None, Core, Core]:
        """Return a common denominator, static and proven positive, and both numerators over it."""
        s, left, right = self.aligned(a, b)
        if a.d is b.d:
            return s, a.d, left, right
        left = left if b.d is None else self.builder.make("mul", left, b.d)
        right = right if a.d is None else self.builder.make("mul", right, a.d)
        return s, self._times(a.d, b.d), left, right

    def _times(self, a: Core | None, b: Core | None) -> Core | None:
        if a is None or b is None:
            return a or b
        return self.builder.make("mul", a, b)

    def multiply(self, a: Num, b: Num) -> Num:
        """Return the product, its static denominator reduced where a factor is constant."""
        n, s = self.builder.make("mul", a.n, b.n), a.s * b.s
        if n.op == "const":
            common = gcd(n.lo, s)
            return Num(self.builder.const(n.lo // common), s // common, self._times(a.d, b.d))
        return Num(n, s, self._times(a.d, b.d))

    def divide(self, a: Num, b: Num, divisor: Typed) -> Num:
        """Return the ratio a / b; raises PolicyError unless b is proven positive."""
        self.require_positive(b, divisor)
        fixed = b.constant
        if fixed is not None:
            return self.multiply(a, Num(self.builder.const(fixed.denominator), fixed.numerator))
        return Num(self.builder.times(a.n, b.s), a.s, self._times(a.d, b.n))

    def require_positive(self, value: Num, typed: Typed) -> None:
        """Refuse a divisor that may be 0 or negative."""
        if not self.positive(value.n):
            raise PolicyError.at(
                typed.at,
                "DIVISOR",
                "the divisor may be 0; give the fact a min above 0 or guard it: a / b if b > 0元 else 0%",
                "除数可能为 0；请为该事实设定大于 0 的 min，或写 a / b if b > 0元 else 0%",
            )

    def floor(self, a: Num, unit: Num) -> Core:
        """Return how many whole `unit` (positive) fit in `a`, towards minus infinity."""
        top, bottom = self.quotient(a, unit)
        return self.builder.make("floordiv", top, bottom)

    def quotient(self, a: Num, unit: Num) -> tuple[Core, Core]:
        """Return numerator and positive denominator of a / unit."""
        common = gcd(a.s, unit.s)
        top = self.builder.times(a.n, unit.s // common)
        bottom = self.builder.times(unit.n, a.s // common)
        if unit.d is not None:
            top = self.builder.make("mul", top, unit.d)
        return top, bottom if a.d is None else self.builder.make("mul", bottom, a.d)

    def named(self, name: str, value: Lowered) -> Lowered:
        """Give a value a name in the core, so that it is computed once and can be shown."""
        if not isinstance(value, Num):
            return value
        bottom = None if value.d is None else self.builder.let(f"{name}/", value.d)
        return Num(self.builder.let(name, value.n), value.s, bottom)


def constant(build: Builder, value: object) -> Lowered:
    """Lower a written constant."""
    if isinstance(value, tuple):
        return Steps((value,))
    if isinstance(value, date):
        return Num(build.const(value.toordinal()))
    if isinstance(value, Fraction):
        return Num(build.const(value.numerator), value.denominator)
    assert isinstance(value, int)
    return Num(build.const(int(value)))


def _num(value: Lowered) -> Num:
    assert isinstance(value, Num)
    return value


def _narrow(guards: dict[int, Interval], node: Core, relation: str, bound: Fraction) -> None:
    low, high = guards.get(id(node), node.range)
    floor, ceiling = bound.numerator // bound.denominator, -(-bound.numerator // bound.denominator)
    if relation == ">":
        low = max(low, floor + 1)
    elif relation == ">=":
        low = max(low, ceiling)
    elif relation == "<":
        high = min(high, ceiling - 1)
    elif relation == "<=":
        high = min(high, floor)
    elif relation == "!=" and bound == low:
        low += 1
    guards[id(node)] = (low, high)


def _sum(lowerer: Lowerer, typed: Typed) -> Lowered:
    a, b = lowerer.lower(typed.args[0]), lowerer.lower(typed.args[1])
    sign = 1 if typed.op == "+" else -1
    if isinstance(a, Steps) and isinstance(b, Steps):
        return Steps(a.steps + b.steps)
    if isinstance(b, Steps):
        node = _num(a).n
        for months, days in b.steps:
            node = lowerer.builder.make("shift", node, value=Move(sign * months, sign * days))
        return Num(node)
    return lowerer.add("add" if sign == 1 else "sub", _num(a), _num(b))


def _negated(lowerer: Lowerer, typed: Typed) -> Lowered:
    value = lowerer.number(typed.args[0])
    return replace(value, n=lowerer.builder.make("sub", lowerer.builder.const(0), value.n))


def _product(lowerer: Lowerer, typed: Typed) -> Lowered:
    return lowerer.multiply(lowerer.number(typed.args[0]), lowerer.number(typed.args[1]))


def _quotient(lowerer: Lowerer, typed: Typed) -> Lowered:
    return lowerer.divide(lowerer.number(typed.args[0]), lowerer.number(typed.args[1]), typed.args[1])


_ARITHMETIC: dict[str, Callable[[Lowerer, Typed], Lowered]] = {
    "+": _sum, "-": _sum, "neg": _negated, "*": _product, "/": _quotient,
}  # fmt: skip
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
