"""Companies for officers: find one, see who acts for it and what changed, register at the counter, enter changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django_filters
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from subsidy.accounts.enums import Role
from subsidy.accounts.models import Authority
from subsidy.accounts.selectors import SEES_CASES, grants_of
from subsidy.applicants.enums import CompanyState, SuccessionKind
from subsidy.applicants.history import standing_successions
from subsidy.applicants.models import Company, GroupLink, Registration
from subsidy.console import scope
from subsidy.console.sources.asks import asks_shown
from subsidy.documents.responses import file_response
from subsidy.documents.selectors import files_of
from subsidy.web.acts import UNPROCESSABLE, ActPage, blame, find_act, new_key, sent, submit_new
from subsidy.web.companies import changes_table, kin_table, prefilled, rights_shown
from subsidy.web.company_facts import facts_by_source
from subsidy.web.components import Crumb, Preview, SummaryRow, Text, Tone
from subsidy.web.formats import day, pick
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.web.reads import about
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import BadData, Forbidden, Message
from workflows.common.subjects import kind_named
from workflows.live_facts.acts import services_in_words
from workflows.registry.companies import RegisterForm

TONES: dict[str, Tone] = {
    CompanyState.ACTIVE: "done",
    CompanyState.MERGED: "plain",
    CompanyState.SPLIT: "plain",
    CompanyState.CLOSED: "stop",
}
ACTS = (
    "ask_source",
    "rename",
    "move",
    "change_representative",
    "assign_township",
    "grant_at_counter",
    "link",
    "merge",
    "split",
    "close",
    "reverse",
)
# Opened from the row that they are about.
ROW_ACTS = ("end_at_counter", "end_link", "reverse_split")


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(uscc=text.strip().upper()) | Q(name__icontains=text))


class CompanyFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=CompanyState.choices, empty_label=gettext_lazy("all")
    )


COMPANIES = ListSpec(
    model=Company,
    columns=(
        Column("name", gettext_lazy("Company"), link=lambda one: reverse("console:company", args=[one.pk])),
        Column("uscc", gettext_lazy("Unified social credit code")),
        Column("region", gettext_lazy("District of registration")),
        Column("legal_form", gettext_lazy("Legal form"), lambda one: one.get_legal_form_display()),
        Column(
            "state",
            gettext_lazy("State"),
            lambda one: one.get_state_display(),
            kind="state",
            tone=lambda one: TONES[one.state],
        ),
        Column("founded_on", gettext_lazy("Founded on"), kind="day"),
    ),
    sorts=(
        Sort("newest", gettext_lazy("Newest first"), ("-id",)),
        Sort("oldest", gettext_lazy("Oldest first"), ("id",)),
    ),
    filterset=CompanyFilter,
    search=_search,
    search_label=gettext_lazy("Code or part of the name"),
    file_name="companies",
    empty_title=gettext_lazy("No company found"),
    empty_text=gettext_lazy("Compare the code with the licence, or register the company."),
)


def companies_for(request: HttpRequest) -> QuerySet[Company]:
    """The companies of the bureaus whose cases the reader sees."""
    scope.standing(request)
    bureaus = grants_of(scope.person(request), on=moment_of(request).on, roles=SEES_CASES).values("authority")
    return Company.objects.filter(authority__in=bureaus).select_related("authority", "head_office", "township")


def bureau_at_counter(request: HttpRequest) -> Authority:
    """The bureau at whose counter the reader works. Raises Forbidden for everybody else."""
    scope.standing(request)
    grant = grants_of(scope.person(request), on=moment_of(request).on, roles=[Role.COUNTER]).order_by("id").first()
    if grant is None:
        raise Forbidden
    return grant.authority


def is_at_counter(request: HttpRequest, authority_id: int) -> bool:
    grants = grants_of(scope.person(request), on=moment_of(request).on, roles=[Role.COUNTER])
    return grants.filter(authority=authority_id).exists()


def crumbs_to(company: Company, *more: Crumb) -> list[Crumb]:
    page = reverse("console:company", args=[company.pk]) if more else ""
    return [Crumb(_("Companies"), reverse("console:companies")), Crumb(company.name, page), *more]


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    """The companies of the bureau, found by code or name."""
    found = companies_for(request)
    may_register = grants_of(scope.person(request), on=moment_of(request).on, roles=[Role.COUNTER]).exists()
    waiting = Registration.objects.filter(authority__in=found.values("authority"), state="awaiting_counter").count()
    context = {"may_register": may_register, "waiting": waiting}
    return respond(request, COMPANIES, [found], "console/companies.html", context)


@require_safe
@login_required
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One company: how it stands, who acts for it, what changed, whom it is bound to."""
    company = get_object_or_404(companies_for(request), pk=pk)
    counter = is_at_counter(request, company.authority_id)
    kind = kind_named("company")
    possible = [name for name in ACTS if name != "ask_source" or services_in_words()]
    acts = [kind.free_act(name) for name in possible] if counter else []
    context = {
        "company": company,
        "tone": TONES[company.state],
        "rows": _rows(company),
        "acts": [
            (act.title, reverse("console:company-act", args=[pk, act.name]), act.danger)
            for act in acts
            if act is not None and (not act.states or company.state in act.states)
        ],
        "rights": rights_shown(
            company,
            on=moment_of(request).on,
            end_url=(lambda row: reverse("console:company-act", args=[pk, "end_at_counter"]) + f"?right={row}")
            if counter
            else None,
            letter_url=lambda file: reverse("console:company-letter", args=[pk, file]),
        ),
        "facts": facts_by_source(company, page=lambda name: reverse("console:company-fact", args=[pk, name])),
        "changes": changes_table(company),
        "kin": kin_table(company),
        "asked": asks_shown(company, now=moment_of(request)),
        "row_acts": list(_row_acts(company)) if counter else [],
        "crumbs": crumbs_to(company),
    }
    return render(request, "console/company.html", context)


