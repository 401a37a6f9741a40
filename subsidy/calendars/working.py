"""Working days, as a pure value: no clock, no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Count = Literal["exclusive", "inclusive"]
"""Whether the day on which a period starts is counted: Civil Code Art. 201 excludes it, a notice may include it."""

ONE_DAY = dt.timedelta(days=1)
FRIDAY = 4


@dataclass(frozen=True)
class Due:
    """A day counted in working days; `provisional` while the count leaves the published calendar.

    Nothing irreversible (lapse, close of a notice, silence) may fire on a provisional day; it is computed again when
    the next calendar is imported.
    """

    on: dt.date
    provisional: bool


@dataclass(frozen=True)
class WorkingCalendar:
    """The working days of a published range and, beyond it, plain weekdays.

    `first` and `last` are the first and last published day (both None: nothing is published); `exceptions` says for
    the days that differ from Monday to Friday whether they are working days: holidays False, make-up days True.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    exceptions: Mapping[dt.date, bool] = field(default_factory=lambda: MappingProxyType({}))

    def is_published(self, day: dt.date) -> bool:
        """Whether the day lies in the published range, so that what is said of it is final."""
        return self.first is not None and self.last is not None and self.first <= day <= self.last

    def is_working(self, day: dt.date) -> bool:
        """Whether people work on that day; beyond the published range a guess from the weekday."""
        return self.exceptions.get(day, day.weekday() <= FRIDAY)

    def next_working_day(self, day: dt.date) -> dt.date:
        """The first working day after `day`, never `day` itself."""
        following = day + ONE_DAY
        while not self.is_working(following):
            following += ONE_DAY
        return following

    def add_working_days(self, start: dt.date, days: int, count: Count = "exclusive") -> Due:
        """The last day of a period of `days` working days from `start`.

        `exclusive` counts from the day after `start`; `inclusive` counts `start` itself when it is a working day.
        Raises ValueError unless `days` is at least 1 and `count` is one of the two.
        """
        if days < 1:
            raise ValueError(f"a period has at least one working day, not {days}; correct the policy's deadline")
        if count not in ("exclusive", "inclusive"):
            raise ValueError(f"count is 'exclusive' or 'inclusive', not {count!r}; correct the policy's deadline")
        day = start - ONE_DAY if count == "inclusive" else start
        for _ in range(days):
            day = self.next_working_day(day)
        return Due(on=day, provisional=not (self.is_published(start) and self.is_published(day)))

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """Working days after `start` up to and including `end`: the inverse of the exclusive count.

        Negative when `end` lies before `start`, so that an overdue deadline shows by how many working days.
        """
        if end < start:
            return -self.working_days_between(end, start)
        days = (start + dt.timedelta(days=offset) for offset in range(1, (end - start).days + 1))
        return sum(map(self.is_working, days))
