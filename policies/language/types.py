"""The type checker: from the surface tree to the typed tree.

It refuses what has no meaning (money + count, two currencies, a free choice value) and the reading of an optional
fact that nothing guards. What may be combined stands in the tables `SUMS`, `PRODUCTS` and `QUOTIENTS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.language.findings import PolicyError, Position
from policies.language.functions import FUNCTION_TABLE
from policies.language.parse import COMPARISONS, Expr, Literal
from policies.language.typed import (
    CHOICE,
    COUNT,
    DATE,
    DURATION,
    GROWTH,
    LIST,
    MONEY,
    NUMBER,
    PRICE,
    QUANTITIES,
    RATE,
    RATIO,
    T_DATE,
    T_DAYS,
    T_DURATION,
    T_RATE,
    T_RATIO,
    T_YES_NO,
    TEXT,
    YES_NO,
    Symbol,
    Type,
    Typed,
    join,
)

# Product of two kinds, either order; the result keeps the dimension of the one that has it.
PRODUCTS: dict[frozenset[str], str] = {
    frozenset({MONEY, RATE}): MONEY,
    frozenset({MONEY, COUNT}): MONEY,
    frozenset({MONEY, RATIO}): MONEY,
    frozenset({COUNT}): COUNT,
    frozenset({COUNT, RATE}): COUNT,
    frozenset({COUNT, NUMBER}): NUMBER,
    frozenset({NUMBER, RATE}): NUMBER,
    frozenset({NUMBER, RATIO}): NUMBER,
    frozenset({COUNT, PRICE}): PRICE,
    frozenset({COUNT, RATIO}): RATIO,
    frozenset({RATE}): RATE,
    frozenset({RATE, RATIO}): RATIO,
    frozenset({RATIO}): RATIO,
}
QUOTIENTS = frozenset({MONEY, COUNT, NUMBER})
ORDERED = QUANTITIES | {DATE}


@dataclass(slots=True)
class Checker:
    """Checks expressions against the names in `symbols`; `inside` names the list whose record is being read."""

    symbols: Mapping[str, Symbol]
    inside: str = ""
    fields: Mapping[str, Symbol] = field(default_factory=dict)

    def check(self, expr: Expr, present: frozenset[str] = frozenset(), hint: Type | None = None) -> Typed:
        """Return the typed tree of `expr`.

        `present` are the optional facts known to exist here; `hint` is the type a bare choice value would take.
        """
        if expr.op == "literal":
            return self._literal(expr)
        if expr.op == "name":
            return self._name(expr, present, hint)
        if expr.op == "call":
            definition = FUNCTION_TABLE.get(str(expr.value))
            if definition is None:
                raise error(
                    expr.at,
                    "FUNCTION",
                    f"found the function {expr.value}; expected one of {' '.join(sorted(FUNCTION_TABLE))}",
                    f"未知函数 {expr.value}；可用函数：{' '.join(sorted(FUNCTION_TABLE))}",
                )
            return definition.check(self, expr, present)
        if expr.op in COMPARISONS:
            return self._comparison(expr, present)
        return getattr(self, _METHODS[expr.op])(expr, present)  # type: ignore[no-any-return]

    def condition(self, expr: Expr, present: frozenset[str] = frozenset()) -> Typed:
        """Return the typed tree of a condition; raises PolicyError when `expr` is none."""
        typed = self.check(expr, present)
        return self.want(typed, T_YES_NO)

    def want(self, typed: Typed, wanted: Type) -> Typed:
        """Return `typed`, refusing another type than `wanted` (a rate passes for a ratio)."""
        if typed.type == wanted or (wanted == T_RATIO and typed.type == T_RATE):
            return typed
        raise error(
            typed.at, "TYPE", f"found {typed.type}; expected {wanted}", f"此处类型为 {typed.type}，应为 {wanted}"
        )

    def _literal(self, expr: Expr) -> Typed:
        literal = expr.value
        assert isinstance(literal, Literal)
        kind = Type(literal.kind, literal.dim)
        return Typed("const", kind, (), literal.value, expr.at, True)

    def _name(self, expr: Expr, present: frozenset[str], hint: Type | None) -> Typed:
        name = str(expr.value)
        if hint is not None and hint.kind == CHOICE and name in hint.choices:
            return Typed("const", hint, (), hint.choices.index(name), expr.at, True)
        symbol = self.fields.get(name) or self.symbols.get(name)
        if symbol is None:
            raise self._unknown(expr, name, hint)
        if symbol.type.kind == LIST:
            raise error(
                expr.at,
                "LIST",
                f"{name} is a list; expected it only inside count, any, all, sum, largest, smallest, latest, earliest",
                f"{name} 是明细表，只能用在 count、any、all、sum、largest、smallest、latest、earliest 中",
            )
        if symbol.optional and name not in present:
            raise error(
                expr.at,
                "ABSENT",
                f"{name} may be absent; write given({name}, …) or guard it: has({name}) and …",
                f"{name} 可能不存在；请写 given({name}, …)，或先写 has({name}) and …",
            )
        op = "field" if name in self.fields else "name"
        return Typed(op, symbol.type, (), name, expr.at, symbol.const)

    def _unknown(self, expr: Expr, name: str, hint: Type | None) -> PolicyError:
        if hint is not None and hint.kind == CHOICE:
            expected = ", ".join(hint.choices)
            return error(
                expr.at, "NAME", f"found {name}; expected one of {expected}", f"未知选项 {name}；可用：{expected}"
            )
        near = closest(name, [*self.symbols, *self.fields])
        return error(
            expr.at,
            "NAME",
            f"found the name {name}, which no fact, definition, parameter or table has{f'; {near}?' if near else ''} "
            "Declare it under facts, define, parameters or tables",
            f"未知名称 {name}{f'（是否为 {near}？）' if near else ''}；请先在 facts、define 等处声明",
        )

    def _not(self, expr: Expr, present: frozenset[str]) -> Typed:
        inner = self.condition(expr.args[0], present)
        return Typed("not", T_YES_NO, (inner,), None, expr.at, inner.const)

    def _and(self, expr: Expr, present: frozenset[str]) -> Typed:
        left = self.condition(expr.args[0], present)
        right = self.condition(expr.args[1], present | proves(left, True))
        return Typed("and", T_YES_NO, (left, right), None, expr.at, left.const and right.const)

    def _or(self, expr: Expr, present: frozenset[str]) -> Typed:
        left = self.condition(expr.args[0], present)
        right = self.condition(expr.args[1], present | proves(left, False))
        return Typed("or", T_YES_NO, (left, right), None, expr.at, left.const and right.const)

    def _if(self, expr: Expr, present: frozenset[str]) -> Typed:
        condition = self.condition(expr.args[0], present)
        then = self.check(expr.args[1], present | proves(condition, True))
        other = self.check(expr.args[2], present | proves(condition, False), then.type)
        joined = join(then.type, other.type)
        if joined is None or joined.kind in (GROWTH, DURATION, TEXT):
            raise error(
                expr.at,
                "TYPE",
                f"found {then.type} if … else {other.type}; expected the same type on both sides",
                f"两个分支类型不同（{then.type} 与 {other.type}），应相同",
            )
        const = condition.const and then.const and other.const
        return Typed("if", joined, (condition, then, other), None, expr.at, const)

    def _comparison(self, expr: Expr, present: frozenset[str]) -> Typed:
        left, right = self._pair(expr.args[0], expr.args[1], present)
        kinds = {left.type.kind, right.type.kind}
        joined = join(left.type, right.type)
        fine = joined is not None and (joined.kind in ORDERED or (expr.op in ("==", "!=") and joined.kind in EQUAL))
        if GROWTH in kinds:
            fine = kinds == {GROWTH, RATE} and (left.const or right.const)
        if kinds == {NUMBER, DURATION}:
            fine = _days_against_literal(left, right)
        if not fine:
            raise error(
                expr.at,
                "TYPE",
                f"found {left.type} {expr.op} {right.type}; these cannot be compared so",
                f"{left.type} 与 {right.type} 不能用 {expr.op} 比较",
            )
        return Typed(expr.op, T_YES_NO, (left, right), None, expr.at, left.const and right.const)

    def _pair(self, a: Expr, b: Expr, present: frozenset[str]) -> tuple[Typed, Typed]:
        """Check two sides, one of which may be a bare choice value of the other's type."""
        if a.op == "name" and str(a.value) not in self.symbols and str(a.value) not in self.fields:
            right = self.check(b, present)
            return self.check(a, present, right.type), right
        left = self.check(a, present)
        return left, self.check(b, present, left.type)

    def _in(self, expr: Expr, present: frozenset[str]) -> Typed:
        value = self.check(expr.args[0], present)
        options = tuple(self.check(option, present, value.type) for option in expr.args[1:])
        for option in options:
            if join(value.type, option.type) is None or value.type.kind not in ORDERED | EQUAL or not option.const:
                raise error(
                    option.at,
                    "TYPE",
                    f"found {option.type} in a list of {value.type}; expected constants of that type",
                    f"列表中的 {option.type} 与 {value.type} 不符，应为同类常量",
                )
        return Typed("in", T_YES_NO, (value, *options), None, expr.at, value.const)

    def _neg(self, expr: Expr, present: frozenset[str]) -> Typed:
        inner = self.check(expr.args[0], present)
        if inner.type.kind not in QUANTITIES:
            raise error(expr.at, "TYPE", f"found -{inner.type}; expected a quantity", f"{inner.type} 不能取负")
        return Typed("neg", inner.type, (inner,), None, expr.at, inner.const)

    def _sum(self, expr: Expr, present: frozenset[str]) -> Typed:
        left, right = self.check(expr.args[0], present), self.check(expr.args[1], present)
        kind = _sum_type(expr.op, left.type, right.type)
        if kind is None:
            raise _cannot(expr, left, right)
        return Typed(expr.op, kind, (left, right), None, expr.at, left.const and right.const)

    def _product(self, expr: Expr, present: frozenset[str]) -> Typed:
        left, right = self.check(expr.args[0], present), self.check(expr.args[1], present)
        kind = _product_type(left.type, right.type)
        if kind is None:
            raise _cannot(expr, left, right)
        return Typed("*", kind, (left, right), None, expr.at, left.const and right.const)

    def _quotient(self, expr: Expr, present: frozenset[str]) -> Typed:
        left, right = self.check(expr.args[0], present), self.check(expr.args[1], present)
        if left.type != right.type or left.type.kind not in QUOTIENTS:
            raise _cannot(expr, left, right)
        const = left.const and right.const
        # A constant over a constant is an exact rate (2/3); anything else is a ratio, never divided out.
        kind = T_RATE if const and left.type.kind == COUNT else T_RATIO
        return Typed("/", kind, (left, right), None, expr.at, const)


