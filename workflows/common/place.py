"""Where a matter stands: locked, with its open tasks, and which act can be done there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import connection
from django.db.models import Model
from viewflow.workflow.models import Task

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import RoleGrant, User
from subsidy.accounts.selectors import in_force
from subsidy.audit.moment import Moment
from workflows.common.acts import Act
from workflows.common.nodes import Standing
from workflows.common.refusals import NotFound
from workflows.common.subjects import Kind


def lock(kind: Kind, ids: list[int], *, skip_locked: bool = False) -> list[Any]:
    """Lock the rows in one statement, ordered by key, with what the steps read beside them.

    `skip_locked` leaves out the rows that somebody else holds at this moment instead of waiting for them.
    """
    rows = kind.model.objects.select_for_update(no_key=True, of=("self",), skip_locked=skip_locked)
    query = rows.filter(pk__in=ids).order_by("pk")
    related = (*kind.related, "process") if kind.flows else kind.related
    if related:
        query = query.select_related(*related)
    if kind.deferred:
        query = query.defer(*kind.deferred)
    return list(query)


def process_id_of(subject: Model) -> int | None:
    return getattr(subject, "process_id", None)


def open_tasks_of(kind: Kind, subjects: list[Any]) -> dict[int | None, list[Task]]:
    """Open tasks by process, read under the lock; each shares its process object with its subject."""
    if not kind.flows:
        return {}
    by_process = {subject.process_id: subject.process for subject in subjects}
    found: dict[int | None, list[Task]] = {}
    for task in Task.objects.filter(process_id__in=by_process, finished__isnull=True).order_by("pk"):
        task.process = by_process[task.process_id]
        found.setdefault(task.process_id, []).append(task)
    return found


UnitsOf = Callable[[int, Role], frozenset[int | None]]


def units_held(actor: User, now: Moment) -> UnitsOf:
    """For whose units the actor holds a role today, by authority and role; None among them stands for every unit.

    Read once, and only when a matter stands in the pool of a unit.
    """
    held: dict[tuple[int, Role], frozenset[int | None]] = {}

    def units_of(authority_id: int, role: Role) -> frozenset[int | None]:
        key = (authority_id, role)
        if key not in held:
            grants = RoleGrant.objects.filter(in_force(now.on), user=actor, authority=authority_id, role=role)
            held[key] = frozenset(grants.values_list("unit_id", flat=True))
        return held[key]

    return units_of


def find(
    kind: Kind, subject: Any, action: str, tasks: list[Task], actor: User, units_of: UnitsOf
) -> tuple[Act, Task | None]:
    """The act of that name, at an open task of this subject if it belongs to a node.

    Of several tasks at one node it is the actor's own: an expert's seat, the task of a unit that the actor works for.
    A matter of one person's own does not exist for the people of other companies, wherever it stands.
    """
    free = kind.free_act(action)
    if free is not None:
        if free.whose and actor.kind == UserKind.COMPANY and getattr(subject, free.whose) != actor.pk:
            raise NotFound
        own = [task for task in tasks if is_of_unit(subject, task, units_of)] if free.pooled else []
        return _in_pool(free, own) if free.pooled else (free, None)
    fallback: Act | None = None
    for task in tasks:
        node = task.flow_task
        act = node.act(action) if isinstance(node, Standing) else None
        if act is None:
            continue
        seat = task.data.get("seat")
        if seat in (None, actor.pk) and is_of_unit(subject, task, units_of):
            return act, task
        fallback = act
    if fallback is None:
        fallback = _anywhere(kind, subject, action)
    if fallback is None:
        raise NotFound
    return fallback, None


def is_of_unit(subject: Any, task: Task, units_of: UnitsOf) -> bool:
    """Whether the task waits in a pool of the actor's: any but that of another unit."""
    unit = task.data.get("unit")
    return unit is None or bool({None, unit} & units_of(subject.authority_id, task.flow_task.role))


def _in_pool(act: Act, tasks: list[Task]) -> tuple[Act, Task | None]:
    """An act of whoever the matter waits for: the open task that stands in a pool gives it its role."""
    for task in tasks:
        role = getattr(task.flow_task, "role", None)
        if role is not None and "seat" not in task.data:
            return replace(act, pooled=False, role=role), task
    return act, None


def _anywhere(kind: Kind, subject: Any, action: str) -> Act | None:
    """The act at a node where the matter does not stand now: known, so that a repeat can be told from a wrong name."""
    flow_class = kind.flows.get((subject.route, subject.route_version)) if kind.flows else None
    if flow_class is None:
        return None
    acts = (node.act(action) for node in flow_class.instance.nodes() if isinstance(node, Standing))
    return next((act for act in acts if act is not None), None)


def act_named(kind: Kind, subject: Any, action: str) -> Act:
    """The act of that name, whether or not it is possible now (NotFound if the matter knows none such)."""
    act = kind.free_act(action) or _anywhere(kind, subject, action)
    if act is None:
        raise NotFound
    return act


_LATER = """
SELECT seen.id, e.action FROM unnest(%s::bigint[], %s::int[]) AS seen(id, seq)
JOIN audit_event e ON e.stream = %s AND e.stream_id = seen.id AND e.seq > seen.seq
"""


def stale_ids(kind: Kind, subjects: Iterable[Any], versions: Mapping[int, int]) -> set[int]:
    """The subjects to which anything happened after the version that was seen, and that a page must show.

    A letter that was issued or a claim is not such a thing. No statement while every version is the newest, else one.
    """
    behind = {one.pk: one for one in subjects if one.pk in versions and versions[one.pk] != one.head_seq}
    if not behind:
        return set()
    later: dict[int, set[str]] = {pk: set() for pk in behind}
    with connection.cursor() as cursor:
        cursor.execute(_LATER, [list(behind), [versions[pk] for pk in behind], kind.model.STREAM])
        for pk, action in cursor.fetchall():
            later[pk].add(action)
    return {
        pk
        for pk, names in later.items()
        if not names or any(act_named(kind, behind[pk], name).versioned for name in names)
    }


def is_possible(kind: Kind, act: Act, subject: Any, task: Task | None) -> bool:
    """An act of a node needs its open task; a free act needs a fitting state, if it names any."""
    if task is not None:
        return True
    if act.pooled or kind.free_act(act.name) is None:
        return False
    return not act.states or getattr(subject, "state", "") in act.states


def company_id_of(kind: Kind, subject: Any) -> int | None:
    if not kind.company_path:
        return None
    value: int | None = getattr(subject, kind.company_path)
    return value
