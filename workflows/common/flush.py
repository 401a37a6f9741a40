"""Writes what a passage has gathered: each kind of row in one statement, the budget rows last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import BaseConstraint
from procrastinate.contrib.django import app as jobs
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import PROCESS, STATUS

from subsidy.accounts.enums import Role
from subsidy.audit.models import Event
from subsidy.audit.services import Entry, append
from subsidy.calendars.working import Due
from subsidy.ledger.services import post
from subsidy.postgres.rows import rows_update
from subsidy.work.models import NO_DUE, Hand, Pool, WorkItem
from subsidy.work.services import unit_pool_make
from workflows.common.nodes import End, Standing
from workflows.common.subjects import kind_named
from workflows.common.telling import defer_telling
from workflows.common.turn import Passage, Turn


def arrive(turn: Turn) -> None:
    """Give the subject the state of the node it now stands at (or ended in)."""
    for task in turn.new_tasks:
        node = task.flow_task
        if isinstance(node, End):
            turn.set(state=node.state, closed_at=turn.now.at)
        elif isinstance(node, Standing) and task.finished is None:
            turn.set(state=node.state)


def write(passage: Passage, asked: Sequence[Turn]) -> None:
    """Write everything; `asked` are the turns that somebody asked for, each of which leaves its hand."""
    _write_tasks(passage)
    _write_work_items(passage)
    defer_telling(passage, _write_events(passage))
    _write_hands(passage, asked)
    _write_subjects(passage)
    _write_jobs(passage)
    post(passage.postings, now=passage.now)


def _write_tasks(passage: Passage) -> None:
    done = [task for turn in passage.turns for task in turn.done_tasks]
    by_person = [task.pk for task in done if task.owner_id is not None]
    by_itself = [task.pk for task in done if task.owner_id is None]
    at = passage.now.at
    if by_person:
        Task.objects.filter(pk__in=by_person).update(
            status=STATUS.DONE, owner=passage.actor, assigned=at, started=at, finished=at
        )
    if by_itself:
        Task.objects.filter(pk__in=by_itself).update(status=STATUS.DONE, finished=at)
    cancelled = [task.pk for turn in passage.turns for task in turn.cancelled_tasks]
    if cancelled:
        Task.objects.filter(pk__in=cancelled).update(status=STATUS.CANCELED, finished=at)
    new = [task for turn in passage.turns for task in turn.new_tasks]
    if new:
        Task.objects.bulk_create(new)
    links = [(task.pk, before.pk) for turn in passage.turns for task, before in turn.links]
    if links:
        through = Task.previous.through
        through.objects.bulk_create([through(from_task_id=task, to_task_id=before) for task, before in links])
    over: dict[str, list[int]] = defaultdict(list)
    for turn in passage.turns:
        if turn.process_over and turn.process is not None:
            over[turn.process.status].append(turn.process.pk)
    for status, ids in over.items():
        Process.objects.filter(pk__in=ids).update(status=status, finished=at)
    back = [turn.process.pk for turn in passage.turns if turn.process_back and turn.process is not None]
    if back:
        Process.objects.filter(pk__in=back).update(status=PROCESS.NEW, finished=None)


def _write_work_items(passage: Passage) -> None:
    gone = [task.pk for turn in passage.turns for task in (*turn.done_tasks, *turn.cancelled_tasks)]
    if gone:
        items = WorkItem.objects.filter(task_id__in=gone)
        items._raw_delete(items.db)  # nothing hangs on a work item: no need to collect first
    new = [item for turn in passage.turns for item in items_of(turn)]
    if new:
        WorkItem.objects.bulk_create(new)


def items_of(turn: Turn) -> Iterator[WorkItem]:
    """A work item for each of the turn's new tasks that waits for a person."""
    kind = kind_named(turn.kind)
    dues: dict[str, Due | None] = {}
    for task in turn.new_tasks:
        node = task.flow_task
        if not isinstance(node, Standing) or task.finished is not None or node.task_type != "HUMAN":
            continue
        card = kind.card(turn.subject)
        if node.role == Role.EXPERT:
            card = card.for_experts()
        if node.name not in dues:
            dues[node.name] = node.due(turn) if node.due else None
        due = dues[node.name]
        yield WorkItem(
            authority_id=turn.subject.authority_id,
            task_id=task.pk,
            node=node.name,
            subject_kind=turn.kind,
            subject_id=turn.subject.pk,
            number=turn.subject.number,
            title=card.title,
            pool_id=_pool_id(turn.subject.authority_id, node.role, task.data.get("unit")) if node.role else None,
            company_id=None if node.role else card.company_id,
            assignee_id=task.data.get("seat"),
            policy_id=card.policy_id,
            call_id=card.call_id,
            applicant_id=card.company_id,
            township_id=card.township_id,
            filed_on=card.filed_on or NO_DUE,
            amount_fen=card.amount_fen,
            due_on=due.on if due else NO_DUE,
            due_provisional=due.provisional if due else False,
            created_at=turn.now.at,
        )


