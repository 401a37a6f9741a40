"""The Flying-Sky plan calculated a second time, straight down, with nothing of the language.

Facts as JSON has them: fen, ISO days, true and false, null for absent. The two versions differ in the research that a
nearly flying enterprise must show.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

WAN = 1_000_000  # 1万元 in fen
YI = 10_000 * WAN
CAPS = {"flying": 1000 * WAN, "nearly": 300 * WAN}
RESEARCH = {"2022.1": {"flying": 5, "nearly": 5}, "2023.1": {"flying": 5, "nearly": 6}}  # percent of sales
SALES = {"flying": YI, "nearly": 2000 * WAN}
GROWTH = {"flying": 120, "nearly": 130}  # percent of the year before, each of two years
VALUATION = {"flying": 10 * YI, "nearly": YI}


def years_later(text: str, years: int) -> date:
    """29 February of a year that has none becomes the 28th."""
    day = date.fromisoformat(text)
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def researches(version: str, tier: str, facts: Mapping[str, Any]) -> bool:
    """Whether the share of research is reached; without sales there is none."""
    sales = facts["sales_y1"]
    return sales > 0 and 100 * facts["rd_y1"] >= RESEARCH[version][tier] * sales


def grows(tier: str, facts: Mapping[str, Any]) -> bool:
    """Whether sales are large enough and have grown enough since the year two before."""
    before, last = facts["sales_y3"], facts["sales_y1"]
    if before is None or before <= 0 or last < SALES[tier]:
        return False
    return 10_000 * last >= GROWTH[tier] ** 2 * before


def valued(tier: str, facts: Mapping[str, Any]) -> bool:
    """Whether the valuation is high enough."""
    return facts["valuation"] is not None and facts["valuation"] >= VALUATION[tier]


def trusted(facts: Mapping[str, Any], on: str) -> bool:
    """Whether no veto applies, and seat, taxes and certificate are in order on the day."""
    if facts["is_dishonest"] or facts["serious_violation"] or facts["abnormal_operation"] or facts["major_incident"]:
        return False
    if not facts["registered_in_district"] or not facts["taxed_in_district"]:
        return False
    until = facts["high_tech_until"]
    return until is not None and date.fromisoformat(until) >= date.fromisoformat(on)


def paid(tier: str, facts: Mapping[str, Any]) -> int:
    """Whole yuan, in fen: a twentieth of what was contributed before, three fifths of what was added, up to the cap."""
    before, rise = facts["contribution_y2"], max(0, facts["contribution_y1"] - facts["contribution_y2"])
    hundredths = min(100 * CAPS[tier], 5 * before + 60 * rise)
    return hundredths // 10_000 * 100


def first(version: str, facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether the company is recognised, and fen."""
    if not trusted(facts, facts["submitted_on"]) or not facts["commitment_signed"]:
        return False, 0
    if researches(version, "flying", facts) and (grows("flying", facts) or valued("flying", facts)):
        return True, paid("flying", facts)
    young = years_later(facts["founded_on"], 10) >= date.fromisoformat(facts["submitted_on"])
    if researches(version, "nearly", facts) and (grows("nearly", facts) or (valued("nearly", facts) and young)):
        return True, paid("nearly", facts)
    return False, 0


def yearly(version: str, facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether the recognition stands another year, and fen owed so far with this year's."""
    if not trusted(facts, facts["tested_on"]):
        return False, 0
    if years_later(facts["awarded_on"], 3) <= date.fromisoformat(facts["tested_on"]):
        return False, 0
    held = facts["recognised_tier"]
    missed = (not researches(version, held, facts)) + (not grows(held, facts) and not valued(held, facts))
    if missed == 0:
        keeps = held
    elif held == "flying" and missed == 1:
        keeps = "nearly"
    else:
        return False, 0
    total = facts["owed_before"] + paid_exactly(keeps, facts)
    return True, total // 100 * 100


def paid_exactly(tier: str, facts: Mapping[str, Any]) -> int:
    """As `paid`, in whole fen: what is cut to yuan is the sum with what was owed before."""
    before, rise = facts["contribution_y2"], max(0, facts["contribution_y1"] - facts["contribution_y2"])
    return min(100 * CAPS[tier], 5 * before + 60 * rise) // 100
