"""The filing window of a call as people read it."""

from __future__ import annotations

import datetime as dt

from subsidy.audit.moment import ZONE
from subsidy.programmes.models import Call

ONE_MINUTE = dt.timedelta(minutes=1)


def last_minute(call: Call) -> dt.datetime:
    """The last minute of filing: a window that ends at midnight reads 23:59 of the day before."""
    return call.closes_at - ONE_MINUTE


def last_day(call: Call) -> dt.date:
    """The day of that minute in the bureau's time zone."""
    return last_minute(call).astimezone(ZONE).date()
