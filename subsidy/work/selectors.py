"""What waits for whom, read from the work items: one source a pool, so that each is served by its own index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from subsidy.accounts.enums import ADMINISTRATORS, Role
from subsidy.accounts.models import RoleGrant, User
from subsidy.accounts.selectors import SEES_CASES, SEES_GIVEN, in_force
from subsidy.applicants.models import Company
from subsidy.audit.models import Event
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case, Recusal
from subsidy.reviews.models import Opinion
from subsidy.work.models import Pool, WorkItem

TABS = ("mine", "pools", "company", "soon", "overdue", "done")
COUNTED_STREAMS = ("case", "round", "batch")


@dataclass(frozen=True)
class Standing:
    """Where a person stands today: the pools of their roles and the bureaus whose cases they see."""

    user: User
    pools: Sequence[Pool]
    authorities: Sequence[int]
    roles: frozenset[str]

    @property
    def works(self) -> bool:
        """Whether the person has anything to do with cases at all; administrators have not."""
        return bool(self.roles) and not self.roles & set(ADMINISTRATORS)


def standing_of(user: User, *, on: dt.date) -> Standing:
    """Two statements: the grants in force on that day, and the pools of their roles.

    A grant names a whole role or one unit of it; an expert's seats wait for the expert, not in a pool.
    """
    grants = list(RoleGrant.objects.filter(in_force(on), user=user).values_list("authority_id", "role", "unit_id"))
    roles = frozenset(role for _, role, _ in grants)
    wanted = Q(pk__in=[])
    for authority_id, role, unit_id in grants:
        if role != Role.EXPERT and role not in ADMINISTRATORS:
            wanted |= Q(authority_id=authority_id, role=role) & (Q(unit_id=unit_id) if unit_id else Q())
    authorities = sorted({authority_id for authority_id, role, _ in grants if role in SEES_CASES})
    return Standing(user, list(Pool.objects.filter(wanted).order_by("id")), authorities, roles)


def cases_seen(user: User, *, on: dt.date) -> QuerySet[Case]:
    """Filed cases that an officer sees: the bureau's, or those given to the own unit, waiting there or answered.

    Nobody sees a case that the person is recused from.
    """
    grants = RoleGrant.objects.filter(in_force(on), user=user)
    given = grants.filter(role__in=SEES_GIVEN, authority=OuterRef("authority"))
    waits = WorkItem.objects.filter(
        Exists(given.filter(_of_unit(OuterRef("pool__unit")), role=OuterRef("pool__role"))),
        subject_kind="case",
        subject_id=OuterRef("pk"),
    )
    answered = Opinion.objects.filter(Exists(given.filter(_of_unit(OuterRef("unit")))), case=OuterRef("pk"))
    sees_all = Q(authority__in=grants.filter(role__in=SEES_CASES).values("authority"))
    recused = Recusal.objects.filter(user=user, case=OuterRef("pk"))
    seen = Case.objects.filter(sees_all | Exists(waits) | Exists(answered))
    return seen.exclude(state=CaseState.DRAFT).exclude(Exists(recused))


def _of_unit(unit: OuterRef) -> Q:
    """Grants for that unit, or for the whole role."""
    return Q(unit__isnull=True) | Q(unit=unit)


def mine(standing: Standing) -> list[QuerySet[WorkItem]]:
    """What the person has claimed, or sits on a panel for."""
    return [_open_to(standing.user, WorkItem.objects.filter(assignee=standing.user))]


def in_pools(standing: Standing) -> list[QuerySet[WorkItem]]:
    """What waits in the person's pools and nobody has claimed."""
    return [
        _open_to(standing.user, WorkItem.objects.filter(pool=pool, assignee__isnull=True)) for pool in standing.pools
    ] or [WorkItem.objects.none()]


def with_companies(standing: Standing) -> list[QuerySet[WorkItem]]:
    """Filed matters that wait for the company: corrections and accounts, not drafts."""
    return [
        _open_to(
            standing.user,
            WorkItem.objects.filter(authority=authority_id, company__isnull=False).exclude(node="draft"),
        )
        for authority_id in standing.authorities
    ] or [WorkItem.objects.none()]


def done_by(standing: Standing) -> list[QuerySet[Event]]:
    """What the person has done on cases, rounds and batches."""
    return [Event.objects.filter(actor_id=standing.user.pk, stream__in=COUNTED_STREAMS)]


def sources(tab: str, standing: Standing, *, today: dt.date, soon: dt.date) -> list[QuerySet[Any]]:
    """The sources of one tab of the queue (KeyError for a tab that there is not)."""
    own = [*mine(standing), *in_pools(standing)]
    made: dict[str, Callable[[], list[QuerySet[Any]]]] = {
        "mine": lambda: mine(standing),
        "pools": lambda: in_pools(standing),
        "company": lambda: with_companies(standing),
        "soon": lambda: [source.filter(due_on__gte=today, due_on__lte=soon) for source in own],
        "overdue": lambda: [source.filter(due_on__lt=today) for source in own],
        "done": lambda: done_by(standing),
    }
    return made[tab]()


def counts(by_tab: Mapping[str, Sequence[QuerySet[Any]]], *, cap: int) -> dict[str, int]:
    """How many rows each tab has, counting no further than one beyond the cap: one statement for all tabs."""
    parts: list[str] = []
    values: list[Any] = []
    for tab_sources in by_tab.values():
        pieces = []
        for source in tab_sources:
            if source.query.is_empty():
                continue
            text, params = source.order_by().values_list("pk")[: cap + 1].query.sql_with_params()
            pieces.append(f"SELECT * FROM ({text}) AS part")
            values += params
        inner = " UNION ALL ".join(pieces) or "SELECT NULL WHERE FALSE"
        parts.append(f"(SELECT count(*) FROM ({inner} LIMIT {int(cap) + 1}) AS counted)")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        row = cursor.fetchone()
    return dict(zip(by_tab, row, strict=True))


def find_items(queryset: QuerySet[WorkItem], text: str) -> QuerySet[WorkItem]:
    """Items by number (its beginning or its end), or by the company's name or credit code.

    Companies are found first, in their own small table, because no index of the queue helps for names of two
    characters.
    """
    companies = Company.objects.filter(Q(name__contains=text) | Q(uscc__startswith=text.upper())).values("pk")
    cases = Case.objects.filter(company__in=companies).values("pk")
    number = text.upper()
    return queryset.filter(
        Q(number__startswith=number) | Q(number__endswith=number) | Q(subject_kind="case", subject_id__in=cases)
    )


def items_of(kind: str, subject_id: int) -> list[WorkItem]:
    """The open work items of one matter, with whom they wait for."""
    found = WorkItem.objects.filter(subject_kind=kind, subject_id=subject_id)
    return list(found.select_related("assignee", "pool").order_by("id"))


def _open_to(user: User, items: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
    """Without the cases that the person is recused from."""
    recused = Recusal.objects.filter(user=user, case=OuterRef("subject_id"))
    return items.exclude(Exists(recused) & Q(subject_kind="case"))
