"""Xihu's award for national prizes calculated a second time, straight down, with nothing of the language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WAN = 1_000_000  # 1万元 in fen


def calculate(facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether an award is due, and fen (facts as JSON has them)."""
    # ISO days compare as texts.
    timely = "2024-01-01" <= facts["conferred_on"] <= facts["submitted_on"]
    if facts["is_dishonest"] or not facts["registered_in_district"] or not timely:
        return False, 0
    if facts["prize"] == "other" or facts["prize_class"] == "other":
        return False, 0
    full = 500 * WAN if facts["prize_class"] == "first" else 200 * WAN
    if facts["unit_rank"] == 1:
        return True, full
    return True, full // 2 if facts["unit_rank"] == 2 else full * 3 // 10
