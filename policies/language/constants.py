"""Constant expressions: `80% * 60%`, `1亿元 - 1分`, computed exactly."""

from __future__ import annotations

from fractions import Fraction

from policies.language.core import Builder
from policies.language.lower import Lowerer
from policies.language.parse import parse_expression
from policies.language.reader import Node
from policies.language.schema import refuse, scalar
from policies.language.typed import Type
from policies.language.types import Checker


def constant_value(text: Node, kind: Type, what: str) -> Fraction:
    """Return the value of a constant expression, in the kind's base; raises PolicyError for anything else."""
    typed = Checker({}).check(parse_expression(scalar(text, what)))
    if not typed.const or typed.type != kind:
        raise refuse(text.at, f"found {typed.type}; expected a constant {kind} for {what}", f"{what} 应为 {kind} 常量")
    value = Lowerer(Builder(), {}).number(typed)
    assert value.constant is not None
    return value.constant
