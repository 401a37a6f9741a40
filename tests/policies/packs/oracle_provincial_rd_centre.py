"""Provincial research centres recognised a second time, straight down, with nothing of the language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

WAN = 1_000_000  # 1万元 in fen


def three_years_later(day: date) -> date:
    """29 February of a year that has none becomes the 28th."""
    try:
        return day.replace(year=day.year + 3)
    except ValueError:
        return day.replace(year=day.year + 3, day=28)


def rights_are_enough(rights: list[dict[str, Any]], filed: date) -> bool:
    """Whether some right is recent or long licensed, and one invention or four others are there."""
    rights = [right for right in rights if right["kind"] != "trade_mark"]
    recent = licensed = False
    for right in rights:
        if right["held_as"] == "owner" and three_years_later(date.fromisoformat(right["obtained_on"])) >= filed:
            recent = True
        if right["held_as"] == "exclusive_licence" and right["licence_years"] >= 5:
            licensed = True
    inventions = sum(right["kind"] == "invention" for right in rights)
    return (recent or licensed) and (inventions >= 1 or len(rights) - inventions >= 4)


def spending_is_enough(sales: int, spent: int) -> bool:
    """Whether research spending reaches its share of sales, or 1000万 above 2亿; never without sales."""
    if sales == 0:
        return False
    if sales < 5000 * WAN:
        return 100 * spent >= 6 * sales
    if sales <= 20000 * WAN:
        return 100 * spent >= 4 * sales
    return 100 * spent >= 3 * sales or spent >= 1000 * WAN


def recognise(facts: Mapping[str, Any]) -> bool:
    """Whether the centre is recognised (facts as JSON has them)."""
    filed = date.fromisoformat(facts["submitted_on"])
    for title, first in (("high_tech_until", False), ("city_centre_on", True)):
        if facts[title] is None:
            return False
        day = date.fromisoformat(facts[title])
        if (day > filed) if first else (day < filed):
            return False
    if facts["is_dishonest"] or not facts["is_independent_body"]:
        return False
    done = [date.fromisoformat(result["finished_on"]) for result in facts["results"]]
    if sum(day <= filed <= three_years_later(day) for day in done) < 9:
        return False
    staff = facts["centre_staff"]
    if staff < (30 if facts["is_software_firm"] else 15) or 10 * facts["qualified_staff"] < 6 * staff:
        return False
    return rights_are_enough(facts["ip"], filed) and spending_is_enough(facts["sales_y1"], facts["rd_y1"])
