"""Random well-typed expressions, each with its meaning in exact fractions written beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from hypothesis import strategies as st

Env = Mapping[str, Any]

FACTS = """a: {type: money, from: tax, max: 1亿元}
b: {type: money, from: tax, min: 1元, max: 1亿元}
n: {type: count, from: tax, max: 100}
r: {type: rate, decimals: 3, from: tax}
p: {type: yes_no, from: tax}
q: {type: yes_no, from: tax}
o: {type: money, optional: yes, from: tax, max: 1亿元}"""


@dataclass(frozen=True)
class Written:
    """A text of the language and the function that it should be."""

    text: str
    meaning: Callable[[Env], Any]


def leaf(text: str, meaning: Callable[[Env], Any]) -> st.SearchStrategy[Written]:
    """Return one fixed expression."""
    return st.just(Written(text, meaning))


def _infix(op: str, apply: Callable[[Any, Any], Any]) -> Callable[[tuple[Written, Written]], Written]:
    def join(pair: tuple[Written, Written]) -> Written:
        left, right = pair
        return Written(f"({left.text} {op} {right.text})", lambda e: apply(left.meaning(e), right.meaning(e)))

    return join


def _choose(parts: tuple[Written, Written, Written]) -> Written:
    then, condition, other = parts
    return Written(
        f"({then.text} if {condition.text} else {other.text})",
        lambda e: then.meaning(e) if condition.meaning(e) else other.meaning(e),
    )


def _least(pair: tuple[Written, Written]) -> Written:
    a, b = pair
    return Written(f"min({a.text}, {b.text})", lambda e: min(a.meaning(e), b.meaning(e)))


def _most(pair: tuple[Written, Written]) -> Written:
    a, b = pair
    return Written(f"max({a.text}, {b.text})", lambda e: max(a.meaning(e), b.meaning(e)))


def _half_even(x: Fraction) -> int:
    return round(x)


_ROUNDS: dict[str, Callable[[Fraction], int]] = {
    "round_down": floor,
    "round_up": lambda x: -floor(-x),
    "round_half_up": lambda x: floor(x + Fraction(1, 2)),
    "round_half_even": _half_even,
}


def _rounded(pair: tuple[str, Written]) -> Written:
    name, inner = pair
    return Written(f"{name}({inner.text}, 7元)", lambda e: Fraction(700 * _ROUNDS[name](inner.meaning(e) / 700)))


def _negated(inner: Written) -> Written:
    return Written(f"(not {inner.text})", lambda e: not inner.meaning(e))


counts = st.one_of(leaf("n", lambda e: Fraction(e["n"])), leaf("3", lambda e: Fraction(3)))
rates = st.one_of(
    leaf("r", lambda e: Fraction(e["r"])),
    leaf("12.5%", lambda e: Fraction(1, 8)),
    leaf("(2/3)", lambda e: Fraction(2, 3)),
)
ratios = leaf("(a / b)", lambda e: Fraction(e["a"], e["b"]))
monies = st.one_of(
    leaf("a", lambda e: Fraction(e["a"])),
    leaf("b", lambda e: Fraction(e["b"])),
    leaf("100元", lambda e: Fraction(10_000)),
    leaf("given(o, 5元)", lambda e: Fraction(500 if e["o"] is None else e["o"])),
)


def money(depth: int) -> st.SearchStrategy[Written]:
    """Return expressions of money."""
    if depth == 0:
        return monies
    inner = money(depth - 1)
    pair = st.tuples(inner, inner)
    return st.one_of(
        monies,
        pair.map(_infix("+", lambda x, y: x + y)),
        pair.map(_infix("-", lambda x, y: x - y)),
        st.tuples(inner, st.one_of(rates, ratios)).map(_infix("*", lambda x, y: x * y)),
        st.tuples(counts, inner).map(_infix("*", lambda x, y: x * y)),
        pair.map(_least),
        pair.map(_most),
        st.tuples(inner, condition(depth - 1), inner).map(_choose),
        st.tuples(st.sampled_from(sorted(_ROUNDS)), inner).map(_rounded),
    )


def condition(depth: int) -> st.SearchStrategy[Written]:
    """Return conditions."""
    facts = st.one_of(
        leaf("p", lambda e: e["p"]), leaf("q", lambda e: e["q"]), leaf("has(o)", lambda e: e["o"] is not None)
    )
    if depth == 0:
        return facts
    inner, sums = condition(depth - 1), money(depth - 1)
    compared = [
        st.tuples(values, values).map(_infix(op, apply))
        for values in (sums, st.one_of(rates, ratios))
        for op, apply in _COMPARED.items()
    ]
    return st.one_of(
        facts,
        *compared,
        st.tuples(inner, inner).map(_infix("and", lambda x, y: x and y)),
        st.tuples(inner, inner).map(_infix("or", lambda x, y: x or y)),
        inner.map(_negated),
    )


_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda x, y: bool(x < y),
    "<=": lambda x, y: bool(x <= y),
    ">": lambda x, y: bool(x > y),
    ">=": lambda x, y: bool(x >= y),
    "==": lambda x, y: bool(x == y),
    "!=": lambda x, y: bool(x != y),
}
