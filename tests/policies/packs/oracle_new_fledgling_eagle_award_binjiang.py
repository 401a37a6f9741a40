"""Binjiang's award calculated a second time, straight down, with nothing of the language (facts as JSON has them)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def calculate(facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether the award is due, and fen."""
    until = facts["title_until"]
    # ISO days compare as texts.
    fine = (
        not facts["is_dishonest"]
        and not facts["serious_violation"]
        and not facts["paid_before"]
        and facts["registered_in_district"]
        and until is not None
        and until >= facts["submitted_on"]
    )
    new = [facts["title_from"], facts["moved_in_on"]]
    if fine and any(day is not None and day >= "2024-01-01" for day in new):
        return True, 100_000_000
    return False, 0
