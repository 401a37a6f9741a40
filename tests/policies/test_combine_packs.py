"""Awards of real packs side by side: what one company, or a company and its sisters, comes to under a group's rules.

Money in 万元 unless a name says fen. The groups here are test material, but for the one of the research subsidy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.language import Pack, decide, facts_from_json, load_pack
from policies.language.award.combine import Claim, Granted, PriorAward, combine
from policies.language.award.groups import Group, group_of, parse_group
from tests.policies.packs import pack_of

ROOT = Path(__file__).resolve().parents[2] / "policies"
WAN = 1_000_000
FIRM = "91330106MAFY4CL11Q"
FILED = date(2024, 6, 14)

RESEARCH = load_pack(ROOT / "packs" / "rd_subsidy" / "2024.1")
MATCHING = load_pack(ROOT / "packs" / "upper_matching" / "2022.1")

RESEARCH_FACTS: dict[str, Any] = {
    "submitted_on": "2024-06-14", "registered_in_district": True, "legal_person": True, "above_scale": True,
    "high_tech_until": "2025-12-31", "tech_sme_until": None, "performance": "a", "rd_y1": 1200 * WAN,
    "rd_y2": 800 * WAN, "city_subsidy": False, "is_dishonest": False, "serious_violation": False,
    "abnormal_operation": False, "major_incident": False,
}  # fmt: skip
MATCHING_FACTS: dict[str, Any] = {
    "matched_on": "2024-06-14", "registered_in_district": True, "legal_person": True, "leads_project": True,
    "upper_level": "province", "upper_granted": 200 * WAN, "project_ended": False, "matched_elsewhere": False,
    "is_dishonest": False, "serious_violation": False, "research_misconduct": False,
    "receipts": [{"slip": "P-001", "decree": "示财教〔2024〕11号", "kind": "paid", "booked_on": "2024-05-01",
                  "booked": 120 * WAN}],
}  # fmt: skip

GROUP = """code: {code}
version: "1"
title: {{zh: {code}, en: {code}}}
currency: CNY
key: [{key}, year]
{rules}
clause: A-1
certainty: assumed
source: test material
"""


def group(code: str, rules: str, key: str = "company") -> Group:
    """Return a group with these rules; its key is `key` and the year."""
    return parse_group(GROUP.format(code=code, key=key, rules=rules), f"{code}/1.yaml")


def claim(pack: Pack, facts: dict[str, Any], groups: Iterable[Group], *, key: str = FIRM) -> Claim:
    """Return what a pack decides about these facts as a claim filed in June 2024."""
    amount = decide(pack, facts_from_json(pack, facts)).amount
    assert amount is not None
    places = {item.code: (key, "2024") for item in groups}
    return Claim(f"{pack.code}:{key}", pack.code, amount, FILED, FILED, places)


def settled(claims: list[Claim], prior: list[PriorAward], *groups: Group) -> list[Granted]:
    """Return what the claims come to."""
    return list(combine(claims, prior, {item.code: item for item in groups}))


def awarded(item: Granted, of: Claim, day: date = FILED) -> PriorAward:
    """Return a grant as an award of the past."""
    return PriorAward(of.pack, item.amount, day, of.groups)


# the city's subsidy and the district's ---------------------------------------------------------------------------------

RESEARCH_GROUP = group_of(RESEARCH.stacking[0], ROOT / "groups")


def test_the_register_and_the_group_both_keep_a_second_research_subsidy_out() -> None:
    by_fact = decide(RESEARCH, facts_from_json(RESEARCH, {**RESEARCH_FACTS, "city_subsidy": True}))
    assert (by_fact.outcome, by_fact.amount) == ("not_met", 0)
    mine = claim(RESEARCH, RESEARCH_FACTS, [RESEARCH_GROUP])
    assert mine.amount == 20 * WAN
    city = PriorAward("city_rd_subsidy", 5 * WAN, date(2024, 4, 1), {RESEARCH_GROUP.code: (FIRM, "2024")})
    (by_group,) = settled([mine], [city], RESEARCH_GROUP)
    # However small the city's subsidy was: the text excludes, it does not pay the difference.
    assert (by_group.amount, by_group.forgone[0].amount) == (0, 20 * WAN)


# two packs for one fact in one year: the higher stands, whichever was paid first ------------------------------------------

SAME_PROJECT = group("same_project", "mode: higher_only")


@pytest.mark.parametrize("lower_first", [True, False], ids=["lower_first", "higher_first"])
def test_the_higher_of_two_awards_stands_whichever_was_paid_first(lower_first: bool) -> None:
    lower = claim(RESEARCH, RESEARCH_FACTS, [SAME_PROJECT])
    higher = claim(MATCHING, MATCHING_FACTS, [SAME_PROJECT])
    assert (lower.amount, higher.amount) == (20 * WAN, 120 * WAN)
    first, second = (lower, higher) if lower_first else (higher, lower)
    (earlier,) = settled([first], [], SAME_PROJECT)
    (later,) = settled([second], [awarded(earlier, first)], SAME_PROJECT)
    assert earlier.amount == first.amount
    # Paid first the lower: 120 less 20. Paid first the higher: nothing more.
    assert later.amount == (100 * WAN if lower_first else 0)
    assert earlier.amount + later.amount == higher.amount
    assert later.amount + sum(item.amount for item in later.forgone) == second.amount


def test_filed_together_the_higher_of_two_awards_stands_alone() -> None:
    lower = claim(RESEARCH, RESEARCH_FACTS, [SAME_PROJECT])
    higher = claim(MATCHING, MATCHING_FACTS, [SAME_PROJECT])
    assert [item.amount for item in settled([lower, higher], [], SAME_PROJECT)] == [0, 120 * WAN]
    assert [item.amount for item in settled([higher, lower], [], SAME_PROJECT)] == [120 * WAN, 0]


def test_the_research_subsidy_may_lose_to_one_group_and_bar_nothing_in_the_other() -> None:
    """The district's subsidy (20) meets the city's (30) in one group and the match (120) in another."""
    both = [RESEARCH_GROUP, SAME_PROJECT]
    mine = claim(RESEARCH, RESEARCH_FACTS, both)
    match = claim(MATCHING, MATCHING_FACTS, [SAME_PROJECT])
    city = Claim("city", "city_rd_subsidy", 30 * WAN, FILED, FILED, {RESEARCH_GROUP.code: (FIRM, "2024")})
    assert [item.amount for item in settled([mine, match, city], [], *both)] == [0, 120 * WAN, 30 * WAN]


# companies of one owner ---------------------------------------------------------------------------------------------------


def test_sister_companies_share_one_cap_of_the_owner() -> None:
    """Two companies of one owner claim 20 each under a cap of 30 a year; a stranger's claim of 20 is untouched."""
    capped = group("owner_cap", "mode: sum_with_cap\ncap: 30万元", key="owner")
    assert capped.key == ("owner", "year")
    first = claim(RESEARCH, RESEARCH_FACTS, [capped], key="owner-1")
    sister = replace(first, key="sister", filed_on=FILED + timedelta(1))
    stranger = replace(first, key="stranger", groups={capped.code: ("owner-2", "2024")})
    found = settled([sister, first, stranger], [], capped)
    assert [item.amount for item in found] == [10 * WAN, 20 * WAN, 20 * WAN]