def _row_acts(company: Company) -> Iterator[tuple[str, str]]:
    """What can be done about one link or one split: words and address."""
    for link in GroupLink.objects.filter(parent=company, valid_to__isnull=True).select_related("child"):
        words = _("End the link with %(name)s") % {"name": link.child.name}
        yield words, reverse("console:company-act", args=[company.pk, "end_link"]) + f"?link={link.pk}"
    if company.state != CompanyState.ACTIVE:
        return
    splits = standing_successions().filter(predecessor=company, kind=SuccessionKind.SPLIT)
    for split in splits.select_related("successor").order_by("id"):
        words = _("Take back the split with %(name)s") % {"name": split.successor.name}
        yield words, reverse("console:company-act", args=[company.pk, "reverse_split"]) + f"?succession={split.pk}"


def _rows(company: Company) -> list[SummaryRow]:
    rows = [
        SummaryRow(_("Unified social credit code"), company.uscc),
        SummaryRow(_("District of registration"), company.region),
        SummaryRow(_("Legal form"), company.get_legal_form_display()),
        SummaryRow(_("Township that recommends it"), _township(company)),
        SummaryRow(_("Founded on"), day(company.founded_on)),
        SummaryRow(_("Legal representative"), company.representative or "—"),
        SummaryRow(_("Contact"), f"{company.contact_name} {company.contact_phone}".strip() or "—"),
    ]
    if company.head_office is not None:
        rows.append(SummaryRow(_("Branch of"), company.head_office.name))
    return rows


def _township(company: Company) -> Text:
    unit = company.township
    return pick(unit.name_zh, unit.name_en) if unit is not None else _("all townships together")


