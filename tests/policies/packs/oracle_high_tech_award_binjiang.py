"""Binjiang's award for high-tech enterprises calculated a second time, with nothing of the language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


def a_year_after(day: date) -> date:
    """29 February of a year that has none becomes the 28th."""
    return (
        day.replace(year=day.year + 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)
    )


def lately(day: str | None, decided: date) -> tuple[bool, bool]:
    """Whether something happened by the decision, and whether its anniversary had not passed."""
    if day is None:
        return False, False
    happened = date.fromisoformat(day)
    return happened <= decided, decided <= a_year_after(happened)


def calculate(facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether complete facts earn the award, and fen."""
    decided = date.fromisoformat(facts["decided_on"])
    issued, moved = lately(facts["certificate_on"], decided), lately(facts["moved_in_on"], decided)
    awarded = {a["certificate_day"] for a in facts["prior_awards"] if a["kind"] == "high_tech"}
    met = (
        facts["registered_in_district"]
        and not facts["is_dishonest"]
        and facts["certificate_until"] is not None
        and facts["certificate_until"] >= facts["decided_on"]
        and facts["certificate_on"] is not None
        and facts["certificate_on"] not in awarded
        and ((facts["recognition"] == "first" and all(issued)) or all(moved))
    )
    return bool(met), 30_000_000 if met else 0
