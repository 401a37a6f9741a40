"""The auditor's list of every event of the log."""

from __future__ import annotations

import json
from typing import Any

import django_filters
from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.audit import selectors
from subsidy.audit.models import Event
from subsidy.cases.models import Case
from subsidy.console.case_list import DAY
from subsidy.decisions.models import Objection, Round
from subsidy.decisions.proposals import Proposal
from subsidy.decisions.undertakings import Undertaking
from subsidy.payouts.models import Batch
from subsidy.payouts.recoveries import Recovery
from subsidy.programmes.models import Call
from subsidy.reporting.act_words import ACT_WORDS
from subsidy.web.components import Text
from subsidy.web.lists import Column, ListSpec, Sort

STREAMS: dict[str, Text] = {
    "authority": _("bureau"),
    "batch": _("payment batch"),
    "budget_line": _("budget line"),
    "call": _("call"),
    "case": _("case"),
    "company": _("company"),
    "expert": _("expert"),
    "fact_import": _("file of facts"),
    "objection": _("objection"),
    "person": _("person"),
    "policy_version": _("policy version"),
    "proposal": _("proposal"),
    "reader": _("record of reading"),
    "recovery": _("recovery"),
    "register_import": _("file of a register"),
    "registration": _("registration"),
    "round": _("round"),
    "undertaking": _("undertaking"),
}
NUMBERED: dict[str, tuple[type[models.Model], str]] = {
    "batch": (Batch, "console:finance_batch"),
    "call": (Call, "console:call"),
    "case": (Case, "console:audit-case"),
    "objection": (Objection, "console:objection"),
    "proposal": (Proposal, "console:proposal"),
    "recovery": (Recovery, "console:recovery"),
    "round": (Round, "console:round"),
    "undertaking": (Undertaking, "console:undertaking"),
}
"""Matters with a number, and the page that shows one to an auditor."""


class EventFilter(django_filters.FilterSet):
    """By person (name or user name), act and time."""

    person = django_filters.CharFilter(label=_("Person (name or user name)"), method="by_person")
    act = django_filters.ChoiceFilter(
        label=_("What was done"), method="by_act", empty_label=_("all"), choices=lambda: _acts()
    )
    first = django_filters.DateFilter(label=_("From day"), method="from_day", widget=DAY)
    last = django_filters.DateFilter(label=_("To day"), method="to_day", widget=DAY)

    def by_person(self, events: QuerySet[Event], _name: str, value: str) -> QuerySet[Event]:
        people = User.objects.filter(Q(username=value) | Q(name=value)).values("pk")
        return events.filter(actor_id__in=people)

    def by_act(self, events: QuerySet[Event], _name: str, value: str) -> QuerySet[Event]:
        stream, _dot, action = value.partition(".")
        return events.filter(stream=stream, action=action)

    def from_day(self, events: QuerySet[Event], _name: str, value: Any) -> QuerySet[Event]:
        return selectors.between(events, value, None)

    def to_day(self, events: QuerySet[Event], _name: str, value: Any) -> QuerySet[Event]:
        return selectors.between(events, None, value)


def _acts() -> list[tuple[str, Text]]:
    return [(f"{stream}.{action}", words[0]) for (stream, action), words in ACT_WORDS.items()]


def _find(events: QuerySet[Event], text: str) -> QuerySet[Event]:
    """Events of the matter of that number, or of a company's cases."""
    named = {
        stream: model._default_manager.filter(number__iexact=text).values("pk")
        for stream, (model, _page) in NUMBERED.items()
    }
    cases = Case.objects.filter(Q(number__iexact=text) | Q(company_name__icontains=text)).values("pk")
    return selectors.of_subjects(events, {**named, "case": cases})


def _with_number(events: QuerySet[Any]) -> QuerySet[Any]:
    """Each event with the number of its matter, where that has one."""
    return events.annotate(
        number=models.Case(
            *(
                models.When(
                    stream=stream,
                    then=models.Subquery(
                        model._default_manager.filter(pk=models.OuterRef("stream_id")).values("number")[:1]
                    ),
                )
                for stream, (model, _page) in NUMBERED.items()
            ),
            default=None,
        )
    )


def _matter(event: Any) -> str:
    return event.number or f"{STREAMS.get(event.stream, event.stream)} {event.stream_id}"


def _url(event: Any) -> str:
    """The page of the matter; one without a number has none."""
    if event.stream == "company":
        return reverse("console:company", args=[event.stream_id])
    if event.number is None:
        return ""
    return reverse(NUMBERED[event.stream][1], args=[event.number])


def _body(event: Event) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(event.body)
    return body


def _who(event: Event) -> str:
    actor = _body(event)["actor"]
    return str(actor["name"] or actor["username"])


def _role(event: Event) -> Text:
    role = _body(event)["role"]
    return Role(role).label if role else ""


EVENTS = ListSpec(
    model=Event,
    columns=(
        Column("at", _("When"), kind="instant", sort="at"),
        Column("number", _("Matter"), value=_matter, link=_url),
        Column("seq", _("No."), kind="number"),
        Column(
            "action",
            _("What was done"),
            value=lambda event: ACT_WORDS.get((event.stream, event.action), (event.action,))[0],
        ),
        Column("who", _("Who"), value=_who),
        Column("role", _("As"), value=_role),
        Column("recorded_at", _("Recorded"), kind="instant", shown=False),
        Column("hash", _("Fingerprint"), value=lambda event: bytes(event.hash).hex(), shown=False),
    ),
    sorts=(
        Sort("-at", _("Newest first"), ("-at",)),
        Sort("at", _("Oldest first"), ("at",)),
    ),
    filterset=EventFilter,
    search=_find,
    search_label=_("Number of a matter, or company"),
    prepare=_with_number,
    file_name="events",
    empty_title=_("Nothing has happened yet"),
    empty_text=_("Every act in this bureau appears here."),
)
