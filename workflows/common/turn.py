"""One subject's part in a passage through the door, and the passage itself: what a step sees and may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from viewflow.workflow.models import Process, Task

from subsidy.accounts.models import User
from subsidy.audit.moment import Moment
from subsidy.ledger.posting import Posting
from workflows.common.acts import Act
from workflows.common.refusals import Refused

DeferredJob = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Origin:
    """Where a request came from; its address is a personal value and goes to the erasable part of the event.

    Nobody is trusted by default: a surface that is not named is none of those that need no second factor.
    `proven` says that the person has just shown a second factor; what asks for one refuses otherwise (Act.step_up).
    """

    surface: str = ""
    request_id: str = ""
    address: str = ""
    proven: bool = False


@dataclass
class Passage:
    """One transaction through the door: who, when, and what is to be written when all turns are done."""

    actor: User
    now: Moment
    key: str
    origin: Origin
    turns: list[Turn] = field(default_factory=list)
    jobs: list[DeferredJob] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)
    join: Callable[[str, Iterable[int], str, Mapping[str, Any]], list[Turn]] | None = None

    def defer(self, job: str, **args: Any) -> None:
        """Have `job` run after the commit; its row is the outbox. Arguments are ids and plain text only."""
        self.jobs.append((job, args))

    def post(self, posting: Posting) -> None:
        """Have money moved in the books, last in this transaction."""
        self.postings.append(posting)

    def also(self, kind: str, ids: Iterable[int], action: str, data: Mapping[str, Any] | None = None) -> list[Turn]:
        """Do `action` on other subjects in the same transaction: they are locked in one statement, ordered by key.

        Only acts marked `system` can be reached this way; the permission is that of the act that asks.
        """
        if self.join is None:
            raise RuntimeError("a passage that is not under way cannot take in other subjects")
        return self.join(kind, ids, action, data or {})


@dataclass
class Turn:
    """What one act does to one subject.

    `key` and `data_hash` are those of the request when somebody asked for this turn; one that another act takes in
    (`passage.also`) has none. `lender_id` is the person on whose behalf it is done, in a role that they have lent.
    `refusal` says why a row of a list is left out. `worked_out` is what an opening found while it made the record and its
    step goes on with, so that it is not asked for twice.
    """

    passage: Passage
    kind: str
    subject: Any
    act: Act
    data: dict[str, Any]
    process: Process | None = None
    task: Task | None = None
    open_tasks: list[Task] = field(default_factory=list)
    verdict: str = ""
    held: bool = False
    was: str = ""
    authority_id: int = 0
    part: int | None = None
    details: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, Any] = field(default_factory=dict)
    new_tasks: list[Task] = field(default_factory=list)
    links: list[tuple[Task, Task]] = field(default_factory=list)
    done_tasks: list[Task] = field(default_factory=list)
    cancelled_tasks: list[Task] = field(default_factory=list)
    seated: list[int] = field(default_factory=list)
    process_over: bool = False
    process_back: bool = False
    changed: set[str] = field(default_factory=set)
    key: str = ""
    data_hash: str = ""
    refusal: Refused | None = None
    lender_id: int | None = None
    worked_out: Any = None

    @property
    def actor(self) -> User:
        return self.passage.actor

    @property
    def now(self) -> Moment:
        return self.passage.now

    def record(self, **values: Any) -> None:
        """Put values into the event of this turn (whole numbers, text, dates, lists, mappings)."""
        self.details.update(values)

    def record_private(self, **values: Any) -> None:
        """Put personal values beside the event, where they can be erased later."""
        self.secrets.update(values)

    def set(self, **values: Any) -> None:
        """Set fields of the subject; they are saved with its head in the one UPDATE of its row."""
        for name, value in values.items():
            setattr(self.subject, name, value)
            self.changed.add(name)

    def hold(self) -> None:
        """Leave the matter where it stands: the act is recorded, its task stays open."""
        self.held = True

    def live_tasks(self) -> list[Task]:
        """Open tasks of the process as this turn will leave them."""
        gone = {id(task) for task in (*self.done_tasks, *self.cancelled_tasks)}
        return [task for task in (*self.open_tasks, *self.new_tasks) if id(task) not in gone and task.finished is None]
