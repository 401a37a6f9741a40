"""The tabs of the queue: what waits for whom, one source a pool, so that each is served by its own index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Reverse

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.applicants.models import Company
from subsidy.audit.models import Event
from subsidy.decisions.recusals import closed_to, rows_closed
from subsidy.work.models import WorkItem
from subsidy.work.selectors import Standing

TABS = ("mine", "pools", "others", "company", "soon", "overdue", "done")
COUNTED_STREAMS = ("case", "round", "objection", "proposal", "batch", "recovery")
COMPANIES_MAX = 200


def mine(standing: Standing) -> list[QuerySet[WorkItem]]:
    """What the person has claimed, or sits on a panel for."""
    return [open_to(standing.closed, WorkItem.objects.filter(assignee=standing.user))]


def in_pools(standing: Standing) -> list[QuerySet[WorkItem]]:
    """What waits in the person's pools and nobody has claimed."""
    return [
        open_to(standing.closed, WorkItem.objects.filter(pool=pool, assignee__isnull=True)) for pool in standing.pools
    ] or [WorkItem.objects.none()]


def with_others(standing: Standing) -> list[QuerySet[WorkItem]]:
    """What waits for other officers of the bureau: in pools that are not the person's, and held by colleagues.

    A panel is one row, whatever its seats: who sits on it is not the officers' business.
    """
    found = []
    for pool in standing.pools:
        held = WorkItem.objects.filter(pool=pool, assignee__isnull=False).exclude(assignee=standing.user)
        found.append(open_to(standing.closed, held))
    for pool in standing.others:
        waiting = open_to(standing.closed, WorkItem.objects.filter(pool=pool))
        held = waiting.filter(assignee__isnull=False).exclude(assignee=standing.user)
        if pool.role == Role.EXPERT:
            seats = WorkItem.objects.filter(
                subject_kind=OuterRef("subject_kind"),
                subject_id=OuterRef("subject_id"),
                pool=pool,
                pk__lt=OuterRef("pk"),
            )
            held = held.exclude(Exists(seats))
        found += [waiting.filter(assignee__isnull=True), held]
    return found or [WorkItem.objects.none()]


def with_companies(standing: Standing) -> list[QuerySet[WorkItem]]:
    """Filed matters that wait for the company: corrections and accounts, not drafts."""
    return [
        open_to(
            standing.closed,
            WorkItem.objects.filter(authority=authority_id, company__isnull=False).exclude(node="draft"),
        )
        for authority_id in standing.authorities
    ] or [WorkItem.objects.none()]


def done_by(standing: Standing) -> list[QuerySet[Event]]:
    """What the person has done on matters that lists show, without those that the person is recused from."""
    events = Event.objects.filter(actor_id=standing.user.pk, stream__in=COUNTED_STREAMS)
    return [events.exclude(rows_closed(standing.closed, kind="stream", matter="stream_id"))]


def sources(tab: str, standing: Standing, *, today: dt.date, soon: dt.date) -> list[QuerySet[Any]]:
    """The sources of one tab of the queue (KeyError for a tab that there is not)."""
    own = [*mine(standing), *in_pools(standing)]
    made: dict[str, Callable[[], list[QuerySet[Any]]]] = {
        "mine": lambda: mine(standing),
        "pools": lambda: in_pools(standing),
        "others": lambda: with_others(standing),
        "company": lambda: with_companies(standing),
        "soon": lambda: [source.filter(due_on__gte=today, due_on__lte=soon) for source in own],
        "overdue": lambda: [source.filter(due_on__lt=today) for source in own],
        "done": lambda: done_by(standing),
    }
    return made[tab]()


def seen_items(standing: Standing) -> QuerySet[WorkItem]:
    """Every open task that the person may see: the bureau's, those in the own pools, and the own."""
    seen = Q(authority__in=standing.authorities) | Q(pool__in=standing.pools) | Q(assignee=standing.user)
    return open_to(standing.closed, WorkItem.objects.filter(seen))


def counts(by_tab: Mapping[str, Sequence[QuerySet[Any]]], *, cap: int) -> dict[str, int]:
    """How many rows each tab has, counting no further than one beyond the cap: one statement for all tabs."""
    parts: list[str] = []
    values: list[Any] = []
    for tab_sources in by_tab.values():
        pieces = []
        for source in tab_sources:
            try:
                text, params = source.order_by().values_list("pk")[: cap + 1].query.sql_with_params()
            except EmptyResultSet:  # known without asking, such as a search that finds no company
                continue
            pieces.append(f"SELECT * FROM ({text}) AS part")  # nosec B608
            values += params
        inner = " UNION ALL ".join(pieces) or "SELECT NULL WHERE FALSE"
        parts.append(f"(SELECT count(*) FROM ({inner} LIMIT {int(cap) + 1}) AS counted)")  # nosec B608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        row = cursor.fetchone()
    return dict(zip(by_tab, row, strict=True))


class Search:
    """Items by number (its beginning or its end), or by the company's name or credit code.

    Companies are found first and once for all sources, in their own small table, because no index of the queue helps
    for names of two characters. A word that fits very many of them is looked for in the rows themselves: there it is
    found soon.
    """

    def __init__(self) -> None:
        self._companies: dict[str, list[int]] = {}

    def __call__(self, items: QuerySet[WorkItem], text: str) -> QuerySet[WorkItem]:
        if text not in self._companies:
            named = Company.objects.filter(Q(name__contains=text) | Q(uscc__startswith=text.upper()))
            self._companies[text] = list(named.values_list("pk", flat=True)[: COMPANIES_MAX + 1])
        companies = self._companies[text]
        if len(companies) > COMPANIES_MAX:
            wanted = Q(applicant__name__contains=text) | Q(applicant__uscc__startswith=text.upper())
        else:
            wanted = Q(applicant__in=companies)
        if text.isascii():
            number = text.upper()
            items = items.alias(backwards=Reverse("number"))
            wanted |= Q(number__startswith=number) | Q(backwards__startswith=number[::-1])
        return items.filter(wanted)


def in_pools_of(
    standing: Standing, authorities: Collection[int], pool_id: int | None = None
) -> list[QuerySet[WorkItem]]:
    """What waits in the pools of these bureaus of the person's, or in one of them: what is claimed and what is not."""
    pools = [pool for pool in (*standing.pools, *standing.others) if pool.authority_id in authorities]
    return [
        open_to(standing.closed, WorkItem.objects.filter(pool=pool, assignee__isnull=free))
        for pool in pools
        if pool_id in (None, pool.pk)
        for free in (True, False)
    ] or [WorkItem.objects.none()]


def items_of_bureaus(user: User, authorities: Collection[int]) -> QuerySet[WorkItem]:
    """Every open task of these bureaus, without what stands on a case that the person is recused from."""
    return open_to(closed_to(user), WorkItem.objects.filter(authority__in=authorities))


def open_to(closed: Mapping[str, Collection[int]], items: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
    """Without what stands on these matters, which are closed to whoever reads."""
    return items.exclude(rows_closed(closed, kind="subject_kind", matter="subject_id")) if closed else items
