"""The research subsidy calculated a second time, straight down, with nothing of the language.

Facts as JSON has them: fen, ISO days, true and false, null for absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

WAN = 1_000_000  # 1万元 in fen
PER_MILLE = {"a": 50, "b": 40, "c": 30}


def running(until: str | None, on: str) -> bool:
    """Whether a title that ends on `until` still runs on the day `on`."""
    return until is not None and date.fromisoformat(until) >= date.fromisoformat(on)


def calculate(facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether a subsidy is due, and fen."""
    refused = (False, 0)
    if facts["is_dishonest"] or facts["serious_violation"] or facts["abnormal_operation"] or facts["major_incident"]:
        return refused
    if not facts["registered_in_district"] or not facts["legal_person"] or facts["city_subsidy"]:
        return refused
    on = facts["submitted_on"]
    if not running(facts["high_tech_until"], on) and not running(facts["tech_sme_until"], on):
        return refused
    if facts["rd_y2"] is None or facts["performance"] == "d":
        return refused
    rise = facts["rd_y1"] - facts["rd_y2"]
    floor, cap = (200 * WAN, 100 * WAN) if facts["above_scale"] else (50 * WAN, 25 * WAN)
    if rise <= floor:
        return refused
    thousandths = rise * PER_MILLE[facts["performance"]]
    return True, min(cap, thousandths // 1000)
