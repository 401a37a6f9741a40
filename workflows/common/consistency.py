"""Holds the work items against viewflow's open tasks: the lists read the one, the flows move by the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from viewflow.workflow.models import Task

from subsidy.accounts.models import User
from subsidy.audit.moment import Moment
from subsidy.work.models import WorkItem
from workflows.common.flush import items_of
from workflows.common.subjects import Kind, kinds
from workflows.common.turn import Origin, Passage, Turn

# An open human task and its work item name the same node and, where the task is a seat, the same person.
_COMPARED = """
SELECT t.id, coalesce(t.process_id, 0), i.task_id,
       CASE WHEN i.id IS NULL THEN 'no work item'
            WHEN t.id IS NULL THEN 'no open task'
            WHEN split_part(t.flow_task, '.', -1) <> i.node THEN 'the work item names node ' || i.node
            ELSE 'the work item is not the seat''s person' END
FROM (SELECT * FROM viewflow_task WHERE finished IS NULL AND flow_task_type = 'HUMAN') t
FULL JOIN work_workitem i ON i.task_id = t.id
WHERE t.id IS NULL OR i.id IS NULL OR split_part(t.flow_task, '.', -1) <> i.node
   OR (t.data ? 'seat' AND (t.data ->> 'seat')::bigint IS DISTINCT FROM i.assignee_id)
ORDER BY coalesce(t.id, i.task_id)
"""
_STUCK = """
SELECT p.id FROM viewflow_process p
WHERE p.finished IS NULL AND NOT EXISTS (SELECT FROM viewflow_task t WHERE t.process_id = p.id AND t.finished IS NULL)
ORDER BY p.id
"""


@dataclass(frozen=True)
class Difference:
    """One disagreement; `task_id` is viewflow's."""

    task_id: int
    problem: str

    def __str__(self) -> str:
        return f"task {self.task_id}: {self.problem}"


def differences() -> list[Difference]:
    """Where open human tasks and work items disagree; empty when they agree. One statement, whatever their number."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPARED)
        return [Difference(task or item, problem) for task, _process, item, problem in cursor.fetchall()]


def stuck() -> list[int]:
    """Processes that are under way and wait for nothing: nobody could ever move them."""
    with connection.cursor() as cursor:
        cursor.execute(_STUCK)
        return [row[0] for row in cursor.fetchall()]


def rebuild() -> int:
    """Put the work items right from the open tasks; returns how many were deleted or made.

    An item that agrees is left alone, with the person who took it over; a new one stands in its pool again. Its
    deadline is reckoned from the moment at which the task was made.
    """
    with transaction.atomic():
        wrong = [one.task_id for one in differences()]
        deleted, _by_model = WorkItem.objects.filter(task_id__in=wrong).delete()
        tasks = list(Task.objects.filter(pk__in=wrong, finished__isnull=True).order_by("pk"))
        made = [item for kind in kinds() if kind.flows for item in _items(kind, tasks)]
        WorkItem.objects.bulk_create(made)
        return deleted + len(made)


def _items(kind: Kind, tasks: Iterable[Task]) -> Iterable[WorkItem]:
    by_process = {task.process_id: task for task in tasks}
    subjects = kind.model.objects.filter(process__in=by_process).select_related("process", *kind.related)
    at = {subject.process_id: subject for subject in subjects}
    for task in tasks:
        subject = at.get(task.process_id)
        if subject is None:
            continue
        task.process = subject.process
        now = Moment(at=task.created, real=task.created)
        passage = Passage(actor=User(), now=now, key="", origin=Origin())
        act = task.flow_task.acts[0]
        turn = Turn(passage=passage, kind=kind.name, subject=subject, act=act, data={}, new_tasks=[task])
        yield from items_of(turn)
