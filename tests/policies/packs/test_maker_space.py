"""Makers' spaces: the pack's own checks and a second calculation, in levels."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

from hypothesis import given, settings

from policies.language import decide, facts_from_json, load_pack
from policies.language.check.lint import check_pack
from policies.language.source import PackSource
from tests.policies.packs.agreement import (
    CHANCES,
    EXAMPLES,
    PACKS,
    assert_both_sides,
    day_between,
    flipped,
    near,
)
from tests.policies.packs.oracle_maker_space import level, recognised

FOLDER = PACKS / "maker_space" / "2024.1"
PACK = load_pack(FOLDER)


def company(chance: Random) -> dict[str, Any]:
    """A space around every mark."""
    filed = day_between(chance, dt.date(2024, 2, 28), dt.date(2025, 12, 31), dt.date(2024, 2, 29))
    area = near(chance, 500, far=900)
    yes_no = flipped(chance, {"statistics_reported": True, "is_dishonest": False})
    return {
        "submitted_on": filed.isoformat(),
        "opened_on": (filed - dt.timedelta(days=chance.choice((540, 547, 548, 549, 550, 900)))).isoformat(),
        "floor_area": str(area),
        "shared_area": str(near(chance, area * 3 // 4, area * 3 // 4 + 1, area, far=900)),
        "desks": near(chance, 30, 60, far=90),
        "staff": near(chance, 4, 5, far=9),
        "mentors": near(chance, 4, 5, far=9),
        "teams": near(chance, 20, 40, 50, far=90),
        "founded": near(chance, 10, 15, far=20),
        "financed": near(chance, 5, 10, 15, far=20),
        "good_examples": near(chance, 4, 5, far=9),
        "events": near(chance, 11, 20, far=30),
        **yes_no,
    }


def test_the_pack_passes_its_check() -> None:
    assert [str(found) for found in check_pack(PackSource.from_folder(FOLDER))] == []


def test_invented_spaces_stand_on_both_sides() -> None:
    assert_both_sides(company, recognised)


@settings(max_examples=EXAMPLES)
@given(CHANCES)
def test_levels_agree_with_the_second_calculation(chance: Random) -> None:
    facts = company(chance)
    decision = decide(PACK, facts_from_json(PACK, facts))
    assert (decision.outcome, decision.amount) == ("met" if level(facts) else "not_met", None)
    assert (decision.tier or None) == level(facts)
