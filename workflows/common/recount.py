"""Deadlines that lay beyond the published calendar, counted again when the calendar of their year has been imported.

Nothing irreversible fires on a provisional day; when it becomes final, whatever waits for it goes on. Each matter is
counted again through the door, from the day from which it was counted first, and its event says the day before and after.
"""

from __future__ import annotations

import datetime as dt
import logging

from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.calendars.selectors import working_calendar
from subsidy.decisions.models import Notice
from subsidy.work.models import WorkItem
from workflows.common import door
from workflows.common.jobs import ORIGIN
from workflows.common.refusals import Refused
from workflows.common.turn import Origin, Passage, Turn

RECOUNT = "recount_due"
log = logging.getLogger(__name__)


def recount_items(turn: Turn) -> None:
    """Count the provisional deadlines of the open work items of this matter again, each from when it came to wait."""
    tasks = {task.pk: task for task in turn.open_tasks}
    items = WorkItem.objects.filter(subject_kind=turn.kind, subject_id=turn.subject.pk, due_provisional=True)
    days: dict[str, list[dt.date]] = {}
    for item in items.order_by("id"):
        task = tasks.get(item.task_id)
        if task is None or task.flow_task.due is None:
            continue
        due = task.flow_task.due(_as_then(turn, item))
        days[item.node] = [item.due_on, due.on]
        item.due_on, item.due_provisional = due.on, due.provisional
        item.save(update_fields=["due_on", "due_provisional"])
    if days:
        turn.record(days=days)


def _as_then(turn: Turn, item: WorkItem) -> Turn:
    """The turn as it was when the work item was made: its deadline is reckoned from that moment."""
    then = Moment(at=item.created_at, real=item.created_at)
    passage = Passage(actor=turn.actor, now=then, key="", origin=Origin())
    return Turn(passage=passage, kind=turn.kind, subject=turn.subject, act=turn.act, data={})


def recount_provisional(now: Moment) -> list[tuple[str, int]]:
    """Count again what has come within the published calendar; returns the matters. Safe to repeat."""
    last = working_calendar().last
    if last is None:
        return []
    done, faults = [], []
    for kind, pk in _within(last):
        try:
            door.perform(
                kind,
                pk,
                RECOUNT,
                actor=system_actor("system:clock"),
                now=now,
                key=f"{RECOUNT}:{kind}:{pk}:{last.isoformat()}",
                origin=ORIGIN,
            )
        except Refused as refusal:
            log.error("the deadlines of %s %s were not counted again: %s", kind, pk, refusal)
            faults.append(refusal)
        else:
            done.append((kind, pk))
    if faults:
        raise ExceptionGroup("some deadlines could not be counted again; see the log for their matters", faults)
    return done


def _within(last: dt.date) -> list[tuple[str, int]]:
    """The matters with a provisional day that the calendar now covers: of a work item, or of a notice, which has none."""
    items = WorkItem.objects.filter(due_provisional=True, due_on__lte=last)
    notices = Notice.objects.filter(ends_provisional=True, closed_at__isnull=True, ends_on__lte=last)
    rounds = {("round", pk) for pk in notices.values_list("round_id", flat=True)}
    return sorted({*items.values_list("subject_kind", "subject_id"), *rounds})


@app.periodic(cron="2,32 * * * *")
@app.task(name="recount_provisional", queueing_lock="recount_provisional")
def recount_provisional_job(timestamp: int) -> None:
    """Twice an hour, before notices are closed: most runs find nothing in one statement."""
    recount_provisional(business_now())
