"""Guarantees: promises of a pack about every company, read and typed beside the program that they speak of."""

from __future__ import annotations

from fractions import Fraction

from policies.language.compile import Compiler, scale_of
from policies.language.constants import constant_value
from policies.language.lowered import Num
from policies.language.model import FactDef, Program
from policies.language.parse import parse_expression
from policies.language.reader import Node
from policies.language.schema import fields, mapping, refuse, scalar
from policies.language.terms import Guarantee
from policies.language.typed import DATE, MONEY, QUANTITIES, T_DAYS, T_YES_NO, Symbol, Type
from policies.language.types import Checker

KINDS = ("always", "rises_with", "falls_with", "kept_by", "same_for", "no_cliff")
_OF_AMOUNT = ("rises_with", "falls_with", "no_cliff")


def stage_of(node: Node) -> str | None:
    """Return the stage that an entry speaks of, None for the first decision."""
    found = next((value for key, value in mapping(node, "a guarantee").items if key.value == "stage"), None)
    return None if found is None else scalar(found, "stage").value


def read_guarantee(node: Node, program: Program, compiler: Compiler, currency: str) -> Guarantee:
    """Read one guarantee of `program`, which `compiler` has lowered."""
    values = fields(node, "a guarantee", "", " ".join([*KINDS, "stage"]))
    written = [kind for kind in KINDS if kind in values]
    if len(written) != 1:
        raise refuse(node.at, f"expected exactly one of {', '.join(KINDS)}", f"每条保证应恰写一种：{'、'.join(KINDS)}")
    kind = written[0]
    if kind in _OF_AMOUNT and program.amount is None:
        raise refuse(node.at, f"{kind} speaks of an amount, and there is none", f"{kind} 需要金额，而本决定没有金额")
    if kind == "always":
        return _always(values[kind], program, compiler, currency)
    if kind == "no_cliff":
        return _no_cliff(values[kind], program, currency)
    fact = _fact(values[kind], program)
    if kind != "same_for" and fact.type.kind not in QUANTITIES | {DATE}:
        raise refuse(values[kind].at, f"{kind}: {fact.name} does not grow", f"{kind}：{fact.name} 不是数量或日期")
    return Guarantee(kind, program.stage, fact.name, at=values[kind].at)


def _fact(node: Node, program: Program) -> FactDef:
    name = scalar(node, "a fact").value
    if name not in program.facts:
        raise refuse(node.at, f"found {name!r}; expected a declared fact", f"{name} 不是已声明的事实", "NAME")
    return program.facts[name]


def _always(node: Node, program: Program, compiler: Compiler, currency: str) -> Guarantee:
    results = {"eligible": Symbol("eligible", "result", T_YES_NO)}
    compiler.lowerer.names["eligible"] = Num(program.eligible_core)
    if program.amount_core is not None:
        results["amount"] = Symbol("amount", "result", Type(MONEY, currency))
        compiler.lowerer.names["amount"] = Num(program.amount_core)
    checker = Checker({**program.symbols, **results})
    typed = checker.condition(parse_expression(scalar(node, "always")))
    return Guarantee("always", program.stage, "", typed, compiler.lowerer.condition(typed), at=node.at)


def _no_cliff(node: Node, program: Program, currency: str) -> Guarantee:
    values = fields(node, "no_cliff", "fact step at_most")
    fact = _fact(values["fact"], program)
    step = _step(values["step"], fact)
    at_most = constant_value(values["at_most"], Type(MONEY, currency), "at_most")
    if step.denominator != 1 or step < 1 or at_most.denominator != 1 or at_most < 0:
        raise refuse(
            node.at, "step must be at least the smallest unit of the fact, at_most an amount",
            "step 至少为该事实的最小单位，at_most 应为金额",
        )  # fmt: skip
    return Guarantee("no_cliff", program.stage, fact.name, step=int(step), at_most=int(at_most), at=node.at)


def _step(node: Node, fact: FactDef) -> Fraction:
    if fact.kind in ("rate", "number"):
        return constant_value(node, fact.type, "step") * scale_of(fact)
    if fact.kind == "date":
        typed = Checker({}).check(parse_expression(scalar(node, "step")))
        months, days = typed.value if isinstance(typed.value, tuple) else (1, 0)
        if months or typed.type == T_DAYS:
            raise refuse(node.at, "expected a step in days for a date", "日期的 step 应以天计")
        return Fraction(days)
    if fact.kind not in ("money", "count"):
        raise refuse(node.at, f"no_cliff: {fact.name} does not grow", f"no_cliff：{fact.name} 不是数量或日期")
    return constant_value(node, fact.type, "step")
