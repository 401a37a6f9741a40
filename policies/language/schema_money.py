"""Reading the terms of payment: instalments, funding split, stacking, recovery, and the entries under redundant.

instalments:
  - {id: advance, share: 80% * 60%, on: award, clause: …, zh: …, en: …, certainty: …, source: …}
  - {id: rest, share: rest, on: rating_published, rated_by: rating, times: {a: 100%, b: 80%, c: 60%}, clause: …, …}
funding_split: {city: 42.354%, district: rest, to: 1000元, clause: …, certainty: …, source: …}
stacking: [{group: rd_platform@1, key: [company], priority: 1}]
recovery: [{id: moved_out, share: 100%, within: 5年, interest: {rate: 3.65%, days: 365, from: paid}, clause: …, zh: …, en: …, …}]
redundant: [{id: staff_nonzero, because: the law repeats it}]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from policies.language.constants import constant_value
from policies.language.declare import constant_of
from policies.language.findings import Position
from policies.language.model import FactDef
from policies.language.reader import Node
from policies.language.schema import (
    CERTAINTIES,
    Fields,
    both,
    entries,
    fields,
    identifier,
    items,
    one_of,
    refuse,
    scalar,
    source_of,
    whole,
)
from policies.language.terms import FUNDERS, FundingSplit, Instalment, Interest, Recovery, Redundant, Stacking, Term
from policies.language.typed import CHOICE, DURATION, MONEY, T_RATE, Type

Cite = Callable[[str, Position, str], None]
_TERM = "id clause zh en certainty source"
_GROUP = re.compile(r"([a-z][a-z0-9_]{0,59})@([1-9]\d{0,3})")


def _term(values: Fields, what: str, cite: Cite) -> Term:
    certainty = one_of(values["certainty"], "certainty", CERTAINTIES)
    clause = scalar(values["clause"], "clause").value
    cite(clause, values["clause"].at, certainty)
    return Term(identifier(values["id"], "id"), both(values, what), clause, certainty, source_of(values))


def _rate(node: Node, what: str) -> Fraction:
    value = constant_value(node, T_RATE, what)
    if not 0 <= value <= 1:
        raise refuse(node.at, f"found {value}; expected 0% to 100% for {what}", f"{what} 应在 0% 至 100% 之间")
    return value


def _once(found: Iterable[Term], term: Term, at: Position) -> None:
    if any(other.id == term.id for other in found):
        raise refuse(at, f"the id {term.id} stands twice; ids are unique", f"编号 {term.id} 重复")


def read_instalments(node: Node | None, facts: Mapping[str, FactDef], cite: Cite) -> tuple[Instalment, ...]:
    """Read `instalments`; `facts` are those a rating may be read from. No entry means one part, on the award."""
    found: list[Instalment] = []
    for item in items(node, "instalments"):
        values = fields(item, "an instalment", f"{_TERM} share on", "rated_by times")
        term = _term(values, "an instalment", cite)
        _once((other.term for other in found), term, values["id"].at)
        is_rest = scalar(values["share"], "share").value == "rest"
        share = None if is_rest else _rate(values["share"], f"the share of {term.id}")
        rated_by, times = _rating(values, term.id, facts)
        found.append(Instalment(term, share, identifier(values["on"], "on"), rated_by, times))
    if node is not None:
        _whole_award(found, node.at)
    return tuple(found)


def _rating(values: Fields, name: str, facts: Mapping[str, FactDef]) -> tuple[str, Mapping[str, Fraction]]:
    if ("rated_by" in values) != ("times" in values):
        raise refuse(values.at, f"{name}: write rated_by and times together", f"{name}：rated_by 与 times 须同时写")
    if "rated_by" not in values:
        return "", {}
    fact = facts.get(scalar(values["rated_by"], "rated_by").value)
    if fact is None or fact.kind != CHOICE:
        raise refuse(
            values["rated_by"].at, f"{name}.rated_by: expected a choice fact of the pack or a stage",
            f"{name}.rated_by 应为已声明的选项型（choice）事实",
        )  # fmt: skip
    times = {key.value: _rate(value, f"{name}.times") for key, value in entries(values["times"], f"{name}.times")}
    if set(times) != {choice.value for choice in fact.choices}:
        expected = ", ".join(choice.value for choice in fact.choices)
        raise refuse(
            values["times"].at, f"{name}.times: expected one rate for each of {expected}",
            f"{name}.times 应为每个选项各写一个比例：{expected}",
        )  # fmt: skip
    return fact.name, times


def _whole_award(found: list[Instalment], at: Position) -> None:
    rests = [item for item in found if item.share is None]
    total = sum((item.share for item in found if item.share is not None), Fraction(0))
    last_only = len(rests) == 1 and found[-1] is rests[0] and total <= 1
    if not (last_only if rests else total == 1):
        raise refuse(
            at, "the shares must sum to 100%, or the last part, and only it, be `rest`",
            "各期比例之和应为 100%，或仅最后一期写 rest",
        )  # fmt: skip


def read_funding(node: Node | None, currency: str, cite: Cite) -> FundingSplit | None:
    """Read `funding_split`."""
    if node is None:
        return None
    values = fields(node, "funding_split", "clause certainty source", " ".join([*FUNDERS, "to"]))
    certainty = one_of(values["certainty"], "certainty", CERTAINTIES)
    clause = scalar(values["clause"], "clause").value
    cite(clause, values["clause"].at, certainty)
    named = [name for name in FUNDERS if name in values]
    rests = [name for name in named if scalar(values[name], name).value == "rest"]
    shares = {name: _rate(values[name], name) for name in named if name not in rests}
    left = 1 - sum(shares.values(), Fraction(0))
    if len(rests) != 1 or left < 0 or not shares:
        raise refuse(
            node.at, "expected shares of at most 100% and exactly one party with `rest`",
            "各方比例之和不得超过 100%，且恰有一方写 rest",
        )  # fmt: skip
    shares[rests[0]] = left
    unit = 1
    if "to" in values:
        value = constant_value(values["to"], Type(MONEY, currency), "funding_split.to")
        unit = int(value) if value.denominator == 1 else 0
        if unit < 1:
            raise refuse(values["to"].at, "expected an amount above 0 for to", "to 应为大于 0 的金额")
    return FundingSplit(shares, rests[0], unit, clause, certainty, source_of(values))


def read_stacking(node: Node | None) -> tuple[Stacking, ...]:
    """Read `stacking`."""
    found: list[Stacking] = []
    for item in items(node, "stacking"):
        values = fields(item, "a group", "group key", "priority")
        name = scalar(values["group"], "group")
        match = _GROUP.fullmatch(name.value)
        if match is None:
            raise refuse(
                name.at, f"found {name.value!r}; expected a group like district_rd@1", "group 应如 district_rd@1"
            )
        if any(other.group == match[1] for other in found):
            raise refuse(name.at, f"the group {match[1]} stands twice", f"组 {match[1]} 重复")
        key = tuple(identifier(part, "key") for part in items(values["key"], "key"))
        if not key:
            raise refuse(values["key"].at, "expected at least one name, like [company, year]", "key 至少写一个名称")
        priority = whole(values["priority"], "priority", 0, 1000) if "priority" in values else 0
        found.append(Stacking(match[1], match[2], key, priority, name.at))
    return tuple(found)


def read_recovery(node: Node | None, cite: Cite) -> tuple[Recovery, ...]:
    """Read `recovery`."""
    found: list[Recovery] = []
    for item in items(node, "recovery"):
        values = fields(item, "a ground of recovery", f"{_TERM} share", "within interest")
        term = _term(values, "a ground of recovery", cite)
        _once((other.term for other in found), term, values["id"].at)
        within = None
        if "within" in values:
            value = constant_of(values["within"], Type(DURATION), f"{term.id}.within").value
            assert isinstance(value, tuple)
            within = (int(value[0]), int(value[1]))
        interest = _interest(values["interest"], f"{term.id}.interest") if "interest" in values else None
        found.append(Recovery(term, _rate(values["share"], f"the share of {term.id}"), within, interest))
    return tuple(found)


def _interest(node: Node, what: str) -> Interest:
    """Read simple interest; it runs from the day on which each payment was made, no other beginning is known."""
    values = fields(node, what, "rate days from")
    one_of(values["from"], f"{what}.from", ("paid",))
    rate = _rate(values["rate"], f"{what}.rate")
    if not rate:
        raise refuse(values["rate"].at, f"{what}.rate: expected a rate above 0%", f"{what}.rate 应大于 0%")
    return Interest(rate, int(one_of(values["days"], f"{what}.days", ("360", "365"))))


def read_redundant(node: Node | None, leaf_ids: Iterable[str]) -> tuple[Redundant, ...]:
    """Read `redundant`; each entry names a requirement of the pack."""
    known = set(leaf_ids)
    found: list[Redundant] = []
    for item in items(node, "redundant"):
        values = fields(item, "an entry of redundant", "id because")
        name = identifier(values["id"], "id")
        if name not in known or any(other.id == name for other in found):
            raise refuse(
                values["id"].at, f"{name} is no requirement of this pack, or stands twice",
                f"{name} 不是本政策的条款编号，或重复",
            )  # fmt: skip
        found.append(Redundant(name, scalar(values["because"], "because").value, values["id"].at))
    return tuple(found)
