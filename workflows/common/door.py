"""The transition service: the only way in which state changes.

Every page, API call, command and job comes through `perform` (an act on a matter that exists) or `open_matter` (an act
that makes one). One transaction locks the matter, sees whether the act was done before, checks permission, recusal and
separation of duties, checks the version, walks the flow, and writes state, event, work items, jobs and ledger together.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import STATUS
from viewflow.workflow.token import Token

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.audit.moment import Moment
from subsidy.ledger.services import NotEnough
from subsidy.work.enums import Duty
from workflows.common import flush
from workflows.common.acts import Act
from workflows.common.guard import look, refuse_clash
from workflows.common.nodes import Start
from workflows.common.place import company_id_of, find, is_possible, is_stale, lock, open_tasks_of, process_id_of
from workflows.common.refusals import Busy, InsufficientFunds, NotFound, Refused, Stale, WrongState
from workflows.common.sent import checked, data_hash_of, part_of
from workflows.common.subjects import Kind, Opening, kind_named
from workflows.common.task_ids import next_task_id
from workflows.common.turn import Origin, Passage, Turn

ATTEMPTS = 3
_inside: ContextVar[bool] = ContextVar("inside_the_door", default=False)
_LOCK_NOT_AVAILABLE = "55P03"
# PostgreSQL's own name for `Hand.key`, unique: the same request is being done by somebody else at this moment.
HAND_ONCE_PER_KEY = "work_hand_key_key"
_RETRY = {"40P01", "40001"}


@dataclass(frozen=True)
class Outcome:
    """What came of it. `replayed`: the same request had been done before, and nothing was done now."""

    kind: str
    subject_id: int
    seq: int
    replayed: bool


def perform(
    kind: str,
    subject_id: int,
    action: str,
    *,
    actor: User,
    now: Moment,
    key: str,
    version: int | None = None,
    data: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
    origin: Origin | None = None,
) -> Outcome:
    """Do `action` on one matter, exactly once per `key`.

    `version` is the `head_seq` that the actor saw: another one refuses with Stale. Raises Refused and its subclasses;
    whatever is raised, nothing was written.
    """

    def work() -> Outcome:
        passage = Passage(actor=actor, now=now, key=key, origin=origin or Origin())
        return _perform(kind_named(kind), subject_id, action, passage, version, data or {}, files or {})

    return _attempt(work)


def open_matter(
    kind: str,
    action: str,
    *,
    actor: User,
    now: Moment,
    key: str,
    authority_id: int,
    data: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
    origin: Origin | None = None,
) -> Outcome:
    """Make a new matter by one of its kind's opening acts, exactly once per `key`. Raises Refused."""

    def work() -> Outcome:
        passage = Passage(actor=actor, now=now, key=key, origin=origin or Origin())
        return _open(kind_named(kind), action, passage, authority_id, data or {}, files or {})

    return _attempt(work)


def _attempt(work: Callable[[], Outcome]) -> Outcome:
    """Run one transaction; deadlocks and serialization failures are tried again, a held lock is a polite Busy.

    A step may not come through the door again: `passage.also` takes other matters into the same transaction.
    """
    if _inside.get():
        raise RuntimeError(
            "the door is already open in this thread; use passage.also instead of perform inside a step"
        )
    token = _inside.set(True)
    try:
        return _tried(work)
    finally:
        _inside.reset(token)


def _tried(work: Callable[[], Outcome]) -> Outcome:
    """Each attempt begins anew: `work` makes its own passage, so that nothing of a failed one is written later."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic(durable=False):
                return work()
        except OperationalError as error:
            state = getattr(error.__cause__, "sqlstate", None)
            if state == _LOCK_NOT_AVAILABLE or (state in _RETRY and attempt == ATTEMPTS):
                raise Busy from error
            if state not in _RETRY:
                raise
            time.sleep(random.uniform(0.01, 0.05) * attempt)
        except NotEnough as error:
            raise InsufficientFunds from error
        except IntegrityError as error:
            raise _as_refusal(error) from error
    raise Busy


def _as_refusal(error: IntegrityError) -> Refused | IntegrityError:
    """A constraint with a sentence for people becomes a refusal; any other violation is a fault and stays one."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    if name is None:
        return error
    if name == HAND_ONCE_PER_KEY:
        return Busy()
    for constraint in flush.constraints_with_message():
        if constraint.name == name:
            return WrongState(constraint.violation_error_message)
    return error


def _perform(
    kind: Kind,
    subject_id: int,
    action: str,
    passage: Passage,
    version: int | None,
    data: Mapping[str, Any],
    files: Mapping[str, Any],
) -> Outcome:
    subjects = lock(kind, [subject_id])
    if not subjects:
        raise NotFound
    subject = subjects[0]
    open_tasks = open_tasks_of(kind, [subject])
    act, task = find(kind, subject, action, open_tasks.get(process_id_of(subject), []), passage.actor)
    if act.system and passage.origin.surface != "job":
        raise NotFound
    # What was sent, not what the form makes of it: a repeat is known even where its data no longer fit the matter.
    data_hash = data_hash_of({"data": data, "files": files})
    part = part_of(act, data)
    found = look(
        kind=kind,
        subject_id=subject.pk,
        authority_id=subject.authority_id,
        company_id=company_id_of(kind, subject),
        actor=passage.actor,
        act=act,
        key=passage.key,
        data_hash=data_hash,
        now=passage.now,
        task_id=task.pk if task else None,
        part=part,
    )
    if found.replay_seq is not None:
        return Outcome(kind.name, subject.pk, found.replay_seq, replayed=True)
    if act.versioned and version is not None and is_stale(kind, subject, version):
        raise Stale
    if not is_possible(kind, act, subject, task):
        raise NotFound if act.role == Role.EXPERT and Duty.SCORES not in found.duties else WrongState
    clean = checked(act, subject, data, files)
    turn = _turn(passage, kind, subject, act, clean, open_tasks.get(process_id_of(subject), []), task)
    turn.part = part
    return _carry_out(passage, turn, data_hash)


