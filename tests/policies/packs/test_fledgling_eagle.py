"""Fledgling eagles: the pack's own checks and a second calculation."""

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
    flipped,
    near,
)
from tests.policies.packs.oracle_fledgling_eagle import CLASS_ONE, CLASS_TWO, recognise

PACK = load_pack(PACKS / "fledgling_eagle" / "2022.1")
USUAL = {
    "is_legal_person": True,
    "registered_in_district": True,
    "rd_booked_separately": True,
    "major_incident": False,
    "serious_breach": False,
    "is_dishonest": False,
}
KINDS = [*sorted(CLASS_TWO), *sorted(CLASS_ONE), "trade_mark"]


def company(chance: Random) -> dict[str, Any]:
    """A company around the days, 3000万 and 5000万 of sales, the two shares, and 15% of the staff."""
    sales = near(chance, 0, 1000 * WAN, 3000 * WAN, 5000 * WAN, far=5500 * WAN)
    staff = near(chance, 10, 20, 40, far=200)
    end = chance.choice([date(2016, 6, 1), date(2021, 5, 31), date(2019, 1, 1), date(2019, 1, 1)])
    return {
        "submitted_on": day_between(chance, date(2022, 4, 2), date(2022, 6, 10), date(2022, 5, 31)).isoformat(),
        "founded_on": day_near(chance, end, far=700),
        "sales_y1": sales,
        "rd_y1": near(chance, 50 * WAN, -(-sales // 25), -(-sales // 20), 300 * WAN, far=600 * WAN),
        "staff": staff,
        "science_staff": near(chance, staff * 15 // 100, staff * 15 // 100 + 1, staff, far=60),
        "ip": [
            {"number": str(number), "kind": chance.choice(KINDS), "supports_main_product": chance.random() < 0.7}
            for number in range(chance.randint(0, 4))
        ],
        **flipped(chance, USUAL),
    }


def test_the_pack_has_no_findings() -> None:
    assert check_pack(PACKS / "fledgling_eagle" / "2022.1") == ()


def test_the_worked_cases_agree_with_the_second_calculation() -> None:
    assert_worked_cases_agree(PACK, lambda _, facts: (recognise(facts), None))


def test_the_invented_companies_stand_on_both_sides() -> None:
    assert_both_sides(company, recognise)


@given(CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_second_calculation(chance: Random) -> None:
    facts = company(chance)
    assert_agrees(PACK, facts, (recognise(facts), None))


@given(
    CHANCES, st.sets(st.sampled_from(["sales_y1", "rd_y1", "staff", "founded_on", "ip", "is_dishonest"]), min_size=1)
)
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_what_is_unknown_never_contradicts(chance: Random, hidden: set[str]) -> None:
    facts = company(chance)
    assert_hidden_agrees(PACK, facts, hidden, (recognise(facts), None))


def test_only_the_figures_that_were_read_are_marked_so() -> None:
    assert {item.certainty for item in PACK.parameters.values()} == {"verified"}
    # are invented too, and cited by what people judge and what is asked.
    assert set(PACK.assumed_clauses) == {"A-01", "A-02", "A-03"}
