"""On which days an undertaking is checked. Pure; plain calendar days, as policies write them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from policies.language.core import shift_day
from policies.language.model import Pack, Undertaking


@dataclass(frozen=True, slots=True)
class Check:
    """One day by which an undertaking must be done, or until which it is to be kept."""

    undertaking: Undertaking
    due: date


def checks(pack: Pack, *, awarded_on: date) -> tuple[Check, ...]:
    """Return the checks that an award brings with it, by day; what an event starts is not among them.

    A day of the year returns for as many years as are written; where none are, until the title that the award confers
    ends, and once where it confers none. The day of the award itself is no such day.
    """
    found = [
        Check(one, due) for one in pack.undertakings if one.after == "award" for due in _days(pack, one, awarded_on)
    ]
    return tuple(sorted(found, key=lambda check: (check.due, check.undertaking.id)))


def due_after(undertaking: Undertaking, occurred_on: date) -> date:
    """Return the last day of a span that begins with what happened on `occurred_on`. Raises ValueError for a yearly day."""
    number, _space, unit = undertaking.due.partition(" ")
    if not unit:
        raise ValueError(f"found the undertaking {undertaking.id} due {undertaking.due}; expected a span")
    months = {"days": 0, "months": 1, "years": 12}[unit] * int(number)
    return date.fromordinal(shift_day(occurred_on.toordinal(), months, int(number) if unit == "days" else 0))


def _days(pack: Pack, one: Undertaking, awarded_on: date) -> Iterator[date]:
    if " " in one.due:
        yield due_after(one, awarded_on)
        return
    month, day = (int(part) for part in one.due.split("-"))
    first = awarded_on.year + ((month, day) <= (awarded_on.month, awarded_on.day))
    years = one.years or 1
    last = None
    if not one.years and pack.recognition is not None:
        last = pack.recognition.last_day(awarded_on)
        years = last.year - first + 1
    for year in range(first, first + years):
        due = _day(year, month, day)
        if last is None or due <= last:
            yield due


def _day(year: int, month: int, day: int) -> date:
    """The day, or 28 February of a year that has no 29th."""
    return date(year, month, min(day, monthrange(year, month)[1]))
