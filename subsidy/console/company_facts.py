"""A page for each fact held of a company: what counts, what each source says, its history."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from subsidy.console.companies import companies_for, crumbs_to
from subsidy.web.company_facts import fact_of_company
from subsidy.web.components import Crumb
from subsidy.web.person import moment_of


@require_safe
@login_required
def of_company(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One fact or list of a company of the officer's bureau."""
    company = get_object_or_404(companies_for(request), pk=pk)
    shown = fact_of_company(company, name, on=moment_of(request).on)
    if shown is None:
        raise Http404("Nothing of that name is held of this company.")
    context = {
        "company": company,
        "shown": shown,
        "import_url_name": "console:sources-import",
        "crumbs": crumbs_to(company, Crumb(shown.label)),
    }
    return render(request, "console/company_fact.html", context)
