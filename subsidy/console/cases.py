"""The review page of a case, its files and letters, and its acts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from policies.language import Pack
from subsidy.cases.models import Case
from subsidy.console import case_page, previews, proposals, scope
from subsidy.console.offers import offers, time_left, works_on
from subsidy.console.service import service_rows
from subsidy.console.similar import similar
from subsidy.correspondence.conversing import messages_of, notes_of
from subsidy.decisions.models import Award, RuleDecision, Undertaking
from subsidy.documents.models import StoredFile
from subsidy.documents.selectors import files_of
from subsidy.documents.services import folder
from subsidy.payouts.owing import paid_of
from subsidy.programmes.packs import pack_of
from subsidy.registers.enums import Change
from subsidy.registers.selectors import entries_of_case
from subsidy.reviews.selectors import opinions_that_count, visits_of
from subsidy.web.acts import ActPage, find_act
from subsidy.web.awards import agreement_of, parts_of
from subsidy.web.components import Crumb, Preview
from subsidy.web.formats import pick
from subsidy.web.person import moment_of
from subsidy.work.selectors import items_of
from workflows.case.flow import REMANDED
from workflows.common.duties import WITHOUT_BUSINESS_POWER
from workflows.common.refusals import Message
from workflows.common.subjects import kind_named
from workflows.undertaking.forms import reported

# What a browser may do with a file of an applicant that it shows inside the page: show it, and nothing else.
FILE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; frame-ancestors 'self'"
)


AGREEMENT_ACTS = ("countersign", "return_agreement")
PART_ACTS = ("confirm_part", "return_part")
SAMPLE_ACTS = ("confirm_sample", "find_irregular")


def crumbs_to(case: Case, *more: Crumb) -> list[Crumb]:
    page = reverse("console:case", args=[case.number]) if more else ""
    return [Crumb(_("Queue"), reverse("console:queue")), Crumb(case.number, page), *more]


@require_GET
@login_required
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Facts, evidence, reasons and history of one case, and what its reader may do with it."""
    standing = scope.standing(request)
    case = scope.case_for_officer(request, number)
    pack = pack_of(case.policy_version)
    items = items_of("case", case.pk)
    files = list(files_of("case", case.pk))
    rules, panel = case_page.rules_of(case, now=moment_of(request)), case_page.panel_of(case, pack)
    found = offers("case", case, standing, items, lambda name: reverse("console:case-act", args=[case.number, name]))
    held_by = items or (case_page.items_elsewhere(case) if case.state in case_page.RESTS else [])
    entries = case_page.history(case, panel, named=scope.names_experts(request, case.authority_id))
    context = {
        "case": case,
        "crumbs": crumbs_to(case),
        "steps": case_page.stage_steps(case),
        "offers": found,
        "holder": case_page.holder_of(case, held_by),
        "time": time_left(held_by, on=moment_of(request).on),
        "sections": case_page.sections_of(case, pack, on=moment_of(request).on),
        "corrections": case_page.corrections_of(case),
        "files": case_page.files_shown(files, pack),
        "viewed": viewed(request, files),
        "rules": rules,
        "panel": panel,
        "sees_bureau": case.authority_id in standing.authorities,
        "key_facts": case_page.key_facts(case, rules, panel),
        "opinions": opinions_that_count(case),
        "visits": visits_of(case),
        "agreement": agreement_of(case),
        "parts": parts_of(case),
        "may_recover": paid_of(case) > 0
        and proposals.may_propose(request, "propose", case.authority_id, kind="recovery"),
        "undertakings": Undertaking.objects.filter(case=case).order_by("due_on", "pk"),
        "may_begin": bool(reported(case))
        and proposals.may_propose(request, "begin_after", case.authority_id, kind="undertaking")
        and Award.objects.filter(case=case).exists(),
        "may_reopen": case.state in REMANDED
        and proposals.may_propose(request, "propose_reopening", case.authority_id),
        "may_archive": case.closed_at is not None and scope.takes_files(request, case.authority_id),
        "may_erase": case.closed_at is not None
        and proposals.may_propose(request, "propose_erasure", case.authority_id),
        **titles_shown(request, case, pack),
        "rule": RuleDecision.objects.select_related("authorisation__proposal").filter(case=case).first(),
        "history": entries,
        "stopped_by": case_page.stopped_by(case, entries),
        "similar": similar(case, rules.facts, pack, scope.cases_for(request)),
        "letters": service_rows(request, case),
        "notes": notes_of(case),
        "may_note": not standing.roles & WITHOUT_BUSINESS_POWER and works_on(standing, items, case.authority_id),
        "messages_count": len(messages_of(case)),
        "policy": pick(case.policy_version.policy.title_zh, case.policy_version.policy.title_en),
    }
    return render(request, "console/case.html", context)


