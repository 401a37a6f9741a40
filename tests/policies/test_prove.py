"""Proofs over all companies: for every kind a pack that keeps the claim and one that breaks it.

Every company that a proof names is read back from its JSON and decided again here, by what `decide` alone says.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import ABSENT, Decision, Facts, Pack, PackSource, decide, facts_from_json, load_pack, parse_pack
from policies.language.answers import Effort
from policies.language.cases import read_cases
from policies.language.claims import Claim, claims_of
from policies.language.prove import Proof, check, findings_of, prove
from policies.language.prover import NOT_PROVEN, PROVEN, REFUTED, Prover
from policies.language.terms import Guarantee
from policies.language.witness import Seen, seen
from tests.policies.generated import company_from, pack_from
from tests.policies.packs import FOLDER, pack_of, source_of

REST = "clause: T-1, zh: 条件, en: condition, certainty: recalled, source: trial"
MONEY = "a: {type: money, from: tax, max: 1亿元}\nb: {type: money, from: tax, max: 1亿元}"


def leaf(name: str, when: str) -> str:
    """Return one requirement."""
    return f'{{id: {name}, when: "{when}", {REST}}}'


def tree_pack(tree: str, facts: str = MONEY, **parts: str) -> Pack:
    """Return a pack with this tree of criteria."""
    source = source_of(facts=facts, **parts)
    lines = source.policy.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("eligibility:"))
    lines[at : at + 3] = [f"eligibility: {tree}"]
    return parse_pack(PackSource("\n".join(lines) + "\n", source.source, source.cases, source.name))


def promising(*guarantees: str) -> str:
    """Return the guarantees of a pack."""
    return "guarantees:\n" + "\n".join(f"  - {line}" for line in guarantees)


def only(pack: Pack, kind: str, subject: str | None = None) -> Proof:
    """Return the only proof of a kind (and subject)."""
    (found,) = (proof for proof in prove(pack) if proof.kind == kind and subject in (None, proof.subject))
    return found


def decided(pack: Pack, proof: Proof) -> Decision:
    """Decide the witness as it is printed."""
    text = proof.witness_json(pack)
    assert text is not None
    return decide(pack, facts_from_json(pack, json.loads(text), stage=proof.stage), stage=proof.stage)


def both_decided(pack: Pack, proof: Proof) -> tuple[Decision, Decision]:
    """Decide both companies as they are printed; they differ in one fact."""
    text = proof.other_json(pack)
    assert text is not None and proof.witness is not None and proof.other is not None
    assert [name for name in proof.witness if proof.witness[name] != proof.other[name]] == [proof.subject]
    return decided(pack, proof), decide(pack, facts_from_json(pack, json.loads(text)))


def codes(pack: Pack) -> list[tuple[str, str]]:
    """Return code and severity of every finding."""
    return [(found.code, found.severity) for found in check(pack, ())]


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


# -- what went wrong once ---------------------------------------------------------------------------------------------


def test_the_award_falls_when_the_contribution_of_the_year_before_rises() -> None:
    pack = load_pack(FOLDER / "2023.1")
    pack = replace(pack, guarantees=(Guarantee("rises_with", None, "contribution_y2"),))
    proof = only(pack, "rises_with")
    less, more = both_decided(pack, proof)
    assert proof.verdict == REFUTED and less.outcome == more.outcome == "met"
    assert less.amount is not None and more.amount is not None and more.amount < less.amount
    rising = replace(pack, guarantees=(Guarantee("rises_with", None, "contribution_y1"),))
    assert only(rising, "rises_with").verdict == PROVEN


LIST = (
    "records: {{ip: {{key: nr, from: tax, max_length: {length}, fields: {{nr: {{type: {key}}}, core: {{type: yes_no}}, "
    "owned: {{type: yes_no}}, points: {{type: count, max: 9}}, paid: {{type: money, max: 1万元}}, "
    "granted: {{type: date}}}}}}}}"
)


def listed(when: str, *, formula: str = "", more: str = "", length: int = 20, key: str = "text") -> Pack:
    """Return a pack over one list."""
    lines = "\n".join([LIST.format(length=length, key=key), more])
    return pack_of(facts=MONEY, when=f'"{when}"', formula=formula, more=lines, to="2025-12-31")


def test_counts_over_one_list_keep_their_order_in_proofs() -> None:
    pack = listed("count(ip, core and owned) <= count(ip, core)")
    assert only(pack, "fails").verdict == REFUTED
    parted = listed("count(ip, core) + count(ip, not core) == count(ip)")
    assert only(parted, "fails").verdict == REFUTED
    other = listed("count(ip, core and owned) < count(ip, core)")
    assert only(other, "met").verdict == PROVEN and decided(other, only(other, "met")).outcome == "met"


@pytest.mark.parametrize(
    ("when", "met", "fails"),
    [
        ("count(ip, core) >= 7 and count(ip, core and owned) == 3", PROVEN, PROVEN),
        ("count(ip) > 20", REFUTED, PROVEN),
        ("sum(ip, points, core) >= 170", PROVEN, PROVEN),
        ("sum(ip, points, core) > 180", REFUTED, PROVEN),
        ("sum(ip, paid) == 12345元 and count(ip) == 4", PROVEN, PROVEN),
        ("sum(ip, points) > 9 * count(ip)", REFUTED, PROVEN),
        ("largest(ip, points, core, 0) == 8 and smallest(ip, points, core, 0) == 3", PROVEN, PROVEN),
        ("largest(ip, points, core, 0) < smallest(ip, points, core, 0)", REFUTED, PROVEN),
        ("largest(ip, points, core, 0) > largest(ip, points, core or owned, 0)", REFUTED, PROVEN),
        ("latest(ip, granted, yes, filed_on) + 1年 < filed_on", PROVEN, PROVEN),
        ("all(ip, core) or any(ip, not core)", PROVEN, REFUTED),
    ],
)
def test_lists_are_cells_with_exact_counts_and_bounded_sums(when: str, met: str, fails: str) -> None:
    pack = listed(when)
    assert (only(pack, "met").verdict, only(pack, "fails").verdict) == (met, fails)
    if met == PROVEN:
        assert decided(pack, only(pack, "met")).outcome == "met"


def test_more_conditions_than_cells_leave_aggregates_free_but_find_companies() -> None:
    parts = " and ".join(f"count(ip, points == {i}) == 1" for i in (1, 2, 3))
    pack = listed(f"{parts} and count(ip, core) >= 0 and count(ip, owned) >= 0 and count(ip, points > 3) == 0")
    assert only(pack, "met").verdict == PROVEN
    assert decided(pack, only(pack, "met")).outcome == "met"
    many = " + ".join(f"count(ip, points == {i})" for i in range(6))
    proof = only(listed(f"{many} <= count(ip)"), "fails")
    assert proof.verdict == NOT_PROVEN and "more than five conditions are asked of ip" in proof.message.en


def test_keys_that_are_no_texts_differ_among_the_records_of_a_witness() -> None:
    pack = listed("count(ip, core) == 1 and count(ip, not core) == 1", key="count")
    assert decided(pack, only(pack, "met")).outcome == "met"


def test_many_records_of_one_kind_have_keys_of_their_own() -> None:
    pack = listed("count(ip) == 9 and count(ip, core) >= 7", key="count")
    proof = only(pack, "met")
    assert proof.verdict == PROVEN and decided(pack, proof).outcome == "met"


def test_a_list_is_the_same_for_both_companies_that_are_compared() -> None:
    pack = listed("yes", formula="min(a, sum(ip, paid, core))", more=promising("rises_with: a"))
    assert only(pack, "rises_with").verdict == PROVEN
    moving = listed("yes", formula="sum(ip, paid, paid <= a)", more=promising("rises_with: a"))
    assert only(moving, "rises_with").verdict in (PROVEN, NOT_PROVEN)
    falling = listed("yes", formula="sum(ip, paid, paid >= a)", more=promising("rises_with: a"))
    less, more = both_decided(falling, only(falling, "rises_with"))
    assert less.amount is not None and more.amount is not None and more.amount < less.amount


def test_a_date_moved_by_years_has_its_exact_threshold_on_a_leap_day() -> None:
    facts = "granted: {type: date, from: register}"
    both = "granted > filed_on - 1年 and not (granted + 1年 > filed_on)"
    pack = pack_of(facts=facts, when=f'"{both}"', to="2025-12-31")
    proof = only(pack, "met")
    assert {date(2024, 2, 29), date(2025, 2, 28)} <= set(proof.dates) and proof.verdict == PROVEN
    assert proof.witness is not None and proof.witness["granted"] == date(2024, 2, 29)
    assert decided(pack, proof).outcome == "met"
    assert only(pack_of(facts=facts, when=f'"{both}"', to="2024-02-01"), "met").verdict == REFUTED


@pytest.mark.parametrize(
    ("when", "verdict"),
    [
        ("granted + 1年 <= filed_on and granted > 2022-12-31", PROVEN),
        ("granted + 1年 < filed_on and granted > 2022-12-31", REFUTED),
        ("granted + 1年 >= filed_on and granted < 2023-01-02", PROVEN),
        ("granted + 1年 > filed_on and granted < 2023-01-02", REFUTED),
        ("granted + 1年 == filed_on and granted == 2023-01-01", PROVEN),
        ("granted + 1年 != filed_on and granted == 2023-01-01", REFUTED),
        ("filed_on >= granted + 1年 and granted > 2022-12-31", PROVEN),
        ("filed_on > granted + 1年 and granted > 2022-12-31", REFUTED),
    ],
)
def test_a_threshold_on_a_moved_date_is_exact_to_the_day(when: str, verdict: str) -> None:
    pack = pack_of(facts="granted: {type: date, from: register}", when=f'"{when}"', to="2024-01-01")
    assert only(pack, "met").verdict == verdict


def test_two_moved_dates_are_compared_by_the_calendar() -> None:
    facts = "founded: {type: date, from: register}\ngranted: {type: date, from: register}"
    odd = "founded + 1年 == granted + 1年 and founded < granted"
    proof = only(pack_of(facts=facts, when=f'"{odd}"'), "met")
    assert proof.verdict == PROVEN and proof.witness is not None
    assert (proof.witness["founded"].month, proof.witness["founded"].day) == (2, 28)  # type: ignore[union-attr]
    never = pack_of(facts=facts, when='"founded + 1年 > granted + 1年 and founded < granted"')
    assert only(never, "met").verdict == REFUTED


def test_a_date_moved_by_months_is_corrected_until_the_calendar_agrees() -> None:
    facts = "founded: {type: date, from: register}\ngranted: {type: date, from: register}"
    proof = only(pack_of(facts=facts, when='"founded + 1个月 == granted and founded + 30天 == granted - 1天"'), "met")
    assert proof.verdict == PROVEN and proof.witness is not None
    never = pack_of(facts=facts, when='"founded + 1个月 == granted and founded + 32天 == granted"')
    assert only(never, "met").verdict == REFUTED


def test_a_year_has_its_exact_first_and_last_day() -> None:
    facts = "founded: {type: date, from: register}"
    pack = pack_of(facts=facts, when='"year(founded) == 2020 and founded > 2020-12-30"')
    proof = only(pack, "met")
    assert proof.witness is not None and proof.witness["founded"] == date(2020, 12, 31)
    fiscal = pack_of(facts=facts, when='"fiscal_year(founded) == 2020 and founded < 2020-04-02"', fiscal="04-01")
    witness = only(fiscal, "met").witness
    assert witness is not None and witness["founded"] == date(2020, 4, 1)


def test_a_banded_rate_times_a_fact_is_proven() -> None:
    bands = ", ".join(f'"({low}万元, {low + 1}万元]": {low + 1}%' for low in range(1, 12))
    table = f'tables:\n  rate: {{of: a, clause: T-1, bands: {{"(.., 1万元]": 1%, {bands}, "(12万元, ..)": 13%}}}}'
    pack = pack_of(
        facts=MONEY, formula="rate * b", more="\n".join([table, promising("rises_with: b", "rises_with: a")])
    )
    assert only(pack, "rises_with", "b").verdict == only(pack, "rises_with", "a").verdict == PROVEN


def test_a_rate_that_is_a_fact_times_a_fact_is_found_to_fall() -> None:
    facts = f"{MONEY}\nr: {{type: rate, decimals: 2, from: tax}}"
    pack = pack_of(facts=facts, formula="r * max(0元, a - b)", more=promising("rises_with: b", "always: amount <= a"))
    assert only(pack, "rises_with").verdict == REFUTED
    assert only(pack, "always").verdict == PROVEN


def test_a_ratio_of_two_facts_is_compared_without_dividing() -> None:
    share = "define: {share: 'a / b if b > 0元 else 0%'}"
    pack = pack_of(facts=MONEY, when='"share == 1/3"', more=share)
    proof = only(pack, "met")
    assert proof.verdict == PROVEN and proof.witness is not None
    assert proof.witness["a"] * 3 == proof.witness["b"]  # type: ignore[operator]
    assert only(pack_of(facts=MONEY, when='"share > 5% and a == 0元"', more=share), "met").verdict == REFUTED


def test_dated_parameters_are_examined_on_both_sides_of_their_start() -> None:
    dated = "dated: [{from: 2024-01-01, value: 100元}, {from: 2024-05-01, value: 2亿元}]"
    more = f"parameters: {{floor: {{{dated}, clause: T-1, certainty: recalled, source: trial}}}}"
    pack = pack_of(facts=MONEY, when='"a > floor"', more=more)
    proof = only(pack, "eligible")
    assert proof.dates == (date(2024, 1, 1), date(2024, 2, 29), date(2024, 4, 30), date(2024, 5, 1), date(2024, 7, 31))
    assert proof.witness is not None and proof.witness["filed_on"] < date(2024, 5, 1)  # type: ignore[operator]
    late = pack_of(facts=MONEY, when='"a > floor and filed_on >= 2024-05-01"', more=more)
    assert only(late, "eligible").verdict == REFUTED and "2024-05-01" in only(late, "eligible").message.en


@pytest.mark.parametrize(
    ("when", "days"),
    [
        ("filed_on <= 2024-05-10", (10, 11)),
        ("filed_on < 2024-05-10", (9, 10)),
        ("filed_on > 2024-05-10", (10, 11)),
        ("filed_on >= 2024-05-10", (9, 10)),
        ("filed_on == 2024-05-10", (9, 10, 11)),
        ("filed_on + 1个月 <= 2024-06-10", (10, 11)),
    ],
)
def test_the_days_on_both_sides_of_a_step_are_examined(when: str, days: tuple[int, ...]) -> None:
    dates = only(pack_of(when=f'"{when}"'), "met").dates
    assert [day.day for day in dates if day.month == 5] == list(days)


def test_a_question_beyond_the_effort_is_not_proven_and_never_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policies.language.prove.Effort", lambda: Effort(0))
    pack = pack_of(facts=MONEY, when='"a + 3分 == b"')
    proof = only(pack, "eligible")
    assert proof.verdict == NOT_PROVEN and "effort" in proof.message.en and proof.witness is None
    assert ("NOT_PROVEN", "error") in codes(pack)


def test_a_question_that_the_solver_cannot_end_is_not_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policies.language.solver.STEPS_A_QUESTION", 300_000)
    facts = "\n".join(f"{name}: {{type: count, min: 1, from: tax}}" for name in ("x", "y", "z"))
    proof = only(pack_of(facts=facts, when='"x * x * x + y * y * y == z * z * z"'), "met")
    assert proof.verdict == NOT_PROVEN and "no end" in proof.message.en


def test_dates_that_the_calendar_keeps_refuting_are_not_proven_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policies.language.solver.CALENDAR_ROUNDS", 1)
    facts = "founded: {type: date, from: register}\ngranted: {type: date, from: register}"
    proof = only(pack_of(facts=facts, when='"founded + 1个月 == granted and founded + 28天 == granted"'), "met")
    assert proof.verdict == NOT_PROVEN and "two moved dates" in proof.message.en


def test_the_solver_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, policies.language, policies.language.prove; sys.exit('z3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=FOLDER.parents[2]).returncode == 0


# -- every pack -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["2022.1", "2023.1"])
def test_the_flying_sky_plan_keeps_all_that_it_claims(version: str) -> None:
    source = PackSource.from_folder(FOLDER / version)
    pack = parse_pack(source)
    proofs = prove(pack, cases=read_cases(pack, source.cases, "cases.yaml"))
    assert len(proofs) > 100 and {proof.verdict for proof in proofs} == {PROVEN}
    assert {proof.stage for proof in proofs} == {None, "yearly"}


KINDS = ("rises_with", "falls_with", "kept_by", "same_for", "no_cliff")


def promised(pack: Pack, rng: Random) -> Pack:
    """Return the pack with guarantees at random."""
    found = [
        Guarantee(kind, None, fact, step=1, at_most=100)
        for kind, fact in zip(rng.sample(KINDS, 3), rng.sample(("m1", "c1", "mo", "r1"), 3), strict=True)
    ]
    return replace(pack, guarantees=tuple(found))


def denied(claim: Claim, verdict: str) -> bool:
    """Whether the verdict says that no company is such as the claim describes."""
    return verdict == (REFUTED if claim.exists else PROVEN)


def crowd(pack: Pack, prover: Prover, rng: Random) -> list[tuple[Facts, Seen]]:
    """Return random companies on the days of the proofs."""
    program = prover.program
    found: list[tuple[Facts, Seen]] = []
    for _ in range(25):
        facts = company_from(pack, rng.randrange(10**9), stage=program.stage, unknown=0.0)
        day = rng.choice(prover.days or (program.facts[program.decides_on].minimum,))
        facts[program.decides_on] = date.fromordinal(day)
        one = seen(pack, program, facts)
        assert one is not None
        found.append((facts, one))
    return found


def worse_pairs(claim: Claim, companies: list[tuple[Facts, Seen]]) -> list[tuple[Facts, Facts]]:
    """Return pairs of companies that differ in the fact of a claim as its kind supposes."""
    pairs: list[tuple[Facts, Facts]] = []
    for facts, _ in companies:
        for held in dict.fromkeys(other[claim.fact] for other, _ in companies[:8]):
            less = facts[claim.fact]
            numbers = ABSENT not in (less, held)
            grown = claim.kind == "same_for" or (claim.kind != "no_cliff" and numbers and less < held)  # type: ignore[operator]
            if grown:
                pairs.append((facts, {**facts, claim.fact: held}))
    return pairs


@settings(max_examples=int(os.environ.get("SUBSIDY_EXAMPLES", "4")), deadline=None)
@given(st.integers(0, 10**6))
def test_no_company_contradicts_a_proof_and_every_witness_is_decided_so(seed: int) -> None:
    rng = Random(seed)
    pack = promised(pack_from(seed), rng)
    for program in (pack.program, *pack.stages.values()):
        prover = Prover(pack, program, Effort(), ())
        companies = crowd(pack, prover, rng)
        for claim in claims_of(pack, program):
            outcome = prover.examine(claim)
            if outcome.witness is not None:
                one = Seen(pack, program, outcome.witness)
                other = one if outcome.other is None else Seen(pack, program, outcome.other)
                assert claim.shows(one, other) and one.confirmed() and other.confirmed()
            if denied(claim, outcome.verdict) and not claim.fact:
                assert not [facts for facts, one in companies if claim.shows(one, one)]
            elif denied(claim, outcome.verdict):
                for facts, changed in worse_pairs(claim, companies):
                    assert not claim.shows(Seen(pack, program, facts), Seen(pack, program, changed))
