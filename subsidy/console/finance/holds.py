"""Payments that people hold back: the list, holding and lifting."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.accounts.enums import Role
from subsidy.accounts.models import Authority
from subsidy.console.finance import scope
from subsidy.payouts.enums import HoldScope
from subsidy.payouts.holds import holds_of
from subsidy.payouts.models import PayoutHold
from subsidy.payouts.selectors import SEES_MONEY
from subsidy.web.acts import ActPage
from subsidy.web.components import Crumb, Preview, Text
from subsidy.web.lists import Column, ListSpec, Sort, respond
from workflows.common.acts import Act


def whom(hold: PayoutHold) -> str:
    return f"{hold.company.name} {hold.company.uscc}" if hold.company else hold.policy.code if hold.policy else ""


HOLDS = ListSpec(
    model=PayoutHold,
    columns=(
        Column("scope", gettext_lazy("What is held"), value=lambda hold: HoldScope(hold.scope).label),
        Column("whom", gettext_lazy("Which"), value=whom),
        Column("reason", gettext_lazy("Reason")),
        Column("placed_by", gettext_lazy("By"), value="placed_by.name"),
        Column("placed_at", gettext_lazy("Since"), kind="instant"),
        Column("lifted_at", gettext_lazy("Lifted"), kind="instant"),
        Column("lifted_reason", gettext_lazy("Reason for lifting")),
        Column(
            "state",
            gettext_lazy("State"),
            kind="state",
            value=lambda hold: _("lifted") if hold.lifted_at else _("held"),
            tone=lambda hold: "plain" if hold.lifted_at else "stop",
        ),
        Column(
            "lift",
            gettext_lazy("Act"),
            value=lambda hold: None if hold.lifted_at else _("Lift the hold"),
            link=lambda hold: "" if hold.lifted_at else reverse("console:finance_hold_lift", args=[hold.pk]),
            exported=False,
        ),
    ),
    sorts=(Sort("-id", gettext_lazy("Newest first"), ("-id",)), Sort("id", gettext_lazy("Oldest first"), ("id",))),
    file_name="payment-holds",
    empty_title=gettext_lazy("No payment is held"),
    empty_text=gettext_lazy(
        "Accounts from which a payment bounced are held by themselves; see the page of what is to be paid."
    ),
)


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    who = scope.reader(request)
    context = {
        "may_hold": any(role == Role.FINANCE_CHECK for _bureau, role in who.grants),
        "crumbs": [Crumb(_("To pay"), reverse("console:finance_pay")), Crumb(_("Holds"))],
    }
    return respond(
        request, HOLDS, [holds_of(who.user, on=who.on, roles=SEES_MONEY)], "console/finance/holds.html", context
    )


class HoldAct(ActPage):
    """Holding back, as an act on the bureau."""

    kind = "authority"
    action = "place_hold"

    def get_subject(self) -> Authority:
        return Authority.objects.get(pk=scope.reader(self.request).bureau_as(Role.FINANCE_CHECK))

    def preview(self, subject: Authority) -> Preview:
        return Preview(
            changes=[
                _("Nothing is put in a batch for it any more until another person lifts the hold."),
                _("A batch that has not been released and pays it is refused at its check and its release."),
            ]
        )

    def crumbs(self, subject: Authority) -> list[Crumb]:
        return [
            Crumb(_("To pay"), reverse("console:finance_pay")),
            Crumb(_("Holds"), reverse("console:finance_holds")),
            Crumb(_("Hold payments back")),
        ]

    def success_url(self, subject: Authority) -> str:
        return reverse("console:finance_holds")


class LiftAct(HoldAct):
    """Lifting a hold; who placed it may not."""

    action = "lift_hold"

    def hold(self) -> PayoutHold:
        who = scope.reader(self.request)
        found = get_object_or_404(holds_of(who.user, on=who.on, roles=SEES_MONEY), pk=self.kwargs["pk"])
        if found.lifted_at is not None:
            raise Http404("This hold is lifted.")
        return found

    def get_subject(self) -> Authority:
        hold = self.hold()
        subject = super().get_subject()
        scope.require(hold.authority_id == subject.pk)
        return subject

    def data(self, subject: Authority) -> dict[str, Any]:
        return {**super().data(subject), "hold": self.hold().pk}

    def preview(self, subject: Authority) -> Preview:
        hold = self.hold()
        return Preview(changes=[_("%(whom)s can be paid again.") % {"whom": whom(hold)}])

    def heading(self, subject: Authority, act: Act) -> Text:
        return f"{act.title} · {whom(self.hold())}"
