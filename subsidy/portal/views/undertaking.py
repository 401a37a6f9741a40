"""What a company undertook with its award: what, by when, and its answer."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from subsidy.decisions.models import Undertaking
from subsidy.portal.access import FILE_FOR, may, my_case
from subsidy.portal.views.application import crumbs_to
from subsidy.web.acts import ActPage
from subsidy.web.components import Crumb, Preview, SummaryRow
from subsidy.web.formats import instant
from subsidy.web.undertakings import what_rows
from workflows.undertaking.kind import UNDECIDED


def my_undertaking(request: HttpRequest, number: str) -> Undertaking:
    """That of a case of the person's companies. Raises Http404 for a foreign one as for none."""
    found = Undertaking.objects.filter(number=number).select_related("case", "document").first()
    if found is None:
        raise Http404(f"no undertaking {number} of this person")
    found.case = my_case(request, found.case.number)
    return found


def rows_of(one: Undertaking) -> list[SummaryRow]:
    rows = what_rows(one)
    if one.answered_at is not None:
        rows.append(SummaryRow(_("Answered on"), instant(one.answered_at)))
    rows.append(SummaryRow(_("Your answer"), one.answer or _("none")))
    if one.note and one.state != "waiver":
        rows.append(SummaryRow(_("What the bureau found"), one.note))
    return rows


class Show(LoginRequiredMixin, View):
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        one = my_undertaking(request, number)
        context = {
            "undertaking": one,
            "rows": rows_of(one),
            "may_answer": one.state in UNDECIDED and may(request, one.company_id, FILE_FOR),
            "crumbs": crumbs_to(one.case, Crumb(number)),
        }
        return render(request, "portal/undertaking.html", context)


class Report(ActPage):
    """What the company did, with its proofs; said anew until the bureau has decided."""

    kind = "undertaking"
    action = "report"
    template_name = "portal/act.html"
    done_message = gettext_lazy("Your answer is with the bureau, which checks it.")

    def get_subject(self) -> Undertaking:
        return my_undertaking(self.request, self.kwargs["number"])

    def preview(self, subject: Undertaking) -> Preview:
        return Preview(changes=[_("Your answer is kept and checked; what you sent before stays in the history.")])

    def crumbs(self, subject: Undertaking) -> list[Crumb]:
        return crumbs_to(subject.case, Crumb(subject.number, self.success_url(subject)), Crumb(_("Answer")))

    def success_url(self, subject: Undertaking) -> str:
        return reverse("portal:undertaking", args=[subject.number])

    def context(self, subject: Undertaking) -> dict[str, Any]:
        return {"case": subject.case, "live": None}
