"""Xihu's award for research platforms: the pack's own checks, a second calculation, upgrades by the group."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import load_pack
from policies.language.award.combine import Claim, PriorAward, combine
from policies.language.award.groups import load_group
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
    perhaps,
)
from tests.policies.packs.oracle_rd_platform_award import AWARDS, calculate

PACK = load_pack(PACKS / "rd_platform_award" / "2024.1")
GROUP = load_group(PACKS.parent / "groups" / "rd_platform" / "1.yaml")
USUAL = {"registered_in_district": True, "is_dishonest": False, "serious_violation": False}
COMPANY = ("91330106MAFY4CL11Q",)
FILED = date(2024, 6, 10)


def company(chance: Random) -> dict[str, Any]:
    """A company with any platform around the first and the last day of its year for filing."""
    filed = day_between(chance, date(2024, 1, 17), date(2026, 12, 31), date(2024, 2, 29), date(2025, 2, 28))
    return {
        "submitted_on": filed.isoformat(),
        "platform": chance.choice([*AWARDS, "none", "key_institute"]),
        "recognised_on": perhaps(chance, day_near(chance, filed, years=chance.choice((0, 1)), far=500)),
        **flipped(chance, USUAL),
    }


def test_the_pack_has_no_findings() -> None:
    assert check_pack(PACKS / "rd_platform_award" / "2024.1") == ()


def test_the_worked_cases_agree_with_the_second_calculation() -> None:
    assert_worked_cases_agree(PACK, lambda _, facts: calculate(facts))


def test_the_invented_companies_stand_on_both_sides() -> None:
    assert_both_sides(company, lambda facts: calculate(facts)[0])


@given(CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_second_calculation(chance: Random) -> None:
    facts = company(chance)
    assert_agrees(PACK, facts, calculate(facts))


@given(CHANCES, st.sets(st.sampled_from(["platform", "recognised_on", "is_dishonest"]), min_size=1))
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_what_is_unknown_never_contradicts(chance: Random, hidden: set[str]) -> None:
    facts = company(chance)
    assert_hidden_agrees(PACK, facts, hidden, calculate(facts))


def test_the_sums_were_read_and_the_window_was_not() -> None:
    certainties = {name: item.certainty for name, item in PACK.parameters.items()}
    assert certainties.pop("filing_window") == "assumed"
    assert set(certainties.values()) == {"verified"} and len(certainties) == 5


def paid_beside(earlier: list[int], now: int, key: tuple[str, ...] = COMPANY) -> int:
    """Fen paid now beside awards of 万元 paid earlier to the company."""
    prior = [PriorAward("rd_platform_award", wan * WAN, date(2023, 5, 4), {GROUP.code: COMPANY}) for wan in earlier]
    (granted,) = combine(
        [Claim("now", "rd_platform_award", now * WAN, FILED, FILED, {GROUP.code: key})], prior, {GROUP.code: GROUP}
    )
    return granted.amount


def test_the_pack_names_the_group_by_which_upgrades_are_paid() -> None:
    (stacking,) = PACK.stacking
    assert (stacking.group, stacking.version, stacking.key) == (GROUP.code, GROUP.version, GROUP.key)


def test_an_upgrade_is_paid_the_difference_only() -> None:
    assert paid_beside([20], 50) == 30 * WAN
    assert paid_beside([20, 30], 100) == 50 * WAN


def test_the_higher_rung_stands_even_when_the_lower_was_paid_first_and_never_the_reverse() -> None:
    assert paid_beside([50], 50) == 0
    assert paid_beside([150], 20) == 0


def test_a_first_platform_and_another_company_are_paid_in_full() -> None:
    assert paid_beside([], 50) == 50 * WAN
    assert paid_beside([20], 50, ("91330106MABTH3BJXE",)) == 50 * WAN
