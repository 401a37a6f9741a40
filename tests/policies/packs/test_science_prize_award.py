"""Xihu's award for national prizes: the pack's own checks and a second calculation."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import decide, facts_from_json, load_pack
from policies.language.check.lint import check_pack
from tests.policies.packs.agreement import (
    CHANCES,
    EXAMPLES,
    PACKS,
    WAN,
    assert_agrees,
    assert_both_sides,
    assert_hidden_agrees,
    assert_worked_cases_agree,
    day_between,
    day_near,
    flipped,
)
from tests.policies.packs.oracle_science_prize_award import calculate

PACK = load_pack(PACKS / "science_prize_award" / "2024.1")
USUAL = {"registered_in_district": True, "is_dishonest": False}


def company(chance: Random) -> dict[str, Any]:
    """A unit of any rank with any prize around 1 January 2024 and the day of filing."""
    filed = day_between(chance, date(2024, 1, 17), date(2026, 12, 31), date(2024, 2, 29))
    return {
        "submitted_on": filed.isoformat(),
        "prize": chance.choice(["invention", "progress", "progress", "other"]),
        "prize_class": chance.choice(["first", "first", "second", "second", "other"]),
        "unit_rank": chance.choice([1, 2, 3, 4, 100]),
        "conferred_on": day_near(chance, chance.choice([filed, date(2024, 1, 1)]), far=500),
        **flipped(chance, USUAL),
    }


def test_the_pack_has_no_findings() -> None:
    assert check_pack(PACKS / "science_prize_award" / "2024.1") == ()


def test_the_worked_cases_agree_with_the_second_calculation() -> None:
    assert_worked_cases_agree(PACK, lambda _, facts: calculate(facts))


def test_the_invented_companies_stand_on_both_sides() -> None:
    assert_both_sides(company, lambda facts: calculate(facts)[0])


@given(CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_second_calculation(chance: Random) -> None:
    facts = company(chance)
    assert_agrees(PACK, facts, calculate(facts))


@given(CHANCES, st.sets(st.sampled_from(["prize", "prize_class", "unit_rank", "conferred_on"]), min_size=1))
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_what_is_unknown_never_contradicts(chance: Random, hidden: set[str]) -> None:
    facts = company(chance)
    assert_hidden_agrees(PACK, facts, hidden, calculate(facts))


def test_an_unknown_rank_leaves_a_span_and_nothing_to_pay() -> None:
    facts = {
        "submitted_on": "2024-09-10", "registered_in_district": True, "prize": "progress", "prize_class": "first",
        "conferred_on": "2024-06-24", "is_dishonest": False,
    }  # fmt: skip
    decision = decide(PACK, facts_from_json(PACK, facts))
    assert decision.outcome == "met" and not decision.payable
    assert decision.amount_range == (150 * WAN, 500 * WAN)


def test_the_sums_were_read_and_the_sharing_was_not() -> None:
    certainties = {name: item.certainty for name, item in PACK.parameters.items()}
    assert certainties == {"first_award": "verified", "second_award": "verified", "counts_from": "assumed"}
    assert PACK.amount is not None and PACK.amount.certainty == "assumed"
