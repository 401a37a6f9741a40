"""Provincial research centres: the pack's own checks, a second calculation, the rung below."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import check_pack, load_pack
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
    flipped,
    near,
    perhaps,
)
from tests.policies.packs.oracle_provincial_rd_centre import recognise

PACK = load_pack(PACKS / "provincial_rd_centre" / "2020.1")
KINDS = ["utility", "design", "software", "trade_mark"]
USUAL = {"is_software_firm": False, "is_independent_body": True, "is_dishonest": False}


def rights(chance: Random, filed: date) -> list[dict[str, Any]]:
    """One invention, or three to six others, mostly obtained three years before filing."""
    some = [chance.choice(KINDS) for _ in range(chance.randint(3, 6))]
    found = []
    for number, kind in enumerate(chance.choice((["invention"], some))):
        owned = chance.random() < 0.7
        found.append(
            {
                "number": str(number),
                "kind": kind,
                "obtained_on": day_near(chance, filed, years=3, far=1000),
                "held_as": "owner" if owned else "exclusive_licence",
                "licence_years": chance.choice((0, 9)) if owned else chance.choice((4, 5, 6)),
            }
        )
    return found


def company(chance: Random) -> dict[str, Any]:
    """A company around the bands of sales, 1000万, fifteen or thirty staff, and nine results of three years."""
    filed = day_between(chance, date(2020, 1, 1), date(2020, 12, 31), date(2020, 2, 29), date(2020, 3, 1))
    sales = near(chance, 4000 * WAN, 5000 * WAN, 2 * YI, 4 * YI, far=5 * YI)
    shares = [sales * percent // 100 + 1 for percent in (3, 4, 6)]
    staff = near(chance, 15, 20, 30, 40, far=80)
    done = ["2019-01-01"] * chance.choice((7, 8, 9, 9))
    done += [day_near(chance, filed, years=chance.choice((0, 3)), far=60) for _ in range(chance.randint(1, 3))]
    return {
        "submitted_on": filed.isoformat(),
        "high_tech_until": perhaps(chance, day_near(chance, filed, years=chance.choice((-1, 0)), far=900)),
        "city_centre_on": perhaps(chance, day_near(chance, filed, years=chance.choice((0, 1, 1)))),
        "sales_y1": sales,
        "rd_y1": near(chance, 1000 * WAN, 2000 * WAN, *shares, far=3000 * WAN),
        "centre_staff": staff,
        "qualified_staff": near(chance, staff * 6 // 10, staff * 6 // 10 + 1, staff, staff, far=80),
        "ip": rights(chance, filed),
        "results": [{"project": str(number), "finished_on": day} for number, day in enumerate(done)],
        **flipped(chance, USUAL),
    }


def test_the_pack_has_no_findings() -> None:
    assert check_pack(PACKS / "provincial_rd_centre" / "2020.1") == ()


def test_the_worked_cases_agree_with_the_second_calculation() -> None:
    assert_worked_cases_agree(PACK, lambda _, facts: (recognise(facts), None))


def test_the_invented_companies_stand_on_both_sides() -> None:
    assert_both_sides(company, recognise)


@given(CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_second_calculation(chance: Random) -> None:
    facts = company(chance)
    assert_agrees(PACK, facts, (recognise(facts), None))


@given(CHANCES, st.sets(st.sampled_from(["sales_y1", "ip", "results", "city_centre_on", "centre_staff"]), min_size=1))
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_what_is_unknown_never_contradicts(chance: Random, hidden: set[str]) -> None:
    facts = company(chance)
    assert_hidden_agrees(PACK, facts, hidden, (recognise(facts), None))


def test_a_recognition_pays_nothing() -> None:
    assert PACK.amount is None
