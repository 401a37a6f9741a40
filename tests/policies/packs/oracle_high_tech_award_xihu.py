"""Xihu's award for the high-tech enterprises of 2023 calculated a second time, with nothing of the language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def calculate(facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether complete facts earn the award, and fen."""
    day = facts["certificate_on"]
    met = (
        day is not None
        and day[:4] == "2023"
        and facts["registered_in_district"]
        and facts["account_confirmed"]
        and not facts["is_dishonest"]
        and not facts["serious_violation"]
        and not any(a["kind"] == "high_tech" and a["certificate_day"] == day for a in facts["prior_awards"])
    )
    return bool(met), 30_000_000 if met else 0
