"""Proofs over all companies: for every kind of claim a pack that keeps it and one that breaks it.

Every company that a proof names is read back from its JSON and decided again, by what `decide` alone says.
"""

from __future__ import annotations

import json
from datetime import date

import pytest

from policies.language import Pack, decide, facts_from_json
from policies.language.check.cases import read_cases
from policies.language.prove.proofs import check, findings_of, prove
from policies.language.prove.prover import NOT_PROVEN, PROVEN, REFUTED
from tests.policies.packs import pack_of
from tests.policies.proving import MONEY, both_decided, codes, decided, leaf, only, promising, tree_pack

# -- there is ---------------------------------------------------------------------------------------------------------


def test_a_company_that_is_eligible_is_found_and_decided() -> None:
    pack = tree_pack(f"{{all_of: [{leaf('big', 'a >= 500万元')}, {leaf('apart', 'a - b == 3分')}]}}")
    proof = only(pack, "eligible")
    assert proof.verdict == PROVEN and decided(pack, proof).outcome == "met"
    assert proof.dates == () and "a CNY" in proof.message.en


def test_criteria_that_contradict_one_another_are_an_error_and_nothing_else_is_said() -> None:
    pack = tree_pack(f"{{all_of: [{leaf('more', 'a > b')}, {leaf('less', 'a < b')}]}}")
    proof = only(pack, "eligible")
    assert (proof.verdict, proof.witness) == (REFUTED, None)
    assert codes(pack) == [("NO_ONE_ELIGIBLE", "error")]


def tier(name: str, when: str, cap: str) -> str:
    """Return one tier."""
    return f"  - {{id: {name}, zh: 等级, en: tier, set: {{cap: {cap}}}, requires: {leaf(f'is_{name}', when)}}}"


def tiered(high: str, low: str) -> Pack:
    """Return a pack with two tiers."""
    lines = "\n".join(["tiers:", tier("high", high, "2万元"), tier("low", low, "1万元")])
    return tree_pack(f"{{all_of: [{leaf('some', 'b > 0元')}]}}", more=lines, formula="cap")


def test_each_tier_is_reached() -> None:
    pack = tiered("a >= 100元", "a >= 50元")
    for name, amount in (("high", 2_000_000), ("low", 1_000_000)):
        proof = only(pack, "tier", name)
        assert proof.verdict == PROVEN
        assert (decided(pack, proof).tier, decided(pack, proof).amount) == (name, amount)


def test_a_tier_behind_a_wider_one_is_an_error_at_its_requirement() -> None:
    pack = tiered("a >= 50元", "a >= 100元")
    assert only(pack, "tier", "low").verdict == REFUTED
    found = next(found for found in check(pack, ()) if found.code == "TIER_UNREACHABLE")
    assert (found.clause, found.severity) == ("T-1", "error") and "low" in found.message_en and found.line > 10


BANDED = (
    'tables:\n  rate: {{of: a, clause: T-1, bands: {{"(.., 100元]": 5%, "(100元, {end}]": 4%, "({end}, ..)": 3%}}}}'
)


def test_each_band_is_reached() -> None:
    pack = pack_of(facts=MONEY, more=BANDED.format(end="200元"), formula="rate * b")
    proofs = [proof for proof in prove(pack) if proof.kind == "band"]
    assert [proof.verdict for proof in proofs] == [PROVEN] * 3
    held = [proof.witness["a"] for proof in proofs if proof.witness is not None]
    assert held[0] <= 10_000 < held[1] <= 20_000 < held[2]  # type: ignore[operator]


def test_a_band_beyond_the_greatest_value_is_dead() -> None:
    pack = pack_of(facts=MONEY, more=BANDED.format(end="1亿元"), formula="rate * b")
    assert only(pack, "band", "rate (1亿元, ..)").verdict == REFUTED
    assert ("BAND_UNREACHABLE", "error") in codes(pack)


def test_a_table_that_nothing_reads_claims_nothing() -> None:
    pack = pack_of(facts=MONEY, more=BANDED.format(end="1亿元"), formula="b")
    assert not [proof for proof in prove(pack) if proof.kind == "band"]


def test_a_requirement_that_nobody_can_meet_or_fail_is_found() -> None:
    tree = f"{{any_of: [{leaf('never', 'a > 1亿元')}, {leaf('always', 'a >= 0元')}, {leaf('plain', 'b > 1元')}]}}"
    pack = tree_pack(tree)
    assert only(pack, "met", "never").verdict == REFUTED and only(pack, "fails", "always").verdict == REFUTED
    for kind, verdict in (("met", "met"), ("fails", "not_met")):
        proof = only(pack, kind, "plain")
        assert next(found for found in decided(pack, proof).leaves() if found.id == "plain").verdict == verdict
    assert ("NEVER_MET", "error") in codes(pack) and ("REDUNDANT", "warning") in codes(pack)