def _open(
    kind: Kind, action: str, passage: Passage, authority_id: int, data: Mapping[str, Any], files: Mapping[str, Any]
) -> Outcome:
    opening = kind.opens.get(action)
    if opening is None:
        raise NotFound
    act = opening.act
    clean = checked(act, None, data, files)
    data_hash = data_hash_of({**clean, "authority": authority_id})
    turn = Turn(passage=passage, kind=kind.name, subject=None, act=act, data=clean, authority_id=authority_id)
    found = look(
        kind=kind,
        subject_id=None,
        authority_id=authority_id,
        company_id=opening.company_id(turn),
        actor=passage.actor,
        act=act,
        key=passage.key,
        data_hash=data_hash,
        now=passage.now,
    )
    if found.replay_seq is not None:
        return Outcome(kind.name, flush.subject_of_key(passage.key), found.replay_seq, replayed=True)
    turn.subject = opening.make(turn)
    if turn.subject.authority_id != authority_id:
        raise NotFound
    _begin(kind, opening, turn)
    return _carry_out(passage, turn, data_hash, judge_after=kind)


def _begin(kind: Kind, opening: Opening, turn: Turn) -> None:
    """Save the new record; with a flow, start its process and have the walk begin at its first node."""
    subject = turn.subject
    if opening.route is None:
        subject.save(force_insert=True)
        return
    route, version = opening.route(turn)
    flow_class = kind.flows[(route, version)]
    start = next(node for node in flow_class.instance.nodes() if isinstance(node, Start))
    process = Process(flow_class=flow_class, created=turn.now.at)
    process.save(force_insert=True)
    task = Task(
        pk=next_task_id(),
        process=process,
        flow_task=start,
        flow_task_type=start.task_type,
        token=Token("start"),
        status=STATUS.NEW,
        created=turn.now.at,
    )
    subject.process, subject.route, subject.route_version = process, route, version
    subject.opened_at = turn.now.at
    subject.state = flow_class.opening_state
    subject.save(force_insert=True)
    turn.process = process
    process.turn = turn
    turn.new_tasks.append(task)
    turn.task = task


def _carry_out(passage: Passage, turn: Turn, data_hash: str, *, judge_after: Kind | None = None) -> Outcome:
    """Step, walk, write. A new matter is judged for separation of duties when its step has bound it to others."""
    passage.join = lambda kind, ids, action, data: _join(passage, kind_named(kind), ids, action, data)
    passage.turns.append(turn)
    _move(turn)
    if judge_after is not None and turn.act.duty is not None:
        refuse_clash(judge_after, [turn.subject.pk], passage.actor, turn.act)
    passage.join = None
    seq = flush.write(passage, turn, data_hash)
    return Outcome(turn.kind, turn.subject.pk, seq, replayed=False)


def _join(passage: Passage, kind: Kind, ids: Iterable[int], action: str, data: Mapping[str, Any]) -> list[Turn]:
    """Take other subjects into the passage: one lock statement, one for their open tasks, then their steps."""
    subjects = lock(kind, sorted(ids))
    open_tasks = open_tasks_of(kind, subjects)
    turns = []
    for subject in subjects:
        tasks = open_tasks.get(process_id_of(subject), [])
        act, task = find(kind, subject, action, tasks, passage.actor)
        if not act.system or not is_possible(kind, act, subject, task):
            raise WrongState
        turn = _turn(passage, kind, subject, act, dict(data), tasks, task)
        passage.turns.append(turn)
        turns.append(turn)
    for turn in turns:
        _move(turn)
    return turns


def _move(turn: Turn) -> None:
    """Run the step, then walk the flow from the task that the act finishes."""
    turn.was = getattr(turn.subject, "state", "")
    turn.verdict = turn.act.name
    turn.act.step(turn)
    if turn.act.exits:
        _exit(turn)
    elif turn.task is not None and not turn.held:
        activation = turn.task.flow_task.activation_class(turn.task)
        if isinstance(turn.task.flow_task, Start):
            activation.activate()
        else:
            activation.take()
        activation.complete()
        activation.activate_next()
    flush.arrive(turn)


def _exit(turn: Turn) -> None:
    """End the matter where it stands: every open task is cancelled."""
    turn.cancelled_tasks.extend(turn.open_tasks)
    if turn.process is not None:
        turn.process.status = STATUS.CANCELED
        turn.process.finished = turn.now.at
        turn.process_over = True
    turn.set(state=turn.act.exits, closed_at=turn.now.at)


def _turn(
    passage: Passage, kind: Kind, subject: Any, act: Act, clean: dict[str, Any], tasks: list[Task], task: Task | None
) -> Turn:
    turn = Turn(
        passage=passage,
        kind=kind.name,
        subject=subject,
        act=act,
        data=clean,
        authority_id=subject.authority_id,
        process=subject.process if kind.flows else None,
        task=task,
        open_tasks=tasks,
    )
    if turn.process is not None:
        turn.process.turn = turn
    return turn
