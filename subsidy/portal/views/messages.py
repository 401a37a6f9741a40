"""Questions and answers between a company and the bureau on one application."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.correspondence.conversing import messages_of
from subsidy.portal.access import FILE_FOR, may
from subsidy.portal.views.case_acts import CaseAct
from subsidy.web.components import Preview


class Messages(CaseAct):
    """What was written so far, and writing to the bureau."""

    action = "write_to_bureau"
    title = gettext_lazy("Messages with the bureau")
    done_message = gettext_lazy("Sent. The bureau is told.")
    template_name = "portal/messages.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.get_subject().state == CaseState.DRAFT:
            return redirect("portal:tasks", number=self.kwargs["number"])
        return super().get(request, *args, **kwargs)

    def preview(self, subject: Case) -> Preview:
        return Preview(changes=(_("Your message is kept with the application; the bureau reads it."),))

    def context(self, subject: Case) -> dict[str, Any]:
        return {
            **super().context(subject),
            "conversation": messages_of(subject),
            "may_write": may(self.request, subject.company_id, FILE_FOR),
        }

    def success_url(self, subject: Case) -> str:
        return reverse("portal:case-messages", args=[subject.number])
