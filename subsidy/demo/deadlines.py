"""What falls due when the demo's clock moves on: the deadline jobs of the routes, in the order in which they run."""

from __future__ import annotations

from subsidy.audit.moment import Moment
from subsidy.demo.next_day import Deadlines
from workflows.case.jobs import look_after_service
from workflows.case.lapsing import lapse_due
from workflows.case.panel_jobs import close_due_panels
from workflows.case.titles import run_titles
from workflows.common.reminders import run_reminders
from workflows.round.jobs import close_due_notices


def _close_notices(now: Moment) -> None:
    close_due_notices(now)


def _close_panels(now: Moment) -> None:
    close_due_panels(now)


def _look_after_service(now: Moment) -> None:
    look_after_service(now)


def _lapse(now: Moment) -> None:
    lapse_due(now)


def _remind(now: Moment) -> None:
    run_reminders(now)


def _look_after_titles(now: Moment) -> None:
    run_titles(now)


DEADLINES: tuple[Deadlines, ...] = (
    _close_notices,
    _close_panels,
    _look_after_service,
    _lapse,
    _remind,
    _look_after_titles,
)


def run_deadlines(now: Moment) -> None:
    """Run every deadline job for this moment."""
    for run in DEADLINES:
        run(now)
