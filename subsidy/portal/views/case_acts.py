"""Acts of a company on its case that need nothing but their form: signing, reporting on a part, answering an offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.portal.access import CONFIRM_FOR, FILE_FOR, may, my_case
from subsidy.portal.views.application import crumbs_to
from subsidy.web.acts import ActPage
from subsidy.web.awards import agreement_of, parts_of
from subsidy.web.components import Crumb, Preview, Text
from workflows.common.refusals import Message


@dataclass(frozen=True)
class OwnAct:
    """An act as its page tells of it: in which state, who of the company may, what changes, who is told."""

    title: Text
    state: str
    right: str
    done: Text
    changes: Sequence[Text]
    told: Sequence[Text] = ()
    only_offers: bool = False


_BUREAU = gettext_lazy("The office of the bureau that acts next.")
ACTS: Mapping[str, OwnAct] = {
    "sign_agreement": OwnAct(
        gettext_lazy("Sign the agreement"),
        CaseState.AWAITING_AGREEMENT,
        CONFIRM_FOR,
        gettext_lazy("Your signed agreement is with the bureau, which signs it next."),
        (
            gettext_lazy("The agreement that you add counts as signed by your company."),
            gettext_lazy(
                "The bureau signs it or returns it to you with a reason; nothing is paid before both signed."
            ),
        ),
        (_BUREAU,),
    ),
    "report_part": OwnAct(
        gettext_lazy("Report on the next part"),
        CaseState.AWAITING_MILESTONE,
        FILE_FOR,
        gettext_lazy("Your report is with the bureau, which checks it next."),
        (
            gettext_lazy("Your report and its paper are kept and cannot be changed; the bureau checks them."),
            gettext_lazy("If something is missing the bureau returns the report and you report anew."),
        ),
        (_BUREAU,),
    ),
    "question_offer": OwnAct(
        gettext_lazy("Say that something in the offer is wrong"),
        CaseState.AWAITING_ROUND,
        FILE_FOR,
        gettext_lazy("The bureau looks at it. You see the outcome on this page."),
        (
            gettext_lazy("The offer goes to an officer, who looks at what you say and decides anew."),
            gettext_lazy("The amount may become larger or smaller, or the offer may end."),
        ),
        (_BUREAU,),
        only_offers=True,
    ),
    "decline_offer": OwnAct(
        gettext_lazy("Decline the offer"),
        CaseState.AWAITING_ROUND,
        CONFIRM_FOR,
        gettext_lazy("You have declined the offer. Nothing is paid."),
        (
            gettext_lazy("The offer ends here and nothing is paid. This call makes your company no second offer."),
            gettext_lazy("Your reason is kept for the record."),
        ),
        only_offers=True,
    ),
}


class CaseAct(ActPage):
    """An act of the company on its case."""

    kind = "case"
    template_name = "portal/act.html"
    title: Text = ""

    def get_subject(self) -> Case:
        return my_case(self.request, self.kwargs["number"])

    def success_url(self, subject: Case) -> str:
        return reverse("portal:case", args=[subject.number])

    def crumbs(self, subject: Case) -> list[Crumb]:
        return crumbs_to(subject, Crumb(str(self.heading(subject, None))))

    def heading(self, subject: Case, act: Any) -> Text:
        return self.title

    def context(self, subject: Case) -> dict[str, Any]:
        return {"case": subject, "live": None}


class NamedAct(CaseAct):
    """One of the acts of the table, by the name in the address."""

    template_name = "portal/case_act.html"

    @property
    def own(self) -> OwnAct:
        return ACTS[self.get_action()]

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in ACTS:
            raise Http404("There is no such act on this page.")
        return action

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject, own = self.get_subject(), self.own
        if subject.state != own.state or (own.only_offers and subject.route != "R0"):
            messages.error(
                request, _("This cannot be done as your application stands now. See what comes next below.")
            )
            return redirect("portal:case", number=subject.number)
        return super().get(request, *args, **kwargs)

    def done(self) -> Message:
        return self.own.done

    def heading(self, subject: Case, act: Any) -> Text:
        return self.own.title

    def preview(self, subject: Case) -> Preview:
        return Preview(changes=self.own.changes, told=self.own.told)

    def context(self, subject: Case) -> dict[str, Any]:
        shown: dict[str, Any] = {
            **super().context(subject),
            "may_act": may(self.request, subject.company_id, self.own.right),
            "needs_legal": self.own.right == CONFIRM_FOR,
        }
        if self.get_action() == "report_part":
            shown["next_part"] = next((part for part in parts_of(subject) if part.instalment.state == "planned"), None)
        if self.get_action() == "sign_agreement":
            shown["agreement"] = agreement_of(subject)
        return shown
