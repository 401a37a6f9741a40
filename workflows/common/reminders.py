"""Reminders before a deadline, and escalation to the unit's leader after it: each once a deadline, by the clock's actor.

Neither moves the matter: silence never passes anything. A provisional day fires nothing; a day that is counted again is
a new deadline.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from django import forms
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from subsidy.accounts.enums import Role
from subsidy.accounts.services import system_actor
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.calendars.selectors import working_calendar
from subsidy.work.models import Hand, WorkItem
from workflows.common import door
from workflows.common.acts import Act, ActForm
from workflows.common.jobs import ORIGIN
from workflows.common.refusals import NotFound, Refused, WrongState
from workflows.common.subjects import kind_named, kinds
from workflows.common.telling import people_of_role, title_of
from workflows.common.turn import Turn

REMIND, ESCALATE = "remind_due", "escalate_overdue"
REMIND_DAYS = 2
"""Working days before a deadline on which whoever must act is reminded."""

log = logging.getLogger(__name__)


class TaskForm(ActForm):
    task = forms.IntegerField()


def remind(turn: Turn) -> None:
    """Record that whoever the task waits for is reminded of its day."""
    item = _item(turn)
    if item.due_on < turn.now.on:
        raise WrongState(_("This deadline is over already."))
    _note(turn, item)


def escalate(turn: Turn) -> None:
    """Record that the task is overdue and goes to the leader of its unit; it stays where it is."""
    item = _item(turn)
    if item.due_on >= turn.now.on:
        raise WrongState(_("This deadline is not over yet."))
    unit = item.pool.unit_id if item.pool is not None else None
    leaders = people_of_role(item.authority_id, Role.LEADER, unit, turn.now.on)
    if not leaders:
        log.error("%s %s is overdue and its bureau has no leader to tell", turn.kind, turn.subject.pk)
    turn.record(leaders=sorted(leaders))
    _note(turn, item)


def _item(turn: Turn) -> WorkItem:
    """The open work item that is spoken of (NotFound when it is done, WrongState while its day may still move)."""
    items = WorkItem.objects.select_related("pool").filter(subject_kind=turn.kind, subject_id=turn.subject.pk)
    item: WorkItem | None = items.filter(task_id=turn.data["task"]).first()
    if item is None:
        raise NotFound
    if item.due_provisional:
        raise WrongState(_("This deadline is provisional until the calendar of its year is published."))
    return item


def _note(turn: Turn, item: WorkItem) -> None:
    what = title_of(kind_named(turn.kind), turn.subject, item.node)
    turn.record(task=item.task_id, node=item.node, what=what, due_on=item.due_on)


REMINDERS = (
    Act(REMIND, _("Remind of a deadline"), remind, system=True, versioned=False, form=TaskForm),
    Act(ESCALATE, _("Report an overdue task"), escalate, system=True, versioned=False, form=TaskForm),
)


def run_reminders(now: Moment) -> list[tuple[str, str, int]]:
    """Remind and escalate what is due; returns (act, kind, matter). Safe to repeat: once a task and day.

    Each is a transaction of its own; one that is refused holds up no other, and is reported at the end.
    """
    until = working_calendar().add_working_days(now.on, REMIND_DAYS).on
    soon = WorkItem.objects.filter(due_on__gte=now.on, due_on__lte=until)
    over = WorkItem.objects.filter(due_on__lt=now.on)
    done, faults = [], []
    for act, items in ((REMIND, soon), (ESCALATE, over)):
        found = _unmarked(items.filter(due_provisional=False, subject_kind__in=_kinds()), act).order_by("id")
        for task, kind, pk, due in found.values_list("task_id", "subject_kind", "subject_id", "due_on"):
            try:
                _act(act, kind, pk, task, due, now)
            except Refused as refusal:
                log.error("%s of task %s of %s %s: %s", act, task, kind, pk, refusal)
                faults.append(refusal)
            else:
                done.append((act, kind, pk))
    if faults:
        raise ExceptionGroup("some deadlines could not be told; see the log for their matters", faults)
    return done


def _kinds() -> Sequence[str]:
    return [kind.name for kind in kinds() if kind.free_act(REMIND) is not None]


def _unmarked(items: QuerySet[WorkItem], act: str) -> QuerySet[WorkItem]:
    """The items without a hand of this act for their day: its key is natural."""
    key = Concat(Value(f"{act}:"), Cast("task_id", CharField()), Value(":"), Cast("due_on", CharField()))
    marked = Hand.objects.filter(key=OuterRef("deadline_key"))
    return items.annotate(deadline_key=key).exclude(Exists(marked))


def _act(act: str, kind: str, pk: int, task: int, due: dt.date, now: Moment) -> None:
    door.perform(
        kind,
        pk,
        act,
        actor=system_actor("system:clock"),
        now=now,
        key=f"{act}:{task}:{due.isoformat()}",
        data={"task": task},
        origin=ORIGIN,
    )


@app.periodic(cron="12,42 * * * *")
@app.task(name="run_reminders", queueing_lock="run_reminders")
def run_reminders_job(timestamp: int) -> None:
    """Twice an hour, so that a calendar that was imported meanwhile is counted first."""
    run_reminders(business_now())
