"""The recognition of high-tech enterprises calculated a second time, straight down, with nothing of the language.

It takes facts as JSON has them (fen, ISO days, true and false, null for absent, records as lists of objects) and knows
the versions 2008.1 and 2016.1, and the check that keeps a recognition of 2016.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

Facts = Mapping[str, Any]
WAN = 1_000_000  # 1万元 in fen
CLASS_ONE = {"invention", "plant_variety", "crop_variety", "new_drug", "tcm_protection", "ic_layout"}
CLASS_TWO = {"utility_model", "design", "software"}
OWNED = {"own_research", "assigned", "donated", "acquired"}
RESULT_RANGES = ((0, 0), (1, 6), (7, 12), (13, 18), (19, 24), (25, 30))


def later(day: date, months: int) -> date:
    """The day so many months later, cut to the end of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def three_years(facts: Facts, name: str) -> int:
    """The sum of the years operated."""
    return sum(facts[f"{name}_y{year}"] or 0 for year in (1, 2, 3))


def common(facts: Facts, version: str) -> dict[str, bool]:
    """What both versions ask alike: a year, a field, spending, its place, products; by the names of the conditions."""
    filed = date.fromisoformat(facts["submitted_on"])
    last, sales, spent = facts["sales_y1"], three_years(facts, "sales"), three_years(facts, "rd")
    if version == "2008.1":
        percent = 6 if last < 5000 * WAN else 4 if last <= 20000 * WAN else 3
    else:
        percent = 5 if last <= 5000 * WAN else 4 if last <= 20000 * WAN else 3
    revenue = facts["total_revenue"]
    return {
        "one_year": (filed - date.fromisoformat(facts["registered_on"])).days >= 365,
        "field_supported": facts["tech_field"] != "none",
        "enough_research": sales > 0 and Fraction(spent, sales) >= Fraction(percent, 100),
        "research_in_china": facts["rd_in_china"] * 10 >= spent * 6,
        "enough_products": revenue > 0 and facts["high_tech_revenue"] * 10 >= revenue * 6,
    }


def of_2008(facts: Facts) -> dict[str, bool]:
    """What the measures of 2008 ask before experts judge, and whether it is met."""
    staff = facts["staff"]
    return {
        **common(facts, "2008.1"),
        "core_right": any(right["core"] and right["obtained_on"] <= facts["submitted_on"] for right in facts["ip"]),
        "enough_college_staff": staff > 0 and facts["college_staff"] * 10 >= 3 * staff,
        "enough_rd_staff": staff > 0 and facts["rd_staff"] * 10 >= staff,
    }


def growth(first: int | None, second: int | None, last: int) -> Fraction:
    """The mean of two yearly quotients less one, of one where the first year has no base, else nothing."""
    if second is None or second <= 0:
        return Fraction(0)
    if first is None or first <= 0:
        return Fraction(last, second) - 1
    return (Fraction(second, first) + Fraction(last, second)) / 2 - 1


def growth_range(rate: Fraction) -> tuple[int, int]:
    """Least and most points for a growth."""
    if rate <= 0:
        return 0, 0
    step = sum(rate >= Fraction(percent, 100) for percent in (5, 15, 25, 35))
    return 1 + 2 * step, 2 + 2 * step


def count_range(facts: Facts) -> tuple[int, int]:
    """Least and most points for the number of rights."""
    owned = [r for r in facts["ip"] if r["way"] in OWNED and r["obtained_on"] <= facts["submitted_on"]]
    if any(right["kind"] in CLASS_ONE for right in owned):
        return 7, 8
    usable = sum(right["kind"] in CLASS_TWO and not right["used_before"] for right in owned)
    return (0, 0) if usable == 0 else (1, 2) if usable < 3 else (3, 4) if usable < 5 else (5, 6)


def result_range(facts: Facts) -> tuple[int, int]:
    """Least and most points for results a year."""
    years = 1 + (facts["sales_y2"] is not None) + (facts["sales_y3"] is not None)
    return RESULT_RANGES[min(5, facts["results"] // years)]


def score(facts: Facts) -> int:
    """All points."""
    names = ("advance", "support", "count", "way", "standard")
    rights = min(30, sum(facts[f"{name}_points"] for name in names))
    others = ("result", "rule", "body", "conversion", "talent", "asset", "sales")
    return rights + sum(facts[f"{name}_points"] for name in others)


def of_2016(facts: Facts) -> dict[str, bool]:
    """What the measures of 2016 ask, and whether it is met."""
    staff = sum(month["staff_begin"] + month["staff_end"] for month in facts["staff_months"])
    science = sum(month["science_begin"] + month["science_end"] for month in facts["staff_months"])
    assets = growth(facts["net_assets_y3"], facts["net_assets_y2"], facts["net_assets_y1"])
    sales = growth(facts["sales_y3"], facts["sales_y2"], facts["sales_y1"])
    return {
        **common(facts, "2016.1"),
        "incident": not facts["major_incident"],
        "core_right": any(
            right["core"] and right["way"] in OWNED and right["obtained_on"] <= facts["submitted_on"]
            for right in facts["ip"]
        ),
        "enough_science_staff": staff > 0 and science * 10 >= staff,
        "score_passed": score(facts) > 70,
        "count_in_range": within(facts["count_points"], count_range(facts)),
        "results_in_range": within(facts["result_points"], result_range(facts)),
        "asset_growth_in_range": within(facts["asset_points"], growth_range(assets)),
        "sales_growth_in_range": within(facts["sales_points"], growth_range(sales)),
    }


def within(points: int, ends: tuple[int, int]) -> bool:
    """Whether points lie in a range, ends included."""
    return ends[0] <= points <= ends[1]


def reported(facts: Facts) -> bool:
    """Whether a change was reported within three months, or they still run."""
    if facts["changed_on"] is None:
        return True
    day = facts["change_reported_on"] or facts["checked_on"]
    return date.fromisoformat(day) <= later(date.fromisoformat(facts["changed_on"]), 3)


def stands(facts: Facts) -> dict[str, bool]:
    """What keeps a recognition of 2016, and whether it is met on the day of the check."""
    issued, checked = (date.fromisoformat(facts[name]) for name in ("certificate_on", "checked_on"))
    return {
        "incident": not facts["major_incident"],
        "certificate_runs": checked < later(issued, 36),
        "reports_filed": facts["missed_reports"] < 2,
        "change_reported": reported(facts),
        "whole_move": facts["move"] != "part",
    }
