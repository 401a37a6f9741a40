"""One query that says whether the act was done before and whether this person may do it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, Q, Value
from django.db.models.functions import JSONObject, TruncDate

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import RoleGrant, User
from subsidy.applicants import rights
from subsidy.applicants.models import CompanyUserObjectPermission
from subsidy.audit.moment import ZONE, Moment
from subsidy.cases.models import Recusal
from subsidy.work.models import Hand, WorkItem
from workflows.common.acts import ANY_MEMBER, Act
from workflows.common.duties import WITHOUT_BUSINESS_POWER, clash
from workflows.common.refusals import Claimed, DutiesClash, Forbidden, KeyReused, NotFound, Recused, right_ended
from workflows.common.subjects import Kind, kind_named


@dataclass(frozen=True)
class Pass:
    """What the guard found: the event of an earlier hand under this key (a replay), and the actor's earlier duties."""

    replay_seq: int | None
    duties: frozenset[str]


def look(
    *,
    kind: Kind,
    subject_id: int | None,
    authority_id: int,
    company_id: int | None,
    actor: User,
    act: Act,
    key: str,
    data_hash: str,
    now: Moment,
    task_id: int | None = None,
    part: int | None = None,
) -> Pass:
    """Read in one statement, after the lock, and judge in the order replay, permission, recusal, duties.

    Raises KeyReused, NotFound, Forbidden, Claimed, Recused or DutiesClash.
    """
    row = _facts(kind, subject_id, authority_id, company_id, actor, key, now, task_id, part)
    replay = _replay(row["replays"], kind, subject_id, act, actor, data_hash)
    item = row["items"][0] if row["items"] else None
    assignee = item["assignee"] if item else None
    if replay is None:
        _permission(act, actor, row, authority_id, assignee, now.on)
        if row["recused"]:
            raise Recused
        if clash(act.duty, row["duties"]) is not None:
            raise DutiesClash
    return Pass(replay_seq=replay, duties=frozenset(row["duties"]))


@dataclass(frozen=True)
class _Marks:
    """What stands in the statement's places while it is compiled; each is unlike anything that a query writes itself."""

    actor: int = -(10**9) - 1
    subject: int = -(10**9) - 2
    authority: int = -(10**9) - 3
    company: int = -(10**9) - 4
    task: int = -(10**9) - 5
    part: int = -(10**9) - 6
    key: str = "the key of the request"
    on: dt.date = dt.date(1001, 1, 1)


MARKS = _Marks()


@cache
def _statement(name: str, about_subject: bool) -> tuple[str, tuple[Any, ...]]:
    """The guard's one statement, compiled once: Django needs several times longer to write it than PostgreSQL to run it.

    `about_subject` is False for an act that makes a matter, which can have no hands yet.
    """
    kind, mine = kind_named(name), Q(pk__in=[])
    if about_subject:
        whole_or_part = Q(part__isnull=True) | Q(part=MARKS.part)
        mine = Q(whole_or_part, subject_kind=name, subject_id=MARKS.subject) | kind.kin([MARKS.subject])
    in_force = Q(valid_from__lte=MARKS.on) & (Q(valid_to__isnull=True) | Q(valid_to__gte=MARKS.on))
    grants = RoleGrant.objects.filter(in_force, user=MARKS.actor)
    query = User.objects.filter(pk=MARKS.actor).annotate(
        replays=ArraySubquery(
            Hand.objects.filter(key=MARKS.key).values(
                json=JSONObject(
                    kind=F("subject_kind"),
                    id=F("subject_id"),
                    action=F("action"),
                    actor=F("actor_id"),
                    hash=F("data_hash"),
                    seq=F("seq"),
                )
            )
        ),
        roles=ArraySubquery(grants.filter(authority=MARKS.authority).values("role")),
        anywhere=ArraySubquery(grants.values("role")),
        member=ArraySubquery(
            CompanyUserObjectPermission.objects.filter(user=MARKS.actor, content_object=MARKS.company)
            .order_by("pk")
            .values(
                json=JSONObject(
                    right=F("permission__codename"),
                    holds=ExpressionWrapper(rights.in_force(MARKS.on), output_field=BooleanField()),
                    since=F("valid_from"),
                    until=F("valid_to"),
                    ended=TruncDate(F("ended_at"), tzinfo=ZONE),
                )
            )
        ),
        recused=Exists(Recusal.objects.filter(user=MARKS.actor, case=MARKS.subject))
        if name == "case" and about_subject
        else Value(False),
        duties=ArraySubquery(Hand.objects.filter(mine, actor=MARKS.actor).exclude(duty="").values("duty").distinct()),
        items=ArraySubquery(
            WorkItem.objects.filter(task_id=MARKS.task).values(json=JSONObject(assignee=F("assignee_id")))
        ),
    )
    statement, places = query.values(*COLUMNS).query.sql_with_params()
    return statement, tuple(places)


