"""The award for provincial technology SMEs calculated a second time, with nothing of the language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def calculate(facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether complete facts earn the award, and fen."""
    if facts["recognised_on"] is None or facts["recognised_on"] > facts["decided_on"]:
        return False, 0
    if facts["is_dishonest"] or facts["serious_violation"]:
        return False, 0
    if not facts["registered_in_district"] or not facts["account_confirmed"]:
        return False, 0
    if "provincial_tech_sme" in [award["kind"] for award in facts["prior_awards"]]:
        return False, 0
    return True, 1_000_000
