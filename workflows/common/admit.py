"""Who gets in: the rows of an act locked, known again or judged, and each that may act given its turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from viewflow.workflow.models import Task

from subsidy.accounts.enums import Role
from subsidy.work.enums import Duty
from workflows.common.acts import Act
from workflows.common.guard import Facts, Question, judge, look_at, refuse_unproven
from workflows.common.place import (
    company_id_of,
    find,
    is_possible,
    lock,
    open_tasks_of,
    process_id_of,
    stale_ids,
    units_held,
)
from workflows.common.refusals import Busy, NotFound, Refused, Stale, WrongState
from workflows.common.sent import checked, data_hash_of, part_of
from workflows.common.subjects import Kind
from workflows.common.turn import Passage, Turn


@dataclass(frozen=True)
class Asked:
    """What somebody asks of one matter: `version` is its `head_seq` as the page showed it."""

    subject_id: int
    key: str
    version: int | None = None


@dataclass
class Admitted:
    """The rows that may act, the event of each that had acted before under its key, and why others stay out."""

    turns: list[Turn] = field(default_factory=list)
    replays: dict[int, int] = field(default_factory=dict)
    refusals: dict[int, Refused] = field(default_factory=dict)


@dataclass(frozen=True)
class _Row:
    asked: Asked
    subject: Any
    act: Act
    task: Task | None
    tasks: list[Task]
    part: int | None


def admit(
    kind: Kind,
    rows: Sequence[Asked],
    action: str,
    passage: Passage,
    data: Mapping[str, Any],
    files: Mapping[str, Any],
    *,
    skip_locked: bool = False,
) -> Admitted:
    """Lock the rows and judge each on its own: the same four or five statements for one row and for many.

    Nothing is written. With `skip_locked` a row that somebody else holds is refused as busy instead of waited for.
    """
    found = Admitted()
    places = _places(kind, rows, action, passage, data, found, skip_locked=skip_locked)
    # What was sent, not what the form makes of it: a repeat is known even where its data no longer fit the matter.
    data_hash = data_hash_of({"data": data, "files": files})
    facts = look_at(kind, [_question(kind, row, data_hash) for row in places], actor=passage.actor, now=passage.now)
    versions = {
        row.asked.subject_id: row.asked.version
        for row in places
        if row.act.versioned and row.asked.version is not None
    }
    stale = stale_ids(kind, [row.subject for row in places], versions)
    for row, known in zip(places, facts, strict=True):
        pk = row.subject.pk
        try:
            replay = judge(known, now=passage.now)
            if replay is not None:
                found.replays[pk] = replay
                continue
            refuse_unproven(row.act, passage.origin)
            if pk in stale:
                raise Stale
            _refuse_impossible(kind, row, known)
            clean = checked(row.act, row.subject, data, files)
        except Refused as refusal:
            found.refusals[pk] = refusal
            continue
        turn = turn_on(passage, kind, row.subject, row.act, clean, row.tasks, row.task)
        turn.part, turn.key, turn.data_hash, turn.lender_id = row.part, row.asked.key, data_hash, known.lender_id
        found.turns.append(turn)
    return found


def _places(
    kind: Kind,
    rows: Sequence[Asked],
    action: str,
    passage: Passage,
    data: Mapping[str, Any],
    found: Admitted,
    *,
    skip_locked: bool,
) -> list[_Row]:
    """The rows that exist and know this act, locked, each with its open tasks; the others go to the refusals."""
    asked = {row.subject_id: row for row in rows}
    subjects = lock(kind, sorted(asked), skip_locked=skip_locked)
    open_tasks = open_tasks_of(kind, subjects)
    units_of = units_held(passage.actor, passage.now)
    places = []
    for subject in subjects:
        tasks = open_tasks.get(process_id_of(subject), [])
        try:
            act, task = find(kind, subject, action, tasks, passage.actor, units_of)
            if act.system and passage.origin.surface != "job":
                raise NotFound
        except NotFound as refusal:
            found.refusals[subject.pk] = refusal
            continue
        places.append(_Row(asked[subject.pk], subject, act, task, tasks, part_of(act, data)))
    missing = asked.keys() - {subject.pk for subject in subjects}
    held: set[int] = set()
    if missing and skip_locked:
        held = set(kind.model.objects.filter(pk__in=missing).values_list("pk", flat=True))
    found.refusals |= {pk: Busy() if pk in held else NotFound() for pk in missing}
    return places


def _question(kind: Kind, row: _Row, data_hash: str) -> Question:
    return Question(
        kind=kind,
        act=row.act,
        authority_id=row.subject.authority_id,
        key=row.asked.key,
        data_hash=data_hash,
        subject_id=row.subject.pk,
        company_id=company_id_of(kind, row.subject),
        task_id=row.task.pk if row.task else None,
        part=row.part,
    )


# Who sees a case only because it was given to them learns nothing of one that was not.
_GIVEN = {Role.EXPERT: Duty.SCORES, Role.DEPARTMENT: Duty.CO_REVIEWS, Role.TOWNSHIP: Duty.RECOMMENDS}


def _refuse_impossible(kind: Kind, row: _Row, known: Facts) -> None:
    if not is_possible(kind, row.act, row.subject, row.task):
        given = _GIVEN.get(row.act.role) if row.act.role else None
        raise NotFound if given is not None and given not in known.duties else WrongState


def turn_on(
    passage: Passage, kind: Kind, subject: Any, act: Act, clean: dict[str, Any], tasks: list[Task], task: Task | None
) -> Turn:
    """The turn of one subject; its process knows it, so that the nodes of the flow find it."""
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
