"""Panels for officers: which sit, one with its seats, spread and ranking, its draws repeated, and the acts on it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.accounts.enums import Role
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.console import panel_page, scope
from subsidy.reviews.enums import SeatState
from subsidy.reviews.models import Panel
from subsidy.reviews.selectors import panels_of_officer
from subsidy.web.acts import ActPage, act_form, find_act
from subsidy.web.components import Crumb, Preview
from subsidy.web.formats import pick
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import acting_of, moment_of
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import Message

ACTS = ("conclude_panel", "draw_further", "replace_expert")


def _state(panel: Any) -> str:
    if panel.concluded_at is not None:
        return _("concluded")
    if panel.sitting < panel.seats_wanted:
        return _("seats are empty")
    return _("%(n)d of %(all)d sealed") % {"n": panel.scored, "all": panel.seats_wanted}


def _counted(panels: QuerySet[Any]) -> QuerySet[Any]:
    sitting = Q(seats__state=SeatState.SEATED)
    return panels.annotate(
        sitting=Count("seats", filter=sitting),
        scored=Count("seats", filter=sitting & Q(seats__scored_at__isnull=False)),
    )


PANELS = ListSpec(
    model=Panel,
    columns=(
        Column(
            "number",
            gettext_lazy("Number"),
            value="case.number",
            link=lambda panel: reverse("console:panel", args=[panel.case.number]),
        ),
        Column("company", gettext_lazy("Company"), value="case.company_name"),
        Column(
            "call",
            gettext_lazy("Call"),
            value=lambda panel: pick(panel.case.call.title_zh, panel.case.call.title_en),
        ),
        Column(
            "state",
            gettext_lazy("State"),
            kind="state",
            value=_state,
            tone=lambda panel: (
                "done" if panel.concluded_at else "stop" if panel.sitting < panel.seats_wanted else "wait"
            ),
        ),
        Column("drawn_at", gettext_lazy("Drawn"), kind="instant"),
    ),
    sorts=(
        Sort("newest", gettext_lazy("Newest first"), ("-id",)),
        Sort("oldest", gettext_lazy("Oldest first"), ("id",)),
    ),
    search=lambda panels, text: panels.filter(
        Q(case__number__startswith=text.upper()) | Q(case__company_name__contains=text)
    ),
    search_label=gettext_lazy("Number or company"),
    related=("case__call",),
    prepare=_counted,
    file_name="panels",
    empty_title=gettext_lazy("No panel"),
    empty_text=gettext_lazy("A panel appears here as soon as it is drawn."),
)


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    """The panels that sit, those that have concluded, or those that are blocked."""
    scope.standing(request)
    panels = panels_of_officer(scope.person(request), on=moment_of(request).on)
    show = request.GET.get("show", "open")
    if show not in ("open", "blocked", "done"):
        raise Http404("The list of panels has no such part.")
    sitting = Q(concluded_at__isnull=True, case__state=CaseState.UNDER_REVIEW)
    source = panels.filter(concluded_at__isnull=False) if show == "done" else panels.filter(sitting)
    if show == "blocked":
        source = _counted(source).filter(sitting__lt=F("seats_wanted"))
    return respond(request, PANELS, [source], "console/panels.html", {"part": show})


def panel_for(request: HttpRequest, number: str) -> Panel:
    """The newest panel of a case that the reader sees (Http404 otherwise)."""
    scope.standing(request)
    panels = panels_of_officer(scope.person(request), on=moment_of(request).on).filter(case__number=number)
    panel = panels.select_related("case__call", "case__policy_version__policy").order_by("-pk").first()
    if panel is None:
        raise Http404("There is no such panel.")
    return panel


def crumbs_to(number: str, *more: Crumb) -> list[Crumb]:
    url = reverse("console:panel", args=[number]) if more else ""
    return [Crumb(_("Expert panels"), reverse("console:panels")), Crumb(number, url), *more]


@require_safe
@login_required
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One panel with its seats, its spread and the ranking of its call."""
    panel = panel_for(request, number)
    named = scope.names_experts(request, panel.authority_id)
    found = panel_page.shown(panel, now=moment_of(request), named=named)
    keeps = Role.ACCEPTANCE in acting_of(request).roles
    context = {
        "panel": panel,
        "case": panel.case,
        "shown": found,
        "due": panel_page.due_words(found.due),
        "draws": panel.draws.order_by("number") if named or panel.concluded_at else (),
        "ranking": panel_page.ranked(panel.case, reader=scope.person(request)),
        "crumbs": crumbs_to(number),
        "keeps": keeps and panel.concluded_at is None and panel.case.state == CaseState.UNDER_REVIEW,
    }
    return render(request, "console/panel.html", context)


@require_safe
@login_required
def draw(request: HttpRequest, number: str, draw: int) -> HttpResponse:
    """One draw as recorded, repeated on the spot; before the panel has concluded not for those who may not know it."""
    panel = panel_for(request, number)
    if panel.concluded_at is None and not scope.names_experts(request, panel.authority_id):
        raise Http404("The draws of a panel are open when it has concluded.")
    found = get_object_or_404(panel.draws, number=draw)
    holds, candidates, excluded = panel_page.repeated(found)
    context = {
        "draw": found,
        "panel": panel,
        "holds": holds,
        "candidates": candidates,
        "excluded": excluded,
        "crumbs": crumbs_to(number, Crumb(_("Draw %(n)d") % {"n": draw})),
    }
    return render(request, "console/draw.html", context)


class PanelAct(ActPage):
    """An officer's act on a panel, previewed."""

    kind = "case"
    template_name = "console/case_seat_act.html"
    done_words = {
        "conclude_panel": gettext_lazy("The panel has concluded on the scores that are in, or its chair is asked."),
        "draw_further": gettext_lazy("Drawn. The new experts find the case in their lists."),
        "replace_expert": gettext_lazy("Replaced. The next expert of the draw finds the case in the list."),
    }

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in ACTS:
            raise Http404("There is no such act on this page.")
        return action

    def done(self) -> Message:
        return self.done_words[self.get_action()]

    def get_subject(self) -> Case:
        return panel_for(self.request, self.kwargs["number"]).case

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject = self.get_subject()
        act = find_act(self.kind, subject, self.get_action())
        return self.page(subject, act, self._form(act, subject))

    def _form(self, act: Act, subject: Case) -> ActForm | None:
        return act_form(act, subject, initial={"seat": self.request.GET.get("seat", "")})

    def preview(self, subject: Case) -> Preview:
        words = {
            "conclude_panel": [
                _("The sheets that are in are opened and their mean counts. Who has not scored leaves.")
            ],
            "draw_further": [_("The next of the draw take the empty seats; the draw is recorded.")],
            "replace_expert": [
                _("Seat %(n)s goes to the next expert of the draw; the one who held it sees nothing of the case.")
                % {"n": self.request.GET.get("seat") or self.request.POST.get("seat", "")}
            ],
        }
        return Preview(changes=words[self.get_action()], told=[_("The experts concerned, in their lists.")])

    def crumbs(self, subject: Case) -> list[Crumb]:
        return crumbs_to(subject.number, Crumb(find_act(self.kind, subject, self.get_action()).title))

    def success_url(self, subject: Case) -> str:
        return reverse("console:panel", args=[subject.number])
