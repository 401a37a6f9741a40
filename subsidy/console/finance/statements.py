"""Statements of what was paid: by budget line and year, by policy and year, by company; data of treasury vouchers."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from subsidy.accounts.models import Authority
from subsidy.applicants.models import Company
from subsidy.console.finance import scope
from subsidy.console.finance.figures import FIGURES
from subsidy.ledger.selectors import SEES_BUDGET, budget_lines_of
from subsidy.letters.records import Bilingual
from subsidy.payouts.models import BatchLine
from subsidy.programmes.models import Policy
from subsidy.reporting import statements
from subsidy.web import formats
from subsidy.web.components import Crumb
from subsidy.web.statements import About, response, vouchers

COMPANIES_MAX = 50


def _bureaus(who: scope.Reader) -> set[int]:
    return {authority for authority, role in who.grants if role in SEES_BUDGET}


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every statement that can be drawn up; companies by name or code."""
    who = scope.budget_reader(request)
    bureaus = _bureaus(who)
    paid = BatchLine.objects.filter(batch__authority__in=bureaus)
    text = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    companies = Company.objects.filter(pk__in=paid.values("case__company"))
    if text:
        companies = companies.filter(name__icontains=text) | companies.filter(uscc=text.upper())
    policies = (
        paid.values_list("case__policy_version__policy__code", "shares__budget_line__year")
        .exclude(shares=None)
        .distinct()
        .order_by("-shares__budget_line__year", "case__policy_version__policy__code")
    )
    titles = {policy.code: policy for policy in Policy.objects.filter(authority__in=bureaus)}
    context = {
        "lines": budget_lines_of(who.user, on=who.on),
        "policies": [(titles[code], year) for code, year in policies if code in titles],
        "companies": companies.order_by("name")[:COMPANIES_MAX],
        "text": text,
        "formats": ("pdf", "xlsx", "csv"),
        "crumbs": [Crumb(_("Budget"), reverse("console:finance_budget")), Crumb(_("Statements"))],
    }
    return render(request, "console/finance/statements.html", context)


@login_required
@require_safe
def of_line(request: HttpRequest, pk: int, wanted: str) -> HttpResponseBase:
    line = scope.line_for(request, pk)
    facts = tuple(
        (Bilingual(*_both(account.label)), formats.money(getattr(line, account.value))) for account in FIGURES
    )
    about = About(
        number=f"{line.code}-{line.year}",
        zh=f"{line.year} {line.name_zh}（{line.code}）",
        en=f"{line.year} {line.name_en} ({line.code})",
        authority=line.authority,
        facts=facts,
    )
    return response(wanted, about, statements.of_line(line), on=scope.budget_reader(request).on)


def _both(label: object) -> tuple[str, str]:
    """A label that is already in the reader's language, for a letter in that language."""
    return str(label), str(label)


@login_required
@require_safe
def of_policy(request: HttpRequest, code: str, year: int, wanted: str) -> HttpResponseBase:
    who = scope.budget_reader(request)
    bureaus = _bureaus(who)
    policy = Policy.objects.select_related("authority").filter(code=code, authority__in=bureaus).order_by("pk").first()
    if policy is None:
        raise Http404("Your bureau has no such policy.")
    about = About(
        number=f"{policy.code}-{year}",
        zh=f"{policy.title_zh} {year}",
        en=f"{policy.title_en} {year}",
        authority=policy.authority,
    )
    return response(wanted, about, statements.of_policy(code, year=year, authorities={policy.authority_id}), on=who.on)


@login_required
@require_safe
def of_company(request: HttpRequest, pk: int, wanted: str) -> HttpResponseBase:
    who = scope.budget_reader(request)
    bureaus = _bureaus(who)
    first = BatchLine.objects.filter(case__company=pk, batch__authority__in=bureaus).select_related(
        "batch__authority", "case__company"
    )
    line = first.order_by("pk").first()
    if line is None:
        raise Http404("No payment of your bureau goes to this company.")
    return response(
        wanted, about_company(line.case.company, line.batch.authority),
        statements.of_company(pk, authorities=bureaus), on=who.on,
    )  # fmt: skip


def about_company(company: Company, authority: Authority) -> About:
    return About(number=company.uscc, zh=company.name, en=company.name, authority=authority)


@login_required
@require_safe
def voucher_data(request: HttpRequest, pk: int, wanted: str) -> HttpResponseBase:
    line, who = scope.line_for(request, pk), scope.budget_reader(request)
    scope.require(who.may(line.authority_id, *scope.PAYS))
    return vouchers(wanted, f"{line.code}-{line.year}", statements.of_line(line))
