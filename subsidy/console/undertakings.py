"""Undertakings: what recipients must do or keep, by when, and what was found; one of them with its acts."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.forms import Select
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.accounts.selectors import SEES_CASES, grants_of
from subsidy.console import scope
from subsidy.console.case_list import DAY
from subsidy.console.offers import Offer, Offers, reader_duties, why_not
from subsidy.console.proposing import Propose
from subsidy.decisions.models import Award, Undertaking, UndertakingState
from subsidy.decisions.recusals import recused_from
from subsidy.web.acts import ActPage, find_act
from subsidy.web.components import Crumb, Preview, SummaryRow, Text, Tone
from subsidy.web.formats import instant
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.web.undertakings import said_of, what_rows
from workflows.common.acts import ActForm
from workflows.common.duties import WITHOUT_BUSINESS_POWER
from workflows.common.subjects import kind_named
from workflows.undertaking.forms import reported

TONES: dict[str, Tone] = {
    UndertakingState.AWAITED: "info",
    UndertakingState.OVERDUE: "stop",
    UndertakingState.REPORTED: "wait",
    UndertakingState.WAIVER: "wait",
    UndertakingState.KEPT: "done",
    UndertakingState.WAIVED: "done",
    UndertakingState.BREACHED: "stop",
    UndertakingState.ENDED: "done",
}
QUEUE = (UndertakingState.OVERDUE, UndertakingState.REPORTED, UndertakingState.WAIVER)
"""What waits for the bureau."""


class UndertakingFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=[("queue", gettext_lazy("waits for the bureau")), *UndertakingState.choices],
        empty_label=gettext_lazy("all"),
        method="by_state",
    )
    due_after = django_filters.DateFilter(
        label=gettext_lazy("Due on or after"), field_name="due_on", lookup_expr="gte", widget=DAY
    )
    due_before = django_filters.DateFilter(
        label=gettext_lazy("Due on or before"), field_name="due_on", lookup_expr="lte", widget=DAY
    )

    def by_state(self, rows: QuerySet[Undertaking], _name: str, value: str) -> QuerySet[Undertaking]:
        return rows.filter(state__in=QUEUE) if value == "queue" else rows.filter(state=value)


UNDERTAKINGS = ListSpec(
    model=Undertaking,
    columns=(
        Column("number", gettext_lazy("Number"), link=lambda one: reverse("console:undertaking", args=[one.number])),
        Column("company_name", gettext_lazy("Company")),
        Column("case", gettext_lazy("Case"), value="case.number"),
        Column("what", gettext_lazy("Undertaking"), value=lambda one: said_of(one)),
        Column("due_on", gettext_lazy("Due"), kind="day", sort="due"),
        Column(
            "state",
            gettext_lazy("State"),
            kind="state",
            value=lambda one: one.get_state_display(),
            tone=lambda one: TONES[one.state],
        ),
    ),
    sorts=(
        Sort("due", gettext_lazy("Due first"), ("due_on", "id")),
        Sort("newest", gettext_lazy("Newest first"), ("-id",)),
    ),
    filterset=UndertakingFilter,
    search=lambda rows, text: rows.filter(
        Q(number__icontains=text) | Q(company_name__icontains=text) | Q(case__number__icontains=text)
    ),
    search_label=gettext_lazy("Number, company or case"),
    related=("case__policy_version",),
    file_name="undertakings",
    empty_title=gettext_lazy("No undertaking"),
    empty_text=gettext_lazy("An award brings with it the undertakings that its policy names."),
)


def undertakings_for(request: HttpRequest) -> QuerySet[Undertaking]:
    """Those of the bureaus whose cases the reader sees, without those of cases of the recused."""
    scope.standing(request)
    reader = scope.person(request)
    grants = grants_of(reader, on=moment_of(request).on, roles=SEES_CASES)
    found = Undertaking.objects.filter(authority__in=grants.values("authority"))
    return found.exclude(recused_from("undertaking", reader)).select_related("case__policy_version")


def crumbs_to(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Undertakings"), reverse("console:undertakings")), *more]


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    return respond(request, UNDERTAKINGS, [undertakings_for(request)], "console/undertakings.html")


@require_safe
@login_required
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One undertaking: what, by when, what the company says, what was found, and what the reader may do."""
    found = get_object_or_404(undertakings_for(request).select_related("document", "decided_by"), number=number)
    context = {
        "undertaking": found,
        "tone": TONES[found.state],
        "rows": [*what_rows(found), *_found_rows(found)],
        "offers": offers_on(request, found),
        "crumbs": crumbs_to(Crumb(number)),
    }
    return render(request, "console/undertaking.html", context)


