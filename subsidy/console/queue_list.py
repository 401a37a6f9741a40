"""The lists of the queue as declared: columns, sorts, filters, and what is chosen from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import django_filters
from django.db.models import CharField, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import Unit
from subsidy.calendars.working import WorkingCalendar
from subsidy.console.titles import node_title, node_titles
from subsidy.programmes.models import Call, Policy
from subsidy.web.components import SOON_WORKING_DAYS, DaysLeft, Text
from subsidy.web.formats import pick
from subsidy.web.lists import BulkOffer, Column, ListSpec, Sort
from subsidy.web.matters import page_of
from subsidy.work.models import NO_DUE, SavedView, WorkItem
from subsidy.work.queues import Search
from subsidy.work.selectors import Standing

FEN_PER_YUAN = 100
CALLS_MAX = 100
RELATED = ("policy", "assignee", "pool__unit", "company")


@dataclass(frozen=True)
class Days:
    """How far off deadlines are, on the day of the request."""

    today: dt.date
    calendar: WorkingCalendar

    def soon(self) -> dt.date:
        return self.calendar.add_working_days(self.today, SOON_WORKING_DAYS).on

    def left(self, item: WorkItem) -> DaysLeft:
        if item.due_on == NO_DUE:
            return DaysLeft(None)
        days = self.calendar.working_days_between(self.today, item.due_on)
        return DaysLeft(min(days, -1) if item.due_on < self.today else days, item.due_provisional)

    def tone(self, item: WorkItem) -> str:
        return self.left(item).tone


@dataclass(frozen=True)
class Choices:
    """What the filters offer, the reader's saved views, and the roles by which the reader opens what is listed."""

    policies: Sequence[tuple[int, str]] = ()
    calls: Sequence[tuple[int, str]] = ()
    townships: Sequence[tuple[int, str]] = ()
    pools: Sequence[tuple[int, str]] = ()
    views: Sequence[View] = field(default=())
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class View:
    """A saved view: its key, name and address."""

    pk: int
    name: str
    url: str


def choices_for(standing: Standing) -> Choices:
    """Policies, the newest calls, units and saved views: one statement."""
    bureaus = {pool.authority_id for pool in standing.pools} | set(standing.authorities)

    def rows(what: str, found: QuerySet[Any], first: str, second: str) -> QuerySet[Any]:
        mark = Value(what, output_field=CharField())
        return found.order_by("-pk").values_list(mark, "pk", first, second)[:CALLS_MAX]

    merged = rows("policy", Policy.objects.filter(authority__in=bureaus), "title_zh", "title_en").union(
        rows("call", Call.objects.filter(authority__in=bureaus), "title_zh", "title_en"),
        rows("unit", Unit.objects.filter(authority__in=bureaus), "name_zh", "name_en"),
        rows("view", SavedView.objects.filter(user=standing.user), "name", "page"),
        rows("query", SavedView.objects.filter(user=standing.user), "query", "page"),
        all=True,
    )
    by_kind: dict[str, dict[int, tuple[str, str]]] = {}
    for what, pk, first, second in merged:
        by_kind.setdefault(what, {})[pk] = (first, second)

    def named(what: str) -> list[tuple[int, str]]:
        return [(pk, pick(zh, en)) for pk, (zh, en) in sorted(by_kind.get(what, {}).items(), reverse=what == "call")]

    queries = by_kind.get("query", {})
    views = [
        View(pk, name, f"{reverse('console:queue-tab', args=[page])}?{queries[pk][0]}")
        for pk, (name, page) in sorted(by_kind.get("view", {}).items())
    ]
    units = dict(named("unit"))
    pools = [
        (pool.pk, pool_words(pool.role, units.get(pool.unit_id or 0, "")))
        for pool in (*standing.pools, *standing.others)
    ]
    return Choices(named("policy"), named("call"), named("unit"), pools, views, standing.roles)


def pool_words(role: str, unit: str) -> str:
    """Which pool it is: its role, and its unit if it is one of a unit."""
    return f"{Role(role).label} · {unit}" if unit else str(Role(role).label)


