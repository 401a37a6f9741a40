"""Key institutes: the pack's own checks, a second calculation of recognition and of acceptance."""

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
    WAN,
    assert_agrees,
    assert_both_sides,
    assert_hidden_agrees,
    assert_worked_cases_agree,
    day_between,
    day_near,
    near,
    perhaps,
)
from tests.policies.packs.oracle_key_enterprise_institute import accept, recognise

PACK = load_pack(PACKS / "key_enterprise_institute" / "2024.1")
LEAP = date(2024, 2, 29)


def company(chance: Random) -> dict[str, Any]:
    """A company around a year since its institute, 3000万, a hundred staff, three years of building, and 1:1."""
    filed = day_between(chance, date(2024, 1, 1), date(2024, 12, 31), date(2024, 2, 28), LEAP)
    public = near(chance, 0, 1500 * WAN, far=3000 * WAN)
    return {
        "submitted_on": filed.isoformat(),
        "institute_on": perhaps(chance, day_near(chance, filed, years=chance.choice((1, 1, 2)))),
        "rd_y1": near(chance, 3000 * WAN, far=9000 * WAN),
        "institute_staff": near(chance, 100, far=400),
        "planned_own_funds": near(chance, public, far=6000 * WAN),
        "planned_public_funds": public,
        "planned_until": day_near(chance, filed, years=-3, far=900),
        "is_dishonest": chance.random() < 0.1,
    }


def building(chance: Random) -> dict[str, Any]:
    """The same company at the end of building, which is not read again."""
    received = near(chance, 0, 1500 * WAN, far=3000 * WAN)
    approved = day_between(chance, date(2024, 1, 10), date(2025, 6, 30), LEAP)
    return {
        **company(chance),
        "approved_on": approved.isoformat(),
        "finished_on": day_near(chance, approved, years=-3, far=900),
        "own_funds_spent": near(chance, received, received + 1, far=6000 * WAN),
        "public_funds_received": received,
        "staff_at_end": near(chance, 100, far=400),
    }


def test_the_pack_has_no_findings() -> None:
    assert check_pack(PACKS / "key_enterprise_institute" / "2024.1") == ()


def test_the_worked_cases_agree_with_the_second_calculation() -> None:
    assert_worked_cases_agree(PACK, lambda stage, facts: (accept(facts) if stage else recognise(facts), None))


def test_the_invented_companies_stand_on_both_sides() -> None:
    assert_both_sides(company, recognise)


@given(CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_second_calculation(chance: Random) -> None:
    facts = company(chance)
    assert_agrees(PACK, facts, (recognise(facts), None))


@given(CHANCES, st.sets(st.sampled_from(["planned_own_funds", "rd_y1", "institute_on", "planned_until"]), min_size=1))
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_what_is_unknown_never_contradicts(chance: Random, hidden: set[str]) -> None:
    facts = company(chance)
    assert_hidden_agrees(PACK, facts, hidden, (recognise(facts), None))


def test_the_invented_buildings_stand_on_both_sides() -> None:
    assert_both_sides(building, accept)


@given(CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_acceptance_agrees_with_the_second_calculation(chance: Random) -> None:
    facts = building(chance)
    assert_agrees(PACK, facts, (accept(facts), None), stage="acceptance")


@given(CHANCES, st.sets(st.sampled_from(["finished_on", "own_funds_spent", "staff_at_end"]), min_size=1))
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_what_is_unknown_at_acceptance_never_contradicts(chance: Random, hidden: set[str]) -> None:
    facts = building(chance)
    assert_hidden_agrees(PACK, facts, hidden, (accept(facts), None), stage="acceptance")