# -- redundant clauses ------------------------------------------------------------------------------------------------

IMPLIED = f"{{all_of: [{leaf('some', 'a > 0元')}, {leaf('many', 'a >= 100元 + b')}]}}"


def test_a_requirement_that_another_implies_is_a_warning() -> None:
    pack = tree_pack(IMPLIED)
    assert only(pack, "failing_matters", "some").verdict == REFUTED
    assert only(pack, "failing_matters", "many").verdict == PROVEN
    (found,) = check(pack, ())
    assert (found.code, found.severity) == ("REDUNDANT", "warning") and "some" in found.message_en


def test_a_redundant_requirement_that_is_listed_with_its_reason_is_not_reported() -> None:
    pack = tree_pack(IMPLIED, more="redundant: [{id: some, because: the law says so}]")
    assert check(pack, ()) == () and only(pack, "failing_matters", "some").because == "the law says so"


def test_a_requirement_listed_as_redundant_that_decides_is_an_error_with_a_company() -> None:
    pack = tree_pack(IMPLIED, more="redundant: [{id: some, because: old}, {id: many, because: wrong}]")
    assert codes(pack) == [("NOT_REDUNDANT", "error")]
    proof = only(pack, "listed_redundant", "many")
    assert [found.id for found in decided(pack, proof).leaves() if found.verdict == "not_met"] == ["many"]
    assert only(pack, "listed_redundant", "some").verdict == PROVEN


def test_an_alternative_that_is_never_decisive_is_a_warning() -> None:
    pack = tree_pack(f"{{any_of: [{leaf('wide', 'a > 5元')}, {leaf('narrow', 'a > 9元 and b > 0元')}]}}")
    assert only(pack, "meeting_matters", "narrow").verdict == REFUTED
    assert only(pack, "meeting_matters", "wide").verdict == PROVEN
    assert codes(pack) == [("REDUNDANT", "warning")]


def test_a_requirement_matters_that_moves_the_amount_alone() -> None:
    more = "\n".join(["tiers:", tier("high", "a > 5元", "2万元"), tier("low", "yes", "1万元")])
    pack = pack_of(facts=MONEY, more=more, formula="cap")
    proof = only(pack, "failing_matters", "is_high")
    assert proof.verdict == PROVEN and decided(pack, proof).amount == 1_000_000


def test_a_veto_that_can_never_apply_and_one_that_applies_to_all() -> None:
    vetoes = "vetoes: [{}, {}]"
    never, some = leaf("never", "a < 0元"), leaf("some", "b > 0元")
    pack = pack_of(facts=MONEY, more=vetoes.format(never, some))
    assert only(pack, "fails", "never").verdict == REFUTED and only(pack, "met", "some").verdict == PROVEN
    assert ("REDUNDANT", "warning") in codes(pack)
    proof = only(pack, "fails", "some")
    assert next(found for found in decided(pack, proof).leaves() if found.id == "some").verdict == "not_met"
    everyone = pack_of(facts=MONEY, more=f"vetoes: [{leaf('everyone', 'a >= 0元')}]")
    assert only(everyone, "met", "everyone").verdict == REFUTED
    assert codes(everyone)[0] == ("NO_ONE_ELIGIBLE", "error")


def test_a_worked_case_is_taken_before_the_solver_is_asked() -> None:
    cases = """cases:
  - {id: one, facts: {filed_on: 2024-03-01, a: 77元}, expect: {outcome: met}}
  - {id: two, facts: {filed_on: 2024-03-01, a: 7元}, expect: {outcome: not_met}}
"""
    pack = pack_of(facts=MONEY, when='"a > 50元"')
    proofs = prove(pack, cases=read_cases(pack, cases, "cases.yaml"))
    shown = {proof.kind: proof.witness for proof in proofs}
    assert shown["eligible"] == {"filed_on": date(2024, 3, 1), "a": 7700}
    assert shown["failing_matters"] == {"filed_on": date(2024, 3, 1), "a": 700}


# -- guarantees -------------------------------------------------------------------------------------------------------


def test_always_holds_or_is_refuted_by_a_company() -> None:
    more = promising("always: amount <= 30元 and (eligible or amount == 0元)", "always: amount <= 20元 or b == 0元")
    pack = pack_of(facts=MONEY, when='"a > 5元"', formula="min(30元, 10% * a + b)", more=more)
    kept, broken = (proof for proof in prove(pack) if proof.kind == "always")
    assert (kept.verdict, broken.verdict) == (PROVEN, REFUTED)
    decision = decided(pack, broken)
    assert decision.amount is not None and decision.amount > 2000
    assert broken.witness is not None and broken.witness["b"] != 0
    found = next(found for found in findings_of((kept, broken)))
    assert (found.code, found.severity) == ("GUARANTEE", "error") and "CNY" in found.message_en
    printed = json.loads(found.message_zh.partition("该企业的事实：")[2])
    assert decide(pack, facts_from_json(pack, printed)).amount == decision.amount


