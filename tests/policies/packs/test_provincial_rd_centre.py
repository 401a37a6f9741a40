"""Provincial research centres: the pack's own checks, a second calculation, the rung below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


def spending(chance: Random) -> dict[str, int]:
    """Sales at an end of a band, and its share or 1000万 spent."""
    sales = near(chance, 0, 4000 * WAN, 5000 * WAN, 2 * YI, 4 * YI, far=5 * YI)
    shares = [-(-sales * percent // 100) for percent in (3, 4, 6)]
    return {"sales_y1": sales, "rd_y1": near(chance, 1000 * WAN, *shares, far=3000 * WAN)}


def staff(chance: Random) -> dict[str, Any]:
    """Fifteen or thirty staff, of whom 60% are qualified."""
    people = near(chance, 15, 20, 30, far=80)
    qualified = near(chance, people * 6 // 10, people * 6 // 10 + 1, people, far=80)
    return {"centre_staff": people, "qualified_staff": qualified, "is_software_firm": chance.random() < 0.5}


def results(chance: Random, filed: date) -> list[dict[str, str]]:
    """About nine results, some of them finished around three years before filing or on its day."""
    done = ["2019-01-01"] * chance.choice((6, 7, 8, 9))
    done += [day_near(chance, filed, years=chance.choice((0, 3)), far=60) for _ in range(chance.randint(1, 3))]
    return [{"project": str(number), "finished_on": day} for number, day in enumerate(done)]


def company(chance: Random) -> dict[str, Any]:
    """A company that passes but for two topics, which crowd around what they require.

    The topics: titles, the bands of sales and 1000万, fifteen or thirty staff, rights, nine results of three years.
    """
    filed = day_between(chance, date(2020, 1, 1), date(2020, 12, 31), date(2020, 2, 29), date(2020, 3, 1))
    topics: dict[str, Callable[[], Mapping[str, Any]]] = {
        "titles": lambda: {
            "high_tech_until": perhaps(chance, day_near(chance, filed)),
            "city_centre_on": perhaps(chance, day_near(chance, filed)),
        },
        "spending": lambda: spending(chance),
        "staff": lambda: staff(chance),
        "ip": lambda: {"ip": rights(chance, filed)},
        "results": lambda: {"results": results(chance, filed)},
        "flags": lambda: flipped(chance, USUAL),
    }
    facts: dict[str, Any] = {
        "submitted_on": filed.isoformat(),
        "high_tech_until": "2021-06-30",
        "city_centre_on": "2019-06-30",
        "sales_y1": 4000 * WAN,
        "rd_y1": 400 * WAN,
        "centre_staff": 40,
        "qualified_staff": 30,
        "ip": [
            {"number": "1", "kind": "invention", "obtained_on": "2019-06-30", "held_as": "owner", "licence_years": 0}
        ],
        "results": [{"project": str(number), "finished_on": "2019-06-30"} for number in range(9)],
        **USUAL,
    }
    for topic in chance.sample(sorted(topics), 2):
        facts.update(topics[topic]())
    return facts


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
