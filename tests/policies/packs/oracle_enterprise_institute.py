"""Enterprise institutes recognised a second time, straight down, with nothing of the language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

WAN = 1_000_000  # 1万元 in fen


def a_year_later(day: date) -> date:
    """29 February becomes the 28th of the next year."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def recognise(facts: Mapping[str, Any]) -> bool:
    """Whether the institute is recognised (facts as JSON has them)."""
    centre = facts["provincial_centre_on"]
    if centre is None or a_year_later(date.fromisoformat(centre)) > date.fromisoformat(facts["submitted_on"]):
        return False
    spent = facts["rd_y1"]
    if spent < 1000 * WAN or 100 * spent < 3 * facts["sales_y1"]:
        return False
    return facts["institute_staff"] >= 50 and facts["equipment_value"] >= 500 * WAN and not facts["is_dishonest"]
