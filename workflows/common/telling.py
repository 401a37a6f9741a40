"""Tells people of what the door has written: looks up each audience after the commit, without those who may not know.

The door leaves one job an event that tells somebody. The job writes notifications, unique by event and person, and one
job for each e-mail; both may run again without telling anybody twice.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.types import JSONDict

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant, User
from subsidy.accounts.selectors import in_force as role_in_force
from subsidy.applicants.models import CompanyUserObjectPermission
from subsidy.applicants.rights import CONFIRM_FOR
from subsidy.applicants.rights import in_force as right_in_force
from subsidy.audit.models import Event
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.correspondence.mailing import TRIES, mail_claim, mail_failed, mail_hand_over, mail_sent
from subsidy.correspondence.notifying import About, Told, digests_make, notifications_make
from subsidy.correspondence.telling import COMPANY_TASK, TASK, Audience, Tell, tells, words_key
from subsidy.decisions.enums import RowState
from subsidy.decisions.models import RoundRow
from subsidy.decisions.recusals import people_recused
from subsidy.work.models import WorkItem
from workflows.common.jobs import RETRY
from workflows.common.place import company_id_of
from workflows.common.subjects import Kind, kind_named
from workflows.common.turn import Passage, Turn

# A task that only the person who began it holds: nobody needs to be told of it.
UNTOLD_NODES = frozenset({"draft"})
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def defer_telling(passage: Passage, events: Sequence[Event]) -> None:
    """Leave a job for each turn that tells somebody; `events` are those of the turns, in their order."""
    for turn, event in zip(passage.turns, events, strict=True):
        tasks = waiting_tasks(turn)
        if tasks or tells(turn.kind, turn.act.name):
            passage.defer("tell", kind=turn.kind, subject_id=turn.subject.pk, seq=event.seq, tasks=tasks)


def waiting_tasks(turn: Turn) -> list[int]:
    """The new tasks of a turn that wait for people."""
    return [
        task.pk
        for task in turn.new_tasks
        if task.finished is None and task.flow_task.task_type == "HUMAN" and task.flow_task.name not in UNTOLD_NODES
    ]


@dataclass(frozen=True)
class Asked:
    """What an audience is looked up by: the matter, the event's data and actor, its tasks, and the day."""

    kind: Kind
    subject: Any
    data: dict[str, Any]
    actor_id: int
    tasks: Sequence[int]
    on: dt.date

    @property
    def company_id(self) -> int | None:
        return company_id_of(self.kind, self.subject)


def tell(kind_name: str, subject_id: int, seq: int, tasks: Sequence[int], *, now: Moment) -> list[int]:
    """Tell everybody whom this event concerns; returns the e-mails to send. Safe to repeat."""
    kind = kind_named(kind_name)
    event = Event.objects.get(stream=kind.model.STREAM, stream_id=subject_id, seq=seq)
    subject = kind.model.objects.get(pk=subject_id)
    data = json.loads(event.body)["data"]
    asked = Asked(kind, subject, data, event.actor_id, tasks, now.on)
    told = _of_entries(asked, event.action) + _of_tasks(asked)
    about = About(event.authority_id, kind_name, subject_id, seq)
    return notifications_make(about, told, now=now, mail=settings.MAIL_IS_SENT)


def _of_entries(asked: Asked, action: str) -> list[Told]:
    told: list[Told] = []
    for place, entry in enumerate(tells(asked.kind.name, action)):
        if entry.fits(asked.data):
            key, params = words_key(asked.kind.name, action, place), {**asked.data, **_named(asked)}
            params = {name: params[name] for name in ("number", "what", "due_on") if name in params}
            told += [Told(pk, entry.kind, key, params) for pk in sorted(audience(entry, asked))]
    return told


def _of_tasks(asked: Asked) -> list[Told]:
    """Those for whom a new task waits; one that was done or taken back meanwhile waits for nobody."""
    told: list[Told] = []
    for item in WorkItem.objects.filter(task_id__in=list(asked.tasks)).select_related("pool").order_by("id"):
        entry, key = (COMPANY_TASK, "company_task") if item.company_id else (TASK, "task")
        params = {**_named(asked), "what": title_of(asked.kind, asked.subject, item.node)}
        people = _allowed(_of_item(item, asked.on), asked)
        told += [Told(pk, entry.kind, key, params) for pk in sorted(people)]
    return told


def _named(asked: Asked) -> dict[str, Any]:
    return {"number": str(getattr(asked.subject, "number", "") or asked.subject)}


def title_of(kind: Kind, subject: Any, node: str) -> dict[str, str]:
    """What is to be done at a node, in both languages."""
    flow = kind.flows[(subject.route, subject.route_version)]
    title = flow.instance.node(node).title
    words = {}
    for lang, code in LANGUAGES.items():
        with translation.override(code):
            words[lang] = str(title)
    return words


def audience(entry: Tell, asked: Asked) -> set[int]:
    """The people of an audience who may know of the matter, without the one who acted."""
    return _allowed(_AUDIENCES[entry.to](entry, asked), asked)


def _allowed(people: Iterable[int], asked: Asked) -> set[int]:
    """Without the actor, inactive people, and those recused from the case that the matter stands on."""
    found = set(User.objects.filter(pk__in=list(people), is_active=True).values_list("pk", flat=True))
    found.discard(asked.actor_id)
    return found - people_recused(asked.kind.name, asked.subject.pk) if found else found


def _members(company_ids: Iterable[int], on: dt.date) -> QuerySet[CompanyUserObjectPermission]:
    return CompanyUserObjectPermission.objects.filter(right_in_force(on), content_object__in=list(company_ids))


