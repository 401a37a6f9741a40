"""Makers' spaces judged a second time, with nothing of the language."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from typing import Any


def recognised(facts: Mapping[str, Any]) -> bool:
    """Whether complete facts make a makers' space of the lower level or the higher."""
    return level(facts) is not None


def level(facts: Mapping[str, Any]) -> str | None:
    """The level that complete facts reach, None without one."""
    conditions = (
        not facts["is_dishonest"],
        _after_18_months(dt.date.fromisoformat(facts["opened_on"])) <= dt.date.fromisoformat(facts["submitted_on"]),
        int(facts["floor_area"]) >= 500 or facts["desks"] >= 30,
        int(facts["shared_area"]) * 8 >= int(facts["floor_area"]) * 6,
        facts["founded"] >= 10 or facts["financed"] >= 5,
        facts["good_examples"] > 2 and min(facts["staff"], facts["mentors"]) > 2,
        facts["events"] >= 10 and facts["statistics_reported"],
        facts["teams"] >= 20,
    )
    if not all(conditions):
        return None
    return "model" if facts["teams"] >= 40 and facts["financed"] >= 10 else "standard"


def stands(facts: Mapping[str, Any]) -> bool:
    """Whether the yearly test is passed."""
    busy = facts["teams_now"] >= 20 and facts["events_now"] >= 10
    return bool(busy and facts["statistics_now"] and not facts["is_dishonest"])


def _after_18_months(day: dt.date) -> dt.date:
    month, year = (day.month + 5) % 12 + 1, day.year + (2 if day.month > 6 else 1)
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
