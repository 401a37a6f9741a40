"""Writers of the working-day calendar and of the stored business clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from subsidy.audit.moment import ZONE
from subsidy.calendars.models import BusinessClock, CalendarDay
from subsidy.calendars.published import published_days, published_years

CLOCK_START = dt.datetime(2024, 3, 4, 9, 0, tzinfo=ZONE)
"""A Monday inside the published calendar and inside the time of the demo's policies."""


class ClockRefusedError(Exception):
    """The stored clock may not be used or moved in this way; `zh` and `en` say what to do next."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh, self.en = zh, en


@dataclass(frozen=True)
class CalendarChange:
    """What an import does: the days it adds, and those already held that it changes (None of it: up to date)."""

    first: dt.date
    last: dt.date
    added: tuple[dt.date, ...]
    changed: tuple[dt.date, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed)


def calendar_import(*, years: Iterable[int] | None = None, commit: bool = True) -> CalendarChange:
    """Bring the calendar up to what the State Council has published; safe to repeat.

    `years`: all published ones by default. With `commit=False` nothing is written. Raises ValueError for a year that
    is not published, or when the import would leave a gap between years.
    """
    wanted = tuple(sorted(years if years is not None else published_years()))
    days = {each.day: each for each in published_days(wanted)}
    if not days:
        raise ValueError("没有要导入的年份；请至少给出一年。\nNo year to import; name at least one.")
    with transaction.atomic():
        held = {row.day: row for row in CalendarDay.objects.select_for_update().order_by("day")}
        _refuse_gap({*(day.year for day in held), *wanted})
        added = [day for day in days if day not in held]
        changed = [
            day
            for day, row in held.items()
            if day in days and (row.is_working, row.name) != (days[day].is_working, days[day].name)
        ]
        if commit:
            rows = [CalendarDay(day=day, is_working=days[day].is_working, name=days[day].name) for day in days]
            by_day = {row.day: row for row in rows}
            CalendarDay.objects.bulk_create([by_day[day] for day in added], batch_size=5000)
            CalendarDay.objects.bulk_update([by_day[day] for day in changed], ["is_working", "name"], batch_size=1000)
    return CalendarChange(min(days), max(days), tuple(added), tuple(changed))


def _refuse_gap(years: set[int]) -> None:
    missing = sorted(set(range(min(years), max(years) + 1)) - years)
    if missing:
        listed = "、".join(map(str, missing))
        raise ValueError(
            f"日历会缺少 {listed} 年，期限无法跨年计算；请一并导入。\n"
            f"The calendar would lack {', '.join(map(str, missing))}; import those years as well."
        )


def refuse_outside_demo() -> None:
    """The stored clock belongs to demo and training mode alone. Raises ClockRefusedError elsewhere."""
    if not settings.DEMO_MODE:
        raise ClockRefusedError(
            "只有演示模式才能使用可移动的业务时钟；正式系统以数据库时间为准。",
            "Only demo mode has a clock that can be moved; a real installation goes by the database's time.",
        )


def clock_start(*, at: dt.datetime = CLOCK_START) -> BusinessClock:
    """Give the demo its clock, once: a clock that already runs is left where people have moved it."""
    refuse_outside_demo()
    clock, _ = BusinessClock.objects.get_or_create(id=1, defaults={"now": at})
    return clock


def clock_move(*, seen: dt.datetime, to: dt.datetime) -> None:
    """Move the stored clock from the instant that the caller saw to a later one.

    Raises ClockRefusedError outside demo mode, when there is no stored clock, when someone else has moved it
    meanwhile, or when `to` does not lie after `seen`: business time never runs backwards.
    """
    refuse_outside_demo()
    if to <= seen:
        raise ClockRefusedError(
            "业务时钟只能向前移动；请选择更晚的时间。",
            "The business clock only moves forward; choose a later time.",
        )
    # The condition is the lock: of two people who press at once, one moves the clock and the other is told.
    if not BusinessClock.objects.filter(id=1, now=seen).update(now=to):
        raise ClockRefusedError(
            "业务时钟刚刚已被移动（或尚未启用）；请刷新页面，核对日期后再试。",
            "The business clock has just been moved (or was never started); reload, look at the date and try again.",
        )