def people_of_role(authority_id: int, role: str, unit_id: int | None, on: dt.date) -> set[int]:
    """Who holds a role in a bureau on that day; of a unit's pool also those who hold the role everywhere."""
    grants = RoleGrant.objects.filter(role_in_force(on), authority=authority_id, role=role)
    if unit_id is not None:
        grants = grants.filter(Q(unit=unit_id) | Q(unit__isnull=True))
    return set(grants.values_list("user_id", flat=True))


def _of_item(item: WorkItem, on: dt.date) -> set[int]:
    """For whom a work item waits: the one who holds it, its pool, or its company."""
    if item.assignee_id is not None:
        return {item.assignee_id}
    if item.company_id is not None:
        return set(_members([item.company_id], on).values_list("user_id", flat=True))
    assert item.pool is not None, "a work item waits for a company or for a pool"
    if item.pool.role == Role.EXPERT:
        return set()  # an empty seat: it is nobody's before somebody is drawn for it
    return people_of_role(item.authority_id, item.pool.role, item.pool.unit_id, on)


def _items(asked: Asked) -> list[WorkItem]:
    """The open items of the matter; of an event that names its task, that one."""
    items = WorkItem.objects.filter(subject_kind=asked.kind.name, subject_id=asked.subject.pk)
    if "task" in asked.data:
        items = items.filter(task_id=asked.data["task"])
    return list(items.select_related("pool"))


def _waiting(_entry: Tell, asked: Asked) -> set[int]:
    return {pk for item in _items(asked) for pk in _of_item(item, asked.on)}


def _desk(_entry: Tell, asked: Asked) -> set[int]:
    """Experts are blind: they learn nothing that the company writes."""
    items = [item for item in _items(asked) if item.pool is not None and item.pool.role != Role.EXPERT]
    return {pk for item in items for pk in _of_item(item, asked.on)}


def _company(_entry: Tell, asked: Asked) -> set[int]:
    return set(_members([asked.company_id or 0], asked.on).values_list("user_id", flat=True))


def _confirmers(_entry: Tell, asked: Asked) -> set[int]:
    members = _members([asked.company_id or 0], asked.on)
    return set(members.filter(permission__codename=CONFIRM_FOR).values_list("user_id", flat=True))


def _listed(_entry: Tell, asked: Asked) -> set[int]:
    rows = RoundRow.objects.filter(round=asked.subject.pk, state=RowState.LISTED)
    return set(_members(rows.values_list("case__company_id", flat=True), asked.on).values_list("user_id", flat=True))


def _leader(_entry: Tell, asked: Asked) -> set[int]:
    units = {item.pool.unit_id for item in _items(asked) if item.pool is not None} or {None}
    return {pk for unit in units for pk in people_of_role(asked.subject.authority_id, Role.LEADER, unit, asked.on)}


def _asker(_entry: Tell, asked: Asked) -> set[int]:
    person = getattr(asked.subject, "person_id", None)
    return set() if person is None else {person}


def _role(entry: Tell, asked: Asked) -> set[int]:
    assert entry.role is not None, "an entry for a role names it"
    return people_of_role(asked.subject.authority_id, entry.role, None, asked.on)


def _by_name(entry: Tell, asked: Asked) -> set[int]:
    found = asked.data.get(entry.named)
    return set(found if isinstance(found, list) else [] if found is None else [found])


_AUDIENCES: dict[Audience, Callable[[Tell, Asked], set[int]]] = {
    Audience.WAITING: _waiting,
    Audience.DESK: _desk,
    Audience.COMPANY: _company,
    Audience.CONFIRMERS: _confirmers,
    Audience.LISTED: _listed,
    Audience.ASKER: _asker,
    Audience.LEADER: _leader,
    Audience.ROLE: _role,
    Audience.NAMED: _by_name,
}


@app.task(name="tell", retry=RETRY)
def tell_job(kind: str, subject_id: int, seq: int, tasks: list[int]) -> None:
    with transaction.atomic():
        _send_later(tell(kind, subject_id, seq, tasks, now=business_now()))


def _send_later(mails: Sequence[int]) -> None:
    if mails:
        wanted: list[JSONDict] = [{"mail_id": pk} for pk in mails]
        app.configure_task("send_mail").batch_defer(*wanted)


class MailFailed(Exception):
    """The mail server could not be reached or refused; the message is tried again later."""


# 4, 16, 64, 256 and 1024 seconds apart; then it stays failed, where the administrator sees it and has it run again.
MAIL_RETRY = RetryStrategy(max_attempts=TRIES, exponential_wait=4, retry_exceptions={MailFailed, OperationalError})


def send_mail(mail_id: int, *, now: Moment) -> bool:
    """Hand one e-mail over; False when it was handed over before. Raises MailFailed when the server did not take it.

    The claim is committed before the handing over: a process that ends in between leaves it claimed and visible, and
    nobody gets it twice.
    """
    if not mail_claim(mail_id):
        return False
    try:
        mail_hand_over(mail_id)
    except (SMTPException, OSError) as fault:
        mail_failed(mail_id, fault)
        raise MailFailed(type(fault).__name__) from fault
    mail_sent(mail_id, now=now)
    return True


@app.task(name="send_mail", retry=MAIL_RETRY)
def send_mail_job(mail_id: int) -> None:
    send_mail(mail_id, now=business_now())


def send_digests(now: Moment) -> list[int]:
    """Make the day's digests and leave a job for each. Safe to repeat: one a person and day."""
    with transaction.atomic():
        made = digests_make(now.on, now=now) if settings.MAIL_IS_SENT else []
        _send_later(made)
    return made


@app.periodic(cron="30 17 * * *")
@app.task(name="send_digests", queueing_lock="send_digests")
def send_digests_job(timestamp: int) -> None:
    """Once a day, towards the end of work."""
    send_digests(business_now())