@pytest.mark.parametrize(
    ("conferred_on", "confer_on", "room"),
    [
        ("2021-03-01", "2024-02-29", 5),
        ("2021-03-01", "2024-03-01", 20),
        ("2021-02-28", "2024-02-27", 5),
        ("2021-02-28", "2024-02-28", 20),
        ("2024-02-29", "2027-02-27", 5),
        ("2024-02-29", "2027-02-28", 20),
    ],
)
def test_the_cap_of_the_owner_rolls_over_three_years_to_the_day(conferred_on: str, confer_on: str, room: int) -> None:
    """25 of 30 went to a sister; they count until the day three years later, which for a leap day is 28 February."""
    rolling = group("owner_window", "mode: sum_with_cap\ncap: 30万元\ncounts_when: conferred_on + 3年 > confer_on")
    mine = replace(claim(RESEARCH, RESEARCH_FACTS, [rolling]), confer_on=date.fromisoformat(confer_on))
    earlier = PriorAward("rd_subsidy", 25 * WAN, date.fromisoformat(conferred_on), mine.groups)
    assert [item.amount for item in settled([mine], [earlier], rolling)] == [room * WAN]


# The same cap inside a pack: prior awards of the company and of its group come as records.
GROUP_AWARDS = pack_of(
    facts="asked: {type: money, from: applicant, zh: 申请金额, en: asked}",
    more="""records:
  group_awards:
    key: award
    from: system
    fields:
      award: {type: text}
      conferred_on: {type: date}
      granted: {type: money}
      is_own: {type: yes_no}
define:
  window: "sum(group_awards, granted, conferred_on + 3年 > filed_on)"
  this_year: "sum(group_awards, granted, fiscal_year(conferred_on) == fiscal_year(filed_on))"
  own: "sum(group_awards, granted, is_own and conferred_on + 3年 > filed_on)"
""",
    formula="max(0元, min(asked, 300万元 - window, 150万元 - this_year, 200万元 - own))",
    fiscal="04-01",
    to="null",
)


