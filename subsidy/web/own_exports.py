"""The long lists that somebody has written to files: asking for one, how far it is, stopping it, taking it along."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from subsidy.accounts.models import User
from subsidy.documents.responses import kept_response
from subsidy.reporting.models import ListExport
from subsidy.web.acts import ActPage, find_act
from subsidy.web.components import Crumb, Preview
from subsidy.web.exporting import KEPT
from subsidy.web.lists import asked_address
from subsidy.web.person import moment_of

SHOWN = 50


def _mine(request: HttpRequest) -> QuerySet[ListExport]:
    return ListExport.objects.filter(person=cast(User, request.user))


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """What the person has asked for and is still there to be taken, the newest first."""
    since = moment_of(request).at - KEPT
    found = list(_mine(request).filter(asked_at__gte=since, thrown_away_at=None).order_by("-pk")[:SHOWN])
    context = {"exports": found, "at_work": any(one.is_under_way for one in found), "days": KEPT.days}
    return render(request, "web/own_exports.html", context)


@require_safe
@login_required
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file of a list of the person's own, while it is kept."""
    found = get_object_or_404(_mine(request), pk=pk, made_at__isnull=False, thrown_away_at=None)
    return kept_response(found.path, found.name, found.media_type)


class _Page(ActPage):
    """What a person does about a list of the own."""

    kind = "person"

    def get_subject(self) -> User:
        return cast(User, self.request.user)

    def success_url(self, subject: Any) -> str:
        return reverse("own-exports")

    def crumbs(self, subject: Any) -> list[Crumb]:
        return [
            Crumb(_("Lists taken along"), reverse("own-exports")),
            Crumb(find_act(self.kind, subject, self.action).title),
        ]


class Ask(_Page):
    """Having a list written that is too long to be waited for."""

    action = "ask_export"
    address = ""
    done_message = gettext_lazy("Asked for. The list is written in the background; this page says how far it is.")

    def get_subject(self) -> User:
        """The person; Http404 for an address of a list that this program has not signed."""
        try:
            self.address = asked_address(self.request.GET.get("list", ""))
        except BadSignature as fault:
            raise Http404("This address names no list.") from fault
        return super().get_subject()

    def data(self, subject: Any) -> dict[str, Any]:
        return {"address": self.address, "language": get_language() or "zh-hans"}

    def preview(self, subject: Any) -> Preview:
        return Preview(
            changes=[
                _(
                    "The list is long. It is written to a file in the background, as you see it: with its filters and order."
                ),
                _("You may leave meanwhile, and stop it. The file is kept for %(n)d days, for you alone.")
                % {"n": KEPT.days},
            ],
            told=[_("You, when it is ready")],
        )


class Stop(_Page):
    """Having it not written."""

    action = "stop_export"
    done_message = gettext_lazy("Stopped. You may have the list written again.")

    def data(self, subject: Any) -> dict[str, Any]:
        return {"export": self.kwargs["pk"]}

    def preview(self, subject: Any) -> Preview:
        found = get_object_or_404(_mine(self.request), pk=self.kwargs["pk"])
        return Preview(
            changes=[
                _("What was written so far (%(rows)s of %(total)s rows) is thrown away.")
                % {"rows": f"{found.rows:,}", "total": f"{found.total:,}"}
            ]
        )
