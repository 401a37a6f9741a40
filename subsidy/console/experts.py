"""The pool of experts for officers, its import from a file, and each expert's own declarations."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from subsidy.accounts.enums import Role
from subsidy.accounts.models import Authority
from subsidy.accounts.selectors import grants_of
from subsidy.console import expert_file, scope
from subsidy.reviews.models import ExpertLink, ExpertProfile
from subsidy.reviews.selectors import experts_of_officer
from subsidy.web.acts import UNPROCESSABLE, ActPage, act_form, blame, find_act, new_key, sent, submit_new
from subsidy.web.components import Crumb, DataTable
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import BadData, Forbidden
from workflows.panel.forms import AdmitForm

ACTS = ("amend", "record_link", "end_link")

EXPERTS = ListSpec(
    model=ExpertProfile,
    columns=(
        Column(
            "name",
            gettext_lazy("Expert"),
            value=lambda one: str(one.user),
            link=lambda one: reverse("console:expert", args=[one.pk]),
        ),
        Column("branch", gettext_lazy("Branch"), value=lambda one: one.get_branch_display()),
        Column(
            "fields", gettext_lazy("Fields"), value=lambda one: ", ".join(one.fields) or gettext_lazy("every field")
        ),
        Column("employer", gettext_lazy("Employer")),
        Column("title", gettext_lazy("Title"), value=lambda one: one.title or None),
        Column("valid_from", gettext_lazy("In the pool from"), kind="day"),
        Column("valid_to", gettext_lazy("Until"), kind="day"),
    ),
    sorts=(
        Sort("newest", gettext_lazy("Newest first"), ("-id",)),
        Sort("oldest", gettext_lazy("Oldest first"), ("id",)),
    ),
    search=lambda rows, text: rows.filter(Q(user__name__contains=text) | Q(employer__contains=text)),
    search_label=gettext_lazy("Name or employer"),
    related=("user",),
    file_name="experts",
    empty_title=gettext_lazy("The pool is empty"),
    empty_text=gettext_lazy("Admit experts one by one, or import a file."),
)


def experts_for(request: HttpRequest) -> Any:
    scope.standing(request)
    return experts_of_officer(scope.person(request), on=moment_of(request).on)


def bureau_kept(request: HttpRequest) -> Authority:
    """The bureau whose pool the reader keeps. Raises Forbidden for everybody else."""
    scope.standing(request)
    grant = grants_of(scope.person(request), on=moment_of(request).on, roles=[Role.ACCEPTANCE]).order_by("id").first()
    if grant is None:
        raise Forbidden
    return grant.authority


def keeps(request: HttpRequest, authority_id: int) -> bool:
    grants = grants_of(scope.person(request), on=moment_of(request).on, roles=[Role.ACCEPTANCE])
    return grants.filter(authority=authority_id).exists()


def crumbs_to(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Pool of experts"), reverse("console:experts") if more else ""), *more]


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    """The experts of the bureau."""
    found = experts_for(request)
    may_admit = grants_of(scope.person(request), on=moment_of(request).on, roles=[Role.ACCEPTANCE]).exists()
    return respond(request, EXPERTS, [found], "console/experts.html", {"may_admit": may_admit})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def admit(request: HttpRequest) -> HttpResponse:
    """Admit one person to the pool."""
    bureau, status = bureau_kept(request), 200
    form: ActForm = AdmitForm(subject=None, initial={"valid_from": moment_of(request).on})
    if request.method == "POST":
        try:
            outcome = submit_new(request, "expert", "admit", authority_id=bureau.pk, data=sent(request))
        except BadData as refusal:
            form, status = AdmitForm(sent(request), subject=None), UNPROCESSABLE
            blame(form, refusal)
        else:
            messages.success(request, _("Admitted. From now on the expert can be drawn."))
            return HttpResponseRedirect(reverse("console:expert", args=[outcome.subject_id]))
    context = {
        "form": form,
        "key": request.POST.get("key") or new_key(),
        "crumbs": crumbs_to(Crumb(_("Admit an expert"))),
        "back_url": reverse("console:experts"),
    }
    return render(request, "console/expert_admit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def import_file(request: HttpRequest) -> HttpResponse:
    """Read a file of experts, show what each row would do, and do it when that is confirmed."""
    bureau = bureau_kept(request)
    context: dict[str, Any] = {"crumbs": crumbs_to(Crumb(_("Import a file"))), "columns": expert_file.COLUMNS}
    status = 200
    if request.method == "POST":
        upload = request.FILES.get("file")
        text = expert_file.text_of(upload.read()) if upload is not None else request.POST.get("text", "")
        try:
            rows = expert_file.read(text)
        except ValueError as fault:
            context["fault"], status = str(fault), UNPROCESSABLE
        else:
            done = "confirm" in request.POST
            results = [_row(request, bureau, text, row, do=done) for row in rows]
            context |= {"text": text, "done": done, "table": _results(results)}
            context["good"] = sum(fault == "" for _row_, fault in results)
    return render(request, "console/expert_import.html", context, status=status)


def _row(
    request: HttpRequest, bureau: Authority, text: str, row: expert_file.Row, *, do: bool
) -> tuple[expert_file.Row, str]:
    """One row: what is wrong with it, or nothing; with `do` it is admitted, once however often the file is sent."""
    form = AdmitForm(row.data, subject=None)
    if not form.is_valid():
        return row, "; ".join(str(error) for errors in form.errors.values() for error in errors)
    if ExpertProfile.objects.filter(authority=bureau, user=form.cleaned_data["username"]).exists():
        return row, _("stands in the pool already")
    if form.cleaned_data["username"].authority_id != bureau.pk:
        return row, _("belongs to another bureau")
    if do:
        expert_file.admit(request, bureau, text, row)
    return row, ""


def _results(results: list[tuple[expert_file.Row, str]]) -> DataTable:
    return DataTable(
        caption=_("Rows of the file"),
        head=[_("Row"), _("User name"), _("Branch"), _("Employer"), _("Result")],
        rows=[
            [str(row.number), row.data["username"], row.data["branch"], row.data["employer"], fault or _("admitted")]
            for row, fault in results
        ],
        numeric=[0],
    )


def links_table(profile: ExpertProfile) -> list[ExpertLink]:
    return list(profile.links.order_by("-pk"))


@require_safe
@login_required
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One expert with what binds them to companies."""
    profile = get_object_or_404(experts_for(request), pk=pk)
    context = {
        "profile": profile,
        "links": links_table(profile),
        "today": moment_of(request).on,
        "crumbs": crumbs_to(Crumb(str(profile.user))),
        "keeps": keeps(request, profile.authority_id),
    }
    return render(request, "console/expert.html", context)


