"""The compiled reading says what the interval interpreter says, and says nothing where anything is unknown or wrong."""

from __future__ import annotations

import copy
import os
import pickle
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from random import Random
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from policies.language import (
    ABSENT,
    UNKNOWN,
    Decision,
    Pack,
    PolicyError,
    RecordList,
    Value,
    decide,
    facts_from_json,
    parse_pack,
)
from policies.language.core import Core
from policies.language.decide import evaluated
from policies.language.exact import exact_of, generated
from policies.language.lowered import Num
from policies.language.model import FactDef
from tests.policies.companies import company
from tests.policies.expressions import FACTS, Written, condition, money
from tests.policies.generated import company_from, packs
from tests.policies.packs import pack_of, source_of
from tests.policies.test_flying_sky import BOTH, PACKS
from tests.policies.test_meaning import accepted, companies

# Examples count pairs of a pack and a company; each pack is tried on several, for reading a pack is what takes time.
EACH = 10
EXAMPLES = int(os.environ.get("SUBSIDY_EXAMPLES", "200"))
CALM = settings(
    max_examples=max(1, EXAMPLES // EACH),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large],
)
ON = date(2024, 3, 1)


def by_intervals(pack: Pack, facts: Mapping[str, Value], stage: str | None = None) -> Decision:
    """Decide by the interpreter: the compiled code takes plain dicts only."""
    return decide(pack, MappingProxyType(dict(facts)), stage=stage)


def runs_exactly(pack: Pack, facts: dict[str, Value], stage: str | None = None) -> bool:
    """Tell whether the compiled code answers for these facts."""
    exact = exact_of(pack, pack.program_of(stage))
    held = exact.held(facts)
    return held is not None and exact.run(held) is not None


def assert_same(pack: Pack, facts: dict[str, Value], stage: str | None = None) -> Decision:
    """Assert that both readings agree on every named value and on the whole decision, reasons and texts included."""
    program = pack.program_of(stage)
    exact, evaluation = exact_of(pack, program), evaluated(pack, facts, stage=stage)
    nodes: list[Core] = [*program.lets, program.eligible_core, program.tier_core]
    nodes += [node for leaf in program.leaves() for node in (leaf.core,)]
    nodes += [
        node for table in program.tables.values() for of in table.operands for node in (of.n, of.d) if node is not None
    ]
    held = exact.held(facts)
    assert held is not None
    values = exact.compiled(nodes)(held)
    assert values is not None
    for node, value in zip(nodes, values, strict=True):
        assert evaluation.value(node) == (value, value), node.value
    fast, slow = decide(pack, facts, stage=stage), by_intervals(pack, facts, stage)
    assert fast == slow
    assert fast.canonical() == slow.canonical()
    assert dict(fast.verdicts) == {leaf.id: leaf.verdict for leaf in slow.leaves()}
    assert list(fast.verdicts) == [leaf.id for leaf in program.leaves()]
    return fast


# -- the same decisions --------------------------------------------------------------------------------------------------


@given(when=condition(2), formula=money(3), company=companies)
@CALM
def test_expressions_give_the_same(when: Written, formula: Written, company: dict[str, Any]) -> None:
    facts: dict[str, Value] = {name: ABSENT if value is None else value for name, value in company.items()}
    assert_same(accepted(when, formula), {"filed_on": ON, **facts})


@given(pack=packs(), seed=st.integers(0, 10**9))
@CALM
def test_packs_give_the_same(pack: Pack, seed: int) -> None:
    for stage in (None, *pack.stages):
        for step in range(EACH):
            facts = company_from(pack, seed + step, stage=stage, unknown=0.0)
            assert runs_exactly(pack, facts, stage)
            assert_same(pack, facts, stage)


@given(pack=packs(), seed=st.integers(0, 10**9))
@CALM
def test_nothing_unknown_is_ever_compiled(pack: Pack, seed: int) -> None:
    """Whatever is unknown, the interpreter decides; the dict and the mapping then say the same."""
    names = {*pack.facts, *pack.records}
    for step in range(EACH):
        facts = company_from(pack, seed + step)
        whole = {name for name in facts if _known(facts[name], pack, name)} == names
        assert runs_exactly(pack, facts) == whole
        assert decide(pack, facts) == by_intervals(pack, facts)


def _known(value: Value, pack: Pack, name: str) -> bool:
    if not isinstance(value, RecordList):
        return value is not UNKNOWN
    fields = set(pack.records[name].fields)
    return value.complete and all(set(row) == fields and UNKNOWN not in row.values() for row in value.rows)


@BOTH
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_the_first_pack_gives_the_same(version: str, data: st.DataObject) -> None:
    pack = PACKS[version]
    raw = data.draw(company(version))
    assert_same(pack, facts_from_json(pack, raw))
    test = {"tested_on": "2023-05-31", "awarded_on": f"{version[:4]}-02-28", "owed_before": 7,
            "recognised_tier": data.draw(st.sampled_from(["flying", "nearly"]))}  # fmt: skip
    assert_same(pack, facts_from_json(pack, {**raw, **test}, stage="yearly"), "yearly")


# -- what is unknown -----------------------------------------------------------------------------------------------------

VETO = "vetoes: [{id: v, when: bad, clause: T-1, zh: 否, en: no, certainty: recalled, source: t}]\neligibility:"


def vetoed() -> Pack:
    """Return a pack that pays 1万元 unless `bad`."""
    source = source_of(facts="bad: {type: yes_no, from: registry}", formula="1万元")
    return parse_pack(replace(source, policy=source.policy.replace("eligibility:", VETO)))


def test_an_unknown_veto_never_pays_on_either_path() -> None:
    pack = vetoed()
    unknown: list[dict[str, Value]] = [{"filed_on": ON}, {"filed_on": ON, "bad": UNKNOWN}]
    for facts in unknown:
        assert not runs_exactly(pack, facts)
        for decision in (decide(pack, facts), by_intervals(pack, facts)):
            assert (decision.outcome, decision.payable, decision.verdicts["v"]) == ("unknown", False, "unknown")
    assert assert_same(pack, {"filed_on": ON, "bad": False}).amount == 1_000_000
    assert assert_same(pack, {"filed_on": ON, "bad": True}).verdicts == {"v": "not_met", "only": "met"}


LIST = """records:
  ip:
    key: number
    from: ip_register
    max_length: 3
    fields:
      number: {type: count}
      kind: {type: choice, of: [invention, utility]}
      on: {type: date}
      fee: {type: money, max: 9元}
      r: {type: rate, decimals: 2}"""
ROW: dict[str, Value] = {"number": 1, "kind": "invention", "on": date(2020, 2, 29), "fee": 5, "r": Decimal("0.25")}
ALL = (
    "count(ip, kind == invention and on + 4年 >= filed_on and fee > a) * 1分 + sum(ip, fee, r >= 25%)"
    " + largest(ip, fee, kind == utility, 3分)"
)


def listed(formula: str = ALL) -> Pack:
    """Return a pack that pays what a formula over a list says."""
    return pack_of(facts="a: {type: money, from: tax, max: 9元}", more=LIST, formula=formula, to="2024-12-31")


def test_records_give_the_same() -> None:
    pack, draw = listed(), Random(5)
    paid = set()
    for _ in range(200):
        rows = tuple(
            {
                "number": number,
                "kind": draw.choice(("invention", "utility")),
                "on": draw.choice((date(2020, 2, 28), date(2020, 2, 29), date(2020, 3, 1), date(2021, 1, 1))),
                "fee": draw.randint(0, 900),
                "r": Decimal(draw.randint(23, 27)) / 100,
            }
            for number in range(draw.randint(0, 3))
        )
        filed = draw.choice((date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)))
        paid.add(assert_same(pack, {"filed_on": filed, "a": draw.randint(0, 900), "ip": RecordList(rows)}).amount)
    assert len(paid) > 100


