"""The business clock. Only entries (screens, API, commands, jobs) ask it; everything below is given a Moment.

In a real installation business time is the database's own. In demo and training mode it is stored, and stands still
between moves: every act of one demo day bears the same instant. Events are therefore told apart, and put in order, by
their sequence (`Event.seq` within a stream, `Event.id` across streams), never by their time.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection

from subsidy.audit.moment import ZONE, Moment
from subsidy.calendars.selectors import working_calendar
from subsidy.calendars.services import clock_move, refuse_outside_demo

OPENING = dt.time(9, 0)

# The time of the statement, not of the transaction: an entry may ask inside a transaction that began long before.
_NOW = "SELECT statement_timestamp(), (SELECT now FROM calendars_businessclock WHERE id = 1)"


def business_now() -> Moment:
    """Business time and real time, in one query.

    Raises ClockRefusedError when the database carries a demo's clock and this process is not in demo mode: a real
    installation must not run on a clock that stands still.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NOW)
        real, stored = cursor.fetchone()
    if stored is None:
        return Moment(at=real, real=real)
    refuse_outside_demo()
    return Moment(at=stored, real=real)


def advance_to_next_working_day(now: Moment) -> Moment:
    """Move the demo's clock from `now` to 09:00 (Asia/Shanghai) of the next working day and return that moment.

    Raises ClockRefusedError outside demo mode, or when the clock no longer stands at `now`.
    """
    refuse_outside_demo()
    following = working_calendar().next_working_day(now.on)
    to = dt.datetime.combine(following, OPENING, tzinfo=ZONE)
    clock_move(seen=now.at, to=to)
    return Moment(at=to, real=now.real)
