"""The research subsidy: its own checks, a second calculation, the city's subsidy beside it."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import decide, facts_from_json, load_pack
from policies.language.award.combine import Claim, PriorAward, combine
from policies.language.award.groups import load_group
from policies.language.check.lint import check_pack
from tests.policies.packs.oracle_rd_subsidy import WAN, calculate

ROOT = Path(__file__).resolve().parents[3] / "policies"
FOLDER = ROOT / "packs" / "rd_subsidy" / "2024.1"
PACK = load_pack(FOLDER)
EXAMPLES = int(os.environ.get("SUBSIDY_EXAMPLES", "150"))
GROUP = load_group(ROOT / "groups" / "research_subsidy" / "1.yaml")

# 万元: the floor, and where grades A and B reach the cap; above the statistical scale and below it.
MARKS = {True: (200, 2000, 2500), False: (50, 500, 625)}
FLAGS = ("is_dishonest", "serious_violation", "abnormal_operation", "major_incident", "city_subsidy")


@st.composite
def companies(draw: st.DrawFn) -> dict[str, Any]:
    """Facts as JSON has them, crowded around the floors, the caps and the day of filing."""
    filed = date(2024, 1, 17) + timedelta(days=draw(st.integers(0, 900)))
    days = [None, *((filed + timedelta(days=off)).isoformat() for off in (-1, 0, 0, 400))]
    before = draw(st.sampled_from([None, 0, *[draw(st.integers(0, 5000 * WAN))] * 6]))
    above = draw(st.booleans())
    near = draw(st.sampled_from(MARKS[above])) * WAN + draw(st.sampled_from([-1, 0, 0, 1, 2000, 5000 * WAN]))
    rise = draw(st.sampled_from([near, near, near, draw(st.integers(-100 * WAN, 4000 * WAN))]))
    facts: dict[str, Any] = {
        "submitted_on": filed.isoformat(),
        "registered_in_district": True,
        "legal_person": True,
        "above_scale": above,
        "high_tech_until": draw(st.sampled_from(days)),
        "tech_sme_until": draw(st.sampled_from(days)),
        "performance": draw(st.sampled_from("aabbcd")),
        "rd_y1": max(0, (before or 0) + rise),
        "rd_y2": before,
        **dict.fromkeys(FLAGS, False),
    }
    if draw(st.integers(0, 5)) == 0:
        odd = draw(st.sampled_from([*FLAGS, "registered_in_district", "legal_person"]))
        facts[odd] = not facts[odd]
    return facts


def test_the_pack_has_no_findings() -> None:
    assert check_pack(FOLDER) == ()


@given(companies())
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_second_calculation(facts: dict[str, Any]) -> None:
    decision = decide(PACK, facts_from_json(PACK, facts))
    assert (decision.outcome == "met", decision.amount) == calculate(facts)


@given(companies(), st.data())
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_what_is_unknown_never_contradicts_the_second_calculation(facts: dict[str, Any], data: st.DataObject) -> None:
    hidden = data.draw(st.sets(st.sampled_from(sorted(facts)), min_size=1, max_size=4))
    decision = decide(PACK, facts_from_json(PACK, {k: v for k, v in facts.items() if k not in hidden}))
    met, fen = calculate(facts)
    assert decision.outcome in ("met" if met else "not_met", "unknown")
    assert decision.amount in (fen, None)


def test_what_was_read_of_the_text_is_marked_apart_from_what_is_assumed() -> None:
    seen = {name: item.certainty for name, item in PACK.parameters.items()}
    assert {name for name, certainty in seen.items() if certainty == "verified"} == {
        "above_floor", "below_floor", "top_rate", "above_cap", "below_cap",
    }  # fmt: skip
    assert PACK.illustrative and "A-04" in PACK.assumed_clauses and "（一）" not in PACK.assumed_clauses


def _claim(pack: str, wan: int) -> Claim:
    day = date(2024, 6, 14)
    return Claim(pack, pack, wan * WAN, day, day, {GROUP.code: ("91330106MAFY4CL11Q", "2024")})


def test_a_city_subsidy_received_leaves_nothing_for_this_one() -> None:
    prior = PriorAward("city_rd_subsidy", 30 * WAN, date(2024, 3, 1), {GROUP.code: ("91330106MAFY4CL11Q", "2024")})
    (granted,) = combine([_claim("rd_subsidy", 20)], [prior], {GROUP.code: GROUP})
    assert granted.amount == 0
    assert [(item.group, item.amount) for item in granted.forgone] == [("research_subsidy", 20 * WAN)]


def test_the_city_subsidy_of_another_year_or_company_does_not_count() -> None:
    for key in (("91330106MAFY4CL11Q", "2023"), ("91330106MABTH3BJXE", "2024")):
        prior = PriorAward("city_rd_subsidy", 30 * WAN, date(2024, 3, 1), {GROUP.code: key})
        (granted,) = combine([_claim("rd_subsidy", 20)], [prior], {GROUP.code: GROUP})
        assert (granted.amount, granted.forgone) == (20 * WAN, ())


def test_while_both_are_open_the_higher_one_stands() -> None:
    district, city = combine([_claim("rd_subsidy", 20), _claim("city_rd_subsidy", 30)], [], {GROUP.code: GROUP})
    assert (district.amount, city.amount) == (0, 30 * WAN)
