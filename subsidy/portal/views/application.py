"""Applying: start, task list, sections, checking the answers, declaring and submitting, the receipt, a correction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from policies.language import PolicyError
from subsidy.accounts.enums import UserKind
from subsidy.applicants.models import Company
from subsidy.applicants.selectors import companies_of, current_facts, rights_of
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case, CorrectionItem
from subsidy.cases.papers import papers_filed
from subsidy.cases.words import words_of
from subsidy.correspondence.models import LetterKind
from subsidy.portal.access import FILE_FOR, my_case, my_cases, my_filing, user_of
from subsidy.portal.letters import letters_of
from subsidy.portal.live import live_of_case, live_of_company
from subsidy.portal.sections import (
    FILING,
    Filing,
    answer_rows,
    answers_form,
    document_rows,
    dress,
    known_rows,
    list_row,
    list_url,
    next_place,
    shown_file,
    tasks_of,
)
from subsidy.programmes.enums import CallState
from subsidy.programmes.models import Call
from subsidy.programmes.packs import pack_of
from subsidy.programmes.window import drafts_close_at, last_minute_before, state_of
from subsidy.reporting.standing import standing_of
from subsidy.web.acts import UNPROCESSABLE, ActPage, blame, new_key, submit, submit_new
from subsidy.web.calls import news_of, window_lines
from subsidy.web.components import Crumb, Preview
from subsidy.web.formats import pick
from subsidy.web.person import moment_of
from workflows.case.fields import spoken
from workflows.case.filing import missing
from workflows.case.forms import AnswersForm, asked_lists, seen_of
from workflows.case.window import closed_words, why_late, why_not
from workflows.common.acts import Act
from workflows.common.refusals import BadData, Stale

GONE = (CaseState.WITHDRAWN, CaseState.NOT_ACCEPTED)


def call_title(call: Call) -> str:
    return pick(call.title_zh, call.title_en)


def crumbs_to(case: Case, *more: Crumb) -> list[Crumb]:
    """The way to a page of one application."""
    home = Crumb(_("My page"), reverse("portal:home"))
    here = Crumb(f"{call_title(case.call)} {case.number}", reverse("portal:case", args=[case.number]))
    return [home, here, *more]


def crumbs_at(case: Case) -> list[Crumb]:
    """The same on the page of the application itself."""
    home, here = crumbs_to(case)
    return [home, Crumb(here.label)]


def gaps_of(case: Case, request: HttpRequest) -> dict[str, list[str]]:
    """What still keeps the application from being submitted, by fact or document."""
    try:
        return missing(case, on=moment_of(request).on)
    except PolicyError:
        # The version cannot decide on this day; the result on the page says why, and submitting is refused.
        return {}


class Start(LoginRequiredMixin, View):
    """An open call from the company's side: what it asks, what it would roughly give, and the button that starts."""

    def get(self, request: HttpRequest, call_number: str) -> HttpResponse:
        return self.page(request, self.call(request, call_number))

    def post(self, request: HttpRequest, call_number: str) -> HttpResponse:
        call = self.call(request, call_number)
        company = self.chosen(request, call)
        if company is None:
            return self.page(request, call, error=_("Choose the company that you apply for."))
        known = self.live_cases(request, call).get(company.pk)
        if known is not None:
            return redirect("portal:case", number=known.number)
        data = {"call": call.pk, "company": company.pk}
        outcome = submit_new(request, "case", "open", authority_id=call.authority_id, data=data)
        return redirect("portal:tasks", number=my_cases(request).get(pk=outcome.subject_id).number)

    def call(self, request: HttpRequest, number: str) -> Call:
        """The call; it is public, so that somebody who acts for no company yet is told how to come to one. Officers do
        not apply.
        """
        call = (
            Call.objects.filter(number=number)
            .select_related("policy_version__policy", "authority")
            .defer("policy_version__policy_text", "policy_version__source_text", "policy_version__cases_text")
            .first()
        )
        if call is None or user_of(request).kind != UserKind.COMPANY:
            raise Http404(f"no call {number}")
        return call

    def live_cases(self, request: HttpRequest, call: Call) -> dict[int, Case]:
        return {case.company_id: case for case in my_cases(request).filter(call=call).exclude(state__in=GONE)}

    def companies(self, request: HttpRequest, call: Call) -> list[Company]:
        rights = rights_of(user_of(request), on=moment_of(request).on)
        mine = companies_of(user_of(request), on=moment_of(request).on).filter(authority=call.authority_id)
        return [company for company in mine if FILE_FOR in rights.get(company.pk, ())]

    def chosen(self, request: HttpRequest, call: Call) -> Company | None:
        wanted = request.POST.get("company", "")
        return next((one for one in self.companies(request, call) if str(one.pk) == wanted), None)

    def page(self, request: HttpRequest, call: Call, *, error: str = "") -> HttpResponse:
        now, pack = moment_of(request), pack_of(call.policy_version)
        mine = companies_of(user_of(request), on=moment_of(request).on)
        known = current_facts(mine)
        live = self.live_cases(request, call)
        companies = self.companies(request, call)
        barred = {one.pk: why_not(pack, one, call.authority.region) for one in companies}
        context = {
            "call": call,
            "title": call_title(call),
            "window": window_lines(call, pack),
            "pack": pack,
            "open": state_of(call, now.at) == CallState.OPEN,
            "closed_words": closed_words(call, state_of(call, now.at)),
            "news": news_of(call),
            "offers": [
                (one, live.get(one.pk), live_of_company(pack, known.get(one.pk, []), now=now), barred[one.pk])
                for one in companies
            ],
            "known_here": mine.filter(authority=call.authority_id).exists(),
            "can_start": any(one.pk not in live and not barred[one.pk] for one in companies),
            "papers": [(spoken(paper.text), paper.required) for paper in pack.documents],
            "key": new_key(),
            "error": error,
            "crumbs": [Crumb(_("My page"), reverse("portal:home")), Crumb(call_title(call))],
        }
        return render(request, "portal/start.html", context, status=UNPROCESSABLE if error else 200)


