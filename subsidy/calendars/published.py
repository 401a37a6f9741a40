"""What the State Council has published, as the library chinesecalendar knows it (from 2004)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import chinese_calendar
from chinese_calendar import Holiday

# A year counts as published only when its list reaches from the first to the last fixed holiday: a list of which
# a few days are known must not pass for a calendar without holidays.
LANDMARKS = frozenset({Holiday.new_years_day, Holiday.spring_festival, Holiday.national_day})


@dataclass(frozen=True)
class PublishedDay:
    """One calendar day; `name` is the Chinese name of the holiday that makes it a day off or a make-up day."""

    day: dt.date
    is_working: bool
    name: str


def published_years() -> tuple[int, ...]:
    """The years whose calendar is complete, in order.

    Raises ValueError when they leave a gap: deadlines could not be counted across it.
    """
    known: dict[int, set[Holiday]] = {}
    for day, holiday in chinese_calendar.holidays.items():
        known.setdefault(day.year, set()).add(Holiday(holiday))
    years = tuple(sorted(year for year, seen in known.items() if seen >= LANDMARKS))
    if not years or years != tuple(range(years[0], years[-1] + 1)):
        raise ValueError(f"the calendar library knows {years}, with a year missing; install a complete release of it")
    return years


def published_days(years: Iterable[int]) -> Iterator[PublishedDay]:
    """Every day of the given years, in order. Raises ValueError for a year that is not published."""
    available = published_years()
    for year in sorted(years):
        if year not in available:
            raise ValueError(
                f"{year} 年的节假日安排尚未收录（已有 {available[0]}–{available[-1]}）；请升级 chinesecalendar。\n"
                f"The calendar of {year} is not known ({available[0]}–{available[-1]} are); upgrade chinesecalendar."
            )
        day = dt.date(year, 1, 1)
        while day.year == year:
            yield _published_day(day)
            day += dt.timedelta(days=1)


def _published_day(day: dt.date) -> PublishedDay:
    holiday = chinese_calendar.holidays.get(day) or chinese_calendar.workdays.get(day)
    return PublishedDay(day, chinese_calendar.is_workday(day), Holiday(holiday).chinese if holiday else "")
