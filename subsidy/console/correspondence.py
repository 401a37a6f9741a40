"""What officers write to companies and how letters reach them: messages on a case, and service that is not online."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.accounts.enums import Role
from subsidy.cases.models import Case
from subsidy.console import scope
from subsidy.console.cases import crumbs_to
from subsidy.console.offers import works_on
from subsidy.console.service import SERVE_ACTS
from subsidy.correspondence.conversing import messages_of, notes_of
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.programmes.packs import pack_of
from subsidy.web.acts import ActPage, find_act
from subsidy.web.components import Crumb, Preview, Refusal
from subsidy.work.selectors import items_of
from workflows.case.serving import SERVED_BEFORE
from workflows.common.acts import Act, ActForm
from workflows.common.duties import WITHOUT_BUSINESS_POWER
from workflows.common.refusals import Message

WRITE_ACTS = ("ask_company", "answer_company", "write_note")


class ServeLetter(ActPage):
    """Noting that a letter reached its recipient, or putting it up publicly."""

    kind = "case"
    template_name = "console/company_act.html"
    done_message = gettext_lazy("Noted. The company is told.")

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in SERVE_ACTS:
            raise Http404("Letters are not served in this way.")
        return action

    def letter(self) -> Letter:
        found = scope.letter_for(self.request, self.kwargs["pk"])
        if found.case is None:
            raise Http404("This paper has no single recipient.")
        return found

    def get_subject(self) -> Case:
        scope.standing(self.request)
        letter = self.letter()
        assert letter.case is not None, "letter() refuses papers without a case"
        return scope.case_for_officer(self.request, letter.case.number)

    def data(self, subject: Case) -> dict[str, Any]:
        return {**super().data(subject), "letter": self.letter().pk}

    def page(self, subject: Case, act: Act, form: ActForm | None, *, status: int = 200) -> HttpResponse:
        """The address names the letter; the form does not ask for it again."""
        if form is not None:
            form.fields.pop("letter")
        return super().page(subject, act, form, status=status)

    def preview(self, subject: Case) -> Preview:
        letter = self.letter()
        refused = [Refusal(letter.number, SERVED_BEFORE)] if letter.served_at is not None else []
        route = pack_of(subject.policy_version).route
        changes = [_("%(letter)s counts as served.") % {"letter": f"{LetterKind(letter.kind).label} {letter.number}"}]
        if self.get_action() == "announce_letter":
            days = route.announcement_days
            if days is None:
                refused.append(Refusal(letter.number, _("This policy does not allow service by announcement.")))
            changes = [_("The letter counts as served after %(n)d days of announcement.") % {"n": days or 0}]
        elif letter.kind == LetterKind.CORRECTION:
            changes.append(
                _("The company then has %(n)d working days to correct, from the day on which it got the letter.")
                % {"n": route.correction_days}
            )
        return Preview(changes=changes, refused=refused)

    def crumbs(self, subject: Case) -> list[Crumb]:
        return crumbs_to(subject, Crumb(find_act(self.kind, subject, self.get_action()).title))

    def success_url(self, subject: Case) -> str:
        return reverse("console:case", args=[subject.number])


@require_safe
@login_required
def conversation(request: HttpRequest, number: str) -> HttpResponse:
    """What company and bureau have written to each other on a case."""
    standing = scope.standing(request)
    case = scope.case_for_officer(request, number)
    roles = {pool.role for pool in standing.pools if pool.authority_id == case.authority_id}
    acts = []
    if not standing.roles & WITHOUT_BUSINESS_POWER:
        works = works_on(standing, items_of("case", case.pk), case.authority_id)
        acts = ["answer_company"] if Role.ACCEPTANCE in roles else ["ask_company"] if works else []
    context = {
        "case": case,
        "conversation": messages_of(case),
        "acts": [
            (find_act("case", case, name).title, reverse("console:case-message", args=[number, name])) for name in acts
        ],
        "crumbs": crumbs_to(case, Crumb(_("Messages"))),
    }
    return render(request, "console/messages.html", context)


class WriteMessage(ActPage):
    """A question or an answer to the company, or a note that it never sees."""

    kind = "case"
    template_name = "console/message_act.html"

    def done(self) -> Message:
        return gettext_lazy("Noted.") if self.is_note else gettext_lazy("Sent. The company is told.")

    @property
    def is_note(self) -> bool:
        return self.get_action() == "write_note"

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in WRITE_ACTS:
            raise Http404("There is no such act on this page.")
        return action

    def get_subject(self) -> Case:
        scope.standing(self.request)
        return scope.case_for_officer(self.request, self.kwargs["number"])

    def preview(self, subject: Case) -> Preview:
        if self.is_note:
            return Preview(changes=(_("Your note stands on the page of the case, for officers alone."),))
        return Preview(changes=(_("Your message is kept with the case; the company reads it."),))

    def context(self, subject: Case) -> dict[str, Any]:
        if self.is_note:
            return {"case": subject, "notes": notes_of(subject)}
        return {"case": subject, "conversation": messages_of(subject)}

    def crumbs(self, subject: Case) -> list[Crumb]:
        if self.is_note:
            return crumbs_to(subject, Crumb(_("Notes")))
        page = reverse("console:case-messages", args=[subject.number])
        return crumbs_to(subject, Crumb(_("Messages"), page))

    def success_url(self, subject: Case) -> str:
        if self.is_note:
            return reverse("console:case", args=[subject.number]) + "#notes"
        return reverse("console:case-messages", args=[subject.number])
