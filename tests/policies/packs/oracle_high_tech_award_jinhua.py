"""Jinhua's award for the high-tech enterprises of 2022 calculated a second time, with nothing of the language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PERCENT = {"a": 100, "b": 80, "c": 60}


def calculate(facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether complete facts earn the award, and the fen of class A."""
    day = facts["certificate_on"]
    met = (
        day is not None
        and day[:4] == "2022"
        and facts["registered_in_district"]
        and not facts["is_dishonest"]
        and not any(a["kind"] == "high_tech" and a["certificate_day"] == day for a in facts["prior_awards"])
    )
    return bool(met), 20_000_000 if met else 0


def advance(fen: int) -> int:
    """Four fifths of the class-C award."""
    return fen * 80 * PERCENT["c"] // 10_000


def after_rating(fen: int, rating: str) -> int:
    """All that is owed to a class."""
    return fen * PERCENT[rating] // 100


def shares(fen: int) -> tuple[int, int]:
    """What city and district bear, in whole thousands of yuan: the larger remainder gets the thousand left over."""
    units, odd = divmod(fen, 100_000)
    city, district = units * 42_354, units * 57_646
    parts = [city // 100_000, district // 100_000]
    if sum(parts) < units:
        parts[0 if city % 100_000 > district % 100_000 else 1] += 1
    return parts[0] * 100_000, parts[1] * 100_000 + odd
