"""Xihu's award for research platforms calculated a second time, straight down, with nothing of the language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

WAN = 1_000_000  # 1万元 in fen
AWARDS = {
    "national_lab": 150 * WAN,
    "provincial_lab": 100 * WAN,
    "provincial_institute": 100 * WAN,
    "national_centre": 100 * WAN,
    "provincial_centre": 50 * WAN,
    "city_centre": 20 * WAN,
}


def a_year_later(day: date) -> date:
    """29 February becomes the 28th of the next year."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def calculate(facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether an award is due, and fen before what was paid for a lower rung (facts as JSON has them)."""
    refused = (False, 0)
    if facts["is_dishonest"] or facts["serious_violation"] or not facts["registered_in_district"]:
        return refused
    if facts["recognised_on"] is None or facts["platform"] not in AWARDS:
        return refused
    filed, recognised = (date.fromisoformat(facts[name]) for name in ("submitted_on", "recognised_on"))
    if recognised > filed or a_year_later(recognised) < filed:
        return refused
    return True, AWARDS[facts["platform"]]
