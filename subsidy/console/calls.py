"""Calls in the console: the list, and one call with what was announced, what came in, and what may be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.accounts.enums import Role
from subsidy.accounts.selectors import grants_of
from subsidy.cases.enums import CaseState
from subsidy.console import scope
from subsidy.console.offers import Offer, Offers
from subsidy.console.proposals import may_propose
from subsidy.decisions.models import OfferRun
from subsidy.programmes.enums import CallState
from subsidy.programmes.models import Call
from subsidy.programmes.packs import pack_of
from subsidy.programmes.window import in_state, last_minute, state_of
from subsidy.web import formats
from subsidy.web.acts import find_act
from subsidy.web.calls import budget_fact, news_of, rows_of, state_words, title_of
from subsidy.web.components import Crumb, KeyFact, Text
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from workflows.policy_release.kind import CALL_ACTS
from workflows.proposal.steps import BY_RULE

# How many matchings the page of a call shows.
RUNS = 5
PUBLISHER = (Role.POLICY_PUBLISHER,)


def call_list(at: dt.datetime) -> ListSpec:
    def in_chosen_state(calls: QuerySet[Call], _name: str, state: str) -> QuerySet[Call]:
        return calls.filter(in_state(state, at))

    class CallFilter(django_filters.FilterSet):
        state = django_filters.ChoiceFilter(
            label=gettext_lazy("State"),
            choices=CallState.choices,
            empty_label=gettext_lazy("all"),
            method=in_chosen_state,
        )

    return ListSpec(
        model=Call,
        columns=(
            Column("number", gettext_lazy("Number"), link=lambda call: reverse("console:call", args=[call.number])),
            Column("title", gettext_lazy("Call"), value=title_of),
            Column(
                "state",
                gettext_lazy("State"),
                kind="state",
                value=lambda call: state_words(call, at)[0],
                tone=lambda call: state_words(call, at)[1],
            ),
            Column("opens_at", gettext_lazy("Opens"), kind="instant"),
            Column("deadline", gettext_lazy("Deadline"), kind="instant", value=last_minute, sort="closes"),
            Column("filed", gettext_lazy("Filed"), kind="number"),
            Column("drafts", gettext_lazy("Drafts"), kind="number"),
            Column(
                "budget_fen",
                gettext_lazy("Budget of the call"),
                value=lambda call: call.budget_fen or None,
                kind="yuan",
            ),
        ),
        sorts=(
            Sort("-closes", gettext_lazy("Deadline, latest first"), ("-closes_at",)),
            Sort("closes", gettext_lazy("Deadline, earliest first"), ("closes_at",)),
        ),
        filterset=CallFilter,
        search=lambda calls, text: calls.filter(
            Q(number__icontains=text) | Q(title_zh__icontains=text) | Q(title_en__icontains=text)
        ),
        search_label=gettext_lazy("Title or number"),
        prepare=counted,
        file_name="calls",
        empty_title=gettext_lazy("There is no call yet"),
        empty_text=gettext_lazy("The policy publisher opens a call of a published policy version."),
    )


def counted(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Each call with how many of its applications were filed and how many are still drafts."""
    draft = Q(cases__state=CaseState.DRAFT)
    return calls.annotate(
        filed=Count("cases", filter=Q(cases__submitted_at__isnull=False)), drafts=Count("cases", filter=draft)
    )


def publishes_for(request: HttpRequest) -> list[int]:
    """The bureaus for which the reader may open calls."""
    grants = grants_of(scope.person(request), on=moment_of(request).on, roles=PUBLISHER)
    return list(grants.order_by("authority").values_list("authority", flat=True).distinct())


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    scope.standing(request)
    context = {"may_open": bool(publishes_for(request))}
    spec = call_list(moment_of(request).at)
    return respond(request, spec, [scope.calls_for(request)], "console/calls.html", context)


@require_safe
@login_required
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One call: its window and rounds, what was announced, how much came in, its rounds, and its acts."""
    scope.standing(request)
    call = call_for(request, number)
    at = moment_of(request).at
    words, tone = state_words(call, at)
    context = {
        "call": call,
        "title": title_of(call),
        "words": words,
        "tone": tone,
        "key_facts": _key_facts(call),
        "rows": rows_of(call, pack_of(call.policy_version)),
        "news": news_of(call),
        "rounds": call.rounds.order_by("id"),
        "offers": offers_of(request, call, at),
        "runs": (runs := runs_of(call)),
        "running": any(shown.run.finished_at is None for shown in runs),
        "may_authorise": call.route in BY_RULE and may_propose(request, "propose_authorisation", call.authority_id),
        "authorisations": call.authorisations.select_related("proposal").order_by("-id"),
        "crumbs": [Crumb(_("Calls"), reverse("console:calls")), Crumb(call.number)],
    }
    return render(request, "console/call.html", context)


def call_for(request: HttpRequest, number: str) -> Call:
    """A call of the reader's bureau, with its counts (Http404 otherwise)."""
    calls = counted(scope.calls_for(request)).select_related("budget_line", "authority", "policy_version__policy")
    return get_object_or_404(calls, number=number)


def _key_facts(call: Any) -> list[KeyFact]:
    return [
        KeyFact(_("Deadline"), formats.instant(last_minute(call)), note=_("the last minute at which one can submit")),
        KeyFact(_("Filed"), str(call.filed)),
        KeyFact(_("Drafts"), str(call.drafts)),
        budget_fact(call),
    ]


@dataclass(frozen=True)
class RunShown:
    """A matching of the call with companies: how far it is, and what came of how many."""

    run: OfferRun
    counts: Sequence[tuple[Text, int]]


def runs_of(call: Call) -> list[RunShown]:
    """The newest matchings of the call, the newest first."""
    labels = {field.name: field.verbose_name for field in OfferRun._meta.concrete_fields}
    return [
        RunShown(run, [(labels[name], getattr(run, name)) for name in OfferRun.COUNTS])
        for run in call.offer_runs.select_related("asked_by", "stopped_by").order_by("-id")[:RUNS]
    ]


def matching_acts(request: HttpRequest, call: Call, at: dt.datetime) -> list[str]:
    """What the reader may do about matching the call with companies as it stands."""
    pools = scope.standing(request).pools
    holds = any(pool.role == Role.AMOUNT and pool.authority_id == call.authority_id for pool in pools)
    if not holds or call.route != "R0":
        return []
    running = call.offer_runs.filter(finished_at__isnull=True).exists()
    return [*(["make_offers"] if state_of(call, at) == CallState.OPEN else []), *(["stop_offers"] if running else [])]


def offers_of(request: HttpRequest, call: Call, at: dt.datetime) -> Offers:
    """The acts that the reader may do on the call as it stands; the door has the last word."""
    found = [find_act("call", call, name) for name in matching_acts(request, call, at)]
    matching = [Offer(act.name, act.title, _act(call, act.name)) for act in found]
    if call.authority_id not in publishes_for(request):
        return Offers(matching)
    state = state_of(call, at)
    possible = {
        "extend": state != CallState.CANCELLED,
        "close_early": state in (CallState.LATER, CallState.OPEN),
        "cancel": state != CallState.CANCELLED,
    }
    return Offers(
        acts=[
            *matching,
            *(Offer(act.name, act.title, _act(call, act.name), act.danger) for act in CALL_ACTS if possible[act.name]),
        ]
    )


def _act(call: Call, name: str) -> str:
    return reverse("console:call-act", args=[call.number, name])
