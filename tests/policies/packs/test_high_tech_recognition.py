"""The recognition of high-tech enterprises, both versions: their own checks, and a second calculation beside them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import Pack, PolicyError, decide, facts_from_json, load_pack
from policies.language.check.lint import check_pack
from tests.policies.packs.agreement import (
    CHANCES,
    EXAMPLES,
    PACKS,
    WAN,
    assert_hidden_agrees,
    assert_worked_cases_agree,
    day_between,
    day_near,
    near,
)
from tests.policies.packs.oracle_high_tech_recognition import (
    OWNED,
    Facts,
    count_range,
    growth,
    growth_range,
    of_2008,
    of_2016,
    result_range,
    score,
    stands,
)

FOLDER = PACKS / "high_tech_recognition"
OLD, NEW = load_pack(FOLDER / "2008.1"), load_pack(FOLDER / "2016.1")
KINDS = tuple(choice.value for choice in NEW.records["ip"].fields["kind"].choices)
ENDS = (0, 1, 5000 * WAN, 20000 * WAN)
FREE = {
    "advance_points": 8, "support_points": 8, "way_points": 6, "standard_points": 2, "rule_points": 6,
    "body_points": 6, "conversion_points": 4, "talent_points": 4,
}  # fmt: skip


def share_of(chance: Random, whole: int, percent: int) -> int:
    """The least that reaches a percentage of `whole`, give or take one, or plenty."""
    least = -(-whole * percent // 100)
    return max(0, least + chance.choice([-1, 0, 0, 1, 1, whole]))


def filing(chance: Random, first: date, last: date) -> dict[str, Any]:
    """The day of filing and what the register says."""
    filed = day_between(chance, first, last, date(2012, 2, 29), date(2016, 2, 29), date(2013, 2, 28))
    filed = min(max(filed, first), last)
    field = chance.choice(["electronics", "energy", "services", "biology", "materials", "biology", "none"])
    registered = filed - timedelta(days=chance.choice([364, 365, 366, 900, 2000, 3000]))
    return {"submitted_on": filed.isoformat(), "registered_on": registered.isoformat(), "tech_field": field}


def figures(chance: Random, percents: tuple[int, int, int]) -> dict[str, Any]:
    """Sales, spending and products, crowded around the shares that a version asks."""
    years = chance.choice([3, 3, 3, 2, 1])
    sales: list[int | None] = [near(chance, *ENDS, 5000 * WAN, 20000 * WAN, far=30000 * WAN)]
    sales += [near(chance, *ENDS[:3], far=20000 * WAN) for _ in range(years - 1)]
    total = sum(value or 0 for value in sales)
    spent = share_of(chance, total, chance.choice(percents))
    parts: list[int | None] = [spent - spent // 3, *([spent // 3] if years > 1 else []), *([0] if years > 2 else [])]
    revenue = chance.choice([0, 1, 7, 6000 * WAN, 6000 * WAN])
    return {
        **{f"sales_y{i + 1}": value for i, value in enumerate([*sales, None, None][:3])},
        **{f"rd_y{i + 1}": value for i, value in enumerate([*parts, None, None][:3])},
        "rd_in_china": share_of(chance, spent, 60),
        "total_revenue": revenue,
        "high_tech_revenue": share_of(chance, revenue, 60),
    }


def company_of_2008(chance: Random) -> dict[str, Any]:
    """Facts as JSON has them, all known, in the days of 2008.1."""
    filed = filing(chance, date(2008, 1, 1), date(2015, 12, 31))
    day = date.fromisoformat(filed["submitted_on"])
    staff = chance.choice([0, 1, 10, 97, 100])
    rights = [
        {"number": f"R{i}", "obtained_on": day_near(chance, day, far=900), "core": chance.random() < 0.7}
        for i in range(chance.randint(0, 4))
    ]
    return {
        **filed,
        **figures(chance, (6, 4, 3)),
        "staff": staff,
        "college_staff": share_of(chance, staff, 30),
        "rd_staff": share_of(chance, staff, 10),
        "ip": rights,
    }


def rights_of_2016(chance: Random, day: date) -> list[dict[str, Any]]:
    """Rights around the day of filing, mostly owned, some used before."""
    kinds = KINDS if chance.random() < 0.5 else KINDS[-4:]
    return [
        {
            "number": f"R{i}",
            "kind": chance.choice(kinds),
            "obtained_on": day_near(chance, day, far=900),
            "way": chance.choice([*sorted(OWNED), "licensed"]),
            "core": chance.random() < 0.7,
            "used_before": chance.random() < 0.2,
        }
        for i in range(chance.choice([0, 2, 4, 5, 6, 8]))
    ]


def company_of_2016(chance: Random) -> dict[str, Any]:
    """Facts as JSON has them, all known: points mostly within what the figures give, the sum about the mark."""
    filed = filing(chance, date(2016, 1, 1), date(2026, 12, 31))
    facts = {**filed, **figures(chance, (5, 4, 3))}
    facts["ip"] = rights_of_2016(chance, date.fromisoformat(filed["submitted_on"]))
    ratio = chance.choice([100, 105, 110, 115, 125, 130, 135, 150, 170])
    facts["net_assets_y3"] = chance.choice([None, -100 * WAN, 0, 1000 * WAN, 1000 * WAN])
    facts["net_assets_y2"] = chance.choice([None, -1, 0, 1, 1000 * WAN, 1000 * WAN, 1000 * WAN])
    facts["net_assets_y1"] = 10 * WAN * ratio + chance.choice([-1, 0, 1])
    facts["staff_months"] = [
        {"month": f"m{i}", "staff_begin": n, "staff_end": n, "science_begin": n // 10 + off, "science_end": n // 10}
        for i, (n, off) in enumerate(
            (chance.choice([0, 10, 100]), chance.randint(0, 2)) for _ in range(chance.randint(1, 3))
        )
    ]
    if chance.random() < 0.2 and facts["staff_months"][0]["science_end"]:
        facts["staff_months"][0]["science_end"] -= 1
    facts["results"] = chance.choice([0, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 20])
    facts["major_incident"] = chance.random() < 0.05
    return {**facts, **points(chance, facts)}


def points(chance: Random, facts: Facts) -> dict[str, int]:
    """What experts give: one of the ranges left now and then, the total moved to about 70."""
    ranges = {
        "count_points": (*count_range(facts), 8),
        "result_points": (*result_range(facts), 30),
        "asset_points": (*growth_range(growth(*(facts[f"net_assets_y{i}"] for i in (3, 2, 1)))), 10),
        "sales_points": (*growth_range(growth(*(facts[f"sales_y{i}"] for i in (3, 2, 1)))), 10),
    }
    odd = chance.choice(sorted(ranges)) if chance.random() < 0.4 else None
    given = dict(FREE)
    for name, (low, high, most) in ranges.items():
        wanted = chance.choice([low - 1, high + 1]) if name == odd else chance.choice([low, high])
        given[name] = min(most, max(0, wanted))
    spare = score({**facts, **given}) - 70 - chance.choice([-1, 0, 1, 1, 2, 5, 30])
    for name in chance.sample(sorted(FREE), len(FREE)):
        taken = min(given[name], max(0, spare))
        given[name] -= taken
        spare -= taken
    return given


def eligible_otherwise(chance: Random) -> dict[str, Any]:
    """A company of 2016 that is mended where article 11 (1) to (6) would refuse it, so that the points decide."""
    facts = company_of_2016(chance)
    facts |= {"registered_on": "2014-01-01", "tech_field": "energy", "major_incident": False}
    facts |= {"sales_y1": 9000 * WAN, "rd_y1": 90000 * WAN, "rd_in_china": 90000 * WAN}
    facts |= {"total_revenue": 10, "high_tech_revenue": 6}
    facts["ip"].append(
        {"number": "core", "kind": chance.choice(["other", "invention", "design"]), "obtained_on": "2015-05-05",
         "way": "own_research", "core": True, "used_before": False}
    )  # fmt: skip
    facts["staff_months"].append(
        {"month": "m9", "staff_begin": 100, "staff_end": 100, "science_begin": 50, "science_end": 50}
    )
    return {**facts, **points(chance, facts)}


def holder(chance: Random) -> dict[str, Any]:
    """A recognised company on the day of a check."""
    issued = chance.choice([date(2024, 2, 29), date(2023, 12, 8), date(2021, 3, 1)])
    checked = date.fromisoformat(day_near(chance, issued, years=-3, far=900))
    changed = chance.choice([None, None, day_near(chance, checked, far=200), "2023-11-30"])
    reported = None
    if changed is not None and chance.random() < 0.7:
        reported = chance.choice([day_near(chance, date.fromisoformat(changed), far=120), "2024-02-29"])
    return {
        **company_of_2016(chance),
        "major_incident": chance.random() < 0.1,
        "checked_on": checked.isoformat(),
        "certificate_on": issued.isoformat(),
        "missed_reports": chance.choice([0, 0, 0, 1, 2]),
        "changed_on": changed,
        "change_reported_on": reported,
        "move": chance.choice(["stayed", "stayed", "whole", "part"]),
    }


@pytest.mark.parametrize("version", ["2008.1", "2016.1"])
def test_the_pack_has_no_findings(version: str) -> None:
    assert check_pack(FOLDER / version) == ()


def test_the_worked_cases_agree_with_the_second_calculation() -> None:
    assert_worked_cases_agree(OLD, lambda stage, facts: (all(of_2008(facts).values()), None))
    assert_worked_cases_agree(NEW, lambda stage, facts: (all((stands if stage else of_2016)(facts).values()), None))


@pytest.mark.parametrize(
    ("company", "passing", "calculate"),
    [
        (company_of_2008, company_of_2008, of_2008),
        (company_of_2016, eligible_otherwise, of_2016),
        (holder, holder, stands),
    ],
)
def test_the_invented_companies_stand_on_both_sides(company: Any, passing: Any, calculate: Any) -> None:
    found = [calculate(company(Random(seed))) for seed in range(400)]
    for name in found[0]:
        assert 10 <= sum(verdicts[name] for verdicts in found) <= 390, name
    assert 10 <= sum(all(calculate(passing(Random(seed))).values()) for seed in range(400)) <= 390


def assert_same(pack: Pack, facts: Facts, expected: Mapping[str, bool], stage: str | None = None) -> None:
    """Fail where a single condition or the outcome differs."""
    decision = decide(pack, facts_from_json(pack, facts, stage=stage), stage=stage)
    assert {name: verdict == "met" for name, verdict in decision.verdicts.items()} == expected
    assert (decision.outcome == "met", decision.ask) == (all(expected.values()), ())


@given(CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_version_of_2008_agrees_with_the_second_calculation(chance: Random) -> None:
    facts = company_of_2008(chance)
    assert_same(OLD, facts, of_2008(facts))


@given(CHANCES, st.sampled_from([company_of_2016, eligible_otherwise]))
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_version_of_2016_agrees_with_the_second_calculation(chance: Random, company: Any) -> None:
    facts = company(chance)
    assert_same(NEW, facts, of_2016(facts))


@given(CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_check_while_the_certificate_runs_agrees(chance: Random) -> None:
    facts = holder(chance)
    assert_same(NEW, facts, stands(facts), stage="upkeep")


@given(CHANCES)
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_unknown_facts_never_contradict_what_they_turn_out_to_be(chance: Random) -> None:
    facts = eligible_otherwise(chance)
    hidden = set(chance.sample(sorted(facts), chance.randint(1, 4)))
    assert_hidden_agrees(NEW, facts, hidden, (all(of_2016(facts).values()), None))


def test_the_same_company_is_judged_by_the_version_of_its_day() -> None:
    """Sales of exactly 5000万 with 4% of research: enough in 2015, too little since 2016."""
    sums = {
        "sales_y1": 5000 * WAN,
        "sales_y2": None,
        "sales_y3": None,
        "rd_y1": 200 * WAN,
        "rd_y2": None,
        "rd_y3": None,
    }
    old = decide(OLD, facts_from_json(OLD, {"submitted_on": "2015-12-31", **sums}))
    new = decide(NEW, facts_from_json(NEW, {"submitted_on": "2016-01-01", **sums}))
    assert (old.verdicts["enough_research"], new.verdicts["enough_research"]) == ("met", "not_met")
    for pack, day in ((OLD, "2016-01-01"), (NEW, "2015-12-31")):
        with pytest.raises(PolicyError, match="submitted_on"):
            facts_from_json(pack, {"submitted_on": day})


def test_the_notice_was_shortened() -> None:
    assert (OLD.notice and OLD.notice.days, NEW.notice and NEW.notice.days) == (15, 10)


def test_what_was_not_read_is_marked() -> None:
    assert OLD.illustrative and not NEW.illustrative
    certain = {leaf.id: leaf.certainty for leaf in NEW.leaves()}
    assert certain["enough_research"] == "verified" and certain["sales_growth_in_range"] == "recalled"
