"""The flying-sky plan calculated a second time, straight down, with nothing of the language.

It takes facts as JSON has them (fen, ISO days, true and false, null for absent) and knows one version at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

YI, WAN = 10_000_000_000, 1_000_000  # 1亿元 and 1万元 in fen


@dataclass(frozen=True)
class Answer:
    """What the plan says: whether an award is due, the tier, and fen."""

    met: bool
    tier: str | None
    fen: int


def ten_years_later(day: date) -> date:
    """29 February of a year that has none becomes the 28th."""
    try:
        return day.replace(year=day.year + 10)
    except ValueError:
        return day.replace(year=day.year + 10, day=28)


def research_reached(facts: Mapping[str, Any], percent: int) -> bool:
    """Whether research spending is at least `percent` of sales; never without sales."""
    return bool(facts["sales_y1"] > 0 and facts["rd_y1"] * 100 >= percent * facts["sales_y1"])


def grown(facts: Mapping[str, Any], top: int, bottom: int) -> bool:
    """Whether sales over two years grew by the square of top/bottom at least."""
    before = facts["sales_y3"]
    return before is not None and before > 0 and facts["sales_y1"] * bottom**2 >= before * top**2


def calculate(version: str, facts: Mapping[str, Any]) -> Answer:
    """Return what version 2022.1 or 2023.1 says about complete facts."""
    refused = Answer(False, None, 0)
    for flag in ("is_dishonest", "serious_violation", "abnormal_operation", "major_incident"):
        if facts[flag]:
            return refused
    for needed in ("registered_in_district", "taxed_in_district", "commitment_signed"):
        if not facts[needed]:
            return refused
    filed = date.fromisoformat(facts["submitted_on"])
    if facts["high_tech_until"] is None or date.fromisoformat(facts["high_tech_until"]) < filed:
        return refused
    valuation = facts["valuation"] or 0
    flying = (facts["sales_y1"] >= YI and grown(facts, 6, 5)) or valuation >= 10 * YI
    young = ten_years_later(date.fromisoformat(facts["founded_on"])) >= filed
    nearly = (facts["sales_y1"] >= 2000 * WAN and grown(facts, 13, 10)) or (valuation >= YI and young)
    if flying and research_reached(facts, 5):
        tier, cap = "flying", 1000 * WAN
    elif nearly and research_reached(facts, {"2022.1": 5, "2023.1": 6}[version]):
        tier, cap = "nearly", 300 * WAN
    else:
        return refused
    base, latest = facts["contribution_y2"], facts["contribution_y1"]
    hundredths = min(100 * cap, 5 * base + 60 * max(0, latest - base))
    return Answer(True, tier, hundredths // 10_000 * 100)
