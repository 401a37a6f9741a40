"""The working-day calendar, read once a process and again whenever it has changed."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from django.db import connection

from subsidy.calendars.models import CalendarDay
from subsidy.calendars.working import FRIDAY, WorkingCalendar

# The sum over hashed days changes when a holiday is moved within the same range (as the spring of 2020 saw), which
# the range alone would not show. About a millisecond for twenty years.
_FINGERPRINT = """
    SELECT min(day), max(day), count(*), coalesce(sum(hashint4(day - DATE '1970-01-01')) FILTER (WHERE is_working), 0)
    FROM calendars_calendarday
"""


class _Fingerprint(NamedTuple):
    first: dt.date | None
    last: dt.date | None
    days: int
    working: int


def working_calendar() -> WorkingCalendar:
    """The calendar as held now. One query when it is as last read, two when it has changed.

    Raises ValueError when days are missing inside the range: counting over a hole would give wrong deadlines.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FINGERPRINT)
        first, last, days, working = cursor.fetchone()
    return _read(_Fingerprint(first, last, days, int(working)))


@lru_cache(maxsize=4)
def _read(held: _Fingerprint) -> WorkingCalendar:
    if held.first is None or held.last is None:
        return WorkingCalendar()
    if held.days != (held.last - held.first).days + 1:
        raise ValueError(
            "工作日历有缺失的日期；请运行 python manage.py calendar_import --commit。\n"
            "The working-day calendar lacks days; run python manage.py calendar_import --commit."
        )
    rows = CalendarDay.objects.values_list("day", "is_working")
    exceptions = {day: is_working for day, is_working in rows if is_working != (day.weekday() <= FRIDAY)}
    return WorkingCalendar(held.first, held.last, MappingProxyType(exceptions))
