"""The package of a case for the archive: asked for, watched while it is made, taken along by those entitled."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.accounts.enums import Role
from subsidy.audit.moment import ZONE
from subsidy.cases.enums import FINAL_STATES
from subsidy.cases.models import Case
from subsidy.console import scope
from subsidy.console.cases import crumbs_to
from subsidy.documents.responses import file_response
from subsidy.reporting.models import ArchivePackage
from subsidy.reporting.retention import PERMANENT, TITLES, kept_until
from subsidy.web.acts import ActPage, find_act
from subsidy.web.components import Crumb, Preview, SummaryRow
from subsidy.web.formats import day

ASKS = (Role.ACCEPTANCE,)


def _case(request: HttpRequest, number: str, **wanted: tuple[Role, ...]) -> Case:
    """A case whose file the reader may take along (else Http404); `roles` narrows who may."""
    scope.standing(request)
    case = scope.case_for_officer(request, number)
    if not scope.takes_files(request, case.authority_id, **wanted):
        raise Http404("This person takes no files to the archive.")
    return case


@require_safe
@login_required
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The packages of the case, the one under way with its progress, and how long what is kept."""
    case = _case(request, number)
    packages = list(ArchivePackage.objects.filter(case=case).select_related("file", "asked_by").order_by("-pk"))
    under_way = next((one for one in packages if one.made_at is None and one.stopped_at is None), None)
    is_free = case.state in FINAL_STATES and under_way is None
    asks = scope.takes_files(request, case.authority_id, roles=ASKS)
    may_ask = is_free and asks
    ended_on = case.closed_at.astimezone(ZONE).date() if case.closed_at else None
    terms = [(title, kept_until(category, ended_on)) for category, title in TITLES.items()] if ended_on else []
    context = {
        "case": case,
        "packages": [one for one in packages if one.made_at is not None],
        "under_way": under_way,
        "ask_url": reverse("console:case-archive-ask", args=[number]) if may_ask else "",
        "stop_url": reverse("console:case-archive-stop", args=[number]) if under_way and asks else "",
        "terms": [SummaryRow(title, day(until) if until else PERMANENT) for title, until in terms],
        "crumbs": crumbs_to(case, Crumb(_("Archive"))),
    }
    return render(request, "console/archive.html", context)


@require_safe
@login_required
def file(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """The bytes of a package that is made; who took it along stands in the reader's chain."""
    found = get_object_or_404(ArchivePackage.objects.select_related("file"), case=_case(request, number), pk=pk)
    if found.file is None:
        raise Http404("This package is not made yet.")
    return file_response(found.file)


class _Page(ActPage):
    """What an officer does about the package of a case."""

    kind = "case"
    template_name = "console/company_act.html"

    def get_subject(self) -> Case:
        return _case(self.request, self.kwargs["number"], roles=ASKS)

    def crumbs(self, subject: Case) -> list[Crumb]:
        page = reverse("console:case-archive", args=[subject.number])
        return crumbs_to(subject, Crumb(_("Archive"), page), Crumb(find_act(self.kind, subject, self.action).title))

    def success_url(self, subject: Case) -> str:
        return reverse("console:case-archive", args=[subject.number])

    def context(self, subject: Case) -> dict[str, Any]:
        return {"case": subject}


class Ask(_Page):
    """Having the package made."""

    action = "ask_archive"
    done_message = gettext_lazy("Asked for. The package is made in the background; this page says how far it is.")

    def preview(self, subject: Case) -> Preview:
        return Preview(
            changes=[
                _("All papers, vouchers and bank records of the case go into one package with its audit bundle."),
                _("The index says of each paper until when it is kept. The package never changes."),
            ],
            told=[_("You, when it is ready")],
        )


class Stop(_Page):
    """Having it not made."""

    action = "stop_archive"
    done_message = gettext_lazy("Stopped. No package is made; you may ask for one again.")

    def preview(self, subject: Case) -> Preview:
        return Preview(changes=[_("What was put together so far is thrown away. Nothing of the case itself changes.")])