def titles_shown(request: HttpRequest, case: Case, pack: Pack) -> dict[str, Any]:
    """The title that the case was given as it stands, and what the reader may propose about it."""
    titles = entries_of_case(case.pk)
    acts = []
    if any(entry.change != Change.ENDED for entry in titles):
        offered = {"propose_title_change": "console:propose-title-change"}
        if pack.recognition is not None and pack.recognition.test is not None:
            offered["propose_title_test"] = "console:propose-title-test"
        acts = [
            (kind_named("proposal").opens[name].act.title, reverse(url, args=[case.number]))
            for name, url in offered.items()
            if proposals.may_propose(request, name, case.authority_id)
        ]
    return {"titles": titles, "title_acts": acts}


def viewed(request: HttpRequest, files: list[StoredFile]) -> StoredFile | None:
    """The file that the address asks to see inside the page."""
    wanted = request.GET.get("file", "")
    return next((file for file in files if str(file.pk) == wanted), None)


@require_GET
@login_required
def file(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """The bytes of a document of a case that the reader sees, to be shown inside the page."""
    scope.standing(request)
    return file_response(scope.case_for_officer(request, number), pk)


def file_response(case: Case, pk: int) -> HttpResponseBase:
    stored = get_object_or_404(StoredFile, owner_kind="case", owner_id=case.pk, pk=pk)
    path = folder() / stored.path
    if not path.is_file():
        raise Http404("The bytes of this file are not where they were kept.")
    response = FileResponse(path.open("rb"), content_type=stored.media_type, filename=stored.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Content-Security-Policy"] = FILE_POLICY
    return response


@require_GET
@login_required
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The stored bytes of a letter."""
    scope.standing(request)
    found = scope.letter_for(request, pk)
    response = HttpResponse(bytes(found.content), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.kind}-{found.pk}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


class CaseAct(ActPage):
    """An officer's act on a case, previewed."""

    kind = "case"
    template_name = "console/case_act.html"
    done_words = {
        "accept": gettext_lazy("Accepted. The panel has been drawn and its experts have been asked."),
        "return_for_correction": gettext_lazy("Returned. The company has been asked to correct what you named."),
        "refuse": gettext_lazy("Not accepted. The company is told, with your reason."),
        "confirm_amount": gettext_lazy("The amount is confirmed. The case now waits for its round."),
        "reject": gettext_lazy("Rejected. The company is told, with your reason."),
        "refuse_above": gettext_lazy("Recorded. The company is told of the decision of the higher level."),
        "record_visit": gettext_lazy("Recorded. A second officer who was there signs it next."),
        "countersign": gettext_lazy("Signed. The company confirms its account next."),
        "return_agreement": gettext_lazy("Returned. The company signs anew."),
        "confirm_part": gettext_lazy("The part is confirmed. The page of the case says what is due."),
        "return_part": gettext_lazy("Returned. The company reports anew."),
        "confirm_sample": gettext_lazy("In order. The case has ended."),
        "find_irregular": gettext_lazy("Found irregular. The case has ended, with your reason."),
    }

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in previews.ACTS:
            raise Http404("There is no such act on this page.")
        return action

    def get_subject(self) -> Case:
        scope.standing(self.request)
        return scope.case_for_officer(self.request, self.kwargs["number"])

    def done(self) -> Message:
        return self.done_words.get(self.get_action(), gettext_lazy("Done. It stands in the history of the case."))

    def preview(self, subject: Case) -> Preview:
        return previews.of_case(self.get_action(), subject, now=moment_of(self.request))

    def crumbs(self, subject: Case) -> list[Crumb]:
        return crumbs_to(subject, Crumb(find_act(self.kind, subject, self.get_action()).title))

    def success_url(self, subject: Case) -> str:
        return reverse("console:case", args=[subject.number])

    def context(self, subject: Case) -> dict[str, Any]:
        shown: dict[str, Any] = {"case": subject, "is_return": self.get_action() == "return_for_correction"}
        if self.get_action() in AGREEMENT_ACTS:
            shown["agreement"] = agreement_of(subject)
        if self.get_action() in PART_ACTS:
            shown["part"] = next((one for one in parts_of(subject) if one.instalment.state == "planned"), None)
        if self.get_action() in ("confirm_amount", "reject", *SAMPLE_ACTS):
            pack = pack_of(subject.policy_version)
            shown["rules"] = case_page.rules_of(subject, now=moment_of(self.request))
            shown["panel"] = case_page.panel_of(subject, pack)
        return shown
