"""The route of a matter: its picture, its table of states, and where the matter stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from viewflow.workflow.base import Flow

from subsidy.accounts.enums import Role
from subsidy.cases.enums import CaseState
from subsidy.console import scope
from subsidy.console.cases import crumbs_to as crumbs_to_case
from subsidy.console.picture import svg
from subsidy.console.rounds import crumbs_to as crumbs_to_round
from subsidy.decisions.enums import RoundState
from subsidy.web.components import Crumb, Text
from subsidy.work.selectors import items_of
from workflows.common.nodes import End, Standing
from workflows.common.subjects import kind_named


@dataclass(frozen=True)
class Stop:
    """One state of a route: who acts there, with which acts, and whether the matter stands there."""

    node: str
    title: Text
    state: Text
    who: Text
    acts: str
    here: bool


@require_GET
@login_required
def of_case(request: HttpRequest, number: str) -> HttpResponse:
    """The route of a case."""
    scope.standing(request)
    case = scope.case_for_officer(request, number)
    page = reverse("console:case", args=[number])
    return _page(request, "case", case, CaseState, crumbs_to_case(case, Crumb(_("Route"))), page)


@require_GET
@login_required
def of_round(request: HttpRequest, number: str) -> HttpResponse:
    """The route of a round."""
    scope.standing(request)
    round_ = scope.round_for(request, number)
    page = reverse("console:round", args=[number])
    return _page(request, "round", round_, RoundState, crumbs_to_round(round_, Crumb(_("Route"))), page)


def _page(request: HttpRequest, kind: str, subject: Any, states: Any, crumbs: list[Crumb], back: str) -> HttpResponse:
    flow_class = kind_named(kind).flows[(subject.route, subject.route_version)]
    standing = {item.node for item in items_of(kind, subject.pk)}
    stops = table(flow_class, states, subject.state, standing)
    here = next((stop.node for stop in stops if stop.here), None)
    context = {
        "subject": subject,
        "crumbs": crumbs,
        "back_url": back,
        "picture": svg(flow_class, marked=here),
        "stops": stops,
        "version": subject.route_version,
        "route": subject.route,
    }
    return render(request, "console/route.html", context)


def table(flow_class: type[Flow], states: Any, state: str, standing: set[str]) -> list[Stop]:
    """The states of a route in the order of its file; nodes with open work items are where the matter stands."""
    stops = []
    for node in flow_class.instance.nodes():
        if not isinstance(node, (Standing, End)):
            continue
        here = node.name in standing if standing else node.state == state
        acts = node.acts if isinstance(node, Standing) else ()
        role = getattr(node, "role", None)
        if role is not None:
            who: Text = Role(role).label
        elif any(act.member for act in acts):
            who = _("the company")
        else:
            who = _("this system") if acts else ""
        stops.append(
            Stop(node.name, node.title, states(node.state).label, who, "、".join(str(act.title) for act in acts), here)
        )
    return stops
