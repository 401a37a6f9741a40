"""City research centres calculated a second time, straight down, with nothing of the language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


def a_year_later(day: date) -> date:
    """29 February becomes the 28th of the next year."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def calculate(facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether the centre is recognised, and fen (facts as JSON has them)."""
    refused = (False, 0)
    filed = date.fromisoformat(facts["submitted_on"])
    if facts["is_dishonest"] or a_year_later(date.fromisoformat(facts["founded_on"])) > filed:
        return refused
    if facts["high_tech_until"] is None or date.fromisoformat(facts["high_tech_until"]) < filed:
        return refused
    kinds = [right["kind"] for right in facts["ip"]]
    strong = kinds.count("invention") + kinds.count("ic_layout")
    others = kinds.count("utility") + kinds.count("design") + kinds.count("software")
    if strong < 1 and others < 4:
        return refused
    if facts["sales_y1"] == 0 or 100 * facts["rd_y1"] < 3 * facts["sales_y1"] or facts["rd_staff"] < 15:
        return refused
    return True, 20_000_000
