"""One thing that the state knows of a company: who says so, since when, and what was held before."""

from __future__ import annotations

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from subsidy.portal.access import my_company
from subsidy.web.company_facts import fact_of_company
from subsidy.web.components import Crumb
from subsidy.web.person import moment_of


class FactPage(LoginRequiredMixin, View):
    """A fact or list of the reader's own company."""

    def get(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        company = my_company(request, pk)
        shown = fact_of_company(company, name, on=moment_of(request).on)
        if shown is None:
            raise Http404("Nothing of that name is held of this company.")
        here = Crumb(company.name, reverse("portal:company", args=[company.pk]))
        crumbs = [Crumb(_("My page"), reverse("portal:home")), here, Crumb(shown.label)]
        return render(request, "portal/fact.html", {"company": company, "shown": shown, "crumbs": crumbs})
