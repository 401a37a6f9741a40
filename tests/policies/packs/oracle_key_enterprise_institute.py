"""Key institutes recognised and accepted a second time, straight down, with nothing of the language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

WAN = 1_000_000  # 1万元 in fen


def years_later(text: str, years: int) -> date:
    """29 February of a year that has none becomes the 28th."""
    day = date.fromisoformat(text)
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def recognise(facts: Mapping[str, Any]) -> bool:
    """Whether the institute is recognised (facts as JSON has them)."""
    if facts["is_dishonest"] or facts["institute_on"] is None:
        return False
    filed = date.fromisoformat(facts["submitted_on"])
    if years_later(facts["institute_on"], 1) > filed:
        return False
    if date.fromisoformat(facts["planned_until"]) > years_later(facts["submitted_on"], 3):
        return False
    if facts["planned_own_funds"] < facts["planned_public_funds"]:
        return False
    return facts["rd_y1"] >= 3000 * WAN and facts["institute_staff"] >= 100


def accept(facts: Mapping[str, Any]) -> bool:
    """Whether the building is accepted."""
    if facts["is_dishonest"] or facts["staff_at_end"] < 100:
        return False
    if date.fromisoformat(facts["finished_on"]) > years_later(facts["approved_on"], 3):
        return False
    return facts["own_funds_spent"] >= facts["public_funds_received"]
