"""Background steps of a round: its papers, and the end of its public notice."""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.correspondence.models import LetterKind
from subsidy.decisions.enums import DecreeKind, RoundState
from subsidy.decisions.models import Decree, Notice
from workflows.common import door
from workflows.common.door import Outcome
from workflows.common.jobs import ORIGIN, RETRY
from workflows.common.refusals import Refused

log = logging.getLogger(__name__)


def issue_round_paper(round_id: int, kind: LetterKind, *, now: Moment, decree_id: int | None = None) -> Outcome:
    """Print the notice list or a decree of a round (the main one unless named), once. Raises Refused as the door does."""
    if kind == LetterKind.DECREE and decree_id is None:
        decree_id = Decree.objects.get(round=round_id, kind=DecreeKind.MAIN).pk
    return door.perform(
        "round",
        round_id,
        "issue_paper",
        actor=system_actor("system:letters"),
        now=now,
        key=f"issue_paper:{round_id}:{kind.value}" + (f":{decree_id}" if decree_id else ""),
        data={"kind": kind.value, "decree": decree_id},
        origin=ORIGIN,
    )


@app.task(name="issue_notice_papers", retry=RETRY)
def issue_notice_papers(round_id: int) -> None:
    issue_round_paper(round_id, LetterKind.NOTICE_LIST, now=business_now())


@app.task(name="issue_decree_papers", retry=RETRY)
def issue_decree_papers(round_id: int, decree_id: int | None = None) -> None:
    issue_round_paper(round_id, LetterKind.DECREE, now=business_now(), decree_id=decree_id)


def close_due_notices(now: Moment) -> list[str]:
    """Close every notice whose last day is over; returns the numbers of their rounds. Safe to repeat.

    A notice whose end is provisional stays open until the calendar of that year has been imported. Each is closed in
    a transaction of its own; one that is refused holds up no other, and is reported when all have been tried.
    """
    due = Notice.objects.filter(
        closed_at__isnull=True, ends_provisional=False, ends_on__lt=now.on, round__state=RoundState.ON_NOTICE
    ).select_related("round")
    closed: list[str] = []
    faults: list[Refused] = []
    for notice in due.order_by("ends_on", "id"):
        try:
            door.perform(
                "round",
                notice.round_id,
                "close_notice",
                actor=system_actor("system:clock"),
                now=now,
                key=f"close_notice:{notice.pk}",
                origin=ORIGIN,
            )
        except Refused as refusal:
            log.error("notice of round %s was not closed: %s", notice.round.number, refusal)
            faults.append(refusal)
        else:
            closed.append(notice.round.number)
    if faults:
        raise ExceptionGroup("some notices could not be closed; see the log for their rounds", faults)
    return closed


@app.periodic(cron="7,37 * * * *")
@app.task(name="close_due_notices", queueing_lock="close_due_notices")
def close_due_notices_job(timestamp: int) -> None:
    """Twice an hour; what one run could not do is still due in the next."""
    close_due_notices(business_now())