class TaskList(LoginRequiredMixin, View):
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        case = my_case(request, number)
        if case.state != CaseState.DRAFT:
            return redirect("portal:case", number=number)
        now = moment_of(request)
        filing = my_filing(request, case)
        context = {
            "case": case,
            "title": call_title(case.call),
            "words": words_of(case),
            "until": last_minute_before(drafts_close_at(case.call, filing.pack)),
            "tasks": tasks_of(filing),
            "may_file": filing.may_file,
            "live": live_of_case(case, now=now),
            "too_late": why_late(case, now.at),
            "news": news_of(case.call),
            "crumbs": crumbs_at(case),
        }
        return render(request, "portal/tasks.html", context)


class AnswersPage(LoginRequiredMixin, View):
    """A form of answers: saved through the door, shown again with what was entered when something is wrong."""

    template_name = ""

    def names(self, filing: Filing) -> list[str]:
        raise NotImplementedError("say which facts the page asks for")

    def filing(self, request: HttpRequest, number: str) -> Filing:
        return my_filing(request, my_case(request, number))

    def context(self, filing: Filing) -> dict[str, Any]:
        return {}

    def done(self, request: HttpRequest, filing: Filing) -> str:
        raise NotImplementedError("say where the person goes when the answers are saved")

    def get(self, request: HttpRequest, number: str, **kwargs: Any) -> HttpResponse:
        filing = self.filing(request, number)
        names = self.names(filing)
        if filing.case.state not in FILING:
            return redirect("portal:case", number=number)
        return self.page(request, filing, answers_form(filing, names))

    def post(self, request: HttpRequest, number: str, **kwargs: Any) -> HttpResponse:
        filing = self.filing(request, number)
        # `names` of a page whose time is over is empty: the door then answers what is the matter.
        form = answers_form(filing, self.names(filing), request.POST)
        try:
            submit(
                request,
                "case",
                filing.case.pk,
                "save_answers",
                data={**form.data, "_seen": request.POST.get("seen", "")},
            )
        except BadData as refusal:
            blame(form, refusal)
            return self.page(request, filing, form, status=UNPROCESSABLE)
        except Stale:
            form.is_valid()
            form.add_error(
                None,
                _(
                    "Somebody else has changed this application meanwhile. Your entries below are not saved yet: "
                    "compare them with the page of the application, then save again."
                ),
            )
            return self.page(request, filing, form, status=Stale.status)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(self.done(request, filing))

    def page(self, request: HttpRequest, filing: Filing, form: AnswersForm, *, status: int = 200) -> HttpResponse:
        context = {
            "case": filing.case,
            "may_file": filing.may_file,
            "form": dress(form, filing),
            "key": new_key(),
            "seen": seen_of(filing.case, form.facts),
            **self.context(filing),
        }
        return render(request, self.template_name, context, status=status)


