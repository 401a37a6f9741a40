"""Proposing: an authorisation from the page of a call; a reopening, or what becomes of a title, from that of a case."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from subsidy.console import scope
from subsidy.console.calls import call_for
from subsidy.console.proposals import may_propose
from subsidy.programmes.packs import pack_of
from subsidy.registers.enums import Change
from subsidy.registers.selectors import entries_of_case
from subsidy.web.acts import UNPROCESSABLE, act_form, blame, new_key, sent, submit_new
from subsidy.web.components import Crumb, Preview, Text
from workflows.case.flow import REMANDED
from workflows.common.acts import ActForm
from workflows.common.refusals import BadData, Forbidden, Message
from workflows.common.subjects import kind_named
from workflows.proposal.steps import BY_RULE


class Propose(LoginRequiredMixin, View, ABC):
    """A form, what approving it would lead to, and the proposal. `about` names the field that carries the matter, `kind`
    what is opened.
    """

    kind = "proposal"
    opening = ""
    about = ""
    done: Message = gettext_lazy("Proposed. Another person approves or refuses it.")

    @abstractmethod
    def subject(self) -> Any:
        """The matter that the proposal is about (Http404 for one that is not the reader's)."""

    def back(self, subject: Any) -> str:
        return reverse(f"console:{self.about}", args=[subject.number])

    def label(self, subject: Any) -> str:
        return str(subject.number)

    @abstractmethod
    def title_of(self, subject: Any) -> Text:
        """What the matter is called."""

    @abstractmethod
    def preview(self) -> Preview:
        """What approving leads to."""

    def said(self, subject: Any) -> dict[str, Any]:
        """What the page itself says of the matter, whatever was sent."""
        return {self.about: subject.pk}

    def found(self) -> Any:
        scope.standing(self.request)
        subject = self.subject()
        if not may_propose(self.request, self.opening, subject.authority_id, kind=self.kind):
            raise Forbidden
        return subject

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject = self.found()
        return self.page(subject, self.form(subject, None))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject = self.found()
        data = {**sent(request), **self.said(subject)}
        try:
            outcome = submit_new(request, self.kind, self.opening, authority_id=subject.authority_id, data=data)
        except BadData as refusal:
            form = self.form(subject, data)
            blame(form, refusal)
            return self.page(subject, form, status=UNPROCESSABLE)
        number = kind_named(self.kind).model.objects.values_list("number", flat=True).get(pk=outcome.subject_id)
        messages.success(request, str(self.done))
        return HttpResponseRedirect(reverse(f"console:{self.kind}", args=[number]))

    def form(self, subject: Any, data: Any) -> ActForm:
        act = kind_named(self.kind).opens[self.opening].act
        form = act_form(act, None, data, initial={self.about: subject.pk})
        assert form is not None  # a proposal has terms
        return form

    def page(self, subject: Any, form: ActForm, *, status: int = 200) -> HttpResponse:
        act = kind_named(self.kind).opens[self.opening].act
        context = {
            "act": act,
            "heading": act.title,
            "about": f"{self.label(subject)} · {self.title_of(subject)}",
            "form": form,
            "key": self.request.POST.get("key") or new_key(),
            "version": None,
            "preview": self.preview(),
            "crumbs": [Crumb(self.label(subject), self.back(subject)), Crumb(act.title)],
            "back_url": self.back(subject),
        }
        return render(self.request, "console/propose.html", context, status=status)


class ProposeAuthorisation(Propose):
    opening, about = "propose_authorisation", "call"

    def subject(self) -> Any:
        call = call_for(self.request, self.kwargs["number"])
        if call.route not in BY_RULE:
            raise Http404("The cases of this call are decided by people.")
        return call

    def title_of(self, subject: Any) -> Text:
        return str(subject.title_zh)

    def preview(self) -> Preview:
        return Preview(
            changes=[
                _("Nothing changes yet: it holds when another person approves it."),
                _("Then a rule decides cases of the call within these bounds, in place of acceptance check, amount check "
                  "and meeting. Notice, decree and payment by three people stay."),
            ],
            told=[_("The leader, who approves or refuses it")],
        )  # fmt: skip


class ProposeReopening(Propose):
    opening, about = "propose_reopening", "case"

    def subject(self) -> Any:
        case = scope.case_for_officer(self.request, self.kwargs["number"])
        if case.state not in REMANDED:
            raise Http404("Only a case that ended without an award can be reopened.")
        return case

    def title_of(self, subject: Any) -> Text:
        return str(subject.company_name)

    def preview(self) -> Preview:
        return Preview(
            changes=[
                _("Nothing changes yet: it holds when another person approves it."),
                _("Then the case goes on before what is in doubt; what was done is kept, and who did it may not check it "
                  "again in another part."),
            ],
            told=[_("The leader, who approves or refuses it")],
        )  # fmt: skip


class ProposeErasure(Propose):
    """Erasing what stands beside the events of a case that has ended: names, messages, network addresses."""

    opening, about = "propose_erasure", "case"

    def subject(self) -> Any:
        case = scope.case_for_officer(self.request, self.kwargs["number"])
        if case.closed_at is None:
            raise Http404("This case is still under way.")
        return case

    def title_of(self, subject: Any) -> Text:
        return str(subject.company_name)

    def preview(self) -> Preview:
        return Preview(
            changes=[
                _("Nothing changes yet: it holds when another person approves it."),
                _("Then names, words of messages and network addresses beside the events of this case are deleted for good. "
                  "The events, their chain and the public log stay whole; an event says what was erased and by which rule."),
            ],
            told=[_("The leader, who approves or refuses it")],
        )  # fmt: skip


class ProposeTitleChange(Propose):
    """Taking back, or lowering, the title that the case was given."""

    opening, about = "propose_title_change", "case"

    def subject(self) -> Any:
        return titled_case(self.request, self.kwargs["number"])

    def title_of(self, subject: Any) -> Text:
        return str(subject.company_name)

    def preview(self) -> Preview:
        return Preview(
            changes=[
                _("Nothing changes yet: it holds when another person approves it."),
                _("Then the register says so from that day on, and later decisions read it there."),
            ],
            told=[
                _("The leader, who approves or refuses it"),
                _("The company, by a decision with its reason and how to object"),
            ],
        )


class ProposeTitleTest(ProposeTitleChange):
    """The repeated test: the officer enters what was looked at, the policy says what follows."""

    opening = "propose_title_test"

    def subject(self) -> Any:
        case = titled_case(self.request, self.kwargs["number"])
        title = pack_of(case.policy_version).recognition
        if title is None or title.test is None:
            raise Http404("The policy has no test of this title.")
        return case

    def preview(self) -> Preview:
        return Preview(
            changes=[
                _("Nothing changes yet: it holds when another person approves it."),
                _(
                    "The policy decides on these facts: the title is kept, goes down one level, or ends, by its own rule."
                ),
            ],
            told=[_("The leader, who approves or refuses it")],
        )


def titled_case(request: HttpRequest, number: str) -> Any:
    """A case of the reader's that was given a title which nobody has ended (Http404 for any other)."""
    case = scope.case_for_officer(request, number)
    if not any(entry.change != Change.ENDED for entry in entries_of_case(case.pk)):
        raise Http404("This case was given no title, or it has ended.")
    return case
