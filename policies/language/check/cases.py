"""Worked cases: facts as a policy writes them and what the decision must be. Each is run; a difference is an error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from policies.language.constants import constant_value
from policies.language.decide import decide
from policies.language.decision import Decision, Reason
from policies.language.facts import ABSENT, UNKNOWN, RecordList, Value, value_from_json
from policies.language.findings import Finding, PolicyError, Position, finding
from policies.language.model import FactDef, Pack
from policies.language.reader import MapNode, Node, Scalar, read_yaml
from policies.language.schema import (
    Fields,
    Problems,
    entries,
    fields,
    identifier,
    items,
    one_of,
    refuse,
    scalar,
    yes_no,
)
from policies.language.shown import shown
from policies.language.typed import COUNT, MONEY, NUMBER, RATE, RATIO, T_RATE, Type

OUTCOMES = ("met", "not_met", "unknown")


@dataclass(frozen=True, slots=True)
class Case:
    """One worked case. What `expect` does not name is not compared.

    `values` are what definitions and tables come to, by name: minor units, counts such as points, shares as fractions.
    """

    id: str
    stage: str | None
    facts: Mapping[str, Value]
    outcome: str
    tier: str | None
    amount: int | None
    fails: tuple[str, ...] | None
    asks: tuple[str, ...] | None
    at: Position = field(compare=False)
    values: Mapping[str, int | str] = field(default_factory=dict)


def read_value(fact: FactDef, node: Node) -> Value:
    """Return a fact as a case writes it: an expression, a day, yes or no, a choice, `absent` or `unknown`."""
    word = scalar(node, fact.name).value
    if fact.kind != "text" and word in ("absent", "unknown"):
        return ABSENT if word == "absent" else UNKNOWN
    if fact.kind == "yes_no":
        return yes_no(node, fact.name, False)
    if fact.kind == "choice":
        return one_of(node, fact.name, [choice.value for choice in fact.choices])
    if fact.kind in ("date", "text"):
        return value_from_json(fact, word)
    value = constant_value(node, fact.type, fact.name)
    if fact.kind in ("money", "count"):
        if value.denominator != 1:
            raise refuse(node.at, f"{fact.name}: expected whole units", f"{fact.name} 应为整数单位")
        return int(value)
    return Decimal(value.numerator) / Decimal(value.denominator)


def read_cases(pack: Pack, text: str, file: str) -> tuple[Case, ...]:
    """Return the worked cases of cases.yaml; raises PolicyError."""
    top = fields(read_yaml(text, file), "cases.yaml", "cases")
    found: dict[str, Case] = {}
    problems = Problems()
    for item in items(top["cases"], "cases"):
        with problems.collecting():
            case = _read_case(pack, item, found)
            found[case.id] = case
    problems.finish()
    return tuple(found.values())


def _read_case(pack: Pack, node: Node, known: Mapping[str, Case]) -> Case:
    values = fields(node, "a case", "id expect", "like stage facts note")
    name = identifier(values["id"], "id")
    if name in known:
        raise refuse(values["id"].at, f"the case {name} stands twice", f"算例 {name} 重复")
    stage = scalar(values["stage"], "stage").value if "stage" in values else None
    if stage is not None and stage not in pack.stages:
        raise refuse(values["stage"].at, f"there is no stage {stage}", f"没有阶段 {stage}")
    facts: dict[str, Value] = {}
    if "like" in values:
        like = scalar(values["like"], "like").value
        if like not in known:
            raise refuse(values["like"].at, f"no case above has the id {like}", f"上文没有算例 {like}")
        facts.update(known[like].facts)
        stage = stage or known[like].stage
    declared = pack.program_of(stage).facts
    for key, value in entries(values.get("facts"), "facts"):
        if key.value in pack.records:
            facts[key.value] = _read_rows(pack, key.value, value)
        elif key.value in declared:
            facts[key.value] = read_value(declared[key.value], value)
        else:
            raise refuse(key.at, f"the policy declares no fact {key.value}", f"政策未声明事实 {key.value}", "NAME")
    return _expected(
        pack,
        fields(values["expect"], "expect", "outcome", "tier amount fails asks values"),
        name,
        stage,
        facts,
        node.at,
    )


def _read_rows(pack: Pack, name: str, node: Node) -> Value:
    """Return a list: its rows, `{rows: […], complete: no}` where there may be more, or `unknown`."""
    complete = True
    if isinstance(node, Scalar) and node.value == "unknown":
        return UNKNOWN
    if isinstance(node, MapNode):
        values = fields(node, name, "rows complete")
        complete, node = yes_no(values["complete"], "complete", True), values["rows"]
    rows = []
    for item in items(node, name):
        row = {}
        for key, value in entries(item, name):
            if key.value not in pack.records[name].fields:
                raise refuse(key.at, f"{name} has no field {key.value}", f"{name} 没有字段 {key.value}", "NAME")
            row[key.value] = read_value(pack.records[name].fields[key.value], value)
        rows.append(row)
    return RecordList(tuple(rows), complete)


def _expected(
    pack: Pack, expect: Fields, name: str, stage: str | None, facts: Mapping[str, Value], at: Position
) -> Case:
    amount = None
    if "amount" in expect:
        amount = int(constant_value(expect["amount"], Type("money", pack.currency), "amount"))
    return Case(
        name,
        stage,
        facts,
        one_of(expect["outcome"], "outcome", OUTCOMES),
        scalar(expect["tier"], "tier").value if "tier" in expect else None,
        amount,
        tuple(scalar(i, "fails").value for i in items(expect["fails"], "fails")) if "fails" in expect else None,
        tuple(scalar(i, "asks").value for i in items(expect["asks"], "asks")) if "asks" in expect else None,
        at,
        {key.value: _named_value(pack, stage, key, value) for key, value in entries(expect.get("values"), "values")},
    )


def _named_value(pack: Pack, stage: str | None, key: Scalar, node: Node) -> int | str:
    """Return what a case says that a definition or table comes to, as decisions have it: a fraction is a text."""
    symbol = pack.program_of(stage).symbols.get(key.value)
    if symbol is None or symbol.type.kind not in (MONEY, COUNT, NUMBER, RATE, RATIO):
        raise refuse(
            key.at, f"found {key.value}; expected a definition or table that is a quantity",
            f"{key.value} 不是数量类的定义或表", "NAME",
        )  # fmt: skip
    value = constant_value(node, T_RATE if symbol.type.kind == RATIO else symbol.type, key.value)
    return int(value) if value.denominator == 1 else str(value)


def differences(case: Case, decision: Decision) -> tuple[tuple[str, str], ...]:
    """Return what differs, in English and Chinese."""
    fails = tuple(name for name, verdict in decision.verdicts.items() if verdict == "not_met")
    asks = tuple(ask.fact for ask in decision.ask)
    pairs: list[tuple[str, str, object, object]] = [("outcome", "结论", case.outcome, decision.outcome)]
    if case.tier is not None:
        pairs.append(("tier", "等级", case.tier, decision.tier))
    if case.amount is not None:
        wanted, found = (_money(decision.currency, amount) for amount in (case.amount, decision.amount))
        pairs.append(("amount", "金额", wanted, found))
    if case.fails is not None:
        pairs.append(("fails", "未满足条款", tuple(sorted(case.fails)), tuple(sorted(fails))))
    if case.asks is not None:
        pairs.append(("asks", "待查事实", tuple(sorted(case.asks)), tuple(sorted(asks))))
    if case.values:
        values = {item.name: item.value for reason in _walked(decision.reasons) for item in reason.inputs}
        pairs.extend((name, name, value, values.get(name)) for name, value in case.values.items())
    return tuple(
        (f"{en}: found {found}; expected {wanted}", f"{zh}：实为 {found}，应为 {wanted}")
        for en, zh, wanted, found in pairs
        if wanted != found
    )


def _money(currency: str, amount: int | None) -> str:
    return shown(Type(MONEY, currency), amount).en


def _walked(reasons: Iterable[Reason]) -> Iterator[Reason]:
    for reason in reasons:
        yield reason
        yield from _walked(reason.children)


def run_cases(pack: Pack, cases: tuple[Case, ...]) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
    """Run every case; return a finding for each difference, and the decisions."""
    findings: list[Finding] = []
    decisions: list[Decision] = []
    for case in cases:
        try:
            decision = decide(pack, case.facts, stage=case.stage)
        except PolicyError as error:
            findings.append(
                finding(case.at, "CASE", f"case {case.id}: {error}", f"算例 {case.id}：{error.in_language('zh')}")
            )
            continue
        decisions.append(decision)
        for en, zh in differences(case, decision):
            findings.append(finding(case.at, "CASE", f"case {case.id}: {en}", f"算例 {case.id}：{zh}"))
    return tuple(findings), tuple(decisions)
