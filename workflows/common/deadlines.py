"""Deadlines in working days, computed from events; no counter that a job must bump."""

from __future__ import annotations

import datetime as dt
from typing import cast

from subsidy.calendars.selectors import working_calendar
from subsidy.calendars.working import Count, Due


def working_days_after(start: dt.date, days: int, *, count: str = "exclusive") -> Due:
    """The last day of a period of `days` working days; `count` exclusive leaves the first day out.

    Raises ValueError for another count, as a policy might write it.
    """
    return working_calendar().add_working_days(start, days, cast(Count, count))
