"""The evaluation of technology SMEs calculated a second time, straight down, with nothing of the language.

It takes facts as JSON has them (fen, ISO days, true and false, null for absent, records as lists of objects).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

YI = 10_000_000_000  # 1亿元 in fen
CLASS_ONE = {"invention", "plant_variety", "crop_variety", "new_drug", "tcm_protection", "ic_layout"}
CLASS_TWO = {"utility_model", "design", "software"}


def fifth_anniversary(day: date) -> date:
    """29 February of a year that has none becomes the 28th."""
    try:
        return day.replace(year=day.year + 5)
    except ValueError:
        return day.replace(year=day.year + 5, day=28)


def steps_reached(part: int, whole: int, percents: tuple[int, ...]) -> int:
    """How many of the rising percentages `part` of `whole` reaches; none of nothing."""
    return sum(1 for percent in percents if whole > 0 and part * 100 >= percent * whole)


def staff_points(facts: Mapping[str, Any]) -> int:
    """Article 7 (1): four points a step."""
    return 4 * steps_reached(facts["science_staff"], facts["staff"], (10, 15, 20, 25, 30))


def research_points(facts: Mapping[str, Any]) -> int:
    """Article 7 (2): ten points a step, the better of two ways."""
    by_sales = steps_reached(facts["rd"], facts["sales"], (2, 3, 4, 5, 6))
    by_costs = steps_reached(facts["rd"], facts["costs"], (10, 15, 20, 25, 30))
    return 10 * max(by_sales, by_costs)


def result_points(facts: Mapping[str, Any]) -> int:
    """Article 7 (3)."""
    kinds = [right["kind"] for right in facts["ip"]]
    if any(kind in CLASS_ONE for kind in kinds):
        return 30
    return 6 * min(4, sum(kind in CLASS_TWO for kind in kinds))


def within_five_years(day: str, filed: date) -> bool:
    """Whether something happened by the day of filing and at most five years before."""
    happened = date.fromisoformat(day)
    return happened <= filed <= fifth_anniversary(happened)


def verdicts(facts: Mapping[str, Any]) -> dict[str, bool]:
    """Every condition by its name, and whether it is met."""
    filed = date.fromisoformat(facts["submitted_on"])
    until = facts["high_tech_until"]
    return {
        "incident": not facts["major_incident"],
        "dishonest_research": not facts["research_dishonesty"],
        "abnormal": not facts["abnormal_operation"],
        "serious_offender": not facts["serious_violation"],
        "resident": facts["resident_enterprise"],
        "few_staff": facts["staff"] <= 500,
        "small_sales": facts["sales"] <= 2 * YI,
        "small_assets": facts["assets"] <= 2 * YI,
        "lawful_product": not facts["banned_product"],
        "score_reached": staff_points(facts) + research_points(facts) + result_points(facts) >= 60,
        "staff_scored": staff_points(facts) > 0,
        "high_tech": until is not None and date.fromisoformat(until) >= filed,
        "national_prize": any(
            prize["place"] <= 3 and within_five_years(prize["conferred_on"], filed) for prize in facts["prizes"]
        ),
        "research_body": facts["rd_body"],
        "led_standard": any(
            standard["led"] and standard["level"] != "local" and within_five_years(standard["issued_on"], filed)
            for standard in facts["standards"]
        ),
    }


def recognised(facts: Mapping[str, Any]) -> bool:
    """Whether a company with complete facts is confirmed: by its score or by one of the four direct ways."""
    found = verdicts(facts)
    scored = found.pop("score_reached"), found.pop("staff_scored")
    ways = [found.pop(way) for way in ("high_tech", "national_prize", "research_body", "led_standard")]
    return all(found.values()) and (all(scored) or any(ways))
