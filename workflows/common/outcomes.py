"""What came of an act, row by row, and what a rehearsal of it would have changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from subsidy.accounts.enums import Role
from subsidy.ledger.enums import Kind as Movement
from workflows.common.refusals import Refused
from workflows.common.turn import Passage

LETTER_JOB = "issue_letter"


@dataclass(frozen=True)
class Outcome:
    """What came of it. `replayed`: the same request had been done before, and nothing was done now."""

    kind: str
    subject_id: int
    seq: int
    replayed: bool


@dataclass(frozen=True)
class RowOutcome:
    """What came of one row of a list: its outcome, or why it was refused."""

    subject_id: int
    result: Outcome | Refused

    @property
    def refusal(self) -> Refused | None:
        return self.result if isinstance(self.result, Refused) else None


@dataclass(frozen=True)
class Rehearsal:
    """What an act on a list would do: per row its outcome, and in all what would move, wait, be sent and be paid.

    `moves` counts matters by (kind, state before, state after); `waiting` counts new tasks by the role that would find
    them, and by "" for those of companies; `letters` counts letters by kind; `money` holds fen by movement.
    """

    rows: Sequence[RowOutcome]
    moves: Mapping[tuple[str, str, str], int]
    waiting: Mapping[str, int]
    letters: Mapping[str, int]
    money: Mapping[Movement, int]


def rehearsal_of(rows: Sequence[RowOutcome], passages: Sequence[Passage]) -> Rehearsal:
    moves: Counter[tuple[str, str, str]] = Counter()
    waiting: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    money: Counter[Movement] = Counter()
    for passage in passages:
        for turn in passage.turns:
            moves[turn.kind, turn.was, str(getattr(turn.subject, "state", ""))] += 1
            for task in turn.new_tasks:
                if task.finished is None and task.flow_task.task_type == "HUMAN":
                    waiting[Role(task.flow_task.role) if task.flow_task.role else ""] += 1
        for job, values in passage.jobs:
            if job == LETTER_JOB:
                letters[str(values.get("kind", ""))] += 1
        for posting in passage.postings:
            money[posting.kind] += posting.amount_fen
    return Rehearsal(rows, moves, waiting, letters, money)
