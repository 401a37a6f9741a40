"""The deadline of panels: one whose time is over concludes on a quorum, and never without."""

from __future__ import annotations

import logging

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.cases.enums import CaseState
from subsidy.reviews.enums import SeatState
from subsidy.reviews.models import Panel, Seat
from subsidy.work.models import WorkItem
from workflows.case.panel import panel_spec
from workflows.case.panel_acts import due_of
from workflows.case.seating import NODE
from workflows.common import door
from workflows.common.jobs import ORIGIN
from workflows.common.refusals import Refused

log = logging.getLogger(__name__)


def with_quorum() -> QuerySet[Panel]:
    """Panels that sit and have a quorum of scores, and whose chair has not been asked for a note."""
    scored = Q(seats__state=SeatState.SEATED, seats__scored_at__isnull=False)
    asked = Seat.objects.filter(
        panel=OuterRef(OuterRef("pk")), scored_at__isnull=False, expert=OuterRef("assignee"), state=SeatState.SEATED
    )
    notes = WorkItem.objects.filter(Exists(asked), subject_kind="case", subject_id=OuterRef("case"), node=NODE)
    return (
        Panel.objects.filter(concluded_at__isnull=True, case__state=CaseState.UNDER_REVIEW)
        .annotate(scored=Count("seats", filter=scored))
        .filter(~Exists(notes), scored__gte=F("quorum"))
    )


def close_due_panels(now: Moment) -> list[str]:
    """Conclude every panel whose time to score is over and that has a quorum; the numbers of their cases. Safe to repeat.

    Each is concluded in a transaction of its own; one that is refused holds up no other, and is reported at the end.
    """
    closed: list[str] = []
    faults: list[Refused] = []
    for panel in with_quorum().select_related("case__policy_version").order_by("pk"):
        due = due_of(panel, panel_spec(panel.case.policy_version).days)
        if due.on >= now.on or due.provisional:
            continue
        try:
            door.perform(
                "case",
                panel.case_id,
                "close_panel",
                actor=system_actor("system:clock"),
                now=now,
                key=f"close_panel:{panel.pk}:{panel.draws.count()}",
                origin=ORIGIN,
            )
        except Refused as refusal:
            log.error("the panel of case %s was not concluded: %s", panel.case.number, refusal)
            faults.append(refusal)
        else:
            closed.append(panel.case.number)
    if faults:
        raise ExceptionGroup("some panels could not be concluded; see the log for their cases", faults)
    return closed


@app.periodic(cron="12,42 * * * *")
@app.task(name="close_due_panels", queueing_lock="close_due_panels")
def close_due_panels_job(timestamp: int) -> None:
    """Twice an hour, after deadlines were counted again; what one run could not do is still due in the next."""
    close_due_panels(business_now())