@require_safe
@login_required
def letter(request: HttpRequest, pk: int, file: int) -> FileResponse:
    """A letter of authorisation that a right of the company rests on."""
    company = get_object_or_404(companies_for(request), pk=pk)
    about(request, Company.STREAM, company.pk, company.pk)
    right = company.companyuserobjectpermission_set.filter(letter=file).select_related("letter").first()
    if right is not None and right.letter is not None:
        return file_response(right.letter)
    return file_response(get_object_or_404(files_of("company", company.pk).filter(slot="letter"), pk=file))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def register(request: HttpRequest) -> HttpResponse:
    """Register a company for somebody who stands at the counter."""
    bureau = bureau_at_counter(request)
    form, status = RegisterForm(subject=None, initial={"region": bureau.region}), 200
    if request.method == "POST":
        data = sent(request)
        try:
            made = submit_new(request, "company", "register", authority_id=bureau.pk, data=data, files=request.FILES)
        except BadData as refusal:
            form, status = RegisterForm(data, request.FILES, subject=None), UNPROCESSABLE
            blame(form, refusal)
        else:
            return HttpResponseRedirect(reverse("console:company", args=[made.subject_id]))
    context = {
        "act": kind_named("company").opens["register"].act,
        "heading": _("Register a company"),
        "form": form,
        "key": request.POST.get("key") or new_key(),
        "version": "",
        "preview": Preview(
            changes=(
                _("The company can file from now on; the people you name may act for it."),
                _("That you helped is recorded: you can act on no case of this company afterwards."),
            ),
            told=(pick(bureau.name_zh, bureau.name_en),),
        ),
        "crumbs": [Crumb(_("Companies"), reverse("console:companies")), Crumb(_("Register a company"))],
        "back_url": reverse("console:companies"),
    }
    return render(request, "console/company_act.html", context, status=status)


class CompanyAct(ActPage):
    """One change of a company, entered at the counter."""

    kind = "company"
    template_name = "console/company_act.html"

    def done(self) -> Message:
        return _("The source is being asked.") if self.get_action() == "ask_source" else _("Entered.")

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in (*ACTS, *ROW_ACTS):
            raise Http404("There is no such act on this page.")
        return action

    def get_subject(self) -> Company:
        company: Company = get_object_or_404(companies_for(self.request), pk=self.kwargs["pk"])
        return company

    def page(self, subject: Any, act: Act, form: ActForm | None, *, status: int = 200) -> HttpResponse:
        return super().page(subject, act, prefilled(form, self.request.GET.dict()), status=status)

    def preview(self, subject: Company) -> Preview:
        names = {"name": subject.name}
        said: dict[str, Message] = {
            "ask_source": _(
                "The source is asked about %(name)s. What it says is kept with its day; what it does not say, or when it "
                "is down, stays unknown."
            ),
            "rename": _(
                "%(name)s carries the new name from that day; cases and letters keep the name of their own day."
            ),
            "move": _("%(name)s is registered in the new district from that day."),
            "assign_township": _(
                "Cases of %(name)s that come to be recommended from now on wait for this township; those that wait already "
                "stay where they are."
            ),
            "change_representative": _("The rights of the former legal representative of %(name)s end."),
            "grant_at_counter": _("The person may act for %(name)s; you can act on no case of it afterwards."),
            "end_at_counter": _("The person loses this right for %(name)s at once; what they did stays valid."),
            "merge": _(
                "%(name)s is no more: its people lose their rights, the successor's people answer its cases, nothing new "
                "is filed for it. Entered wrongly, it can be taken back until something is decided or paid on its ground."
            ),
            "reverse": _(
                "%(name)s counts as never having ended: its people have their rights again from today, the successor's "
                "people lose theirs. A payee account that ended stays ended; the company enters it anew."
            ),
            "reverse_split": _("The other company counts as never having come out of %(name)s."),
            "split": _("The other company is noted as having come out of %(name)s."),
            "close": _("%(name)s files nothing new; its matters under way can still be answered."),
            "link": _("%(name)s and the other company count as one group from that day."),
            "end_link": _("%(name)s and the other company are no longer linked after that day."),
        }
        return Preview(changes=(str(said[self.get_action()]) % names,))

    def crumbs(self, subject: Company) -> list[Crumb]:
        return crumbs_to(subject, Crumb(find_act(self.kind, subject, self.get_action()).title))

    def success_url(self, subject: Company) -> str:
        return reverse("console:company", args=[subject.pk])
