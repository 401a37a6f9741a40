"""What a company is to pay back: why, how much is still owed, and its answer before anything is decided."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from subsidy.correspondence.models import Letter, LetterKind
from subsidy.payouts.owing import owed_by_recovery
from subsidy.payouts.recoveries import Recovery, RecoveryState
from subsidy.portal.access import my_case
from subsidy.portal.views.application import crumbs_to
from subsidy.web.acts import ActPage
from subsidy.web.components import Crumb, Preview, SummaryRow
from subsidy.web.formats import day, money
from subsidy.web.person import moment_of
from subsidy.web.recoveries import interest_rows, offset_rows, refund_rows


def my_recovery(request: HttpRequest, number: str) -> Recovery:
    """The recovery of that number of a case of the person's companies. Raises Http404 for a foreign one as for none."""
    found = Recovery.objects.filter(number=number).select_related("case").first()
    if found is None:
        raise Http404(f"no recovery {number} of this person")
    found.case = my_case(request, found.case.number)
    return found


def rows_of(recovery: Recovery) -> list[SummaryRow]:
    rows = [
        SummaryRow(_("Ground"), recovery.get_ground_display()),
        SummaryRow(_("Facts and reasons"), recovery.reason),
        SummaryRow(_("Amount proposed"), money(recovery.proposed_fen)),
        SummaryRow(_("You may answer until"), day(recovery.answer_until)),
        SummaryRow(_("Your answer"), recovery.answer or _("none")),
    ]
    if recovery.decided_on is None:
        rows += interest_rows(recovery)
    else:
        rows.append(SummaryRow(_("Decided on"), day(recovery.decided_on)))
        rows.append(SummaryRow(_("Reasons of the decision"), recovery.decision_text))
    if recovery.amount_fen is not None and recovery.due_on is not None:
        owed = owed_by_recovery([recovery.pk]).get(recovery.pk, 0)
        rows.append(SummaryRow(_("Amount to be paid back"), money(recovery.amount_fen)))
        rows += interest_rows(recovery)
        rows += offset_rows(recovery)
        rows += refund_rows(recovery)
        rows.append(SummaryRow(_("Still owed"), money(owed)))
        rows.append(SummaryRow(_("To be paid by"), day(recovery.due_on)))
    return rows


def may_answer(request: HttpRequest, recovery: Recovery) -> bool:
    return recovery.state == RecoveryState.PROPOSED and moment_of(request).on <= recovery.answer_until


class Show(LoginRequiredMixin, View):
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        recovery = my_recovery(request, number)
        letters = Letter.objects.filter(
            kind=LetterKind.RECOVERY, subject_kind="recovery", subject_id=recovery.pk, language="zh"
        )
        context = {
            "recovery": recovery,
            "rows": rows_of(recovery),
            "letters": letters.defer("content"),
            "may_answer": may_answer(request, recovery),
            "crumbs": crumbs_to(recovery.case, Crumb(number)),
        }
        return render(request, "portal/recovery.html", context)


class Answer(ActPage):
    """What the company has to say; said anew until the day is over."""

    kind = "recovery"
    action = "answer"
    template_name = "portal/act.html"
    done_message = gettext_lazy("Your answer is with the bureau, which reads it before it decides.")

    def get_subject(self) -> Recovery:
        return my_recovery(self.request, self.kwargs["number"])

    def preview(self, subject: Recovery) -> Preview:
        return Preview(
            changes=[_("Your answer is kept and stands beside the proposal; nothing is owed before a decision.")],
            told=[_("The leader, who decides")],
        )

    def crumbs(self, subject: Recovery) -> list[Crumb]:
        return crumbs_to(subject.case, Crumb(subject.number, self.success_url(subject)), Crumb(_("Answer")))

    def success_url(self, subject: Recovery) -> str:
        return reverse("portal:recovery", args=[subject.number])

    def context(self, subject: Recovery) -> dict[str, Any]:
        return {"case": subject.case, "live": None}
