"""City research centres: the pack's own checks and a second calculation."""

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
from tests.policies.packs.oracle_city_rd_centre import calculate

PACK = load_pack(PACKS / "city_rd_centre" / "2019.1")
OTHERS = ["utility", "design", "software"]


def company(chance: Random) -> dict[str, Any]:
    """A company around a year of age, the certificate, 3% of sales, four rights and fifteen staff."""
    filed = day_between(chance, date(2019, 1, 1), date(2019, 12, 31), date(2019, 2, 28))
    sales = near(chance, 0, 1000 * WAN, 2000 * WAN, far=9000 * WAN)
    kinds = [chance.choice(OTHERS) for _ in range(chance.randint(3, 5))]
    if chance.random() < 0.5:
        kinds[0] = chance.choice(["invention", "ic_layout", "trade_mark"])
    return {
        "submitted_on": filed.isoformat(),
        "founded_on": day_near(chance, filed, years=1),
        "high_tech_until": perhaps(chance, day_near(chance, filed)),
        "sales_y1": sales,
        "rd_y1": near(chance, sales * 3 // 100, sales * 3 // 100 + 1, sales, far=500 * WAN),
        "rd_staff": near(chance, 15, far=60),
        "is_dishonest": chance.random() < 0.1,
        "ip": [{"number": str(number), "kind": kind} for number, kind in enumerate(kinds)],
    }


def test_the_pack_has_no_findings() -> None:
    assert check_pack(PACKS / "city_rd_centre" / "2019.1") == ()


def test_the_worked_cases_agree_with_the_second_calculation() -> None:
    assert_worked_cases_agree(PACK, lambda _, facts: calculate(facts))


def test_the_invented_companies_stand_on_both_sides() -> None:
    assert_both_sides(company, lambda facts: calculate(facts)[0])


@given(CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_second_calculation(chance: Random) -> None:
    facts = company(chance)
    assert_agrees(PACK, facts, calculate(facts))


@given(CHANCES, st.sets(st.sampled_from(["sales_y1", "rd_y1", "high_tech_until", "ip", "founded_on"]), min_size=1))
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_what_is_unknown_never_contradicts(chance: Random, hidden: set[str]) -> None:
    facts = company(chance)
    assert_hidden_agrees(PACK, facts, hidden, calculate(facts))
