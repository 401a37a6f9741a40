"""How long tasks take, stage by stage, and what is overdue, pool by pool: for those who lead the work."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from subsidy.calendars.working import WorkingCalendar
from subsidy.work.models import NO_DUE, WorkItem

_DONE = """
SELECT split_part(t.flow_task, '.', -1), (t.created AT TIME ZONE 'Asia/Shanghai')::date,
       (t.finished AT TIME ZONE 'Asia/Shanghai')::date, count(*)
FROM viewflow_task t JOIN cases_case c ON c.process_id = t.process_id
WHERE t.flow_task_type = 'HUMAN' AND t.status = 'DONE' AND c.authority_id = ANY(%s)
  AND t.finished >= %s AND split_part(t.flow_task, '.', -1) <> 'draft'
GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class StageTime:
    """The tasks of one node that were done: how many, and working days from waiting to done."""

    node: str
    done: int
    median: int
    ninetieth: int
    longest: int


@dataclass(frozen=True)
class Load:
    """What waits in one pool: all of it, what is overdue, and by how many working days at most."""

    pool_id: int
    role: str
    unit_zh: str
    unit_en: str
    open: int
    overdue: int
    longest: int


def stage_times(authorities: Collection[int], *, since: dt.datetime, calendar: WorkingCalendar) -> list[StageTime]:
    """Of tasks on cases done since then, by node, the slowest first. One statement; days are grouped by it."""
    days: dict[str, Counter[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [list(authorities), since])
        for node, came, went, count in cursor.fetchall():
            days.setdefault(node, Counter())[calendar.working_days_between(came, went)] += count
    found = [
        StageTime(node, counted.total(), percentile(counted, 50), percentile(counted, 90), max(counted))
        for node, counted in days.items()
    ]
    return sorted(found, key=lambda one: (-one.median, -one.ninetieth, one.node))


def percentile(counted: Mapping[int, int], percent: int) -> int:
    """The least number of days within which at least `percent` of a hundred were done (nearest rank)."""
    rank = -(-sum(counted.values()) * percent // 100)
    passed = 0
    for days in sorted(counted):
        passed += counted[days]
        if passed >= rank:
            return days
    raise ValueError("a percentile of nothing")


def loads(items: QuerySet[WorkItem], *, today: dt.date, calendar: WorkingCalendar) -> list[Load]:
    """What of these open tasks waits in each pool, the most overdue first. One statement."""
    rows = (
        items.filter(pool__isnull=False)
        .order_by()
        .values_list("pool", "pool__role", "pool__unit__name_zh", "pool__unit__name_en")
        .annotate(waiting=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=today)), first=Min("due_on"))
        .order_by("-overdue", "-waiting", "pool")
    )
    return [
        Load(pool, role, zh or "", en or "", waiting, overdue, _late(first, today, calendar) if overdue else 0)
        for pool, role, zh, en, waiting, overdue, first in rows
    ]


def _late(due_on: dt.date, today: dt.date, calendar: WorkingCalendar) -> int:
    return 0 if due_on == NO_DUE else max(1, -calendar.working_days_between(today, due_on))