class ExpertAct(ActPage):
    """An officer's act on an entry of the pool."""

    kind = "expert"
    template_name = "console/company_act.html"
    done_message = gettext_lazy("Kept. Panels in which the expert sits were looked at anew.")

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in ACTS:
            raise Http404("There is no such act on this page.")
        return action

    def get_subject(self) -> ExpertProfile:
        profile: ExpertProfile = get_object_or_404(experts_for(self.request), pk=self.kwargs["pk"])
        if not keeps(self.request, profile.authority_id):
            raise Forbidden
        return profile

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject = self.get_subject()
        act: Act = find_act(self.kind, subject, self.get_action())
        names = ("branch", "employer", "employer_uscc", "title", "valid_from", "valid_to")
        initial = {name: getattr(subject, name) for name in names} if act.name == "amend" else {}
        initial |= {"fields_text": ", ".join(subject.fields), "link": request.GET.get("link", "")}
        return self.page(subject, act, act_form(act, subject, initial=initial))

    def crumbs(self, subject: ExpertProfile) -> list[Crumb]:
        here = Crumb(str(subject.user), self.success_url(subject))
        return crumbs_to(here, Crumb(find_act(self.kind, subject, self.get_action()).title))

    def success_url(self, subject: ExpertProfile) -> str:
        return reverse("console:expert", args=[subject.pk])


@require_safe
@login_required
def declarations(request: HttpRequest) -> HttpResponse:
    """The expert's own entries in pools, with every link that is on record; nobody else's."""
    scope.standing(request)
    profiles = ExpertProfile.objects.filter(user=scope.person(request)).select_related("authority").order_by("pk")
    shown = [(profile, links_table(profile)) for profile in profiles]
    return render(request, "console/declarations.html", {"profiles": shown, "today": moment_of(request).on})


class Declare(ActPage):
    """The expert declares a link to a company."""

    kind = "expert"
    action = "declare_link"
    template_name = "console/company_act.html"
    done_message = gettext_lazy("Declared. You are drawn for no case of this company, and leave those you had.")

    def get_subject(self) -> ExpertProfile:
        scope.standing(self.request)
        return get_object_or_404(ExpertProfile, pk=self.kwargs["pk"], user=scope.person(self.request))

    def crumbs(self, subject: ExpertProfile) -> list[Crumb]:
        return [Crumb(_("My declarations"), reverse("console:declarations")), Crumb(_("Declare a link"))]

    def success_url(self, subject: ExpertProfile) -> str:
        return reverse("console:declarations")
