"""Background steps of a case: its letters are printed after the act that calls for them has committed."""

from __future__ import annotations

from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from workflows.common import door
from workflows.common.door import Outcome
from workflows.common.jobs import ORIGIN, RETRY


def issue_letter(case_id: int, kind: str, *, now: Moment) -> Outcome:
    """Issue one letter, once a case and kind however often it is asked for. Raises Refused as the door does."""
    return door.perform(
        "case",
        case_id,
        "issue_letter",
        actor=system_actor("system:letters"),
        now=now,
        key=f"issue_letter:{case_id}:{kind}",
        data={"kind": kind},
        origin=ORIGIN,
    )


@app.task(name="issue_letter", retry=RETRY)
def issue_letter_job(case_id: int, kind: str) -> None:
    issue_letter(case_id, kind, now=business_now())