EQUAL = frozenset({CHOICE, YES_NO})
_METHODS = {
    "not": "_not", "and": "_and", "or": "_or", "if": "_if", "in": "_in", "neg": "_neg",
    "+": "_sum", "-": "_sum", "*": "_product", "/": "_quotient",
}  # fmt: skip


def error(at: Position, code: str, en: str, zh: str) -> PolicyError:
    """Make the error of a refused expression."""
    return PolicyError.at(at, code, en, zh)


def _cannot(expr: Expr, left: Typed, right: Typed) -> PolicyError:
    return error(
        expr.at,
        "TYPE",
        f"found {left.type} {expr.op} {right.type}; expected quantities that can be combined so "
        "(same currency or unit for + and -, money * rate, money / money, ha / ha)",
        f"{left.type} {expr.op} {right.type} 没有意义；加减须同类同币种，乘法如 金额*比例，除法如 金额/金额",
    )


def _sum_type(op: str, a: Type, b: Type) -> Type | None:
    if a == b and a.kind in QUANTITIES:
        return a
    if a == b and a.kind == DURATION:
        return T_DURATION if op == "+" else None
    if a == b == T_DATE and op == "-":
        return T_DAYS
    if a == T_DATE and b == T_DURATION:
        return T_DATE
    joined = join(a, b)
    return joined if joined is not None and joined.kind == RATIO else None


