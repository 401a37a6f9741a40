"""The evaluation of technology SMEs: its own checks, and an independent calculation over companies near the ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import check_pack, decide, facts_from_json, load_pack
from tests.policies.packs.agreement import EXAMPLES, PACKS, assert_hidden_agrees, assert_worked_cases_agree
from tests.policies.packs.oracle_tech_sme import YI, direct, recognised, research_points, result_points, staff_points

VERSION = PACKS / "tech_sme" / "2017.1"
PACK = load_pack(VERSION)
KINDS = tuple(choice.value for choice in PACK.records["ip"].fields["kind"].choices)
LEVELS = tuple(choice.value for choice in PACK.records["standards"].fields["level"].choices)
FLAGS = ("banned_product", "major_incident", "research_dishonesty", "abnormal_operation", "serious_violation")


def near(whole: int, percents: tuple[int, ...]) -> st.SearchStrategy[int]:
    """A share of `whole` at one of the percentages, give or take one unit."""
    return st.builds(
        lambda percent, off: max(0, -(-whole * percent // 100) + off), st.sampled_from(percents), st.integers(-1, 1)
    )


@st.composite
def day_near_five_years(draw: st.DrawFn, filed: date) -> str:
    """A day about five years before `filed`, about now, or between."""
    days = draw(st.one_of(st.integers(1824, 1829), st.integers(-1, 1), st.integers(0, 3000)))
    return (filed - timedelta(days=days)).isoformat()


@st.composite
def company(draw: st.DrawFn) -> dict[str, Any]:
    """Facts as JSON has them, all known."""
    leap = st.sampled_from([date(2025, 2, 28), date(2025, 3, 1), date(2024, 2, 29)])
    filed = draw(st.one_of(st.dates(date(2017, 5, 3), date(2030, 12, 31)), leap))
    staff = draw(st.sampled_from([0, 1, 20, 97, 100, 499, 500, 501]))
    sales = draw(st.sampled_from([0, 1, YI // 10, YI, 2 * YI - 1, 2 * YI, 2 * YI + 1]))
    costs = draw(st.sampled_from([0, 1, YI // 20, YI]))
    by_sales, by_costs = near(sales, (0, 2, 3, 4, 5, 6)), near(costs, (0, 10, 15, 20, 25, 30))
    odd = draw(st.sampled_from([None, None, None, *FLAGS]))
    rights = draw(st.lists(st.sampled_from(KINDS[-4:] if draw(st.booleans()) else KINDS), max_size=5))
    prizes = draw(st.lists(st.tuples(day_near_five_years(filed), st.integers(1, 5)), max_size=2))
    standards = draw(
        st.lists(st.tuples(day_near_five_years(filed), st.sampled_from(LEVELS), st.booleans()), max_size=2)
    )
    until = draw(st.sampled_from([None, None, -1, 0, 400]))
    return {
        "submitted_on": filed.isoformat(),
        "resident_enterprise": draw(st.integers(0, 9)) > 0,
        "staff": staff,
        "science_staff": draw(near(staff, (0, 10, 15, 20, 25, 30))),
        "sales": sales,
        "assets": draw(st.sampled_from([0, 2 * YI - 1, 2 * YI, 2 * YI, 2 * YI + 1])),
        "costs": costs,
        "rd": draw(st.one_of(by_sales, by_costs)),
        **{flag: flag == odd for flag in FLAGS},
        "high_tech_until": None if until is None else (filed + timedelta(days=until)).isoformat(),
        "rd_body": draw(st.integers(0, 9)) == 0,
        "ip": [{"number": f"R{i}", "kind": kind} for i, kind in enumerate(rights)],
        "prizes": [{"prize": f"P{i}", "conferred_on": day, "place": place} for i, (day, place) in enumerate(prizes)],
        "standards": [
            {"standard": f"S{i}", "issued_on": day, "level": level, "led": led}
            for i, (day, level, led) in enumerate(standards)
        ],
    }


def test_the_pack_has_no_findings() -> None:
    assert check_pack(VERSION) == ()


def test_the_worked_cases_agree_with_the_independent_calculation() -> None:
    assert_worked_cases_agree(PACK, lambda stage, facts: (recognised(facts), None))


@given(raw=company())
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_independent_calculation(raw: dict[str, Any]) -> None:
    decision = decide(PACK, facts_from_json(PACK, raw))
    assert (decision.outcome == "met") == recognised(raw)
    assert decision.ask == ()
    verdicts = decision.verdicts
    score = staff_points(raw) + research_points(raw) + result_points(raw)
    assert (verdicts["score_reached"] == "met") == (score >= 60)
    ways = ("high_tech", "national_prize", "research_body", "led_standard")
    assert any(verdicts[way] == "met" for way in ways) == direct(raw)


@given(raw=company(), data=st.data())
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_unknown_facts_never_contradict_what_they_turn_out_to_be(raw: dict[str, Any], data: st.DataObject) -> None:
    hidden = data.draw(st.sets(st.sampled_from(sorted(raw)), max_size=4))
    assert_hidden_agrees(PACK, raw, hidden, (recognised(raw), None))


def test_both_ways_of_research_spending_are_shown() -> None:
    raw = company_of(rd=500_000_000)
    decision = decide(PACK, facts_from_json(PACK, raw))
    assert decision.outcome == "met"
    score = next(leaf for leaf in decision.leaves() if leaf.id == "score_reached")
    assert "rd_points" in {item.name for item in score.inputs}


def test_the_article_read_from_memory_says_so() -> None:
    certain = {leaf.clause: leaf.certainty for leaf in PACK.leaves()}
    assert {clause for clause, certainty in certain.items() if certainty == "recalled"} == {
        "第八条（一）",
        "第八条（二）",
        "第八条（三）",
        "第八条（四）",
    }
    assert not PACK.illustrative


def company_of(**changes: object) -> dict[str, Any]:
    """A company that passes by its score, with these facts changed."""
    return {
        "submitted_on": "2024-05-20", "resident_enterprise": True, "staff": 100, "science_staff": 30,
        "sales": YI, "assets": YI, "costs": YI, "rd": 600_000_000, "high_tech_until": None, "rd_body": False,
        "ip": [], "prizes": [], "standards": [], **dict.fromkeys(FLAGS, False), **changes,
    }  # fmt: skip
