"""The route of a matter: its picture, its table of states, and where the matter stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from viewflow.workflow.base import Flow

from subsidy.cases.enums import CaseState
from subsidy.console import scope
from subsidy.console.cases import crumbs_to as crumbs_to_case
from subsidy.console.rounds import crumbs_to as crumbs_to_round
from subsidy.decisions.enums import RoundState
from subsidy.web.components import Crumb, Text
from subsidy.web.formats import pick
from subsidy.work.selectors import items_of
from workflows.common.picture import Stop, stops, svg
from workflows.common.subjects import kind_named


@dataclass(frozen=True)
class Row:
    """One state of the route as the table shows it; `here` when the matter stands there."""

    stop: Stop
    state: Text
    acts: str
    here: bool


@require_GET
@login_required
def of_case(request: HttpRequest, number: str) -> HttpResponse:
    """The route of a case."""
    scope.standing(request)
    case = scope.case_for_officer(request, number)
    return _page(request, "case", case, CaseState, crumbs_to_case(case, Crumb(_("Route"))))


@require_GET
@login_required
def of_round(request: HttpRequest, number: str) -> HttpResponse:
    """The route of a round."""
    scope.standing(request)
    round_ = scope.round_for(request, number)
    return _page(request, "round", round_, RoundState, crumbs_to_round(round_, Crumb(_("Route"))))


def _page(request: HttpRequest, kind: str, subject: Any, states: Any, crumbs: list[Crumb]) -> HttpResponse:
    flow_class = kind_named(kind).flows[(subject.route, subject.route_version)]
    rows = table(flow_class, states, subject.state, {item.node for item in items_of(kind, subject.pk)})
    context = {
        "subject": subject,
        "crumbs": crumbs,
        "picture": svg(flow_class, marked={row.stop.node for row in rows if row.here}),
        "rows": rows,
        "version": subject.route_version,
    }
    return render(request, "console/route.html", context)


def table(flow_class: type[Flow], states: Any, state: str, standing: set[str]) -> list[Row]:
    """The states of a route in their order; nodes with open work items are where the matter stands, else its state."""
    between = pick("、", ", ")
    return [
        Row(
            stop=stop,
            state=states(stop.state).label,
            acts=between.join(str(act.title) for act in stop.acts),
            here=stop.node in standing if standing else stop.state == state,
        )
        for stop in stops(flow_class)
    ]
