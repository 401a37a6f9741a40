"""What experts see: the cases in whose panels they sit, and their own scores; never those of others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from policies.language.panel import lines
from subsidy.cases.models import Case
from subsidy.console import blind, case_page, scope
from subsidy.console.cases import file_response, viewed
from subsidy.console.offers import time_left
from subsidy.documents.models import StoredFile
from subsidy.programmes.packs import pack_of
from subsidy.reviews.enums import SeatState
from subsidy.reviews.models import Seat
from subsidy.reviews.selectors import seats_of_expert, seats_sitting
from subsidy.web.acts import ActPage
from subsidy.web.components import Crumb, DataTable, Preview, Text
from subsidy.web.formats import pick
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.work.models import NO_DUE, WorkItem
from workflows.case.panel import flagged_of, panel_spec
from workflows.case.seating import NODE
from workflows.common.acts import Act


def _due(seat: Any) -> Any:
    return None if seat.due_on in (None, NO_DUE) else seat.due_on


def _state(seat: Any) -> Text:
    if not seat.scored_at:
        return _("to be scored")
    return _("a note is asked of you") if seat.due_on else _("sealed")


def _total(seat: Any) -> Decimal | None:
    return None if seat.total is None else Decimal(seat.total) / case_page.HUNDREDTHS


def _with_due(seats: QuerySet[Any]) -> QuerySet[Any]:
    items = WorkItem.objects.filter(
        subject_kind="case", subject_id=OuterRef("panel__case_id"), assignee=OuterRef("expert_id"), node=NODE
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
        Column(
            "call", _("Call"), value=lambda seat: pick(seat.panel.case.call.title_zh, seat.panel.case.call.title_en)
        ),
        Column("due", _("Due on"), kind="day", value=_due),
        Column(
            "state",
            _("My scores"),
            kind="state",
            value=_state,
            tone=lambda seat: "done" if seat.scored_at and not seat.due_on else "wait",
        ),
        Column("total", _("My points"), kind="number", value=_total),
    ),
    sorts=(Sort("newest", _("Newest first"), ("-id",)), Sort("oldest", _("Oldest first"), ("id",))),
    related=("panel__case__call",),
    prepare=_with_due,
    file_name="scoring",
    empty_title=_("You sit on no panel yet"),
    empty_text=_("When you are drawn for a case it appears here."),
)


@require_GET
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    """The expert's own seats: what waits for the expert, or what is sealed."""
    scope.standing(request)
    seats = _with_due(seats_of_expert(scope.person(request)))
    done = request.GET.get("show") == "done"
    source = seats.filter(due_on__isnull=done)
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
        seats = Seat.objects.filter(panel__case=case, expert=scope.person(self.request), state=SeatState.SEATED)
        return seats.prefetch_related("scores").order_by("-id")[0]

    def preview(self, subject: Case) -> Preview:
        return Preview(
            changes=[_("Your points and comment are sealed; they cannot be changed afterwards.")],
            told=[_("Nobody sees them before the whole panel has scored.")],
        )

    def crumbs(self, subject: Case) -> list[Crumb]:
        return [Crumb(_("My cases to score"), reverse("console:scoring")), Crumb(subject.number)]

    def heading(self, subject: Case, act: Act | None) -> Text:
        return _("Score: %(number)s") % {"number": subject.number}

    def success_url(self, subject: Case) -> str:
        return reverse("console:score", args=[subject.number])

    def context(self, subject: Case) -> dict[str, Any]:
        pack = pack_of(subject.policy_version)
        files, seat = list(blind.files(subject)), self.seat(subject)
        items = list(
            WorkItem.objects.filter(subject_kind="case", subject_id=subject.pk, assignee=scope.person(self.request))
        )
        given = {score.item: score for score in seat.scores.all()}
        return {
            "case": subject,
            "sections": blind.sections(subject, pack, on=moment_of(self.request).on),
            "files": blind.files_shown(files, pack),
            "viewed": _viewed(self.request, files),
            "time": time_left(items, on=moment_of(self.request).on),
            "seat": seat,
            "own": [
                (pick(line.text.zh, line.text.en), line.most, given[line.name].points, given[line.name].comment)
                for line in lines(pack)
                if line.name in given
            ],
            "own_total": case_page.points(seat.total),
            "note_asked": seat.scored_at is not None and bool(items),
        }


def _viewed(request: HttpRequest, files: list[StoredFile]) -> dict[str, Any] | None:
    found = viewed(request, files)
    if found is None:
        return None
    return {"name": blind.file_name(found), "pk": found.pk, "media_type": found.media_type}


class Conflict(ActPage):
    """The expert says what binds them to the applicant, and leaves the panel."""

    kind = "case"
    action = "declare_conflict"
    template_name = "console/case_seat_act.html"
    done_message = _("You have left the panel. The case is closed to you, and somebody else takes your seat.")

    def get_subject(self) -> Case:
        scope.standing(self.request)
        return scope.case_for_expert(self.request, self.kwargs["number"])

    def preview(self, subject: Case) -> Preview:
        return Preview(
            changes=[
                _("You leave the panel at once, and see nothing of this case any more."),
                _("The next expert of the draw takes your seat. What you have scored does not count."),
            ],
            told=[_("The office, and who audits it; not the applicant, not the other experts.")],
        )

    def crumbs(self, subject: Case) -> list[Crumb]:
        here = Crumb(subject.number, reverse("console:score", args=[subject.number]))
        return [Crumb(_("My cases to score"), reverse("console:scoring")), here, Crumb(_("Conflict of interest"))]

    def success_url(self, subject: Case) -> str:
        return reverse("console:scoring")


class Note(Conflict):
    """The chair explains totals that lie far apart; who gave which stays unsaid."""

    action = "note_panel"
    done_message = _("Your note is kept with the result; the panel has concluded.")

    def get_subject(self) -> Case:
        case = super().get_subject()
        waits = WorkItem.objects.filter(subject_kind="case", subject_id=case.pk, assignee=scope.person(self.request))
        self.seats = seats_sitting(case)
        if not waits.exists() or any(
            seat.scored_at is None for seat in self.seats if seat.expert == self.request.user
        ):
            raise Http404("No note is asked of this seat.")
        return case

    def preview(self, subject: Case) -> Preview:
        return Preview(changes=[_("The sheets are opened and the panel concludes; your note stands beside the mean.")])

    def crumbs(self, subject: Case) -> list[Crumb]:
        return [*super().crumbs(subject)[:2], Crumb(_("Note on the totals"))]

    def context(self, subject: Case) -> dict[str, Any]:
        scored = [seat for seat in self.seats if seat.scored_at is not None]
        panel = panel_spec(subject.policy_version)
        flagged = flagged_of(panel, scored)
        table = DataTable(
            caption=_("Totals, without names"),
            head=[_("Seat"), _("Points"), _("State"), _("Comment")],
            rows=[
                [
                    str(seat.position),
                    case_page.points(seat.total),
                    _("far from the median") if seat.position in flagged else _("as the others"),
                    seat.comment,
                ]
                for seat in scored
            ],
            numeric=[1],
        )
        return {"table": table, "outlier": panel.outlier}


@require_GET
@login_required
def file(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """A document that the policy lets experts see, of a case in whose panel the reader sits, under a name of ours."""
    scope.standing(request)
    case = scope.case_for_expert(request, number)
    stored = get_object_or_404(blind.files(case), pk=pk)
    response = file_response(case, stored.pk)
    response["Content-Disposition"] = f'inline; filename="{blind.file_name(stored)}"'
    return response