_pools: dict[tuple[str, int, str, int | None], int] = {}


def _pool_id(authority_id: int, role: str, unit_id: int | None) -> int:
    """The pool of a role, or of one unit's people in it.

    Pools of roles are made with the bureau, a unit's when the first matter comes to it; none is ever deleted.
    """
    key = (str(connection.settings_dict["NAME"]), authority_id, role, unit_id)
    if key not in _pools:
        pools = Pool.objects.filter(authority=authority_id, role=role, unit=unit_id)
        if unit_id is not None and not pools.exists():
            return unit_pool_make(authority_id, role, unit_id).pk  # not remembered: this transaction may yet fail
        _pools[key] = pools.values_list("pk", flat=True).get()
    return _pools[key]


def _write_events(passage: Passage) -> list[Event]:
    actor = passage.actor
    entries = []
    for turn in passage.turns:
        secrets = dict(turn.secrets)
        if passage.origin.address:
            secrets["address"] = passage.origin.address
        kind = kind_named(turn.kind)
        body: dict[str, Any] = {
            "v": 1,
            "actor": actor.as_actor(),
            "role": turn.act.role or "",
            "duty": turn.act.duty or "",
            **({"on_behalf_of": turn.lender_id} if turn.lender_id is not None else {}),
            "state": [turn.was, getattr(turn.subject, "state", "")],
            "pins": kind.pins(turn.subject),
            "data": turn.details,
            "surface": passage.origin.surface,
            "request": passage.origin.request_id,
            "key": turn.key or passage.key,
        }
        entries.append(
            Entry(
                record=turn.subject,
                authority_id=turn.subject.authority_id,
                action=turn.act.name,
                body=body,
                private=secrets,
            )
        )
    return append(entries, actor_id=actor.pk, now=passage.now)


def _write_hands(passage: Passage, asked: Sequence[Turn]) -> None:
    Hand.objects.bulk_create(
        [
            Hand(
                authority_id=turn.subject.authority_id,
                key=turn.key,
                subject_kind=turn.kind,
                subject_id=turn.subject.pk,
                part=turn.part,
                action=turn.act.name,
                duty=turn.act.duty or "",
                role=turn.act.role or "",
                actor=passage.actor,
                on_behalf_of_id=turn.lender_id,
                at=passage.now.at,
                seq=turn.subject.head_seq,
                data_hash=turn.data_hash,
                task_id=turn.task.pk if turn.task is not None and not turn.held else None,
            )
            for turn in asked
        ]
    )


def _write_subjects(passage: Passage) -> None:
    by_model: dict[type[Any], dict[int, Any]] = defaultdict(dict)
    fields: dict[type[Any], set[str]] = defaultdict(lambda: {"head_seq", "head_hash"})
    for turn in passage.turns:
        model = type(turn.subject)
        by_model[model][turn.subject.pk] = turn.subject
        fields[model] |= turn.changed
    for model, subjects in by_model.items():
        names = sorted(fields[model])
        if len(subjects) == 1:
            next(iter(subjects.values())).save(update_fields=names)
        else:
            rows_update(subjects.values(), names)


def _write_jobs(passage: Passage) -> None:
    """The job row is the outbox: it commits with the change. No queueing lock: a clash would abort the transaction."""
    deferred = [(jobs.configure_task(name), args) for name, args in passage.jobs]
    if deferred:
        new = [deferrer.make_new_job(**args) for deferrer, args in deferred]
        deferred[0][0].job_manager.batch_defer_jobs(jobs=new)


def subject_of_key(key: str) -> int:
    """The subject that the hand under `key` made."""
    subject_id: int = Hand.objects.values_list("subject_id", flat=True).get(key=key)
    return subject_id


@cache
def constraints_with_message() -> tuple[BaseConstraint, ...]:
    """Database constraints that carry a sentence for people."""
    return tuple(
        constraint
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if constraint.violation_error_message != constraint.default_violation_error_message
    )
