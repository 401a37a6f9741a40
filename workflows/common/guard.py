"""One query that says whether the act was done before and whether this person may do it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import JSONObject, TruncDate

from subsidy.accounts.enums import ADMINISTRATORS, Role, UserKind
from subsidy.accounts.models import RoleGrant, User
from subsidy.accounts.selectors import in_force
from subsidy.applicants import rights
from subsidy.applicants.models import CompanyUserObjectPermission
from subsidy.audit.moment import ZONE, Moment
from subsidy.decisions.recusals import RECUSED_ON, recused_from
from subsidy.work.models import Hand, WorkItem
from workflows.common.acts import ANY_MEMBER, Act
from workflows.common.duties import WITHOUT_BUSINESS_POWER, clash
from workflows.common.refusals import (
    Claimed,
    DutiesClash,
    Forbidden,
    KeyReused,
    NotFound,
    Recused,
    StepUpNeeded,
    right_ended,
)
from workflows.common.subjects import Kind, kind_named
from workflows.common.turn import Origin


@dataclass(frozen=True)
class Question:
    """What the guard is asked about one matter; `subject_id` is None for an act that makes one."""

    kind: Kind
    act: Act
    authority_id: int
    key: str
    data_hash: str
    subject_id: int | None = None
    company_id: int | None = None
    task_id: int | None = None
    part: int | None = None


@dataclass(frozen=True)
class Facts:
    """What the guard read for one question; `duties` are the actor's earlier ones.

    What somebody did on the actor's behalf counts as the actor's; and who acts in a role that is lent counts the hands
    of the lender too, so that a delegation opens no way round the separation of duties.
    """

    question: Question
    actor: User
    row: Mapping[str, Any]

    @property
    def duties(self) -> frozenset[str]:
        borrowed = self.row["theirs"] if self.lender_id is not None else ()
        return frozenset((*self.row["duties"], *self.row["for_me"], *borrowed))

    @property
    def lender_id(self) -> int | None:
        """Who has lent the role that the act is done in; None where it is the actor's own."""
        role = self.question.act.role
        return next((one["lender"] for one in self.row["lent"] if one["role"] == role), None)


def look_at(kind: Kind, questions: Sequence[Question], *, actor: User, now: Moment) -> list[Facts]:
    """Read in one statement, after the lock, what judging needs: the same statement for one matter and for many.

    Raises Forbidden when there is no such person.
    """
    if not questions:
        return []
    statement, places = _statement(kind.name, questions[0].subject_id is not None)
    columns: list[Any] = [
        [one.subject_id or 0 for one in questions],
        [one.authority_id for one in questions],
        [one.company_id or 0 for one in questions],
        [one.task_id or 0 for one in questions],
        [one.part or 0 for one in questions],
        [one.key for one in questions],
    ]
    fixed = {MARKS.actor: actor.pk, MARKS.on: now.on}
    with connection.cursor() as cursor:
        cursor.execute(statement, columns + [fixed.get(place, place) for place in places])
        found = cursor.fetchall()
    if len(found) != len(questions):
        raise Forbidden
    rows = [{name: _read(name, value) for name, value in zip(COLUMNS, row[1:], strict=True)} for row in found]
    return [Facts(question, actor, row) for question, row in zip(questions, rows, strict=True)]


def judge(facts: Facts, *, now: Moment) -> int | None:
    """Judge in the order replay, permission, recusal, duties; a replay answers with the event of the earlier hand.

    Raises KeyReused, NotFound, Forbidden, Claimed, Recused or DutiesClash.
    """
    question, row = facts.question, facts.row
    replay = _replay(row["replays"], question, facts.actor)
    if replay is not None:
        return replay
    item = row["items"][0] if row["items"] else None
    _permission(question, facts.actor, row, item["assignee"] if item else None, now.on)
    if row["recused"]:
        raise Recused
    if clash(question.act.duty, facts.duties) is not None:
        raise DutiesClash
    return None


# Who runs a command has been let in by the machine itself, and its account is recorded; a job acts for the program.
TRUSTED_SURFACES = frozenset({"command", "job"})


def refuse_unproven(act: Act, origin: Origin) -> None:
    """Raise StepUpNeeded for an act that asks for a second factor which was not just shown."""
    if act.step_up and not origin.proven and origin.surface not in TRUSTED_SURFACES:
        raise StepUpNeeded


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
# The marks that differ from row to row, in the order of the arrays that the statement takes first.
_BY_ROW = {
    MARKS.subject: ("subject", "bigint"),
    MARKS.authority: ("authority", "bigint"),
    MARKS.company: ("company", "bigint"),
    MARKS.task: ("task", "bigint"),
    MARKS.part: ("part", "bigint"),
    MARKS.key: ("key", "text"),
}


