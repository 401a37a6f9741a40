"""The queue: what waits for the reader, in tabs by who must act, and what the reader has done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import django_filters
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from subsidy.accounts.enums import Role, UserKind
from subsidy.audit.models import Event
from subsidy.calendars.selectors import working_calendar
from subsidy.calendars.working import WorkingCalendar
from subsidy.cases.models import Case
from subsidy.console import scope
from subsidy.console.titles import node_title, node_titles
from subsidy.decisions.models import Objection, Round
from subsidy.payouts.models import Batch
from subsidy.programmes.models import Policy
from subsidy.reporting.act_words import ACT_WORDS
from subsidy.web import acts
from subsidy.web.components import Text
from subsidy.web.formats import pick
from subsidy.web.lists import COUNT_CAP, Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.work.models import NO_DUE, WorkItem
from subsidy.work.selectors import TABS, counts, find_items, sources
from workflows.common.subjects import kind_named

SOON_WORKING_DAYS = 3
TAB_WORDS: dict[str, Text] = {
    "mine": _("With me"),
    "pools": _("In my pools"),
    "company": _("With the company"),
    "soon": _("Due soon"),
    "overdue": _("Overdue"),
    "done": _("Done by me"),
}
EMPTY_WORDS: dict[str, tuple[Text, Text]] = {
    "mine": (_("Nothing is with you"), _("Take something over from your pools.")),
    "pools": (_("Your pools are empty"), _("New work appears here as soon as it arrives.")),
    "company": (
        _("No company has been asked for anything"),
        _("Corrections and accounts that companies owe appear here."),
    ),
    "soon": (_("Nothing is due soon"), _("What is due within three working days appears here.")),
    "overdue": (_("Nothing is overdue"), _("What has missed its day appears here.")),
    "done": (_("You have not acted yet"), _("Your acts appear here, the newest first.")),
}


@dataclass(frozen=True)
class Tab:
    name: str
    label: Text
    count: int
    current: bool

    @property
    def count_text(self) -> str:
        return f"{COUNT_CAP}+" if self.count > COUNT_CAP else str(self.count)


@dataclass(frozen=True)
class Days:
    """How far off deadlines are, on the day of the request."""

    today: dt.date
    calendar: WorkingCalendar

    def soon(self) -> dt.date:
        return self.calendar.add_working_days(self.today, SOON_WORKING_DAYS).on

    def left(self, item: WorkItem) -> str:
        if item.due_on == NO_DUE:
            return str(_("no deadline"))
        days = self.calendar.working_days_between(self.today, item.due_on)
        if item.due_on < self.today:
            late = max(-days, 1)
            return ngettext("%(n)d working day overdue", "%(n)d working days overdue", late) % {"n": late}
        if item.due_on == self.today:
            return str(_("due today"))
        return ngettext("%(n)d working day left", "%(n)d working days left", days) % {"n": days}

    def tone(self, item: WorkItem) -> str:
        if item.due_on == NO_DUE:
            return "plain"
        if item.due_on < self.today:
            return "stop"
        return "wait" if self.calendar.working_days_between(self.today, item.due_on) <= SOON_WORKING_DAYS else "plain"


@require_GET
@login_required
def show(request: HttpRequest, tab: str = "") -> HttpResponseBase:
    """The landing page of officers: the tab of the address, or else the first that has something to do."""
    standing = scope.standing(request)
    if tab not in ("", *TABS):
        raise Http404("The queue has no such tab.")
    days = Days(moment_of(request).on, working_calendar())
    found = {name: sources(name, standing, today=days.today, soon=days.soon()) for name in TABS}
    numbers = counts(found, cap=COUNT_CAP)
    chosen = tab or ("mine" if numbers["mine"] else "pools")
    policies = Policy.objects.filter(authority__in=standing.authorities)
    spec = done_spec(chosen) if chosen == "done" else item_spec(chosen, days, list(policies.order_by("id")))
    context = {
        "tabs": [Tab(name, TAB_WORDS[name], numbers[name], name == chosen) for name in TABS],
        "caption": TAB_WORDS[chosen],
    }
    return respond(request, spec, found[chosen], "console/queue.html", context)


def item_spec(tab: str, days: Days, policies: list[Policy]) -> ListSpec:
    """The list of work items; its filters and deadlines are those of the request."""
    title, text = EMPTY_WORDS[tab]
    return ListSpec(
        model=WorkItem,
        columns=(
            Column("number", _("Number"), link=subject_url, sort="number"),
            Column("title", _("Company or list")),
            Column("policy", _("Policy"), value=_policy),
            Column("node", _("Task"), value=lambda item: node_title(item.subject_kind, item.node)),
            Column("amount_fen", _("Amount"), kind="yuan", sort="amount", value=lambda item: item.amount_fen or None),
            Column("due_on", _("Due on"), kind="day", sort="due"),
            Column("left", _("Time"), value=days.left, kind="state", tone=days.tone),
            Column("holder", _("With"), value=_holder),
        ),
        sorts=(
            Sort("due", _("Due on, earliest first"), ("due_on",)),
            Sort("-due", _("Due on, latest first"), ("-due_on",)),
            Sort("amount", _("Amount, largest first"), ("-amount_fen", "id")),
            Sort("number", _("Number"), ("number",)),
            Sort("-number", _("Number, last first"), ("-number",)),
        ),
        filterset=item_filter(policies),
        search=find_items,
        search_label=_("Number, company or credit code"),
        related=("policy", "assignee", "pool", "company"),
        file_name=f"queue-{tab}",
        empty_title=title,
        empty_text=text,
    )


def item_filter(policies: list[Policy]) -> type[django_filters.FilterSet]:
    """Filters by policy and task. The choices are read once, not once a source."""
    policy_choices = [(policy.pk, pick(policy.title_zh, policy.title_en)) for policy in policies]
    node_choices = [(f"{kind}.{node}", title) for (kind, node), title in node_titles().items() if kind != "batch"]

    def by_node(queryset: QuerySet[WorkItem], _name: str, value: str) -> QuerySet[WorkItem]:
        kind, _dot, node = value.partition(".")
        return queryset.filter(subject_kind=kind, node=node)

    class ItemFilter(django_filters.FilterSet):
        policy = django_filters.ChoiceFilter(label=_("Policy"), choices=policy_choices, empty_label=_("all"))
        node = django_filters.ChoiceFilter(label=_("Task"), choices=node_choices, empty_label=_("all"), method=by_node)

    return ItemFilter


def done_spec(tab: str) -> ListSpec:
    """What the reader has done, the newest first."""
    title, text = EMPTY_WORDS[tab]
    return ListSpec(
        model=Event,
        columns=(
            Column("number", _("Number"), link=event_url),
            Column(
                "action", _("Act"), value=lambda event: ACT_WORDS.get((event.stream, event.action), (event.action,))[0]
            ),
            Column("at", _("When"), kind="instant"),
        ),
        sorts=(Sort("newest", _("Newest first"), ("-id",)), Sort("oldest", _("Oldest first"), ("id",))),
        prepare=_with_number,
        file_name="queue-done",
        empty_title=title,
        empty_text=text,
    )


def _with_number(events: QuerySet[Any]) -> QuerySet[Any]:
    """Each event with the number of its matter."""
    return events.defer("body").annotate(
        number=models.Case(
            *(
                models.When(stream=stream, then=models.Subquery(numbered.filter(pk=models.OuterRef("stream_id"))))
                for stream, numbered in (
                    ("case", Case.objects.values("number")),
                    ("round", Round.objects.values("number")),
                    ("objection", Objection.objects.values("number")),
                    ("batch", Batch.objects.values("number")),
                )
            )
        ),
        subject_kind=models.F("stream"),
    )


def _policy(item: WorkItem) -> str | None:
    return pick(item.policy.title_zh, item.policy.title_en) if item.policy else None


def _holder(item: WorkItem) -> Text | None:
    if item.assignee is not None:
        return str(item.assignee)
    if item.pool is not None:
        return Role(item.pool.role).label
    return item.company.name if item.company is not None else None


def subject_url(item: Any) -> str:
    """The page of the matter an item is about."""
    if item.subject_kind == "case":
        expert = getattr(item, "pool", None) is not None and item.pool.role == Role.EXPERT
        return reverse("console:score" if expert else "console:case", args=[item.number])
    if item.subject_kind in ("round", "objection"):
        return reverse(f"console:{item.subject_kind}", args=[item.number])
    return reverse("console:finance_batch", args=[item.number])


def event_url(event: Any) -> str:
    """The same, for an event of the reader; an expert's go to the own scores."""
    if event.stream == "case" and event.action == "score":
        return reverse("console:score", args=[event.number])
    return subject_url(event)


@require_POST
@login_required
def claim(request: HttpRequest, kind: str, number: str, action: str) -> HttpResponse:
    """Take a matter over, or give it back; one call of the door, then back to where the reader was."""
    scope.standing(request)
    if kind not in ("case", "round", "objection", "batch"):
        raise Http404("There is nothing of that kind to take over.")
    subject = kind_named(kind).model.objects.filter(number=number).only("pk").first()
    if subject is None:
        raise Http404("There is no such matter.")
    acts.submit(request, kind, subject.pk, action)
    done = _("The matter is with you now.") if action == "claim" else _("The matter is back in its pool.")
    messages.success(request, str(done))
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if safe else reverse("console:queue"))


@login_required
def landing(request: HttpRequest) -> HttpResponse:
    """Experts land on their own list, officers on the queue."""
    name = "console:scoring" if scope.person(request).kind == UserKind.EXPERT else "console:queue"
    return HttpResponseRedirect(reverse(name))
