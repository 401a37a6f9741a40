"""The evaluation of technology SMEs: its own checks, and an independent calculation over companies near the ends."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings

from policies.language import decide, facts_from_json, load_pack
from policies.language.check.lint import check_pack
from tests.policies.packs.agreement import (
    CHANCES,
    EXAMPLES,
    PACKS,
    YI,
    assert_both_sides,
    assert_hidden_agrees,
    assert_worked_cases_agree,
    day_between,
    day_near,
    flipped,
)
from tests.policies.packs.oracle_tech_sme import recognised, verdicts

VERSION = PACKS / "tech_sme" / "2017.1"
PACK = load_pack(VERSION)
KINDS = tuple(choice.value for choice in PACK.records["ip"].fields["kind"].choices)
LEVELS = tuple(choice.value for choice in PACK.records["standards"].fields["level"].choices)
FLAGS = ("banned_product", "major_incident", "research_dishonesty", "abnormal_operation", "serious_violation")


def share_of(chance: Random, whole: int, percents: tuple[int, ...]) -> int:
    """The least that reaches one of the percentages of `whole`, give or take one."""
    return max(0, -(-whole * chance.choice(percents) // 100) + chance.choice([-1, 0, 1]))


def company(chance: Random) -> dict[str, Any]:
    """Facts as JSON has them, all known, crowded around the limits, the ends of the bands and five years."""
    leap = (date(2025, 2, 28), date(2025, 3, 1), date(2024, 2, 29))
    filed = day_between(chance, date(2017, 5, 3), date(2030, 12, 31), *leap)
    staff = chance.choice([0, 1, 20, 97, 100, 499, 500, 501])
    sales = chance.choice([0, 1, YI // 10, YI, 2 * YI - 1, 2 * YI, 2 * YI + 1])
    costs = chance.choice([0, 1, YI // 20, YI])
    by_sales = share_of(chance, sales, (0, 2, 3, 4, 5, 6))
    by_costs = share_of(chance, costs, (0, 10, 15, 20, 25, 30))
    kinds = chance.choice([KINDS, KINDS[-4:]])
    until = chance.choice([None, None, -1, 0, 400])

    def about_five_years() -> str:
        return day_near(chance, filed, years=chance.choice([0, 5]))

    return {
        "submitted_on": filed.isoformat(),
        "resident_enterprise": chance.random() > 0.05,
        "staff": staff,
        "science_staff": share_of(chance, staff, (0, 10, 15, 20, 25, 30)),
        "sales": sales,
        "assets": chance.choice([0, 2 * YI - 1, 2 * YI, 2 * YI, 2 * YI + 1]),
        "costs": costs,
        "rd": chance.choice([by_sales, by_costs]),
        **flipped(chance, dict.fromkeys(FLAGS, False)),
        "high_tech_until": None if until is None else (filed + timedelta(days=until)).isoformat(),
        "rd_body": chance.random() < 0.1,
        "ip": [{"number": f"R{i}", "kind": chance.choice(kinds)} for i in range(chance.randint(0, 5))],
        "prizes": [
            {"prize": f"P{i}", "conferred_on": about_five_years(), "place": chance.randint(1, 5)}
            for i in range(chance.choice([0, 0, 1, 2]))
        ],
        "standards": [
            {"standard": f"S{i}", "issued_on": about_five_years(), "level": chance.choice(LEVELS),
             "led": chance.random() < 0.7}
            for i in range(chance.choice([0, 0, 1, 2]))
        ],
    }  # fmt: skip


def test_the_pack_has_no_findings() -> None:
    assert check_pack(VERSION) == ()


def test_the_worked_cases_agree_with_the_independent_calculation() -> None:
    assert_worked_cases_agree(PACK, lambda stage, facts: (recognised(facts), None))


def test_the_invented_companies_stand_on_both_sides() -> None:
    assert_both_sides(company, recognised)


@given(CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_independent_calculation(chance: Random) -> None:
    raw = company(chance)
    decision = decide(PACK, facts_from_json(PACK, raw))
    assert {name: verdict == "met" for name, verdict in decision.verdicts.items()} == verdicts(raw)
    assert (decision.outcome == "met", decision.ask) == (recognised(raw), ())


@given(CHANCES)
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_unknown_facts_never_contradict_what_they_turn_out_to_be(chance: Random) -> None:
    raw = company(chance)
    hidden = set(chance.sample(sorted(raw), chance.randint(1, 4)))
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
