"""One application after it was filed: where it stands, what happened, letters, decision, payments, and the acts left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as render_page
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View

from subsidy.cases.enums import DECIDED, CaseState
from subsidy.cases.models import Case
from subsidy.cases.words import progress_of, words_of
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Award, Finding, Undertaking
from subsidy.documents.responses import pdf_response
from subsidy.payouts.enums import LineState
from subsidy.payouts.models import BatchLine
from subsidy.payouts.recoveries import Recovery
from subsidy.portal.access import CONFIRM_FOR, FILE_FOR, may, my_case
from subsidy.portal.letters import as_files, letters_of
from subsidy.portal.views.application import call_title, crumbs_at, crumbs_to
from subsidy.portal.views.case_acts import ACTS, CaseAct
from subsidy.portal.views.offer import offer_of
from subsidy.programmes.packs import pack_of
from subsidy.registers.selectors import entries_of_case
from subsidy.reporting.standing import standing_of
from subsidy.reporting.story import StoryEntry, story
from subsidy.web.acts import new_key, submit
from subsidy.web.awards import PartShown, agreement_of, parts_of
from subsidy.web.components import Crumb, Entry, Preview, Reason, Step, Text
from subsidy.web.formats import pick
from subsidy.web.person import moment_of
from subsidy.web.reasons import reason_tree, stored
from workflows.case.fields import spoken
from workflows.case.filing import withdraw_states

# What to do next, by state: where to (and which act), what the button says, and who may.
NEXT: dict[str, tuple[str, tuple[str, ...], Text, str]] = {
    CaseState.AWAITING_CORRECTION: ("portal:correction", (), gettext_lazy("Correct the application"), FILE_FOR),
    CaseState.AWAITING_ACCOUNT: ("portal:account", (), gettext_lazy("Confirm the account"), CONFIRM_FOR),
    CaseState.AWAITING_AGREEMENT: (
        "portal:case-act",
        ("sign_agreement",),
        gettext_lazy("Sign the agreement"),
        CONFIRM_FOR,
    ),
    CaseState.AWAITING_MILESTONE: (
        "portal:case-act",
        ("report_part",),
        gettext_lazy("Report on the next part"),
        FILE_FOR,
    ),
}


@dataclass(frozen=True)
class Decided:
    """What was decided of the case and why, from what was stored when it was decided."""

    award: Award | None
    tier: str
    tree: list[Reason]


@dataclass(frozen=True)
class PaymentRow:
    """A part of the award with what its last payment came to."""

    part: PartShown
    line: BatchLine | None
    trouble: str


def offered_acts(case: Case) -> list[tuple[str, Text]]:
    """What the company may answer to an offer besides waiting: (act, title)."""
    if case.route != "R0" or case.state != CaseState.AWAITING_ROUND:
        return []
    return [(name, ACTS[name].title) for name in ("question_offer", "decline_offer")]


class CasePage(LoginRequiredMixin, View):
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        case = my_case(request, number)
        if case.state == CaseState.DRAFT:
            return redirect("portal:tasks", number=number)
        words, standing = words_of(case), standing_of(case, on=moment_of(request).on)
        letters, payments = letters_of(case), payments_of(case)
        url, act, label, right = NEXT.get(case.state, ("", (), "", ""))
        context = {
            "case": case,
            "title": call_title(case.call),
            "words": words,
            "standing": standing,
            "steps": [Step(text, state) for text, state in progress_of(case)],
            "next_url": reverse(url, args=[number, *act]) if url else "",
            "next_label": label,
            "may_act": may(request, case.company_id, right) if right else False,
            "correction": case.corrections.order_by("-id").first(),
            "decided": decided_of(case),
            "titles": entries_of_case(case.pk),
            "letters": as_files(case, letters),
            "payments": payments,
            "offer": offer_of(case),
            "answers": offered_acts(case),
            "recoveries": Recovery.objects.filter(case=case).order_by("pk"),
            "undertakings": Undertaking.objects.filter(case=case).order_by("due_on", "pk"),
            "agreement": agreement_of(case),
            "can_change_account": can_change_account(request, case, payments),
            "entries": [as_entry(case, entry) for entry in reversed(story(case, "company"))],
            "can_withdraw": case.route != "R0"
            and case.state in withdraw_states()
            and may(request, case.company_id, FILE_FOR),
            "crumbs": crumbs_at(case),
        }
        return render_page(request, "portal/case.html", context)


def decided_of(case: Case) -> Decided | None:
    """The last finding, once the company has been told of it."""
    if case.state not in DECIDED:
        return None
    finding = Finding.objects.filter(case=case).order_by("-id").first()
    award = Award.objects.filter(case=case).select_related("decree").first()
    tiers = {tier.id: spoken(tier.text) for tier in pack_of(case.policy_version).tiers}
    tree = reason_tree(stored(finding.decision_text)) if finding is not None else []
    return Decided(award, tiers.get(case.tier, ""), tree)


def payments_of(case: Case) -> list[PaymentRow]:
    """Instalments of the award, each with the last payment that was tried for it."""
    lines: dict[int, BatchLine] = {}
    for line in BatchLine.objects.filter(case=case).exclude(state=LineState.WITHDRAWN).order_by("id"):
        lines[line.instalment_id] = line
    rows = []
    for part in parts_of(case):
        found = lines.get(part.instalment.pk)
        refused = found is not None and found.state in (LineState.REFUSED, LineState.RETURNED)
        trouble = (found.reason_text or found.reason_code) if refused and found is not None else ""
        rows.append(PaymentRow(part, found, trouble))
    return rows


def can_change_account(request: HttpRequest, case: Case, payments: list[PaymentRow]) -> bool:
    """Whether this person may still choose another account: not while the bank may be paying."""
    waits = case.state == CaseState.AWAITING_PAYMENT and all(
        row.part.instalment.state != InstalmentState.IN_BATCH for row in payments
    )
    return waits and may(request, case.company_id, CONFIRM_FOR)


def as_entry(case: Case, entry: StoryEntry) -> Entry:
    """A step of the story as the timeline shows it."""
    what = str(entry.what)
    if entry.times > 1:
        what += " " + ngettext("(%(n)d time)", "(%(n)d times)", entry.times) % {"n": entry.times}
    if entry.letter_kind:
        what = pick(f"{what}：{LetterKind(entry.letter_kind).label}", f"{what}: {LetterKind(entry.letter_kind).label}")
    return Entry(
        at=entry.at,
        who=entry.who,
        what=what,
        role=entry.role,
        why=entry.why,
        clause=entry.clause,
        amount_fen=entry.amount_fen,
        url=reverse("portal:letter", args=[case.number, entry.letter_id]) if entry.letter_id else "",
        link_text=_("Open the letter") if entry.letter_id else "",
    )


class Withdraw(CaseAct):
    action = "withdraw"
    title = gettext_lazy("Withdraw the application")
    done_message = gettext_lazy("Your application is withdrawn.")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.get_subject().state not in withdraw_states():
            messages.error(request, _("It is too late to withdraw this application, or it has ended already."))
            return redirect("portal:case", number=self.kwargs["number"])
        return super().get(request, *args, **kwargs)

    def preview(self, subject: Case) -> Preview:
        return Preview(
            changes=(
                _("The application ends here. What you entered is kept for the record."),
                _("While the call is open you may apply again."),
            ),
            told=(_("The office that holds the application now."),),
        )


class ChooseAccount(CaseAct):
    action = "choose_account"
    title = gettext_lazy("Confirm the account for the payment")
    done_message = gettext_lazy("The account is confirmed. The payment is prepared next.")
    template_name = "portal/account.html"
    state = CaseState.AWAITING_ACCOUNT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.get_subject().state != self.state:
            return redirect("portal:case", number=self.kwargs["number"])
        return super().get(request, *args, **kwargs)

    def preview(self, subject: Case) -> Preview:
        return Preview(
            changes=(_("The award is paid to this account."), _("The payment becomes due.")),
            told=(_("The finance office, which prepares the payment."),),
        )

    def context(self, subject: Case) -> dict[str, Any]:
        return {
            **super().context(subject),
            "may_confirm": may(self.request, subject.company_id, CONFIRM_FOR),
            "company_url": reverse("portal:company", args=[subject.company_id]),
        }


class ChangeAccount(ChooseAccount):
    """Another account while the payment waits or after the bank could not carry it out."""

    action = "change_account"
    title = gettext_lazy("Choose another account for the payment")
    done_message = gettext_lazy("The payment goes to the account that you chose.")
    state = CaseState.AWAITING_PAYMENT

    def preview(self, subject: Case) -> Preview:
        return Preview(
            changes=(_("The award is paid to this account instead of the one chosen before."),),
            told=(_("The finance office, which prepares the payment."),),
        )


class LetterPage(LoginRequiredMixin, View):
    """A letter as a PDF. Opening it for the first time is its service (送达) and therefore an act, not a mere look."""

    def get(self, request: HttpRequest, number: str, pk: int) -> HttpResponse:
        case = my_case(request, number)
        letter = self.letter(case, pk)
        if letter.served_at is None:
            context = {
                "case": case,
                "letter": letter,
                "label": LetterKind(letter.kind).label,
                "key": new_key(),
                "today": moment_of(request).on,
                "crumbs": crumbs_to(case, Crumb(LetterKind(letter.kind).label)),
            }
            return render_page(request, "portal/letter.html", context)
        return pdf_response(bytes(letter.content), f"{case.number}-{letter.kind}-{letter.language}.pdf")

    def post(self, request: HttpRequest, number: str, pk: int) -> HttpResponse:
        case = my_case(request, number)
        letter = self.letter(case, pk)
        if letter.served_at is None:
            submit(request, "case", case.pk, "serve_letter", data={"letter": letter.pk})
        return redirect("portal:letter", number=number, pk=pk)

    def letter(self, case: Case, pk: int) -> Letter:
        letter = Letter.objects.filter(case=case, pk=pk).first()
        if letter is None:
            raise Http404(f"no letter {pk} on this case")
        return letter
