"""An act on a round as a page: what it would do, its form, and for a decree how its paper would look."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from subsidy.console import round_previews, scope
from subsidy.console.rounds import crumbs_to, ranked
from subsidy.correspondence.list_papers import decree_paper
from subsidy.decisions.enums import RoundState
from subsidy.decisions.models import Round
from subsidy.decisions.selectors import listed
from subsidy.web import acts, formats
from subsidy.web.acts import ActPage, find_act
from subsidy.web.components import Crumb, Preview
from subsidy.web.person import moment_of
from workflows.common.refusals import Message, WrongState

DECREES = frozenset({"issue_decree", "issue_supplement"})


class RoundAct(ActPage):
    """An officer's act on a round, previewed."""

    kind = "round"
    template_name = "console/round_act.html"
    done_words: ClassVar[dict[str, Message]] = {
        "close_collection": gettext_lazy("Ranked and reserved. The round goes on to those who approve."),
        "close_empty": gettext_lazy("Closed; no case waited."),
        "sign": gettext_lazy("Signed."),
        "return_ranking": gettext_lazy("Sent back. The round collects again."),
        "approve": gettext_lazy("Approved."),
        "send_back": gettext_lazy("Sent back. The round collects again."),
        "publish": gettext_lazy("Published. Objections are open."),
        "issue_decree": gettext_lazy("Recorded. The papers of what was decreed are being made."),
        "issue_supplement": gettext_lazy("Recorded. The papers of what was decreed are being made."),
        "close_unpublished": gettext_lazy("Closed without a decree."),
        "close_undecreed": gettext_lazy("Closed without a decree."),
        "finish": gettext_lazy("The round is closed."),
        "correct_name": gettext_lazy("Corrected; the public list shows both names."),
        "settle_row": gettext_lazy("Decided."),
        "correct_award": gettext_lazy("The corrigendum is issued."),
        "revoke_award": gettext_lazy("The award is revoked."),
    }

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in self.done_words:
            raise Http404("There is no such act on this page.")
        return action

    def get_subject(self) -> Round:
        scope.standing(self.request)
        return scope.round_for(self.request, self.kwargs["number"])

    def done(self) -> Message:
        return self.done_words[self.get_action()]

    def preview(self, subject: Round) -> Preview:
        return round_previews.of_round(self.get_action(), subject, now=moment_of(self.request))

    def crumbs(self, subject: Round) -> list[Crumb]:
        return crumbs_to(subject, Crumb(find_act(self.kind, subject, self.get_action()).title))

    def success_url(self, subject: Round) -> str:
        return reverse("console:round", args=[subject.number])

    def context(self, subject: Round) -> dict[str, Any]:
        table, _total, _count = ranked(subject, reader=scope.person(self.request))
        return {"round": subject, "table": table, "is_decree": self.get_action() in DECREES}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.get_action() in DECREES and "preview" in request.POST:
            return self.drafted(self.get_subject())
        return super().post(request, *args, **kwargs)

    def drafted(self, subject: Round) -> HttpResponse:
        """The decree as it would be issued today under the number entered: rendered, not kept; nothing changes."""
        if subject.state not in (RoundState.AWAITING_DECREE, RoundState.PART_DECREED):
            raise WrongState
        act = find_act(self.kind, subject, self.get_action())
        form = acts.act_form(act, subject, self.request.POST)
        assert form is not None  # a decree has a number
        if not form.is_valid():
            return self.page(subject, act, form, status=acts.UNPROCESSABLE)
        content = decree_paper(
            subject,
            number=form.cleaned_data["number"],
            issued_on=moment_of(self.request).on,
            rows=[(row.rank or 0, row.listed_name, row.case.tier, row.amount_fen) for row in listed(subject)],
            lang="zh" if formats.is_chinese() else "en",
        )
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = 'inline; filename="decree-preview.pdf"'
        response["X-Content-Type-Options"] = "nosniff"
        return response
