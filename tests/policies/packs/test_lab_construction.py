"""Construction money of laboratories: its own checks, a second calculation, and what each milestone pays."""

from __future__ import annotations

import os
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import decide, facts_from_json, load_pack, required_documents
from policies.language.award.payment import owed, plan, recoverable
from policies.language.check.lint import check_pack
from tests.policies.packs.oracle_lab_construction import HUNDREDTHS, agreed, due, reached

FOLDER = Path(__file__).resolve().parents[3] / "policies" / "packs" / "lab_construction" / "2022.1"
PACK = load_pack(FOLDER)
EXAMPLES = int(os.environ.get("SUBSIDY_EXAMPLES", "100"))
WAN = 1_000_000
VETOES = ("is_dishonest", "serious_violation", "research_misconduct")
NEEDS = ("lab_listed", "meeting_approved", "host_is_legal_person")
STAGES = {
    "mid_term": ("checked_on", ("mid_term_goals", "mid_term_audit"), "mid_term_rating"),
    "acceptance": ("accepted_on", ("mid_term_done", "final_goals", "final_audit"), "final_rating"),
}


@st.composite
def laboratories(draw: st.DrawFn) -> dict[str, Any]:
    """Facts of the agreement as JSON has them, crowded around its budget and its last day."""
    signed = date(2022, 1, 1) + timedelta(days=draw(st.integers(0, 1200)))
    budget = draw(st.integers(0, 5000 * WAN))
    money = max(0, draw(st.sampled_from([budget, budget, 0, 10 * WAN])) + draw(st.integers(-1, 1)))
    facts: dict[str, Any] = {
        "signed_on": signed.isoformat(),
        **dict.fromkeys(NEEDS, True),
        "agreed_money": money,
        "construction_budget": budget,
        "ends_on": (signed + timedelta(days=draw(st.sampled_from([-1, 0, 1, 1000])))).isoformat(),
        "budget_unit": draw(st.booleans()),
        **dict.fromkeys(VETOES, False),
    }
    return _with_one_odd(draw, facts, [*NEEDS, *VETOES])


def _with_one_odd(draw: st.DrawFn, facts: dict[str, Any], names: list[str]) -> dict[str, Any]:
    if draw(st.integers(0, 3)) == 0:
        odd = draw(st.sampled_from(names))
        facts[odd] = not facts[odd]
    return facts


@st.composite
def milestones(draw: st.DrawFn, stage: str) -> dict[str, Any]:
    """Facts of a laboratory at a milestone, around the last day of its building period."""
    facts = draw(laboratories())
    day, needs, rating = STAGES[stage]
    held = max(date.fromisoformat(facts["ends_on"]) + timedelta(days=draw(st.integers(-1, 1))), date(2022, 1, 1))
    facts |= {day: held.isoformat(), **dict.fromkeys(needs, True), rating: draw(st.sampled_from(sorted(HUNDREDTHS)))}
    return _with_one_odd(draw, facts, list(needs))


def test_the_pack_has_no_findings() -> None:
    assert check_pack(FOLDER) == ()


@given(laboratories())
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_second_calculation(facts: dict[str, Any]) -> None:
    decision = decide(PACK, facts_from_json(PACK, facts))
    assert (decision.outcome == "met", decision.amount) == agreed(facts)


@pytest.mark.parametrize("stage", STAGES)
@given(data=st.data())
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_milestones_agree_with_the_second_calculation(stage: str, data: st.DataObject) -> None:
    facts = data.draw(milestones(stage))
    decision = decide(PACK, facts_from_json(PACK, facts, stage=stage), stage=stage)
    assert (decision.outcome == "met") == reached(facts, stage)


@pytest.mark.parametrize(("mid_term", "final"), list(product([*HUNDREDTHS, None], repeat=2)))
def test_each_milestone_pays_its_part_times_the_grade(mid_term: str | None, final: str | None) -> None:
    happened = {"award"} | ({"mid_term"} if mid_term else set()) | ({"acceptance"} if final else set())
    ratings = {name: grade for name, grade in (("mid_term_rating", mid_term), ("final_rating", final)) if grade}
    found = owed(PACK, 1000 * WAN, happened=happened, ratings=ratings)
    assert (found.amount, found.waits_for) == (due(1000 * WAN, mid_term, final), ())


def test_a_milestone_without_its_grade_adds_nothing_and_says_what_it_waits_for() -> None:
    found = owed(PACK, 1000 * WAN, happened={"award", "mid_term"}, ratings={})
    assert (found.amount, found.waits_for) == (300 * WAN, ("mid_term_rating",))


def test_the_parts_sum_to_the_agreement_to_the_fen() -> None:
    # 30% and 40% of 33.33元 are no whole fen: 9.999, 13.332 and 9.999.
    parts = plan(PACK, 3333)
    assert [part.most for part in parts] == [1000, 1333, 1000]
    assert [part.least for part in parts] == [1000, 0, 0]


def test_the_events_of_the_instalments_are_the_stages() -> None:
    assert {item.on for item in PACK.instalments} == {"award", *PACK.stages}


def test_a_budget_unit_is_paid_by_quota_and_shows_other_papers() -> None:
    base = {
        "signed_on": "2022-03-10", **dict.fromkeys(NEEDS, True), "agreed_money": WAN, "construction_budget": WAN,
        "ends_on": "2023-03-10", **dict.fromkeys(VETOES, False),
    }  # fmt: skip
    papers = {
        unit: set(required_documents(PACK, facts_from_json(PACK, {**base, "budget_unit": unit})))
        for unit in (True, False)
    }
    assert papers[True] - papers[False] == {"quota_slip"}
    assert papers[False] - papers[True] == {"account_proof"}


def test_what_is_taken_back_follows_the_ground() -> None:
    day = date(2024, 5, 6)
    taken = {
        ground.term.id: recoverable(ground, paid=620 * WAN, awarded_on=date(2022, 3, 10), on=day)
        for ground in PACK.recovery
    }
    assert taken == {"misuse": 620 * WAN, "given_up": 310 * WAN, "not_accepted": 186 * WAN}