COLUMNS = ("is_active", "replays", "roles", "anywhere", "member", "recused", "duties", "items")
_OBJECTS = frozenset({"replays", "items", "member"})


def _facts(
    kind: Kind,
    subject_id: int | None,
    authority_id: int,
    company_id: int | None,
    actor: User,
    key: str,
    now: Moment,
    task_id: int | None,
    part: int | None,
) -> dict[str, Any]:
    statement, places = _statement(kind.name, subject_id is not None)
    values = {
        MARKS.actor: actor.pk,
        MARKS.subject: subject_id,
        MARKS.authority: authority_id,
        MARKS.company: company_id or 0,
        MARKS.task: task_id or 0,
        MARKS.part: part or 0,
        MARKS.key: key,
        MARKS.on: now.on,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, [values.get(place, place) for place in places])
        found = cursor.fetchone()
    if found is None:
        raise Forbidden
    row = dict(zip(COLUMNS, found, strict=True))
    return {name: _read(name, value) for name, value in row.items()}


def _read(name: str, value: Any) -> Any:
    """A column as the judge reads it; an empty condition is compiled away, and its array with it."""
    if value is None:
        return []
    return [json.loads(item) if isinstance(item, str) else item for item in value] if name in _OBJECTS else value


def _replay(
    replays: Iterable[dict[str, Any]], kind: Kind, subject_id: int | None, act: Act, actor: User, data_hash: str
) -> int | None:
    for hand in replays:
        same = (
            hand["kind"] == kind.name
            and subject_id in (None, hand["id"])
            and hand["action"] == act.name
            and hand["actor"] == actor.pk
            and hand["hash"] == data_hash
        )
        if not same:
            raise KeyReused
        return int(hand["seq"])
    return None


def _permission(
    act: Act,
    actor: User,
    row: dict[str, Any],
    authority_id: int,
    assignee: int | None,
    on: dt.date,
) -> None:
    if not row["is_active"]:
        raise Forbidden
    if act.system:
        if actor.kind != UserKind.SYSTEM:
            raise Forbidden
        return
    if act.personal or act.member:
        _membership(act, actor, row["member"], on)
        return
    if WITHOUT_BUSINESS_POWER.intersection(row["anywhere"]):
        raise Forbidden
    if act.pooled and row["roles"]:
        return  # it stands in no pool now; the door refuses it by its state
    if act.role not in row["roles"]:
        raise Forbidden if row["roles"] else NotFound
    if assignee is not None and assignee != actor.pk:
        raise NotFound if act.role == Role.EXPERT else Claimed


def _membership(act: Act, actor: User, rows: Sequence[dict[str, Any]], on: dt.date) -> None:
    """A person without any right for the company learns nothing of it; one whose right has ended learns since when."""
    if act.personal:
        if actor.kind != UserKind.COMPANY:
            raise Forbidden
        return
    if not rows:
        raise NotFound
    held = {row["right"] for row in rows if row["holds"]}
    if act.member in held or (act.member == ANY_MEMBER and held):
        return
    lapsed = [row for row in rows if not row["holds"] and (not held or row["right"] == act.member)]
    if not lapsed:
        raise Forbidden
    last = {name: dt.date.fromisoformat(lapsed[-1][name]) if lapsed[-1][name] else None for name in _DAYS}
    raise right_ended(**last, on=on)


_DAYS = ("since", "until", "ended")


def refuse_clash(kind: Kind, ids: Iterable[int], actor: User, act: Act) -> None:
    """Judge separation of duties on matters that the act reaches only once it is under way (raises DutiesClash)."""
    ids = list(ids)
    bound = Q(subject_kind=kind.name, subject_id__in=ids) | kind.kin(ids)
    earlier = Hand.objects.filter(bound, actor=actor).exclude(duty="").values_list("duty", flat=True).distinct()
    if clash(act.duty, earlier) is not None:
        raise DutiesClash
