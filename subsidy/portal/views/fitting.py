"""What fits a company: each policy of its bureau with what the rules say of it today, how much, and what stands in the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from subsidy.applicants.models import Company
from subsidy.audit.moment import Moment
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.facts import held_for_each
from subsidy.decisions.rows import Reads
from subsidy.portal.access import my_cases, my_company
from subsidy.portal.live import Live, live_of_company
from subsidy.programmes.enums import CallState
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.programmes.packs import pack_of
from subsidy.programmes.selectors import CALL_RULE_TEXTS, leading_versions
from subsidy.programmes.window import in_state, last_minute
from subsidy.web.components import Crumb, Reason, Text
from subsidy.web.formats import pick
from subsidy.web.person import moment_of

# In the order in which a company wants to read them.
STANDINGS: dict[str, Text] = {
    "met": gettext_lazy("Fits you"),
    "unknown": gettext_lazy("Depends on what is not known yet"),
    "nearly": gettext_lazy("Nearly: one condition is not met"),
    "not_met": gettext_lazy("Does not fit you"),
}


@dataclass(frozen=True)
class Fit:
    """One policy for one company; `until` is the end of its open call, where there is one."""

    version: PolicyVersion
    title: str
    standing: str
    live: Live
    obstacles: Sequence[Reason]
    call: Call | None
    until: dt.datetime | None
    case: Case | None

    @property
    def calculator_url(self) -> str:
        version = self.version
        return reverse("public:calculator", args=[version.authority.code, version.policy.code, version.version])


def obstacles(tree: Sequence[Reason]) -> Iterator[Reason]:
    """The innermost conditions that are not met. Where none of several ways is open, what asks for one of them is named."""
    for reason in tree:
        if reason.outcome != "not_met":
            continue
        failed = [child for child in reason.children if child.outcome == "not_met"]
        if failed and (len(failed) == 1 or len(failed) < len(reason.children)):
            yield from obstacles(failed)
        else:
            yield reason


def fits_of(company: Company, cases: Mapping[int, Case], *, now: Moment) -> list[Fit]:
    """Every policy in force of the company's bureau, what fits first and of that what closes first.

    `cases` are the company's live applications by call.
    """
    running = Q(effective_from__lte=now.on) & (Q(effective_to__isnull=True) | Q(effective_to__gte=now.on))
    versions = leading_versions(now.on).filter(running, authority=company.authority_id)
    open_calls = Call.objects.filter(in_state(CallState.OPEN, now.at), authority=company.authority_id)
    calls: dict[int, Call] = {}
    for call in open_calls.select_related("policy_version").defer(*CALL_RULE_TEXTS).order_by("-closes_at", "-pk"):
        calls[call.policy_version.policy_id] = call
    order = list(STANDINGS)
    offered = [(version, calls.get(version.policy_id)) for version in versions]
    # Who applies is decided by the version of the call, which may be another than the one that leads today.
    packs = [pack_of(call.policy_version if call else version) for version, call in offered]
    held = held_for_each(company.pk, [Reads.of(pack) for pack in packs], on=now.on)
    fits = [
        _fit(version, call, live_of_company(pack, known, now=now), cases)
        for (version, call), pack, known in zip(offered, packs, held, strict=True)
    ]
    return sorted(
        fits,
        key=lambda one: (order.index(one.standing), one.call is None, one.until or now.at, one.version.policy.code),
    )


def _fit(version: PolicyVersion, call: Call | None, live: Live, cases: Mapping[int, Case]) -> Fit:
    found = list(obstacles(live.tree))
    standing = live.outcome or "unknown"
    return Fit(
        version=version,
        title=pick(version.policy.title_zh, version.policy.title_en),
        standing="nearly" if standing == "not_met" and len(found) == 1 else standing,
        live=live,
        obstacles=found if standing == "not_met" else (),
        call=call,
        until=last_minute(call) if call else None,
        case=cases.get(call.pk) if call else None,
    )


class Fitting(LoginRequiredMixin, View):
    """The catalogue as one company sees it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        company = my_company(request, pk)
        gone = (CaseState.WITHDRAWN, CaseState.NOT_ACCEPTED)
        cases = my_cases(request).filter(company=company).exclude(state__in=gone)
        fits = fits_of(company, {case.call_id: case for case in cases}, now=moment_of(request))
        context = {
            "company": company,
            "groups": [
                (words, [one for one in fits if one.standing == standing]) for standing, words in STANDINGS.items()
            ],
            "crumbs": [Crumb(_("My page"), reverse("portal:home")), Crumb(_("What fits us"))],
        }
        return render(request, "portal/fitting.html", context)
