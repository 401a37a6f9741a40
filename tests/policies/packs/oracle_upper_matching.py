"""The matching of upper-level money calculated a second time, straight down, with nothing of the language.

Facts as JSON has them: fen, ISO days, true and false; `receipts` a list of objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


def owed(facts: Mapping[str, Any], day: str) -> tuple[bool, int]:
    """Return whether money arrived by `day`, and the whole yuan (in fen) owed on what arrived and was not taken back."""
    arrived, total = False, 0
    for receipt in facts["receipts"]:
        if date.fromisoformat(receipt["booked_on"]) > date.fromisoformat(day):
            continue
        if receipt["kind"] == "paid":
            arrived = True
            total += receipt["booked"]
        else:
            total -= receipt["booked"]
    total = min(max(total, 0), facts["upper_granted"])
    return arrived, total - total % 100


def first(facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether the first reckoning matches, and fen."""
    if facts["is_dishonest"] or facts["serious_violation"] or facts["research_misconduct"]:
        return False, 0
    if not (facts["registered_in_district"] and facts["legal_person"] and facts["leads_project"]):
        return False, 0
    if facts["project_ended"] or facts["matched_elsewhere"] or facts["upper_level"] == "other":
        return False, 0
    arrived, fen = owed(facts, facts["matched_on"])
    return (True, fen) if arrived else (False, 0)


def later(facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether a later reckoning matches, and the fen owed so far."""
    if facts["is_dishonest"] or facts["serious_violation"] or facts["research_misconduct"]:
        return False, 0
    if not (facts["registered_in_district"] and facts["legal_person"] and facts["leads_project"]):
        return False, 0
    if facts["matched_elsewhere"]:
        return False, 0
    return True, owed(facts, facts["counted_on"])[1]
