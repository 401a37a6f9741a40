"""The control "next working day" of the demo: the clock moves, then what has fallen due happens."""

from __future__ import annotations

from collections.abc import Callable

from subsidy.audit.moment import Moment
from subsidy.calendars.clock import advance_to_next_working_day, business_now

Deadlines = Callable[[Moment], None]
"""Does everything that is due at the given moment; idempotent, because a repeated day finds it done already."""


def advance(run_deadlines: Deadlines, *, now: Moment | None = None) -> Moment:
    """Move the demo's clock to 09:00 of the next working day, run the deadlines of that moment, and return it.

    `now` is the moment that the caller has already read. The clock has moved, and stays moved, before the deadlines
    run: each of them takes its own locks and commits alone. When one fails the fault is raised; what it left undone
    is still due on the following day. Raises ClockRefusedError outside demo mode and when the clock was moved
    meanwhile by somebody else.
    """
    moved = advance_to_next_working_day(now or business_now())
    run_deadlines(moved)
    return moved