@pytest.mark.parametrize(
    "rows",
    [
        RecordList((ROW,), complete=False),
        RecordList(({**ROW, "fee": UNKNOWN},)),
        RecordList(({name: value for name, value in ROW.items() if name != "kind"},)),
        UNKNOWN,
    ],
)
def test_a_list_with_something_unknown_is_not_compiled(rows: Value) -> None:
    pack = listed()
    facts: dict[str, Value] = {"filed_on": ON, "a": 0, "ip": rows}
    assert not runs_exactly(pack, facts)
    assert decide(pack, facts) == by_intervals(pack, facts)
    assert decide(pack, facts).amount is None


# -- what is wrong -------------------------------------------------------------------------------------------------------

KINDS = f"""{FACTS}
    m: {{type: money, from: tax, min: 3分, max: 9分}}
    k: {{type: choice, of: [own, let], from: tax}}
    d: {{type: date, optional: yes, from: tax}}
    t: {{type: text, from: tax}}
    u: {{type: number, unit: m2, decimals: 1, max: 100, from: tax}}"""
GOOD: dict[str, Value] = {
    "filed_on": ON, "a": 5, "b": 100, "n": 1, "r": Decimal("0.125"), "p": True, "q": False, "o": ABSENT, "m": 9,
    "k": "let", "d": ABSENT, "t": "杭州", "u": Decimal("12.5"),
}  # fmt: skip
KIND_PACK = pack_of(facts=KINDS, when='"m > 4分 and k == own or has(d)"', formula="a")
WRONG: list[tuple[str, Any]] = [
    ("a", True), ("a", -1), ("a", 10**10 + 1), ("a", 1.0), ("a", "5"), ("a", None), ("a", ABSENT), ("b", 99),
    ("m", 2), ("m", 10), ("n", 101), ("n", Decimal(1)), ("r", Decimal("0.1255")), ("r", Decimal("NaN")), ("r", 0.1),
    ("r", Decimal("Infinity")), ("r", 1), ("r", Decimal("1.001")), ("p", 1), ("p", "yes"), ("p", ABSENT), ("o", -1),
    ("o", False), ("k", "rent"), ("k", 1), ("k", ["own"]), ("k", ABSENT), ("d", datetime(2024, 3, 1)),  # noqa: DTZ001
    ("d", "2024-03-01"), ("d", 738000), ("t", 5), ("t", "x" * 2001), ("u", Decimal("12.55")), ("u", Decimal("100.1")),
    ("filed_on", date(2023, 12, 31)), ("filed_on", date(2024, 8, 1)), ("filed_on", ABSENT), ("ghost", 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_fact_is_refused_in_the_same_words(name: str, value: Any) -> None:
    assert runs_exactly(KIND_PACK, GOOD)
    facts = {**GOOD, name: value}
    assert not runs_exactly(KIND_PACK, facts)
    messages = set()
    for ask in (decide, by_intervals):
        with pytest.raises(PolicyError) as caught:
            ask(KIND_PACK, facts)
        messages.add(str(caught.value))
    assert len(messages) == 1 and name in messages.pop()


@pytest.mark.parametrize(
    ("name", "value"),
    [("m", 3), ("m", 9), ("r", Decimal("1.000")), ("r", Decimal(0)), ("u", Decimal(100)), ("t", "x" * 2000),
     ("filed_on", date(2024, 1, 1)), ("filed_on", date(2024, 7, 31)), ("d", date.min.replace(year=1900))],
)  # fmt: skip
def test_the_ends_of_a_range_belong(name: str, value: Value) -> None:
    facts = {**GOOD, name: value}
    assert runs_exactly(KIND_PACK, facts)
    assert_same(KIND_PACK, facts)


@pytest.mark.parametrize(
    "rows",
    [
        RecordList((ROW, ROW)),
        RecordList(({**ROW, "fee": 901},)),
        RecordList(({**ROW, "kind": "design"},)),
        RecordList(({**ROW, "on": ABSENT},)),
        RecordList(({**ROW, "colour": "red"},)),
        RecordList(({"colour": "red", **{name: ROW[name] for name in ("number", "kind", "on", "fee")}},)),
        RecordList(tuple({**ROW, "number": number} for number in range(4))),
        "ip",
        [ROW],
    ],
)
def test_a_wrong_record_is_refused_in_the_same_words(rows: Any) -> None:
    pack = listed()
    facts: dict[str, Value] = {"filed_on": ON, "a": 0, "ip": rows}
    assert not runs_exactly(pack, facts)
    for ask in (decide, by_intervals):
        with pytest.raises(PolicyError, match=r"ip|fee|kind|on"):
            ask(pack, facts)


# -- the text that is compiled -------------------------------------------------------------------------------------------

OURS = re.compile(
    r"[vhtfcgrk]\d+|x\d+_\d+|held|run|row|raw|rows|complete|append|add|toordinal|type|len|dict|int|str|bool|set|date|"
    r"Decimal|RecordList|ABSENT|KeyError|scaled|shift|year|def|if|else|is|not|and|or|in|for|try|except|return|None|_|"
    r"continue"
)


def test_no_text_of_a_pack_reaches_the_compiled_text() -> None:
    for pack in (KIND_PACK, listed(), *PACKS.values()):
        for program in (pack.program, *pack.stages.values()):
            text, _ = generated(pack.records, program, program.lets)
            words = set(re.findall(r"[^\W\d]\w*", text))
            assert {word for word in words if not OURS.fullmatch(word)} == set()
            assert not re.search(r"[\"'\\#;@]", text)


def test_wide_and_deep_policies_compile() -> None:
    bands = ", ".join(f'"[{n}分, {n + 1}分)": {n}' for n in range(1, 59))
    table = f'tables: {{t: {{of: a, clause: T-1, bands: {{"(.., 1分)": 0, {bands}, "[59分, ..)": 59}}}}}}'
    chain = "\n".join(f"  x{n}: max(x{n - 1} + 1, min(x{n - 1}, 7) * 2)" for n in range(1, 60))
    leaves = "\n".join(
        f"    - {{id: l{n}, when: n > {n % 5}, clause: T-1, zh: 条件, en: condition, certainty: recalled, source: t}}"
        for n in range(300)
    )
    source = source_of(
        facts="a: {type: money, from: tax, max: 1元}\nn: {type: count, max: 9, from: tax}",
        more=f"{table}\ndefine:\n  x0: n + 0\n{chain}", formula="t * 1分 + x59 * 1分",
    )  # fmt: skip
    pack = parse_pack(replace(source, policy=re.sub(r"(all_of:\n).*\n", rf"\g<1>{leaves}\n", source.policy)))
    assert len(pack.leaves()) == 300
    for a in (0, 1, 30, 58, 59, 100):
        assert_same(pack, {"filed_on": ON, "a": a, "n": 9})
    assert assert_same(pack, {"filed_on": ON, "a": 0, "n": 4}).outcome == "not_met"


def test_a_guarded_divisor_may_be_zero_where_it_is_read_twice() -> None:
    """A value that two places read is computed before the guard is asked."""
    pack = pack_of(
        facts="a: {type: money, from: tax}\nb: {type: money, from: tax}",
        formula="(whole(a, b) + 2 * whole(a, b) if b > 0元 else 7) * 1元",
    )
    assert assert_same(pack, {"filed_on": ON, "a": 500, "b": 0}).amount == 700
    assert assert_same(pack, {"filed_on": ON, "a": 500, "b": 200}).amount == 600


def test_a_pack_with_one_fact_compiles() -> None:
    assert assert_same(pack_of(formula="1元"), {"filed_on": ON}).amount == 100


# -- the decision as a value ---------------------------------------------------------------------------------------------


def flying() -> tuple[Pack, dict[str, Value]]:
    pack = PACKS["2022.1"]
    from_files = company_from(pack, 3, unknown=0.0)
    return pack, from_files


def test_reasons_are_as_of_the_moment_of_deciding() -> None:
    pack, whole = flying()
    partly: dict[str, Value] = {**whole, "rd_y1": UNKNOWN}
    for facts in (whole, partly):
        before, after = decide(pack, dict(facts)), dict(facts)
        decision = decide(pack, after)
        after["sales_y1"] = 1
        assert decision.reasons == before.reasons


def test_what_is_unknown_is_shown_with_its_range() -> None:
    pack = pack_of(facts="a: {type: money, from: tax, max: 9元}", more="define: {twice: 2 * a}", when='"twice > 9元"')
    (leaf,) = decide(pack, {"filed_on": ON}).leaves()
    assert [(one.value, one.shown.en) for one in leaf.inputs] == [(None, "CNY 0.00 to CNY 18.00"), (None, "unknown")]


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))])
def test_a_decision_survives_copies(again: Callable[[Decision], Decision]) -> None:
    pack, facts = flying()
    for decision in (decide(pack, facts), decide(pack, {**facts, "rd_y1": UNKNOWN})):
        copied = again(decision)
        assert copied == decision and hash(copied) == hash(decision) and copied.canonical() == decision.canonical()