class Section(AnswersPage):
    template_name = "portal/section.html"

    def names(self, filing: Filing) -> list[str]:
        part = filing.part(self.kwargs["section"])
        if part is None:
            raise Http404(f"the policy has no section {self.kwargs['section']}")
        return [fact.name for fact in part.asked]

    def get(self, request: HttpRequest, number: str, **kwargs: Any) -> HttpResponse:
        if my_case(request, number).state == CaseState.AWAITING_CORRECTION:
            return redirect("portal:correction", number=number)
        return super().get(request, number, **kwargs)

    def context(self, filing: Filing) -> dict[str, Any]:
        part = filing.part(self.kwargs["section"])
        assert part is not None, "`names` has found the section before"
        tasks = Crumb(_("Sections"), reverse("portal:tasks", args=[filing.case.number]))
        return {
            "title": part.title,
            "part": part,
            "known": known_rows(filing, part),
            "crumbs": crumbs_to(filing.case, tasks, Crumb(part.title)),
        }

    def done(self, request: HttpRequest, filing: Filing) -> str:
        if request.POST.get("next") == "tasks":
            return reverse("portal:tasks", args=[filing.case.number])
        return next_place(filing, self.kwargs["section"])


class Correct(AnswersPage):
    """What must be mended: named answers and documents, each with its reason and what it was before."""

    template_name = "portal/correction.html"

    def names(self, filing: Filing) -> list[str]:
        return [name for name in filing.pack.facts if name in filing.named]

    def context(self, filing: Filing) -> dict[str, Any]:
        case = filing.case
        correction = case.corrections.filter(answered_at__isnull=True).get()
        items = {item.name: item for item in correction.items.all()}
        papers = [paper for paper in filing.pack.documents if paper.id in items]
        lists = {name: record for name, record in filing.lists.items() if name in items}
        return {
            "correction": correction,
            "standing": standing_of(case, on=moment_of(self.request).on),
            "items": [(self._label(filing, item), item) for item in items.values()],
            "lists": [(spoken(record.text), list_url(filing, name)) for name, record in lists.items()],
            "papers": [
                (paper.id, spoken(paper.text), [shown_file(filing, file) for file in filing.held(paper.id)])
                for paper in papers
            ],
            "crumbs": crumbs_to(case, Crumb(_("Correction"))),
        }

    def _label(self, filing: Filing, item: CorrectionItem) -> str:
        pack = filing.pack
        asked = pack.facts.get(item.name) or pack.records.get(item.name)
        texts = {paper.id: paper.text for paper in pack.documents}
        return spoken(asked.text if asked is not None else texts[item.name])

    def done(self, request: HttpRequest, filing: Filing) -> str:
        return reverse("portal:correction", args=[filing.case.number])


