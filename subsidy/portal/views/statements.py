"""What the company was paid, in all years, as a file for its own books."""

from __future__ import annotations

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponseBase
from django.views import View

from subsidy.portal.access import my_company
from subsidy.reporting.statements import of_company
from subsidy.web.person import moment_of
from subsidy.web.statements import About, response


class CompanyStatement(LoginRequiredMixin, View):
    def get(self, request: HttpRequest, pk: int, wanted: str) -> HttpResponseBase:
        company = my_company(request, pk)
        about = About(number=company.uscc, zh=company.name, en=company.name, authority=company.authority)
        return response(wanted, about, of_company(company.pk), on=moment_of(request).on)
