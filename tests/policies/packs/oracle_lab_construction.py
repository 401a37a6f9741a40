"""The construction money of laboratories calculated a second time, straight down, with nothing of the language.

Facts as JSON has them: fen, ISO days, true and false.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

HUNDREDTHS = {"excellent": 100, "good": 80, "pass": 60, "fail": 0}


def trusted(facts: Mapping[str, Any]) -> bool:
    """Whether no veto applies to the host."""
    return not (facts["is_dishonest"] or facts["serious_violation"] or facts["research_misconduct"])


def agreed(facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether the agreement may be paid, and its fen."""
    whole_yuan = facts["agreed_money"] - facts["agreed_money"] % 100
    if not trusted(facts) or not (facts["lab_listed"] and facts["host_is_legal_person"] and facts["meeting_approved"]):
        return False, 0
    if facts["agreed_money"] == 0 or facts["agreed_money"] > facts["construction_budget"]:
        return False, 0
    if date.fromisoformat(facts["ends_on"]) <= date.fromisoformat(facts["signed_on"]):
        return False, 0
    return True, whole_yuan


def reached(facts: Mapping[str, Any], stage: str) -> bool:
    """Whether the mid-term check or the acceptance is passed."""
    day = {"mid_term": "checked_on", "acceptance": "accepted_on"}[stage]
    if not trusted(facts) or date.fromisoformat(facts[day]) > date.fromisoformat(facts["ends_on"]):
        return False
    if stage == "mid_term":
        return bool(facts["mid_term_goals"] and facts["mid_term_audit"])
    return bool(facts["mid_term_done"] and facts["final_goals"] and facts["final_audit"])


def due(fen: int, mid_term: str | None, final: str | None) -> int:
    """Return the fen owed so far on an agreement over whole ten-yuan sums; None: the milestone is not reached."""
    total = fen * 30 // 100
    if mid_term is not None:
        total += fen * 40 // 100 * HUNDREDTHS[mid_term] // 100
    if final is not None:
        total += fen * 30 // 100 * HUNDREDTHS[final] // 100
    return total