def _product_type(a: Type, b: Type) -> Type | None:
    kind = PRODUCTS.get(frozenset({a.kind, b.kind}))
    if kind is not None:
        return Type(kind, a.dim or b.dim) if kind in (MONEY, NUMBER, PRICE) else Type(kind)
    for price, number in ((a, b), (b, a)):
        if price.kind == PRICE and number.kind == NUMBER:
            currency, _, per = price.dim.partition("/")
            if per == number.dim:
                return Type(MONEY, currency)
    return None


def _days_against_literal(a: Typed, b: Typed) -> bool:
    """A number of days compares with a written duration that has no months."""
    days, duration = (a, b) if a.type.kind == NUMBER else (b, a)
    value = duration.value
    return days.type == T_DAYS and duration.op == "const" and isinstance(value, tuple) and value[0] == 0


def proves(typed: Typed, outcome: bool) -> frozenset[str]:
    """Return the optional facts that must exist when the condition `typed` has `outcome`."""
    if typed.op == "has":
        return frozenset({str(typed.value)}) if outcome else frozenset()
    if typed.op == "not":
        return proves(typed.args[0], not outcome)
    if typed.op == ("and" if outcome else "or"):
        return proves(typed.args[0], outcome) | proves(typed.args[1], outcome)
    return frozenset()


def closest(name: str, names: list[str]) -> str:
    """Return the known name that shares most with `name`, or nothing when none is near."""
    best, score = "", 0.6
    for other in names:
        pairs_a = {name[i : i + 2] for i in range(len(name) - 1)}
        pairs_b = {other[i : i + 2] for i in range(len(other) - 1)}
        if pairs_a and pairs_b:
            near = 2 * len(pairs_a & pairs_b) / (len(pairs_a) + len(pairs_b))
            if near > score:
                best, score = other, near
    return best
