"""Background steps of a payout batch: its cover sheet."""

from __future__ import annotations

from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from workflows.common import door
from workflows.common.door import Outcome
from workflows.common.jobs import ORIGIN, RETRY


def issue_batch_cover(batch_id: int, *, now: Moment) -> Outcome:
    """Print the cover sheet of a released batch, once. Raises Refused as the door does."""
    return door.perform(
        "batch",
        batch_id,
        "issue_cover",
        actor=system_actor("system:letters"),
        now=now,
        key=f"issue_cover:{batch_id}",
        origin=ORIGIN,
    )


@app.task(name="issue_batch_cover", retry=RETRY)
def issue_batch_cover_job(batch_id: int) -> None:
    issue_batch_cover(batch_id, now=business_now())
