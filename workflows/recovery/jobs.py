"""Background steps of a recovery: its notice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from workflows.common import door
from workflows.common.door import Outcome
from workflows.common.jobs import ORIGIN, RETRY


def issue_recovery_notice(recovery_id: int, *, now: Moment) -> Outcome:
    """Print the notice of an ordered recovery, once. Raises Refused as the door does."""
    return door.perform(
        "recovery",
        recovery_id,
        "issue_notice",
        actor=system_actor("system:letters"),
        now=now,
        key=f"issue_recovery_notice:{recovery_id}",
        origin=ORIGIN,
    )


@app.task(name="issue_recovery_notice", retry=RETRY)
def issue_recovery_notice_job(recovery_id: int) -> None:
    issue_recovery_notice(recovery_id, now=business_now())
