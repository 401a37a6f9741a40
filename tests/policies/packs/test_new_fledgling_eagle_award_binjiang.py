"""Binjiang's award for new fledgling eagles: the pack's own checks and a second calculation."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import load_pack
from policies.language.check.lint import check_pack
from tests.policies.packs.agreement import (
    CHANCES,
    EXAMPLES,
    PACKS,
    assert_agrees,
    assert_both_sides,
    assert_hidden_agrees,
    assert_worked_cases_agree,
    day_between,
    day_near,
    flipped,
    perhaps,
)
from tests.policies.packs.oracle_new_fledgling_eagle_award_binjiang import calculate

PACK = load_pack(PACKS / "new_fledgling_eagle_award_binjiang" / "2024.1")
USUAL = {"registered_in_district": True, "paid_before": False, "is_dishonest": False, "serious_violation": False}


def company(chance: Random) -> dict[str, Any]:
    """A company around 1 January 2024 and the last day of its title."""
    filed = day_between(chance, date(2024, 6, 13), date(2026, 12, 31), date(2024, 12, 31))
    return {
        "submitted_on": filed.isoformat(),
        "title_from": perhaps(chance, day_near(chance, date(2024, 1, 1), far=900)),
        "moved_in_on": perhaps(chance, day_near(chance, date(2024, 1, 1), far=900)),
        "title_until": perhaps(chance, day_near(chance, filed)),
        **flipped(chance, USUAL),
    }


def test_the_pack_has_no_findings() -> None:
    assert check_pack(PACKS / "new_fledgling_eagle_award_binjiang" / "2024.1") == ()


def test_the_worked_cases_agree_with_the_second_calculation() -> None:
    assert_worked_cases_agree(PACK, lambda _, facts: calculate(facts))


def test_the_invented_companies_stand_on_both_sides() -> None:
    assert_both_sides(company, lambda facts: calculate(facts)[0])


@given(CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_second_calculation(chance: Random) -> None:
    facts = company(chance)
    assert_agrees(PACK, facts, calculate(facts))


@given(CHANCES, st.sets(st.sampled_from(["title_from", "title_until", "moved_in_on", "paid_before"]), min_size=1))
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_what_is_unknown_never_contradicts(chance: Random, hidden: set[str]) -> None:
    facts = company(chance)
    assert_hidden_agrees(PACK, facts, hidden, calculate(facts))


def test_the_sum_was_read_and_the_days_were_not() -> None:
    assert {name: item.certainty for name, item in PACK.parameters.items()} == {
        "award": "verified",
        "counts_from": "assumed",
    }
