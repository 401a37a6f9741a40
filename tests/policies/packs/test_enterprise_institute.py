"""Enterprise institutes: the pack's own checks and a second calculation."""

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
    YI,
    assert_agrees,
    assert_both_sides,
    assert_hidden_agrees,
    assert_worked_cases_agree,
    day_between,
    day_near,
    near,
    perhaps,
)
from tests.policies.packs.oracle_enterprise_institute import recognise

PACK = load_pack(PACKS / "enterprise_institute" / "2024.1")


def company(chance: Random) -> dict[str, Any]:
    """A company around a year since its provincial centre, 1000万, 3% of sales, fifty staff and 500万 of equipment."""
    sales = near(chance, 0, 3 * YI, 10 * YI, far=6 * YI)
    filed = day_between(chance, date(2024, 1, 1), date(2024, 12, 31), date(2024, 2, 28), date(2024, 2, 29))
    return {
        "submitted_on": filed.isoformat(),
        "provincial_centre_on": perhaps(chance, day_near(chance, filed, years=chance.choice((1, 1, 2)))),
        "sales_y1": sales,
        "rd_y1": near(chance, 1000 * WAN, sales * 3 // 100, sales * 3 // 100 + 1, 2000 * WAN, far=4000 * WAN),
        "institute_staff": near(chance, 50, 80, far=200),
        "equipment_value": near(chance, 500 * WAN, far=3000 * WAN),
        "is_dishonest": chance.random() < 0.1,
    }


def test_the_pack_has_no_findings() -> None:
    assert check_pack(PACKS / "enterprise_institute" / "2024.1") == ()


def test_the_worked_cases_agree_with_the_second_calculation() -> None:
    assert_worked_cases_agree(PACK, lambda _, facts: (recognise(facts), None))


def test_the_invented_companies_stand_on_both_sides() -> None:
    assert_both_sides(company, recognise)


@given(CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_second_calculation(chance: Random) -> None:
    facts = company(chance)
    assert_agrees(PACK, facts, (recognise(facts), None))


@given(CHANCES, st.sets(st.sampled_from(["sales_y1", "rd_y1", "provincial_centre_on", "institute_staff"]), min_size=1))
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_what_is_unknown_never_contradicts(chance: Random, hidden: set[str]) -> None:
    facts = company(chance)
    assert_hidden_agrees(PACK, facts, hidden, (recognise(facts), None))


def test_every_figure_is_assumed_and_the_pack_says_so() -> None:
    assert {item.certainty for item in PACK.parameters.values()} == {"assumed"}
    assert {leaf.certainty for leaf in PACK.leaves()} == {"assumed"}
    assert PACK.illustrative and PACK.effective_to == date(2024, 12, 31)
