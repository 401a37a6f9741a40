"""Hangzhou's award for high-tech enterprises calculated a second time, with nothing of the language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LIMITS = {"first": 20_000_000, "renewed": 10_000_000}  # fen


def calculate(facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether complete facts earn the award, and fen in whole yuan."""
    awarded = {a["certificate_day"] for a in facts["prior_awards"] if a["kind"] == "high_tech"}
    if not facts["registered_in_city"] or facts["is_dishonest"] or facts["recognition"] is None:
        return False, 0
    if facts["certificate_until"] is None or facts["certificate_until"] < facts["decided_on"]:
        return False, 0
    if facts["certificate_on"] is None or facts["certificate_on"] in awarded:
        return False, 0
    return True, min(LIMITS[facts["recognition"]], facts["planned_award"]) // 100 * 100