def test_a_decision_does_not_change() -> None:
    pack, facts = flying()
    decision: Any = decide(pack, facts)
    for name in ("outcome", "amount", "reasons", "verdicts", "ghost"):
        with pytest.raises(AttributeError):
            setattr(decision, name, 1)
    with pytest.raises(TypeError):
        decision.verdicts["dishonest"] = "met"


def test_decisions_that_differ_in_a_number_alone_are_not_equal() -> None:
    """The same verdicts and amount from other facts: only the reasons tell them apart."""
    pack = pack_of(facts="a: {type: money, from: tax}", when='"a > 1元"', formula="5元")
    one, other = (decide(pack, {"filed_on": ON, "a": a}) for a in (500, 600))
    assert (one.outcome, one.amount) == (other.outcome, other.amount)
    assert one != other and one == decide(pack, {"filed_on": ON, "a": 500})
    assert one != "decision"


def test_a_changed_program_is_compiled_anew() -> None:
    pack = vetoed()
    facts: dict[str, Value] = {"filed_on": ON, "bad": False}
    assert decide(pack, facts).amount == 1_000_000
    mean = replace(pack, program=replace(pack.program, amount_core=Core("const", (), 7, 7, 7)))
    assert decide(mean, facts).amount == 7
    assert decide(pack, facts).amount == 1_000_000
    assert copy.deepcopy(pack.program.memo) == {} != pack.program.memo


def test_every_value_that_a_reason_may_show_is_named() -> None:
    """The names of a program that are numbers read alike on both paths, also those that no clause reads."""
    pack, facts = flying()
    nodes = [value.n for value in pack.program.names.values() if isinstance(value, Num)]
    facts = {name: 5 if value is ABSENT and _is_money(pack.facts[name]) else value for name, value in facts.items()}
    facts["high_tech_until"] = ON
    exact, evaluation = exact_of(pack, pack.program), evaluated(pack, facts)
    held = exact.held(facts)
    assert held is not None
    values = exact.compiled(nodes)(held)
    assert values is not None
    assert [(value, value) for value in values] == [evaluation.value(node) for node in nodes]


def _is_money(fact: FactDef) -> bool:
    return fact.kind == "money"