def item_spec(
    tab: str, days: Days, choices: Choices, acts: Iterable[tuple[str, Text]], empty: tuple[Text, Text]
) -> ListSpec:
    """The list of work items; its filters and deadlines are those of the request."""
    title, text = empty
    return ListSpec(
        model=WorkItem,
        columns=(
            Column("number", _("Number"), link=lambda item: subject_url(item, choices.roles), sort="number"),
            Column("title", _("Company or list")),
            Column("policy", _("Policy"), value=_policy),
            Column("node", _("Task"), value=lambda item: node_title(item.subject_kind, item.node)),
            Column("amount_fen", _("Amount"), kind="yuan", sort="amount", value=lambda item: item.amount_fen or None),
            Column("filed_on", _("Filed on"), kind="day", sort="filed", value=lambda item: _day(item.filed_on)),
            Column("due_on", _("Due on"), kind="day", sort="due", value=lambda item: _day(item.due_on)),
            Column("left", _("Time"), value=days.left, kind="state", tone=days.tone),
            Column("holder", _("With"), value=holder_of),
        ),
        sorts=(
            Sort("due", _("Due on, earliest first"), ("due_on",)),
            Sort("-due", _("Due on, latest first"), ("-due_on",)),
            Sort("amount", _("Amount, largest first"), ("-amount_fen", "id")),
            Sort("filed", _("Filed, earliest first"), ("filed_on",)),
            Sort("-filed", _("Filed, latest first"), ("-filed_on",)),
            Sort("number", _("Number"), ("number",)),
            Sort("-number", _("Number, last first"), ("-number",)),
        ),
        filterset=item_filter(choices, days.today),
        search=Search(),
        search_label=_("Number, company or credit code"),
        related=RELATED,
        file_name=f"queue-{tab}",
        bulk=BulkOffer(reverse("console:bulk"), tuple(acts), lambda item: str(item.pk), about=tab),
        empty_title=title,
        empty_text=text,
    )


def item_filter(choices: Choices, today: dt.date) -> type[django_filters.FilterSet]:
    """Filters, each served by an index that leads with the pool. The choices are read once, not once a source."""
    node_choices = [(f"{kind}.{node}", title) for (kind, node), title in node_titles().items() if kind != "batch"]
    everything = _("all")

    def by_node(queryset: QuerySet[WorkItem], _name: str, value: str) -> QuerySet[WorkItem]:
        kind, _dot, node = value.partition(".")
        return queryset.filter(subject_kind=kind, node=node)

    def from_amount(queryset: QuerySet[WorkItem], _name: str, value: Any) -> QuerySet[WorkItem]:
        return queryset.filter(amount_fen__gte=int(value * FEN_PER_YUAN))

    def to_amount(queryset: QuerySet[WorkItem], _name: str, value: Any) -> QuerySet[WorkItem]:
        return queryset.filter(amount_fen__lte=int(value * FEN_PER_YUAN))

    def by_due(queryset: QuerySet[WorkItem], _name: str, _value: str) -> QuerySet[WorkItem]:
        return queryset.filter(due_on__lt=today)

    class ItemFilter(django_filters.FilterSet):
        policy = django_filters.ChoiceFilter(label=_("Policy"), choices=choices.policies, empty_label=everything)
        call = django_filters.ChoiceFilter(label=_("Call"), choices=choices.calls, empty_label=everything)
        township = django_filters.ChoiceFilter(label=_("Township"), choices=choices.townships, empty_label=everything)
        node = django_filters.ChoiceFilter(
            label=_("Task"), choices=node_choices, empty_label=everything, method=by_node
        )
        pool = django_filters.ChoiceFilter(label=_("Unit or role"), choices=choices.pools, empty_label=everything)
        due = django_filters.ChoiceFilter(
            label=_("Deadline"), choices=[("overdue", _("Overdue"))], empty_label=everything, method=by_due
        )
        amount_from = django_filters.NumberFilter(
            label=_("Amount from (CNY)"), min_value=0, max_value=10**13, method=from_amount
        )
        amount_to = django_filters.NumberFilter(
            label=_("Amount to (CNY)"), min_value=0, max_value=10**13, method=to_amount
        )

    return ItemFilter


def _day(value: dt.date) -> dt.date | None:
    return None if value == NO_DUE else value


def _policy(item: WorkItem) -> str | None:
    return pick(item.policy.title_zh, item.policy.title_en) if item.policy else None


def holder_of(item: WorkItem) -> Text | None:
    """Whom a task waits for, in words; who sits on a panel is not said."""
    if item.pool is not None and item.pool.role == Role.EXPERT:
        return Role.EXPERT.label
    if item.assignee is not None:
        return str(item.assignee)
    if item.pool is not None:
        unit = item.pool.unit
        return pool_words(item.pool.role, pick(unit.name_zh, unit.name_en) if unit else "")
    return item.company.name if item.company is not None else None


def subject_url(item: WorkItem, roles: frozenset[str]) -> str:
    """The page of the matter an item is about, for a reader of those roles."""
    seat = item.pool is not None and item.pool.role == Role.EXPERT and item.assignee_id
    reader = UserKind.EXPERT if seat and Role.EXPERT in roles else UserKind.OFFICER
    return page_of(item.subject_kind, reader, item.number, roles=roles)