def group_award(day: str, wan: int, *, own: bool = False) -> dict[str, Any]:
    """Return an award of the company's group."""
    return {"award": f"{day}-{wan}-{own}", "conferred_on": day, "granted": wan * WAN, "is_own": own}


def payable(filed_on: str, asked: int, *awards: dict[str, Any]) -> int | None:
    """Return 万元 that the test pack pays beside these awards."""
    facts = {"filed_on": filed_on, "asked": asked * WAN, "group_awards": list(awards)}
    amount = decide(GROUP_AWARDS, facts_from_json(GROUP_AWARDS, facts)).amount
    return None if amount is None else amount // WAN


def test_awards_of_a_group_count_over_three_years_to_the_day() -> None:
    assert payable("2024-02-29", 100, group_award("2021-03-01", 250)) == 50
    assert payable("2024-02-29", 100, group_award("2021-02-28", 250)) == 100
    # An award of a leap day leaves the window on 28 February three years later.
    assert payable("2027-02-27", 100, group_award("2024-02-29", 250)) == 50
    assert payable("2027-02-28", 100, group_award("2024-02-29", 250)) == 100


def test_awards_of_a_group_count_over_the_fiscal_year() -> None:
    # The fiscal year of the test pack starts on 1 April.
    assert payable("2024-04-01", 100, group_award("2024-03-31", 120)) == 100
    assert payable("2024-04-02", 100, group_award("2024-04-01", 120)) == 30
    assert payable("2025-03-31", 100, group_award("2024-04-01", 120)) == 30
    assert payable("2025-04-01", 100, group_award("2024-04-01", 120)) == 100


def test_a_companys_own_awards_have_a_cap_of_their_own() -> None:
    assert payable("2024-06-14", 100, group_award("2022-06-14", 150, own=True)) == 50
    assert payable("2024-06-14", 100, group_award("2022-06-14", 150)) == 100
    assert payable("2024-06-14", 100, group_award("2022-06-14", 150), group_award("2022-06-14", 140, own=True)) == 10
    assert payable("2024-06-14", 100, group_award("2022-06-14", 250), group_award("2023-06-14", 90)) == 0


def test_a_group_that_is_not_known_whole_pays_nothing_yet() -> None:
    facts = {"filed_on": "2024-06-14", "asked": 100 * WAN}
    rows = {"rows": [group_award("2022-06-14", 250)], "complete": False}
    decision = decide(GROUP_AWARDS, facts_from_json(GROUP_AWARDS, {**facts, "group_awards": rows}))
    # At most what the known award leaves, and perhaps nothing.
    assert (decision.amount, decision.amount_range) == (None, (0, 50 * WAN))
    assert [ask.fact for ask in decision.ask] == ["group_awards"]


@given(st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 200), st.booleans()), max_size=5), st.integers(0, 400))
def test_caps_of_a_group_agree_with_a_plain_calculation(awards: list[tuple[int, int, bool]], asked: int) -> None:
    filed = date(2024, 6, 14)
    days = [filed - timedelta(ago) for ago, _, _ in awards]
    rows = [
        {**group_award(day.isoformat(), wan, own=own), "award": str(number)}
        for number, (day, (_, wan, own)) in enumerate(zip(days, awards, strict=True))
    ]
    recent = [wan for day, (_, wan, _) in zip(days, awards, strict=True) if day > date(2021, 6, 14)]
    year = [wan for day, (_, wan, _) in zip(days, awards, strict=True) if day >= date(2024, 4, 1)]
    mine = [wan for day, (_, wan, own) in zip(days, awards, strict=True) if own and day > date(2021, 6, 14)]
    expected = max(0, min(asked, 300 - sum(recent), 150 - sum(year), 200 - sum(mine)))
    assert payable(filed.isoformat(), asked, *rows) == expected