def _found_rows(one: Undertaking) -> list[SummaryRow]:
    rows = [SummaryRow(_("Company"), one.company_name)]
    if one.answered_at is not None:
        rows.append(SummaryRow(_("Answered on"), instant(one.answered_at)))
    rows.append(SummaryRow(_("The company's answer"), one.answer or _("none")))
    if one.note:
        rows.append(SummaryRow(_("What the bureau found"), one.note))
    if one.decided_at is not None and one.decided_by is not None:
        rows.append(SummaryRow(_("Decided on"), f"{instant(one.decided_at)} · {one.decided_by}"))
    return rows


def offers_on(request: HttpRequest, one: Undertaking) -> Offers:
    """The acts of the reader's roles at its state; what they did before may stand against one."""
    standing, kind = scope.standing(request), kind_named("undertaking")
    if standing.roles & WITHOUT_BUSINESS_POWER:
        return Offers()
    mine = {pool.role for pool in standing.pools if pool.authority_id == one.authority_id}
    acts = [act for act in kind.free_acts if act.role in mine and one.state in act.states]
    earlier = reader_duties(kind, one, standing) if acts else frozenset[str]()
    return Offers(
        [
            Offer(
                act.name,
                act.title,
                reverse("console:undertaking-act", args=[one.number, act.name]),
                act.danger,
                why_not(act, earlier),
            )
            for act in acts
        ]
    )


class UndertakingAct(ActPage):
    """An officer's act on one undertaking, previewed."""

    kind = "undertaking"
    template_name = "console/company_act.html"
    done_message = gettext_lazy("Done. What follows stands below.")

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        return action

    def get_subject(self) -> Undertaking:
        return get_object_or_404(undertakings_for(self.request), number=self.kwargs["number"])

    def preview(self, subject: Undertaking) -> Preview:
        follows = {
            "keep": _("It ends here: it was kept."),
            "send_back": _("The company must answer again; the day stays as it is."),
            "propose_waiver": _("Nothing changes yet: it is waived when the leader approves it."),
            "waive": _("It ends here: it need not be kept."),
            "refuse_waiver": _("It must still be kept."),
            "find_breach": _("It ends here: it was not kept. What the policy says follows: %(what)s.")
            % {"what": subject.get_breach_display()},
        }
        found = follows.get(self.get_action())
        return Preview(changes=[found] if found else [])

    def crumbs(self, subject: Undertaking) -> list[Crumb]:
        title = find_act(self.kind, subject, self.get_action()).title
        return crumbs_to(Crumb(subject.number, self.success_url(subject)), Crumb(title))

    def success_url(self, subject: Undertaking) -> str:
        return reverse("console:undertaking", args=[subject.number])


class BeginAfter(Propose):
    """Dating an undertaking that begins with what happened, from the page of its case."""

    kind, opening, about = "undertaking", "begin_after", "case"
    done = gettext_lazy("Dated. The company is told.")

    def subject(self) -> Any:
        case = scope.case_for_officer(self.request, self.kwargs["number"])
        if not reported(case) or not Award.objects.filter(case=case).exists():
            raise Http404("Nothing that happens to this case has to be reported.")
        return case

    def title_of(self, subject: Any) -> Text:
        return str(subject.company_name)

    def form(self, subject: Any, data: Any) -> ActForm:
        """The undertakings of the policy are chosen from, in its words; a program names them by their short names."""
        form = super().form(subject, data)
        term = form.fields["term"]
        term.widget = Select(choices=[(one.id, said_of(one)) for one in reported(subject)])
        term.help_text = ""
        return form

    def preview(self) -> Preview:
        return Preview(
            changes=[_("The company is told what it must report and until when; the days count from what happened.")]
        )
