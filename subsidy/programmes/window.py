"""The filing window of a call: what holds at an instant, and how people read it.

A window is half open: at `closes_at` filing is refused. A window that ends on a day ends at 24:00 of that day and is
shown as 23:59, the last minute at which one may file. All of it is in the bureau's time zone (Asia/Shanghai).
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from policies.language import Pack
from subsidy.audit.moment import ZONE
from subsidy.calendars.selectors import working_calendar
from subsidy.programmes.enums import CallState, Filing
from subsidy.programmes.models import Call

ONE_MINUTE = dt.timedelta(minutes=1)
ONE_DAY = dt.timedelta(days=1)


def end_of_day(day: dt.date) -> dt.datetime:
    """24:00 of a day: the first instant of the next."""
    return dt.datetime.combine(day + ONE_DAY, dt.time(), tzinfo=ZONE)


def whole_minute(end: dt.datetime) -> dt.datetime:
    """The end of a window as it is kept: what was entered as 23:59 means the whole day, to 24:00."""
    local = end.astimezone(ZONE)
    return (
        end_of_day(local.date()) if (local.hour, local.minute) == (23, 59) else local.replace(second=0, microsecond=0)
    )


def last_minute_before(end: dt.datetime) -> dt.datetime:
    """The last minute before an end: 23:59 of the day before for an end at midnight."""
    return end - ONE_MINUTE


def last_minute(call: Call) -> dt.datetime:
    """The last minute of filing."""
    return last_minute_before(call.closes_at)


def last_day(call: Call) -> dt.date:
    """The day of that minute in the bureau's time zone."""
    return last_minute(call).astimezone(ZONE).date()


def state_of(call: Call, at: dt.datetime) -> CallState:
    """Where the call stands at that instant."""
    if call.cancelled_at is not None:
        return CallState.CANCELLED
    if at < call.opens_at:
        return CallState.LATER
    return CallState.OPEN if at < call.closes_at else CallState.CLOSED


def in_state(state: str, at: dt.datetime) -> Q:
    """The calls that stand there at that instant (KeyError for a state that there is not)."""
    if state == CallState.CANCELLED:
        return Q(cancelled_at__isnull=False)
    times = {
        CallState.LATER: Q(opens_at__gt=at),
        CallState.OPEN: Q(opens_at__lte=at, closes_at__gt=at),
        CallState.CLOSED: Q(closes_at__lte=at),
    }
    return times[CallState(state)] & Q(cancelled_at__isnull=True)


def drafts_close_at(call: Call, pack: Pack) -> dt.datetime:
    """The first instant at which a draft that was begun within the window is refused.

    The grace of the policy is counted in working days from the day after the last day of filing; without one it is the
    end of the window itself.
    """
    grace = pack.route.filing.draft_grace_days
    if not grace:
        return call.closes_at
    return end_of_day(working_calendar().add_working_days(last_day(call), grace).on)


def collected_until(call: Call, place: int) -> dt.datetime | None:
    """Before when an application must have been filed to be decided in the round at that place (from 0).

    None: the round takes whatever waits, as the last one does, and those of a call without cut-offs.
    """
    return call.cut_offs[place] if place < len(call.cut_offs) else None


def round_may_open(call: Call, pack: Pack, place: int, at: dt.datetime) -> bool:
    """Whether the round at that place (from 0) may be opened.

    Continuous filing need not have ended; a cut-off must have passed, or else the window with the grace of its drafts.
    """
    if call.cancelled_at is not None:
        return False
    if call.filing == Filing.CONTINUOUS:
        return at >= call.opens_at
    return at >= (collected_until(call, place) or drafts_close_at(call, pack))