@cache
def _statement(name: str, about_subject: bool) -> tuple[str, tuple[Any, ...]]:
    """The guard's one statement, compiled once: Django needs several times longer to write it than PostgreSQL to run it.

    `about_subject` is False for an act that makes a matter, which can have no hands yet.
    """
    kind, mine = kind_named(name), Q(pk__in=[])
    if about_subject:
        whole_or_part = Q(part__isnull=True) | Q(part=MARKS.part)
        mine = Q(whole_or_part, subject_kind=name, subject_id=MARKS.subject) | kind.kin([MARKS.subject])
    grants = RoleGrant.objects.filter(in_force(MARKS.on), user=MARKS.actor)
    lent = grants.filter(authority=MARKS.authority, source__isnull=False)
    # The hands of those who lend a role, and what others did on their behalf.
    lenders = lent.values("granted_by")
    theirs = Q(actor__in=lenders) | Q(on_behalf_of__in=lenders)
    hands = Hand.objects.filter(mine).exclude(duty="")
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
        recused=recused_from(name, MARKS.actor, MARKS.subject)
        if name in RECUSED_ON and about_subject
        else Value(False),
        duties=ArraySubquery(hands.filter(actor=MARKS.actor).values("duty").distinct()),
        for_me=ArraySubquery(hands.filter(on_behalf_of=MARKS.actor).values("duty").distinct()),
        lent=ArraySubquery(lent.order_by("pk").values(json=JSONObject(role=F("role"), lender=F("granted_by")))),
        theirs=ArraySubquery(hands.filter(theirs).values("duty").distinct()),
        items=ArraySubquery(
            WorkItem.objects.filter(task_id=MARKS.task).values(json=JSONObject(assignee=F("assignee_id")))
        ),
    )
    return _for_rows(*query.values_list(*COLUMNS).query.sql_with_params())


def _for_rows(statement: str, places: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
    """The statement asked once for each row of arrays: what differs from row to row is read from them."""
    parts = statement.split("%s")
    text, kept = parts[0], []
    for place, part in zip(places, parts[1:], strict=True):
        by_row = _BY_ROW.get(place) if isinstance(place, int | str) else None
        if by_row is None:
            kept.append(place)
        text += (f"asked.{by_row[0]}" if by_row else "%s") + part
    arrays = ", ".join(f"%s::{kind}[]" for _name, kind in _BY_ROW.values())
    names = ", ".join(name for name, _kind in _BY_ROW.values())
    asked = f"unnest({arrays}) WITH ORDINALITY AS asked({names}, row)"
    return f"SELECT asked.row, found.* FROM {asked}, LATERAL ({text}) AS found ORDER BY asked.row", tuple(kept)  # nosec B608


COLUMNS = (
    "is_active",
    "replays",
    "roles",
    "anywhere",
    "member",
    "recused",
    "duties",
    "for_me",
    "lent",
    "theirs",
    "items",
)
_OBJECTS = frozenset({"replays", "items", "member", "lent"})


def _read(name: str, value: Any) -> Any:
    """A column as the judge reads it; an empty condition is compiled away, and its array with it."""
    if value is None:
        return []
    return [json.loads(item) if isinstance(item, str) else item for item in value] if name in _OBJECTS else value


def _replay(replays: Iterable[dict[str, Any]], question: Question, actor: User) -> int | None:
    for hand in replays:
        same = (
            hand["kind"] == question.kind.name
            and question.subject_id in (None, hand["id"])
            and hand["action"] == question.act.name
            and hand["actor"] == actor.pk
            and hand["hash"] == question.data_hash
        )
        if not same:
            raise KeyReused
        return int(hand["seq"])
    return None


def _permission(
    question: Question,
    actor: User,
    row: Mapping[str, Any],
    assignee: int | None,
    on: dt.date,
) -> None:
    act = question.act
    if not row["is_active"]:
        raise Forbidden
    if act.system or act.own or act.personal or act.member:
        _without_a_role(question, actor, row, on)
        return
    if act.role not in ADMINISTRATORS and WITHOUT_BUSINESS_POWER.intersection(row["anywhere"]):
        raise Forbidden
    if act.pooled and row["roles"]:
        return  # it stands in no pool now; the door refuses it by its state
    if act.role not in row["roles"]:
        raise Forbidden if row["roles"] else NotFound
    if assignee is not None and assignee != actor.pk:
        raise NotFound if act.role == Role.EXPERT else Claimed


def _without_a_role(question: Question, actor: User, row: Mapping[str, Any], on: dt.date) -> None:
    """Acts that no role gives: of a system actor, on the own account, of people of companies."""
    act = question.act
    if act.system:
        if actor.kind != UserKind.SYSTEM:
            raise Forbidden
    elif act.own:
        if question.subject_id != actor.pk:
            raise NotFound
    else:
        _membership(act, actor, row["member"], on)


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


def refuse_clash(kind: Kind, ids: Iterable[int], actor: User, act: Act, lender_id: int | None = None) -> None:
    """Judge separation of duties on matters that the act reaches only once it is under way (raises DutiesClash)."""
    ids, people = list(ids), [pk for pk in (actor.pk, lender_id) if pk is not None]
    bound = Q(subject_kind=kind.name, subject_id__in=ids) | kind.kin(ids)
    theirs = Hand.objects.filter(bound, Q(actor__in=people) | Q(on_behalf_of__in=people)).exclude(duty="")
    earlier = theirs.values_list("duty", flat=True).distinct()
    if clash(act.duty, earlier) is not None:
        raise DutiesClash
