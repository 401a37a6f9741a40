"""The transition service: the only way in which state changes.

Every page, API call, command and job comes through `perform` (an act on a matter that exists) or `open_matter` (an act
that makes one). One transaction locks the matter, sees whether the act was done before, checks permission, recusal and
separation of duties, checks the version, walks the flow, and writes state, event, work items, jobs and ledger together.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import IntegrityError, OperationalError, transaction
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import STATUS
from viewflow.workflow.token import Token

from subsidy.accounts.models import User
from subsidy.audit.moment import Moment
from subsidy.ledger.services import NotEnough
from workflows.common import flush
from workflows.common.acts import ListStep
from workflows.common.admit import Asked, admit, turn_on
from workflows.common.guard import Question, judge, look_at, refuse_clash, refuse_unproven
from workflows.common.nodes import Start, enter
from workflows.common.outcomes import Outcome, Rehearsal, RowOutcome, rehearsal_of
from workflows.common.place import find, is_possible, lock, open_tasks_of, process_id_of, units_held
from workflows.common.refusals import Busy, InsufficientFunds, NotFound, Refused, WrongState
from workflows.common.sent import checked, data_hash_of
from workflows.common.subjects import Kind, Opening, kind_named
from workflows.common.task_ids import next_task_id, reserve_task_ids
from workflows.common.turn import Origin, Passage, Turn

T = TypeVar("T")

__all__ = ["Outcome", "RowOutcome", "open_matter", "perform", "perform_many", "rehearse_many"]

ATTEMPTS = 3
CHUNK = 500
# A walk from one node to the next makes at most a panel and its gateways.
TASKS_A_ROW = 4
_inside: ContextVar[bool] = ContextVar("inside_the_door", default=False)
_LOCK_NOT_AVAILABLE = "55P03"
# PostgreSQL's own name for `Hand.key`, unique: the same request is being done by somebody else at this moment.
HAND_ONCE_PER_KEY = "work_hand_key_key"
_RETRY = {"40P01", "40001"}


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

    asked = Asked(subject_id, key, version)

    def started() -> Passage:
        return Passage(actor=actor, now=now, key=key, origin=origin or Origin())

    done = _perform_rows(kind_named(kind), [asked], action, started, data or {}, files or {})[subject_id]
    if isinstance(done, Refused):
        raise done
    return done


def perform_many(
    kind: str,
    ids: Iterable[int],
    action: str,
    *,
    actor: User,
    now: Moment,
    key: str,
    versions: Mapping[int, int] | None = None,
    data: Mapping[str, Any] | None = None,
    origin: Origin | None = None,
) -> list[RowOutcome]:
    """Do `action` with the same data on many matters; a row that is refused says why and does not stop the others.

    A row's key is `key` with its id, so that the same request sent again repeats nothing. `versions` holds what the
    page showed of each row. A transaction takes CHUNK rows: a fault in one leaves the chunks before it done.
    """
    asked = [Asked(pk, f"{key}:{pk}", (versions or {}).get(pk)) for pk in dict.fromkeys(ids)]

    def started() -> Passage:
        return Passage(actor=actor, now=now, key=key, origin=origin or Origin())

    results: dict[int, Outcome | Refused] = {}
    for start in range(0, len(asked), CHUNK):
        some = asked[start : start + CHUNK]
        results |= _perform_rows(kind_named(kind), some, action, started, data or {}, {})
    return [RowOutcome(row.subject_id, results[row.subject_id]) for row in asked]


def rehearse_many(
    kind: str,
    ids: Iterable[int],
    action: str,
    *,
    actor: User,
    now: Moment,
    key: str,
    versions: Mapping[int, int] | None = None,
    data: Mapping[str, Any] | None = None,
) -> Rehearsal:
    """What `perform_many` would do now: everything is done in one transaction and taken back."""
    asked = [Asked(pk, f"{key}:{pk}", (versions or {}).get(pk)) for pk in dict.fromkeys(ids)]
    passages: list[Passage] = []

    def started() -> Passage:
        return Passage(actor=actor, now=now, key=key, origin=Origin(proven=True))  # nothing of it stays

    results = _perform_rows(kind_named(kind), asked, action, started, data or {}, {}, rehearsed=passages)
    return rehearsal_of([RowOutcome(row.subject_id, results[row.subject_id]) for row in asked], passages)


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


def _attempt(work: Callable[[], T]) -> T:
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


def _tried(work: Callable[[], T]) -> T:
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


def _perform_rows(
    kind: Kind,
    rows: Sequence[Asked],
    action: str,
    started: Callable[[], Passage],
    data: Mapping[str, Any],
    files: Mapping[str, Any],
    *,
    skip_locked: bool = False,
    rehearsed: list[Passage] | None = None,
) -> dict[int, Outcome | Refused]:
    """Every row's outcome or refusal; those that pass do so in one transaction, and what refuses leaves no trace.

    A row whose step refuses is left out and the others begin anew, for it may have written something. What refuses them
    together (money, a constraint) is searched for by halves, and rows that somebody holds are left out, not waited for
    twice. With `rehearsed` everything is taken back, and the passages that would have been are left there.
    """
    results: dict[int, Outcome | Refused] = {}
    left = list(rows)

    def work() -> dict[int, Outcome | Refused]:
        passage = started()
        done = _pass(kind, left, action, passage, data, files, skip_locked=skip_locked)
        if rehearsed is not None:
            transaction.set_rollback(True)
            rehearsed.append(passage)
        return done

    while left:
        try:
            return results | _attempt(work)
        except _RowsRefused as refused:
            results |= refused.refusals
            left = [row for row in left if row.subject_id not in refused.refusals]
        except Refused as refusal:
            if len(left) == 1:
                return results | {left[0].subject_id: refusal}
            waited = isinstance(refusal, Busy) and not skip_locked
            middle = len(left) if waited else len(left) // 2
            for some in (left[:middle], left[middle:]):
                skip = waited or skip_locked
                results |= _perform_rows(
                    kind, some, action, started, data, files, skip_locked=skip, rehearsed=rehearsed
                )
            return results
    return results


class _RowsRefused(Exception):
    """Steps refused these rows of a list: nothing is written, and the others go on without them."""

    def __init__(self, refusals: Mapping[int, Refused]) -> None:
        self.refusals = refusals
        super().__init__(f"{len(refusals)} rows refused")


def _pass(
    kind: Kind,
    rows: Sequence[Asked],
    action: str,
    passage: Passage,
    data: Mapping[str, Any],
    files: Mapping[str, Any],
    *,
    skip_locked: bool,
) -> dict[int, Outcome | Refused]:
    found = admit(kind, rows, action, passage, data, files, skip_locked=skip_locked)
    results: dict[int, Outcome | Refused] = {**found.refusals}
    results |= {pk: Outcome(kind.name, pk, seq, replayed=True) for pk, seq in found.replays.items()}
    if found.turns:
        results |= {done.subject_id: done for done in _carry_out(passage, found.turns)}
    return results


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
    turn.key, turn.data_hash = passage.key, data_hash
    company_id = opening.company_id(turn)
    question = Question(kind, act, authority_id, passage.key, data_hash, company_id=company_id)
    (facts,) = look_at(kind, [question], actor=passage.actor, now=passage.now)
    turn.lender_id = facts.lender_id
    replay = judge(facts, now=passage.now)
    if replay is not None:
        return Outcome(kind.name, flush.subject_of_key(passage.key), replay, replayed=True)
    refuse_unproven(act, passage.origin)
    turn.subject = opening.make(turn)
    if turn.subject.authority_id != authority_id:
        raise NotFound
    _begin(kind, opening, turn)
    try:
        (done,) = _carry_out(passage, [turn], judge_after=kind)
    except _RowsRefused as refused:
        raise refused.refusals[turn.subject.pk] from None
    return done


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


def _carry_out(passage: Passage, turns: Sequence[Turn], *, judge_after: Kind | None = None) -> list[Outcome]:
    """Step, walk, write. A new matter is judged for separation of duties when its step has bound it to others.

    Raises _RowsRefused when a step refuses.
    """
    passage.join = lambda kind, ids, action, data: _join(passage, kind_named(kind), ids, action, data)
    passage.turns.extend(turns)
    if len(turns) > 1:
        reserve_task_ids(TASKS_A_ROW * len(turns))
    _move(turns)
    refused = {turn.subject.pk: turn.refusal for turn in turns if turn.refusal is not None}
    if refused:
        raise _RowsRefused(refused)
    for turn in turns:
        if judge_after is not None and turn.act.duty is not None:
            refuse_clash(judge_after, [turn.subject.pk], passage.actor, turn.act, turn.lender_id)
    passage.join = None
    flush.write(passage, turns)
    return [Outcome(turn.kind, turn.subject.pk, turn.subject.head_seq, replayed=False) for turn in turns]


def _join(passage: Passage, kind: Kind, ids: Iterable[int], action: str, data: Mapping[str, Any]) -> list[Turn]:
    """Take other subjects into the passage: one lock statement, one for their open tasks, then their steps.

    A subject that is in the passage already (a round that several cases of a list reach) is not read again.
    """
    known = {turn.subject.pk: turn for turn in passage.turns if turn.kind == kind.name}
    fresh = lock(kind, sorted(set(ids) - known.keys()))
    open_tasks = open_tasks_of(kind, fresh)
    units_of = units_held(passage.actor, passage.now)
    turns = []
    for subject in sorted([*fresh, *(known[pk].subject for pk in set(ids) & known.keys())], key=lambda one: one.pk):
        earlier = known.get(subject.pk)
        tasks = earlier.live_tasks() if earlier else open_tasks.get(process_id_of(subject), [])
        act, task = find(kind, subject, action, tasks, passage.actor, units_of)
        if not act.system or not is_possible(kind, act, subject, task):
            raise WrongState
        turn = turn_on(passage, kind, subject, act, dict(data), tasks, task)
        passage.turns.append(turn)
        turns.append(turn)
    _move(turns)
    for turn in turns:
        if turn.refusal is not None:
            raise turn.refusal
    return turns


def _move(turns: Sequence[Turn]) -> None:
    """Run the steps, then walk each flow from the task that the act finishes; a turn that refuses says so."""
    lists: dict[ListStep, list[Turn]] = {}
    for turn in turns:
        turn.was = getattr(turn.subject, "state", "")
        turn.verdict = turn.act.name
        if turn.act.together is not None:
            lists.setdefault(turn.act.together, []).append(turn)
    for together, some in lists.items():
        try:
            together(some)
        except Refused as refusal:
            for turn in some:
                turn.refusal = refusal
    for turn in turns:
        try:
            if turn.act.together is None:
                turn.act.step(turn)
            if turn.refusal is None:
                _walk(turn)
        except Refused as refusal:
            turn.refusal = refusal


def _walk(turn: Turn) -> None:
    if turn.act.exits:
        _exit(turn)
    elif turn.act.enters:
        turn.set(closed_at=None)
        enter(turn, turn.act.enters[turn.was])
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
