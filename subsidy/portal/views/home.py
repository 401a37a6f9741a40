"""Where a company's people land: what waits for them, their applications, and what they could apply for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from subsidy.applicants.enums import AccountState
from subsidy.applicants.models import Company, PayeeAccount
from subsidy.applicants.selectors import companies_of, current_facts, rights_of
from subsidy.audit.moment import ZONE
from subsidy.calendars.selectors import working_calendar
from subsidy.cases.enums import FINAL_STATES, CaseState
from subsidy.cases.models import Case
from subsidy.cases.selectors import cases_of_member
from subsidy.cases.words import WORDS
from subsidy.portal.access import CONFIRM_FOR, FILE_FOR, my_cases, user_of
from subsidy.portal.live import Live, live_of_company
from subsidy.programmes.enums import CallNews, CallState
from subsidy.programmes.models import Call
from subsidy.programmes.packs import pack_of
from subsidy.programmes.window import drafts_close_at, in_state, last_minute, last_minute_before
from subsidy.web.calls import News, news_about
from subsidy.web.components import Text
from subsidy.web.formats import pick
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.work.models import NO_DUE, WorkItem
from workflows.case.window import why_late

SHOWN_CASES = 5


@dataclass(frozen=True)
class Waiting:
    """Something that this person, or somebody of the company, must do; `mine` says that this person may."""

    title: Text
    about: str
    company: str
    url: str
    days_left: int | None
    provisional: bool
    mine: bool


@dataclass(frozen=True)
class Offer:
    """An open call with what it would roughly give one company; `case` is the application that is there already."""

    call: Call
    title: str
    until: dt.datetime
    company: Company
    estimate: Live
    case: Case | None
    can_start: bool


WAITING_WORDS: dict[str, Text] = {
    "draft": gettext_lazy("Fill in and submit your application"),
    "correction": gettext_lazy("Correct your application and submit it again"),
    "account": gettext_lazy("Confirm the account for the payment"),
    "agreement": gettext_lazy("Sign the agreement"),
    "milestone": gettext_lazy("Report on the next part"),
}
WAITING_URLS = {"draft": "portal:tasks", "correction": "portal:correction", "account": "portal:account"}
WAITING_RIGHTS = {
    "draft": FILE_FOR,
    "correction": FILE_FOR,
    "account": CONFIRM_FOR,
    "agreement": CONFIRM_FOR,
    "milestone": FILE_FOR,
}


class Home(LoginRequiredMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        companies = list(companies_of(user_of(request), on=moment_of(request).on).select_related("authority"))
        context = {
            "companies": companies,
            "waiting": _waiting(request, companies),
            "cases": [(case, WORDS[case.state]) for case in my_cases(request).order_by("-id")[:SHOWN_CASES]],
            "news": _news_of_drafts(request),
            "offers": _offers(request, companies),
        }
        return render(request, "portal/home.html", context)


def _waiting(request: HttpRequest, companies: Sequence[Company]) -> list[Waiting]:
    rights = rights_of(user_of(request), on=moment_of(request).on)
    items = list(WorkItem.objects.filter(company__in=companies, subject_kind="case").order_by("due_on", "id"))
    cases = {case.pk: case for case in my_cases(request).filter(pk__in=[item.subject_id for item in items])}
    calendar, today = working_calendar(), moment_of(request).on
    found = []
    for item in items:
        case = cases[item.subject_id]
        due = item.due_on
        if case.state == CaseState.DRAFT:
            if why_late(case, moment_of(request).at):
                continue  # it can be read, but nothing can be done with it any more
            # A draft has no deadline of its own: it ends with the filing window, or the grace after it.
            due = _day_of(drafts_close_at(case.call, pack_of(case.policy_version)))
        found.append(
            Waiting(
                title=WAITING_WORDS.get(item.node, item.node),
                about=f"{_call_title(case.call)} · {case.number}",
                company=case.company_name,
                url=reverse(WAITING_URLS.get(item.node, "portal:case"), args=[case.number]),
                days_left=None if due == NO_DUE else calendar.working_days_between(today, due),
                provisional=item.due_provisional,
                mine=WAITING_RIGHTS.get(item.node, FILE_FOR) in rights.get(case.company_id, ()),
            )
        )
    return found + _accounts_waiting(companies, rights)


def _day_of(end: dt.datetime) -> dt.date:
    """The last day before an end."""
    return last_minute_before(end).astimezone(ZONE).date()


def _news_of_drafts(request: HttpRequest) -> list[tuple[Case, News]]:
    """What was announced of the calls of unfiled applications since they were begun, the newest first."""
    drafts = my_cases(request).filter(state=CaseState.DRAFT).order_by("-id")
    by_call: dict[int, list[Case]] = {}
    for case in drafts:
        by_call.setdefault(case.call_id, []).append(case)
    told = [
        (case, one)
        for call_id, one in news_about(drafts.order_by().values("call"))
        for case in by_call.get(call_id, [])
        if one.at >= case.opened_at and one.news != CallNews.OPENED
    ]
    return told[:SHOWN_CASES]


def _accounts_waiting(companies: Sequence[Company], rights: Mapping[int, frozenset[str]]) -> list[Waiting]:
    accounts = PayeeAccount.objects.filter(company__in=companies, state=AccountState.PROPOSED).order_by("id")
    return [
        Waiting(
            title=_("Confirm the payee account that was entered"),
            about=str(account),
            company=account.holder_name,
            url=reverse("portal:confirm-account", args=[account.company_id, account.pk]),
            days_left=None,
            provisional=False,
            mine=CONFIRM_FOR in rights.get(account.company_id, ()),
        )
        for account in accounts
    ]


def _offers(request: HttpRequest, companies: Sequence[Company]) -> list[Offer]:
    now = moment_of(request)
    calls = list(
        Call.objects.filter(
            in_state(CallState.OPEN, now.at), authority__in={company.authority_id for company in companies}
        )
        .select_related("policy_version__policy")
        .defer("policy_version__policy_text", "policy_version__source_text", "policy_version__cases_text")
        .order_by("closes_at", "id")
    )
    known = current_facts(companies_of(user_of(request), on=moment_of(request).on))
    rights = rights_of(user_of(request), on=moment_of(request).on)
    gone = (CaseState.WITHDRAWN, CaseState.NOT_ACCEPTED)
    mine = my_cases(request).filter(call__in=calls).exclude(state__in=gone)
    live = {(case.call_id, case.company_id): case for case in mine}
    return [
        Offer(
            call=call,
            title=_call_title(call),
            until=last_minute(call),
            company=company,
            estimate=live_of_company(pack_of(call.policy_version), known.get(company.pk, []), now=now),
            case=live.get((call.pk, company.pk)),
            can_start=call.route != "R0" and FILE_FOR in rights.get(company.pk, ()),
        )
        for call in calls
        for company in companies
        if company.authority_id == call.authority_id
    ]


def _call_title(call: Call) -> str:
    return pick(call.title_zh, call.title_en)


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(number__icontains=text) | Q(company_name__icontains=text))


class CaseFilter(django_filters.FilterSet):
    which = django_filters.ChoiceFilter(
        label=gettext_lazy("Show"),
        choices=[("open", gettext_lazy("under way")), ("ended", gettext_lazy("ended"))],
        empty_label=gettext_lazy("all"),
        method="only",
    )

    def only(self, rows: QuerySet[Case], _name: str, which: str) -> QuerySet[Case]:
        return rows.filter(state__in=FINAL_STATES) if which == "ended" else rows.exclude(state__in=FINAL_STATES)


CASES = ListSpec(
    model=Case,
    columns=(
        Column("number", gettext_lazy("Number"), link=lambda case: reverse("portal:case", args=[case.number])),
        Column("call", gettext_lazy("Policy"), lambda case: _call_title(case.call)),
        Column("company_name", gettext_lazy("Company")),
        Column(
            "state",
            gettext_lazy("State"),
            lambda case: WORDS[case.state].label,
            kind="state",
            tone=lambda case: WORDS[case.state].tone,
        ),
        Column("opened_at", gettext_lazy("Started"), kind="day", sort="opened"),
        Column("submitted_at", gettext_lazy("Submitted"), kind="day"),
        Column("amount_fen", gettext_lazy("Granted"), kind="yuan"),
    ),
    sorts=(
        Sort("newest", gettext_lazy("Newest first"), ("-id",)),
        Sort("opened", gettext_lazy("Oldest first"), ("opened_at",)),
    ),
    filterset=CaseFilter,
    search=_search,
    search_label=gettext_lazy("Number or company"),
    related=("call",),
    file_name="applications",
    empty_title=gettext_lazy("No applications yet"),
    empty_text=gettext_lazy("Your page shows which calls are open and what they would give you."),
)


class CaseList(LoginRequiredMixin, View):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        return respond(
            request, CASES, [cases_of_member(user_of(request), on=moment_of(request).on)], "portal/cases.html"
        )
