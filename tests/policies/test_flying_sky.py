"""The first pack: its own checks, an independent calculation, and what is unknown about a company."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import PolicyError, decide, facts_from_json, facts_to_json, load_pack, required_documents
from policies.language.check.lint import check_pack
from tests.policies.companies import company
from tests.policies.oracle import calculate
from tests.policies.packs import FOLDER

VERSIONS = ("2022.1", "2023.1")
PACKS = {version: load_pack(FOLDER / version) for version in VERSIONS}
BOTH = pytest.mark.parametrize("version", VERSIONS)

TYPICAL: dict[str, Any] = {
    "submitted_on": "2022-06-15",
    "registered_in_district": True,
    "taxed_in_district": True,
    "founded_on": "2015-03-01",
    "sales_y1": 15_000_000_000,
    "sales_y3": 10_000_000_000,
    "rd_y1": 1_200_000_000,
    "high_tech_until": "2024-12-31",
    "valuation": None,
    "contribution_y1": 1_000_000_000,
    "contribution_y2": 500_000_000,
    "is_dishonest": False,
    "serious_violation": False,
    "abnormal_operation": False,
    "major_incident": False,
    "commitment_signed": True,
}


@BOTH
def test_the_pack_has_no_findings(version: str) -> None:
    assert check_pack(FOLDER / version) == ()


@BOTH
@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_decide_agrees_with_the_independent_calculation(version: str, data: st.DataObject) -> None:
    raw = data.draw(company(version))
    decision = decide(PACKS[version], facts_from_json(PACKS[version], raw))
    answer = calculate(version, raw)
    assert (decision.outcome == "met", decision.tier, decision.amount) == (answer.met, answer.tier, answer.fen)
    assert decision.ask == ()


@BOTH
@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_unknown_facts_never_contradict_what_they_turn_out_to_be(version: str, data: st.DataObject) -> None:
    pack = PACKS[version]
    raw = data.draw(company(version))
    hidden = data.draw(st.sets(st.sampled_from(sorted(raw)), max_size=5))
    known = decide(pack, facts_from_json(pack, raw))
    partly = decide(pack, facts_from_json(pack, {k: v for k, v in raw.items() if k not in hidden}))
    assert partly.outcome in (known.outcome, "unknown")
    if partly.amount is not None:
        assert partly.amount == known.amount
    else:
        assert partly.amount_range is not None
        assert partly.amount_range[0] <= (known.amount or 0) <= partly.amount_range[1]
    for before, after in zip(partly.leaves(), known.leaves(), strict=True):
        assert before.verdict in (after.verdict, "unknown")
    if partly.outcome == "unknown" or partly.amount is None:
        assert partly.ask and {ask.fact for ask in partly.ask} <= hidden


@BOTH
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_facts_survive_json(version: str, data: st.DataObject) -> None:
    raw = data.draw(company(version))
    assert facts_to_json(PACKS[version], facts_from_json(PACKS[version], raw)) == raw


def test_versions_differ_where_the_revision_says_so() -> None:
    raw = {**TYPICAL, "sales_y1": 3_500_000_000, "sales_y3": 2_000_000_000, "rd_y1": 175_000_000}
    old = decide(PACKS["2022.1"], facts_from_json(PACKS["2022.1"], raw))
    new = decide(PACKS["2023.1"], facts_from_json(PACKS["2023.1"], {**raw, "submitted_on": "2023-06-15"}))
    assert (old.outcome, old.tier) == ("met", "nearly")
    assert new.outcome == "not_met"
    assert old.content_hash != new.content_hash


def test_a_version_does_not_decide_outside_its_days() -> None:
    pack = PACKS["2022.1"]
    for day in ("2021-12-31", "2023-01-01"):
        with pytest.raises(PolicyError, match=r"submitted_on.*2022-01-01 to 2022-12-31"):
            facts_from_json(pack, {**TYPICAL, "submitted_on": day})
    for day in ("2022-01-01", "2022-12-31"):
        assert facts_from_json(pack, {**TYPICAL, "submitted_on": day})


def test_no_yearly_test_decides_after_the_legal_guard() -> None:
    stage = {"tested_on": "2024-08-01", "awarded_on": "2022-09-01", "recognised_tier": "flying", "owed_before": 0}
    for pack in PACKS.values():
        with pytest.raises(PolicyError, match=r"tested_on.*2024-07-31"):
            facts_from_json(pack, stage, stage="yearly")


def test_the_valuation_route_needs_the_financing_agreement() -> None:
    pack = PACKS["2022.1"]
    without = required_documents(pack, facts_from_json(pack, TYPICAL))
    with_it = required_documents(pack, facts_from_json(pack, {**TYPICAL, "valuation": 20_000_000_000}))
    unknown = required_documents(pack, facts_from_json(pack, {k: v for k, v in TYPICAL.items() if k != "valuation"}))
    assert "financing_agreements" not in without
    assert "financing_agreements" in with_it and "financing_agreements" in unknown


def test_every_reason_names_its_clause_and_its_inputs() -> None:
    decision = decide(PACKS["2022.1"], facts_from_json(PACKS["2022.1"], TYPICAL))
    assert decision.amount == 325_000_000
    for leaf in decision.leaves():
        assert leaf.clause.startswith("A-") and leaf.certainty == "assumed" and leaf.source and leaf.inputs
    research = next(leaf for leaf in decision.leaves() if leaf.id == "flying_rd")
    assert {item.name: item.shown.zh for item in research.inputs} == {
        "rd_intensity": "8%",
        "flying_research": "5%",
        "rd_y1": "12,000,000.00 元",
        "sales_y1": "150,000,000.00 元",
    }
    amount = decision.reasons[-1]
    assert amount.kind == "amount" and amount.shown is not None and amount.shown.zh == "3,250,000.00 元"
    assert "nearly_cap" not in {item.name for item in amount.inputs}


def test_a_veto_that_applies_speaks_as_a_requirement_that_is_not_met() -> None:
    decision = decide(PACKS["2022.1"], facts_from_json(PACKS["2022.1"], {**TYPICAL, "is_dishonest": True}))
    veto = decision.reasons[0]
    assert (veto.kind, veto.id, veto.verdict, decision.outcome, decision.amount) == (
        "veto",
        "dishonest",
        "not_met",
        "not_met",
        0,
    )


def test_the_canonical_text_is_stable_and_complete() -> None:
    pack = PACKS["2022.1"]
    first = decide(pack, facts_from_json(pack, TYPICAL))
    again = decide(load_pack(FOLDER / "2022.1"), facts_from_json(pack, dict(reversed(TYPICAL.items()))))
    assert first.canonical() == again.canonical()
    assert first.to_json()["content_hash"] == pack.content_hash
    assert '"A-08"' in first.canonical()


def test_the_pack_says_that_it_is_illustrative() -> None:
    assert all(pack.illustrative and "A-08" in pack.assumed_clauses for pack in PACKS.values())


def test_extra_facts_may_not_contradict() -> None:
    pack = PACKS["2022.1"]
    facts = facts_from_json(pack, TYPICAL)
    rest = {name: value for name, value in facts.items() if name != "sales_y1"}
    assert decide(pack, rest, extra={"sales_y1": facts["sales_y1"]}) == decide(pack, facts)
    with pytest.raises(PolicyError, match="sales_y1 is given twice"):
        decide(pack, facts, extra={"sales_y1": 1})
