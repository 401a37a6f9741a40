"""What experts see: the cases in whose panels they sit, and their own scores; never those of others."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from subsidy.cases.models import Case, Recusal
from subsidy.console import case_page, scope
from subsidy.console.cases import file_response, time_left, viewed
from subsidy.documents.selectors import files_of
from subsidy.programmes.packs import pack_of
from subsidy.reviews.models import Seat
from subsidy.web.acts import ActPage
from subsidy.web.components import Crumb, Preview, Text
from subsidy.web.formats import pick
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.work.models import NO_DUE, WorkItem
from workflows.common.acts import Act


def _due(seat: Any) -> Any:
    return None if seat.due_on == NO_DUE else seat.due_on


def _with_due(seats: QuerySet[Any]) -> QuerySet[Any]:
    items = WorkItem.objects.filter(
        subject_kind="case", subject_id=OuterRef("panel__case_id"), assignee=OuterRef("expert_id"), node="score"
    )
    return seats.annotate(due_on=Subquery(items.values("due_on")[:1]))


SEATS = ListSpec(
    model=Seat,
    columns=(
        Column(
            "number",
            _("Number"),
            value="panel.case.number",
            link=lambda seat: reverse("console:score", args=[seat.panel.case.number]),
        ),
        Column("company", _("Company"), value="panel.case.company_name"),
        Column("due", _("Due on"), kind="day", value=_due),
        Column(
            "state",
            _("My scores"),
            kind="state",
            value=lambda seat: _("sealed") if seat.scored_at else _("to be scored"),
            tone=lambda seat: "done" if seat.scored_at else "wait",
        ),
        Column("total", _("My points"), kind="number", value=lambda seat: case_page.points(seat.total)),
    ),
    sorts=(Sort("newest", _("Newest first"), ("-id",)), Sort("oldest", _("Oldest first"), ("id",))),
    related=("panel__case",),
    prepare=_with_due,
    file_name="scoring",
    empty_title=_("You sit on no panel yet"),
    empty_text=_("When you are drawn for a case it appears here."),
)


@require_GET
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    """The expert's own seats: those to be scored first, then those that are sealed."""
    scope.standing(request)
    recused = Recusal.objects.filter(user=scope.person(request), case=OuterRef("panel__case"))
    seats = Seat.objects.filter(expert=scope.person(request)).exclude(Exists(recused))
    done = request.GET.get("show") == "done"
    source = seats.filter(scored_at__isnull=not done)
    return respond(request, SEATS, [source], "console/scoring.html", {"done": done})


class Score(ActPage):
    """The sheet of one seat; once sent it is sealed, and the page shows the own points alone."""

    kind = "case"
    action = "score"
    template_name = "console/score.html"
    done_message = _("Your scores are sealed. They are opened when the whole panel has scored.")

    def get_subject(self) -> Case:
        scope.standing(self.request)
        return scope.case_for_expert(self.request, self.kwargs["number"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        case = self.get_subject()
        seat = self.seat(case)
        if seat.scored_at is None:
            return super().get(request, *args, **kwargs)
        context = {
            "subject": case,
            "heading": self.heading(case, None),
            "crumbs": self.crumbs(case),
            **self.context(case),
        }
        return render(request, "console/scored.html", context)

    def seat(self, case: Case) -> Seat:
        seats = Seat.objects.filter(panel__case=case, expert=scope.person(self.request))
        return seats.prefetch_related("scores").order_by("-id")[0]

    def preview(self, subject: Case) -> Preview:
        return Preview(
            changes=[_("Your points and comment are sealed; they cannot be changed afterwards.")],
            told=[_("Nobody sees them before the whole panel has scored.")],
        )

    def crumbs(self, subject: Case) -> list[Crumb]:
        return [Crumb(_("My cases to score"), reverse("console:scoring")), Crumb(subject.number)]

    def heading(self, subject: Case, act: Act | None) -> Text:
        return _("Score: %(company)s") % {"company": subject.company_name}

    def success_url(self, subject: Case) -> str:
        return reverse("console:score", args=[subject.number])

    def context(self, subject: Case) -> dict[str, Any]:
        pack = pack_of(subject.policy_version)
        files = list(files_of("case", subject.pk))
        items = list(
            WorkItem.objects.filter(subject_kind="case", subject_id=subject.pk, assignee=scope.person(self.request))
        )
        days_left, provisional = time_left(self.request, items)
        panel = pack.route.panel
        rubric = (
            {item.id: (pick(item.text.zh, item.text.en), item.max_points) for item in panel.rubric} if panel else {}
        )
        seat = self.seat(subject)
        return {
            "case": subject,
            "sections": case_page.sections_of(subject, pack, on=moment_of(self.request).on, opens=False),
            "files": case_page.files_shown(files, pack),
            "viewed": viewed(self.request, files),
            "days_left": days_left,
            "provisional": provisional,
            "seat": seat,
            "own": [(*rubric.get(score.item, (score.item, 0)), score.points) for score in seat.scores.all()],
            "own_total": case_page.points(seat.total),
        }


@require_GET
@login_required
def file(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """A document of a case in whose panel the reader sits."""
    scope.standing(request)
    return file_response(scope.case_for_expert(request, number), pk)
