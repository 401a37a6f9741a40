"""Objections to public lists, for the supervision desk: who objects, why, with which paper, and the decision."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.accounts.selectors import grants_of
from subsidy.console import scope
from subsidy.console.offers import offers, time_left
from subsidy.decisions.enums import ObjectionState
from subsidy.decisions.models import Objection
from subsidy.decisions.recusals import recused_from
from subsidy.decisions.selectors import SEES_OBJECTIONS, objector_of
from subsidy.documents.responses import file_response
from subsidy.documents.selectors import files_of
from subsidy.web.acts import ActPage
from subsidy.web.components import Crumb, File, Money, Preview, Step, SummaryRow
from subsidy.web.formats import day, instant, pick
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.web.reads import about
from subsidy.work.selectors import items_of
from workflows.common.refusals import Message

TONES = {ObjectionState.OPEN: "wait", ObjectionState.DISMISSED: "done", ObjectionState.UPHELD: "stop"}


class ObjectionFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=ObjectionState.choices, empty_label=gettext_lazy("all")
    )


OBJECTIONS = ListSpec(
    model=Objection,
    columns=(
        Column("number", gettext_lazy("Number"), link=lambda one: reverse("console:objection", args=[one.number])),
        Column("row", gettext_lazy("Row"), lambda one: f"{one.row.rank} {one.row.listed_name}"),
        Column(
            "state",
            gettext_lazy("State"),
            lambda one: one.get_state_display(),
            kind="state",
            tone=lambda one: TONES[one.state],
        ),
        Column("opened_at", gettext_lazy("Filed on"), kind="day"),
        Column("decided_at", gettext_lazy("Decided on"), kind="day"),
    ),
    sorts=(
        Sort("newest", gettext_lazy("Newest first"), ("-id",)),
        Sort("oldest", gettext_lazy("Oldest first"), ("id",)),
    ),
    filterset=ObjectionFilter,
    search=lambda rows, text: rows.filter(number__icontains=text),
    search_label=gettext_lazy("Number"),
    related=("row", "row__case"),
    file_name="objections",
    empty_title=gettext_lazy("No objection"),
    empty_text=gettext_lazy("Objections to a public list appear here while its notice is open."),
)


def objections_for(request: HttpRequest) -> QuerySet[Objection]:
    """The objections at the bureaus at which the reader supervises or audits; to others, and to whoever is recused from
    the case, they do not exist.
    """
    scope.standing(request)
    grants = grants_of(scope.person(request), on=moment_of(request).on, roles=SEES_OBJECTIONS)
    found = Objection.objects.filter(authority__in=grants.values("authority"))
    found = found.exclude(recused_from("objection", scope.person(request)))
    return found.select_related("row", "case", "round__call", "process")


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [
        Crumb(_("Rounds"), reverse("console:rounds")),
        Crumb(_("Objections"), reverse("console:objections")),
        *more,
    ]


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    """Every objection, without a word of who made it."""
    return respond(request, OBJECTIONS, [objections_for(request)], "console/objections.html")


@require_safe
@login_required
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One objection: who, why, the paper, the row that waits, and what the reader may do."""
    standing = scope.standing(request)
    found = get_object_or_404(objections_for(request), number=number)
    items = items_of("objection", found.pk)
    context = {
        "objection": found,
        "tone": TONES[ObjectionState(found.state)],
        "steps": steps_of(found),
        "time": time_left(items, on=moment_of(request).on),
        "rows": rows_of(found),
        "files": [
            File(
                file.name,
                reverse("console:objection-file", args=[number, file.pk]),
                octets=file.size,
                sha256=file.sha256,
            )
            for file in files_of("objection", found.pk)
        ],
        "offers": offers(
            "objection",
            found,
            standing,
            items,
            lambda name: reverse("console:objection-act", args=[number, name]),
        ),
        "crumbs": _crumbs(Crumb(number)),
    }
    return render(request, "console/objection.html", context)


def steps_of(objection: Objection) -> list[Step]:
    """Filed, and decided or to be decided."""
    decided = Step(objection.get_state_display(), "done", objection.decided_at) if objection.decided_at else None
    return [Step(_("Filed"), "done", objection.opened_at), decided or Step(_("Decide the objection"), "current")]


def rows_of(objection: Objection) -> list[SummaryRow]:
    who = objector_of(objection)
    return [
        SummaryRow(_("Round"), objection.round.number),
        SummaryRow(_("Row"), f"{objection.row.rank} {objection.row.listed_name}"),
        SummaryRow(_("State of the row"), objection.row.get_state_display()),
        SummaryRow(_("Filed"), instant(objection.opened_at)),
        SummaryRow(
            _("By"), f"{objection.get_objector_kind_display()}{pick('：', ': ')}{who.get('name', _('erased'))}"
        ),
        SummaryRow(_("To be reached at"), who.get("contact", _("erased"))),
        SummaryRow(_("Grounds"), objection.grounds),
        *(
            [
                SummaryRow(_("Decided on"), day(objection.decided_at)),
                SummaryRow(_("Reasons"), objection.reasons),
            ]
            if objection.decided_at
            else []
        ),
    ]


@require_safe
@login_required
def file(request: HttpRequest, number: str, pk: int) -> FileResponse:
    """The paper as it was signed or sealed."""
    found = get_object_or_404(objections_for(request), number=number)
    about(request, Objection.STREAM, found.pk, None)  # the company objected to is not told who read the objection
    return file_response(get_object_or_404(files_of("objection", found.pk), pk=pk))


class ObjectionAct(ActPage):
    """Dismissing or upholding an objection, previewed."""

    kind = "objection"
    template_name = "console/company_act.html"
    done_words: dict[str, Message] = {
        "dismiss": gettext_lazy("Dismissed. The row goes on when no other objection to it is open."),
        "uphold": gettext_lazy("Upheld. The row is struck."),
    }

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in self.done_words:
            raise Http404("There is no such act on this page.")
        return action

    def get_subject(self) -> Objection:
        found: Objection = get_object_or_404(objections_for(self.request), number=self.kwargs["number"])
        return found

    def done(self) -> Message:
        return self.done_words[self.get_action()]

    def preview(self, subject: Objection) -> Preview:
        if self.get_action() == "dismiss":
            return Preview(
                changes=[_("The row goes on: to the decree, or to a supplementary one if that is issued already.")],
                told=[_("Everybody: the list on the public site says that the row is no longer held.")],
            )
        return Preview(
            changes=[_("The row is struck from the list; its case ends, or its amount is checked again.")],
            told=[
                _("Everybody: count and total are restated on the public site."),
                _("The company, by letter if its application is rejected"),
            ],
            money=[Money(_("falls back to the budget line"), subject.row.amount_fen)],
        )

    def crumbs(self, subject: Objection) -> list[Crumb]:
        return _crumbs(Crumb(subject.number, self.success_url(subject)))

    def success_url(self, subject: Objection) -> str:
        return reverse("console:objection", args=[subject.number])

    def context(self, subject: Objection) -> dict[str, Any]:
        return {}
