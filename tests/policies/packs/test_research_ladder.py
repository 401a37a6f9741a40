"""The ladder of research platforms: each rung asks the register for the rung below, and the award pays differences."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from policies.language import Decision, Pack, decide, load_pack
from policies.language.award.combine import Claim, PriorAward, combine
from policies.language.award.groups import load_group
from policies.language.check.cases import Case, read_cases
from policies.language.facts import ABSENT, UNKNOWN, Value
from tests.policies.packs.agreement import PACKS, WAN

# The pack of each rung, and the fact by which it asks for the rung below.
RUNGS = [
    ("city_rd_centre", "2019.1", None),
    ("provincial_rd_centre", "2020.1", "city_centre_on"),
    ("enterprise_institute", "2024.1", "provincial_centre_on"),
    ("key_enterprise_institute", "2024.1", "institute_on"),
]
ABOVE_THE_FIRST = [rung for rung in RUNGS if rung[2] is not None]


@cache
def passing(code: str, version: str) -> tuple[Pack, Case]:
    """Return a pack and its first worked case."""
    folder = PACKS / code / version
    pack = load_pack(folder)
    return pack, read_cases(pack, (folder / "cases.yaml").read_text(encoding="utf-8"), "cases.yaml")[0]


def decided(code: str, version: str, **changed: Value) -> Decision:
    """Decide the first worked case of a pack, which passes, with some facts changed."""
    pack, case = passing(code, version)
    return decide(pack, {**case.facts, **changed})


@pytest.mark.parametrize(("code", "version", "below"), ABOVE_THE_FIRST)
def test_no_rung_without_the_one_below(code: str, version: str, below: str) -> None:
    assert decided(code, version).outcome == "met"
    refused = decided(code, version, **{below: ABSENT})
    assert refused.outcome == "not_met"
    assert below in {item.name for leaf in refused.leaves() if leaf.verdict == "not_met" for item in leaf.inputs}


@pytest.mark.parametrize(("code", "version", "below"), ABOVE_THE_FIRST)
def test_a_register_that_does_not_answer_is_no_recognition(code: str, version: str, below: str) -> None:
    asked = decided(code, version, **{below: UNKNOWN})
    assert asked.outcome == "unknown"
    assert [(ask.fact, ask.from_) for ask in asked.ask] == [(below, "register")]


def test_a_company_climbs_and_is_paid_150_in_all() -> None:
    """20万 for the city centre, 30万 more for the provincial one, 50万 more for the institute, 50万 for a national lab."""
    group = load_group(PACKS.parent / "groups" / "rd_platform" / "1.yaml")
    key = {group.code: ("91330106MAFY4CL11Q",)}
    paid: list[int] = []
    rungs = ["city_centre", "provincial_centre", "provincial_institute", "national_lab"]
    for year, platform in enumerate(rungs, start=2024):
        filed = date(year, 6, 10)
        decision = decided("rd_platform_award", "2024.1", platform=platform, submitted_on=filed, recognised_on=filed)
        assert decision.amount is not None
        prior = [PriorAward("rd_platform_award", fen, date(2024, 7, 1), key) for fen in paid]
        claim = Claim(str(year), "rd_platform_award", decision.amount, filed, filed, key)
        (granted,) = combine([claim], prior, {group.code: group})
        paid.append(granted.amount)
    assert paid == [20 * WAN, 30 * WAN, 50 * WAN, 50 * WAN]