class Check(LoginRequiredMixin, View):
    """All answers on one page, what is still missing, and the result by clause as it stands now."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        case = my_case(request, number)
        filing = my_filing(request, case)
        filing_now = case.state in FILING
        gaps = gaps_of(case, request) if filing_now else {}
        context = {
            "case": case,
            "title": call_title(case.call),
            "parts": [(part, answer_rows(filing, part, gaps), known_rows(filing, part)) for part in filing.parts],
            "lists": [list_row(filing, name, gaps) for name in filing.lists],
            "documents": document_rows(filing, gaps),
            "gaps": len(gaps),
            "filing_now": filing_now,
            "too_late": why_late(case, moment_of(request).at) if case.state == CaseState.DRAFT else "",
            "live": live_of_case(case, now=moment_of(request)) if filing_now else None,
            "next_url": reverse(f"portal:{submit_page(case)}", args=[number]),
            "may_file": filing.may_file,
            "crumbs": crumbs_to(case, Crumb(_("Answers and documents"))),
        }
        return render(request, "portal/check.html", context)


def submit_page(case: Case) -> str:
    return "resubmit" if case.state == CaseState.AWAITING_CORRECTION else "submit"


class Submit(ActPage):
    """The declaration; what comes after it cannot be taken back, so it is shown before."""

    kind = "case"
    action = "submit"
    template_name = "portal/act.html"
    open_in: Sequence[str] = (CaseState.DRAFT,)

    def get_subject(self) -> Case:
        return my_case(self.request, self.kwargs["number"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        case = self.get_subject()
        if case.state not in self.open_in:
            return redirect("portal:case", number=case.number)
        return self._incomplete(case) or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        case = self.get_subject()
        incomplete = self._incomplete(case) if case.state in self.open_in else None
        return incomplete or super().post(request, *args, **kwargs)

    def _incomplete(self, case: Case) -> HttpResponse | None:
        """Back to the answers, which name what is missing."""
        if not gaps_of(case, self.request):
            return None
        messages.error(self.request, _("The application is not complete yet. Nothing was sent; see what is marked."))
        return redirect("portal:check", number=case.number)

    def preview(self, subject: Case) -> Preview:
        days = pack_of(subject.policy_version).route.acceptance_days
        return Preview(
            changes=(
                _("Your application is filed under the number %(number)s.") % {"number": subject.number},
                _("From then on it can be changed only if the bureau asks for a correction."),
            ),
            told=(
                _("The acceptance office, which has %(days)d working days to check it.") % {"days": days},
                _("You, by a receipt."),
            ),
        )

    def heading(self, subject: Case, act: Act) -> str:
        return _("Declare and submit")

    def crumbs(self, subject: Case) -> list[Crumb]:
        answers = Crumb(_("Answers and documents"), reverse("portal:check", args=[subject.number]))
        return crumbs_to(subject, answers, Crumb(_("Declare and submit")))

    def success_url(self, subject: Case) -> str:
        return reverse("portal:receipt", args=[subject.number])

    def context(self, subject: Case) -> dict[str, Any]:
        return {
            "case": subject,
            "back_url": reverse("portal:check", args=[subject.number]),
            "live": live_of_case(subject, now=moment_of(self.request)),
        }


class Resubmit(Submit):
    action = "resubmit"
    open_in = (CaseState.AWAITING_CORRECTION,)

    def heading(self, subject: Case, act: Act) -> str:
        return _("Declare and submit the correction")


class Receipt(LoginRequiredMixin, View):
    """What was filed, who has it now, and what comes next; stays at its address."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        case = my_case(request, number)
        if case.submitted_at is None or case.route == "R0":
            raise Http404("nothing was filed: there is no receipt")
        now = moment_of(request)
        pack = pack_of(case.policy_version)
        filed = papers_filed(case).filter(replaced_at__isnull=True)
        papers = {paper.id: spoken(paper.text) for paper in pack.documents}
        papers |= {name: spoken(record.text) for name, record in asked_lists(pack).items()}
        context = {
            "case": case,
            "title": call_title(case.call),
            "words": words_of(case),
            "standing": standing_of(case, on=now.on),
            "acceptance_days": pack.route.acceptance_days,
            "files": [(papers.get(file.slot, file.slot), file) for file in filed],
            "letters": letters_of(case, kind=LetterKind.RECEIPT),
            "crumbs": crumbs_to(case, Crumb(_("Receipt"))),
        }
        return render(request, "portal/receipt.html", context)
