"""The legal guards of a pack: what 公平竞争审查条例 (State Council decree 783) asks a review for from 2024-08-01.

The guard cannot judge; it finds what a lawyer has to look at: an amount that follows taxes or the contribution to the
district, a condition that names beneficiaries, a bar against moving away, a condition of buying locally.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from policies.language.findings import Finding, Position, Text, finding
from policies.language.model import FactDef, Leaf, Pack, Program
from policies.language.typed import Typed

# In force from this day.
FAIR_COMPETITION_FROM = date(2024, 8, 1)
_RELOCATION = re.compile(r"迁出|迁离|搬离|外迁|不迁移|relocat|mov(e|es|ed|ing) (away|out)", re.IGNORECASE)
_LOCAL_PURCHASE = re.compile(
    r"(采购|购买|购置|使用)本(地|区|市|省|县)|本(地|区|市|省|县)(采购|产品|供应商)|本地化(采购|配套)|"
    r"(buy|buys|bought|purchas\w*|procur\w*|suppl\w*) (\w+ ){0,3}(local|in|from|within) (\w+ ){0,2}(district|city|county)|"
    r"local(ly)? (purchas|procure|suppl|made|produc)",
    re.IGNORECASE,
)
_TAX = re.compile(
    r"贡献|纳税|税收|税额|缴税|地方留成|contribution to the (district|city|county|local)|tax(es)? paid|"
    r"tax revenue|(_|^)tax(es)?(_|$)|contribution_y|local_contribution",
    re.IGNORECASE,
)
# What the tax office merely reports: bases of a subsidy that are no tax.
_BASES = re.compile(r"研发|销售|营业|收入|利润|research|development|sales|revenue|turnover|profit", re.IGNORECASE)
_COMPANY = re.compile(r"有限公司|股份公司|集团公司|co\.,? ?ltd|\binc\b|\bgmbh\b|\bplc\b|\bllc\b", re.IGNORECASE)
_IDENTIFIER = re.compile(r"统一社会信用代码|企业名称|单位名称|(_|^)uscc(_|$)|credit code|company name", re.IGNORECASE)
_USCC = re.compile(r"\b[159][1239][0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}\b", re.IGNORECASE)


def names_behind(pack: Pack, program: Program, typed: Typed) -> Iterator[str]:
    """Yield every name that an expression reads, directly or through definitions, tables and tier settings."""
    seen: set[str] = set()
    pending = [*_read(typed)]
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        yield name
        if name in pack.definitions:
            pending.extend(_read(pack.definitions[name].value))
        elif name in pack.tables:
            for option in pack.tables[name].options:
                pending.extend(_read(option.of))
                for band in option.bands:
                    pending.extend(_read(band.value))
        for tier in program.tiers:
            if name in tier.settings:
                pending.extend(_read(tier.settings[name]))


def _read(typed: Typed) -> Iterator[str]:
    stack = [typed]
    while stack:
        node = stack.pop()
        if node.op == "name" or (isinstance(node.value, str) and node.op != "field"):
            yield str(node.value)
        stack.extend(node.args)


def programs(pack: Pack) -> tuple[Program, ...]:
    """Return the first decision and the stages."""
    return (pack.program, *pack.stages.values())


def fair_competition(pack: Pack) -> Iterator[Finding]:
    """Refuse what needs a fair-competition review where a decision may fall on or after 2024-08-01 without one.

    The decree is China's: a pack that pays in another currency is under other law.
    """
    if pack.document.fair_competition_review is not None or pack.currency != "CNY":
        return
    for program in programs(pack):
        last = pack.effective_to if program.stage is None else program.until
        if last is None or last >= FAIR_COMPETITION_FROM:
            for leaf in program.leaves():
                yield from _unfair_leaf(pack, program, leaf)
            yield from _unfair_amount(pack, program)
    if pack.effective_to is None or pack.effective_to >= FAIR_COMPETITION_FROM:
        yield from _unfair_terms(pack)


def _unfair_leaf(pack: Pack, program: Program, leaf: Leaf) -> Iterator[Finding]:
    names = set(names_behind(pack, program, leaf.when))
    facts = [fact for name, fact in program.facts.items() if name in names]
    words = " ".join([leaf.text.zh, leaf.text.en, *(part for fact in facts for part in (fact.text.zh, fact.text.en))])
    if _RELOCATION.search(leaf.text.zh + leaf.text.en):
        yield _unfair(leaf.when.at, leaf.clause, Text("条款限制迁移", "a clause that bars relocation"))
    if _LOCAL_PURCHASE.search(words):
        yield _unfair(leaf.when.at, leaf.clause, Text("条款要求本地采购", "a condition of buying locally"))
    named = [fact.name for fact in facts if _identifies(fact)]
    if named or _COMPANY.search(leaf.text.zh + leaf.text.en) or _USCC.search(leaf.text.zh + leaf.text.en):
        what = "、".join(named) or leaf.id
        yield _unfair(leaf.when.at, leaf.clause, Text(f"条款指定受益人（{what}）", f"named beneficiaries ({what})"))


def _identifies(fact: FactDef) -> bool:
    """Tell whether a condition on this fact singles out operators: their names or codes as choices or as a number."""
    label = f"{fact.name} {fact.text.zh} {fact.text.en}"
    choices = " ".join(f"{choice.value} {choice.text.zh} {choice.text.en}" for choice in fact.choices)
    if fact.kind == "yes_no":
        return False  # "the company name is as registered" compares nobody with anybody
    return bool(_IDENTIFIER.search(label) or _COMPANY.search(choices) or _USCC.search(choices))


def _unfair_amount(pack: Pack, program: Program) -> Iterator[Finding]:
    if program.amount is None:
        return
    names = set(names_behind(pack, program, program.amount.formula))
    taxed = sorted(name for name, fact in program.facts.items() if name in names and _follows_tax(fact))
    if taxed:
        what = Text(
            f"金额公式读取 {'、'.join(taxed)}（税收或区级贡献）", f"an amount that reads {', '.join(taxed)} (tax)"
        )
        yield _unfair(program.amount.formula.at, program.amount.clause, what)


def _follows_tax(fact: FactDef) -> bool:
    label = f"{fact.text.zh} {fact.text.en}"
    if _TAX.search(fact.name) or _TAX.search(label):
        return True
    return fact.source == "tax" and fact.kind == "money" and not _BASES.search(label)


def _unfair_terms(pack: Pack) -> Iterator[Finding]:
    at = Position(pack.program.at.file, 1, 1)
    texts = [(item.clause, item.text) for item in pack.undertakings]
    texts += [(item.term.clause, item.term.text) for item in pack.recovery]
    for clause, text in texts:
        if _RELOCATION.search(text.zh + text.en):
            yield _unfair(
                at, clause, Text("承诺或追回条款限制迁移", "an undertaking or recovery that bars relocation")
            )
        if _LOCAL_PURCHASE.search(text.zh + " " + text.en):
            yield _unfair(at, clause, Text("承诺本地采购", "an undertaking to buy locally"))


def _unfair(at: Position, clause: str, what: Text) -> Finding:
    return finding(
        at,
        "FAIR_COMPETITION",
        f"found {what.en} deciding on or after {FAIR_COMPETITION_FROM}; give document.fair_competition_review or end "
        "earlier (effective.to, a stage's until)",
        f"{what.zh}，且可能在 {FAIR_COMPETITION_FROM} 及以后作出决定；请填写 document.fair_competition_review，"
        "或提前终止（effective.to、阶段的 until）",
        clause=clause,
    )