@pytest.mark.parametrize(
    ("guarantee", "formula", "worse"),
    [("rises_with: a", "max(0元, 50元 - a)", 1), ("falls_with: a", "min(50元, a)", -1)],
)
def test_an_amount_rises_or_falls_with_a_fact(guarantee: str, formula: str, worse: int) -> None:
    pack = pack_of(facts=MONEY, formula=formula, more=promising(guarantee))
    proof = only(pack, guarantee.split(":")[0])
    assert proof.verdict == REFUTED
    less, more = both_decided(pack, proof)
    assert less.amount is not None and more.amount is not None and (less.amount - more.amount) * worse > 0
    turned = {"rises_with: a": "falls_with: a", "falls_with: a": "rises_with: a"}[guarantee]
    assert only(pack_of(facts=MONEY, formula=formula, more=promising(turned)), turned.split(":")[0]).verdict == PROVEN


def test_rising_is_claimed_among_eligible_companies_only() -> None:
    parts = {"facts": MONEY, "formula": "1万元 + a"}
    capped = pack_of(when='"a <= 500元"', more=promising("rises_with: a", "kept_by: a"), **parts)
    assert only(capped, "rises_with").verdict == PROVEN
    proof = only(capped, "kept_by")
    assert proof.verdict == REFUTED
    assert [decision.outcome for decision in both_decided(capped, proof)] == ["met", "not_met"]


def test_more_never_loses_eligibility() -> None:
    pack = pack_of(facts=MONEY, when='"a * 3 >= b"', more=promising("kept_by: a"))
    assert only(pack, "kept_by").verdict == PROVEN


def test_a_fact_that_must_make_no_difference() -> None:
    facts = f"{MONEY}\nowner: {{type: choice, of: [state, private], from: registry}}"
    rate = promising("same_for: owner")
    kept = pack_of(facts=facts, formula="10% * a if owner == state else (1/10) * a", more=rate)
    assert only(kept, "same_for").verdict == PROVEN
    pack = pack_of(facts=facts, formula="10% * a if owner == state else (1/11) * a", more=rate)
    one, other = both_decided(pack, only(pack, "same_for"))
    assert one.amount != other.amount


def test_whether_an_optional_fact_exists_must_make_no_difference() -> None:
    facts = "o: {type: money, optional: yes, from: tax}"
    pack = pack_of(facts=facts, when='"has(o)"', more=promising("same_for: o", "kept_by: o"))
    one, other = both_decided(pack, only(pack, "same_for"))
    assert {one.outcome, other.outcome} == {"met", "not_met"}
    assert only(pack, "kept_by").verdict == PROVEN


CLIFF = 'tables:\n  rate: {of: a, clause: T-1, bands: {"(.., 1万元]": 10%, "(1万元, ..)": 5%}}'


def test_one_step_changes_the_amount_by_no_more_than_is_guaranteed() -> None:
    fine, steep = (promising(f"no_cliff: {{fact: a, step: 1元, at_most: {most}}}") for most in ("500元", "499元"))
    facts = "a: {type: money, from: tax, max: 100万元}"
    assert only(pack_of(facts=facts, formula="rate * a", more=f"{CLIFF}\n{fine}"), "no_cliff").verdict == PROVEN
    pack = pack_of(facts=facts, formula="rate * a", more=f"{CLIFF}\n{steep}")
    proof = only(pack, "no_cliff")
    one, other = both_decided(pack, proof)
    assert proof.verdict == REFUTED and one.amount is not None and other.amount is not None
    assert abs(one.amount - other.amount) > 49_900
    assert proof.witness is not None and proof.other is not None
    assert proof.other["a"] - proof.witness["a"] == 100  # type: ignore[operator]


def test_becoming_eligible_is_no_cliff() -> None:
    more = promising("no_cliff: {fact: a, step: 1元, at_most: 0元}")
    assert only(pack_of(facts=MONEY, when='"a >= 100元"', formula="1万元", more=more), "no_cliff").verdict == PROVEN


def test_a_guarantee_over_the_deciding_day_is_said_to_be_out_of_reach() -> None:
    pack = pack_of(facts=MONEY, when='"filed_on < 2024-06-01"', more=promising("same_for: filed_on"))
    proof = only(pack, "same_for")
    assert proof.verdict == NOT_PROVEN and "deciding day" in proof.message.en
    assert codes(pack) == [("NOT_PROVEN", "error")]


def test_an_amount_is_never_negative() -> None:
    assert only(pack_of(facts=MONEY, formula="max(0元, a - b)"), "amount_not_negative").verdict == PROVEN
