"""Registrations that companies' people made online, for the counter: what agrees, what does not, accept or refuse."""

from __future__ import annotations

import django_filters
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.accounts.selectors import SEES_CASES, grants_of
from subsidy.applicants.enums import RegistrationConflict, RegistrationState
from subsidy.applicants.models import Registration
from subsidy.applicants.rights import administrators_of
from subsidy.console import scope
from subsidy.console.companies import is_at_counter
from subsidy.documents.responses import file_response
from subsidy.documents.selectors import files_of
from subsidy.web.acts import ActPage, find_act
from subsidy.web.companies import REGISTRATION_TONES, registration_files, registration_rows
from subsidy.web.components import Crumb, Preview, Refusal
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.web.reads import about

ACTS = ("accept", "refuse")


class RegistrationFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=RegistrationState.choices, empty_label=gettext_lazy("all")
    )


def _search(rows: QuerySet[Registration], text: str) -> QuerySet[Registration]:
    return rows.filter(Q(uscc=text.strip().upper()) | Q(name__icontains=text))


REGISTRATIONS = ListSpec(
    model=Registration,
    columns=(
        Column("name", gettext_lazy("Company"), link=lambda one: reverse("console:registration", args=[one.pk])),
        Column("uscc", gettext_lazy("Unified social credit code")),
        Column("person", gettext_lazy("Asked by"), lambda one: str(one.person)),
        Column(
            "state",
            gettext_lazy("State"),
            lambda one: one.get_state_display(),
            kind="state",
            tone=lambda one: REGISTRATION_TONES[one.state],
        ),
        Column("conflict", gettext_lazy("Does not agree"), lambda one: one.get_conflict_display() or "—"),
        Column("opened_at", gettext_lazy("Asked on"), kind="day"),
    ),
    sorts=(
        Sort("newest", gettext_lazy("Newest first"), ("-id",)),
        Sort("oldest", gettext_lazy("Oldest first"), ("id",)),
    ),
    filterset=RegistrationFilter,
    search=_search,
    search_label=gettext_lazy("Code or part of the name"),
    related=("person",),
    file_name="registrations",
    empty_title=gettext_lazy("No registration"),
    empty_text=gettext_lazy("Requests appear here when somebody registers a company online."),
)


def registrations_for(request: HttpRequest) -> QuerySet[Registration]:
    """The registrations at the bureaus whose cases the reader sees."""
    scope.standing(request)
    bureaus = grants_of(scope.person(request), on=moment_of(request).on, roles=SEES_CASES).values("authority")
    return Registration.objects.filter(authority__in=bureaus).select_related("company", "person", "confirmer")


def _crumbs(*more: Crumb) -> list[Crumb]:
    companies = Crumb(_("Companies"), reverse("console:companies"))
    return [companies, Crumb(_("Registrations"), reverse("console:registrations")), *more]


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    """What was asked online, and where it stands."""
    return respond(request, REGISTRATIONS, [registrations_for(request)], "console/registrations.html")


@require_safe
@login_required
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One request beside what the bureau holds."""
    found = get_object_or_404(registrations_for(request), pk=pk)
    is_open = found.state in RegistrationState.open_values() and is_at_counter(request, found.authority_id)
    context = {
        "registration": found,
        "tone": REGISTRATION_TONES[found.state],
        "conflict": RegistrationConflict(found.conflict).label if found.conflict else "",
        "rows": registration_rows(found),
        "files": registration_files(found, lambda file: reverse("console:registration-file", args=[pk, file.pk])),
        "acts": [
            (find_act("registration", found, name).title, reverse("console:registration-act", args=[pk, name]))
            for name in (ACTS if is_open else ())
        ],
        "crumbs": _crumbs(Crumb(found.name)),
    }
    return render(request, "console/registration.html", context)


@require_safe
@login_required
def file(request: HttpRequest, pk: int, file: int) -> FileResponse:
    """A paper of the request."""
    found = get_object_or_404(registrations_for(request), pk=pk)
    about(request, Registration.STREAM, found.pk, None)
    return file_response(get_object_or_404(files_of("registration", found.pk), pk=file))


class RegistrationAct(ActPage):
    kind = "registration"
    template_name = "console/company_act.html"
    done_message = gettext_lazy("Decided.")

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in ACTS:
            raise Http404("There is no such act on this page.")
        return action

    def get_subject(self) -> Registration:
        found: Registration = get_object_or_404(registrations_for(self.request), pk=self.kwargs["pk"])
        return found

    def preview(self, subject: Registration) -> Preview:
        if self.get_action() == "refuse":
            return Preview(changes=(_("The request ends; nobody gets a right by it."),), told=(subject.person.name,))
        refused = []
        if subject.company is not None and administrators_of(subject.company, on=moment_of(self.request).on):
            refused.append(Refusal(subject.company.name, _("Somebody acts for this company already.")))
        names = {"person": subject.person.name, "name": subject.company.name if subject.company else subject.name}
        return Preview(
            changes=(_("%(person)s may act for %(name)s, as far and as long as the papers say.") % names,),
            told=(subject.person.name,),
            refused=refused,
        )

    def crumbs(self, subject: Registration) -> list[Crumb]:
        return _crumbs(Crumb(subject.name, reverse("console:registration", args=[subject.pk])))

    def success_url(self, subject: Registration) -> str:
        return reverse("console:registration", args=[subject.pk])
