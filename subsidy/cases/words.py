"""A case in the company's words: where it stands, who holds it, what comes next. Officers' words are `CaseState`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from policies.language.model import RouteDef
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.programmes.packs import pack_of

Text = str | Promise
Tone = Literal["plain", "info", "wait", "stop", "done"]
Progress = Literal["done", "current", "todo", "stopped"]

# Every stage that a route can have, in the order of the law, as the bar above a case names it.
STAGES: dict[str, Text] = {
    "filing": _("Application"),
    "acceptance": _("Acceptance check"),
    "recommendation": _("Recommendation"),
    "panel": _("Expert review"),
    "visit": _("Site visit"),
    "co_review": _("Review by departments"),
    "amount": _("Amount check"),
    "upper": _("Decision of the higher level"),
    "round": _("List and decision"),
    "agreement": _("Agreement"),
    "account": _("Payee account"),
    "payment": _("Payment"),
}


def stages_of(route: RouteDef) -> list[str]:
    """The stages of a policy's route, in order, by their keys in STAGES."""
    if route.kind == "R0":
        return ["round", "account", "payment"]
    if route.kind == "R1":
        return ["filing", "round", "account", "payment"]
    asked = {
        "recommendation": route.recommendation,
        "panel": route.panel is not None,
        "visit": route.visit,
        "co_review": bool(route.co_review),
        "upper": route.upper is not None,
        "agreement": route.kind == "R5",
    }
    return [key for key in STAGES if asked.get(key, True)]


@dataclass(frozen=True)
class CompanyWords:
    """What a company reads of a state; `stage` is the key of its stage (empty: past all), `ours` says that the company must act."""

    label: Text
    tone: Tone
    holder: Text
    next_step: Text
    stage: str
    ours: bool = False
    stopped: bool = False


_BUREAU_ACCEPTS = _("the bureau's acceptance office")
_YOU = _("your company")
_NOBODY: Text = ""

WORDS: dict[str, CompanyWords] = {
    CaseState.DRAFT: CompanyWords(
        _("being filled in"), "wait", _YOU, _("Fill in all sections, add the documents, submit."), "filing", ours=True
    ),
    CaseState.AWAITING_ACCEPTANCE: CompanyWords(
        _("filed, being checked for completeness"),
        "info",
        _BUREAU_ACCEPTS,
        _("The office accepts the application, or asks you once for a correction."),
        "acceptance",
    ),
    CaseState.AWAITING_CORRECTION: CompanyWords(
        _("returned for correction"),
        "wait",
        _YOU,
        _("Correct what was named and submit again."),
        "acceptance",
        ours=True,
    ),
    CaseState.UNDER_REVIEW: CompanyWords(
        _("accepted, being reviewed"),
        "info",
        _("a panel of independent experts"),
        _("When all experts have scored, the amount is checked."),
        "panel",
    ),
    CaseState.AMOUNT_CHECK: CompanyWords(
        _("being reviewed"),
        "info",
        _("the bureau's amount check"),
        _("Then the application joins the others of its call for a decision."),
        "amount",
    ),
    CaseState.AWAITING_ROUND: CompanyWords(
        _("waiting for the common decision"),
        "info",
        _("the bureau"),
        _("All applications of the call are ranked, the list is made public, then the decree is issued."),
        "round",
    ),
    CaseState.AWAITING_ACCOUNT: CompanyWords(
        _("granted: confirm your account"),
        "wait",
        _("your legal representative"),
        _("Confirm the account that the money goes to."),
        "account",
        ours=True,
    ),
    CaseState.AWAITING_PAYMENT: CompanyWords(
        _("granted, payment under way"),
        "info",
        _("the finance office"),
        _("Three people prepare, check and release the payment; then the bank carries it out."),
        "payment",
    ),
    CaseState.PAID: CompanyWords(
        _("paid"), "done", _NOBODY, _("Keep what you have undertaken; the award letter names it."), ""
    ),
    CaseState.NOT_ACCEPTED: CompanyWords(
        _("not accepted"),
        "stop",
        _NOBODY,
        _("The letter says why. You may apply again while the call is open."),
        "acceptance",
        stopped=True,
    ),
    CaseState.REJECTED: CompanyWords(
        _("rejected"),
        "stop",
        _NOBODY,
        _("The letter gives the reason for each clause and says how to object."),
        "amount",
        stopped=True,
    ),
    CaseState.NOT_FUNDED: CompanyWords(
        _("not funded in this round"),
        "stop",
        _NOBODY,
        _("The budget of the call ended before this rank. Watch for the next call."),
        "round",
        stopped=True,
    ),
    CaseState.AWAITING_RECOMMENDATION: CompanyWords(
        _("accepted, being reviewed"),
        "info",
        _("your township or platform"),
        _("The township says whether it recommends the application."),
        "recommendation",
    ),
    CaseState.AWAITING_VISIT: CompanyWords(
        _("accepted, your site will be visited"),
        "info",
        _("the bureau"),
        _("Two officers arrange a day with you and record what they see."),
        "visit",
    ),
    CaseState.VISIT_RECORDED: CompanyWords(
        _("accepted, your site was visited"),
        "info",
        _("the bureau"),
        _("A second officer signs the record of the visit."),
        "visit",
    ),
    CaseState.CO_REVIEW: CompanyWords(
        _("accepted, other departments are asked"),
        "info",
        _("other departments"),
        _("Each department answers; then the amount is checked."),
        "co_review",
    ),
    CaseState.AWAITING_UPPER: CompanyWords(
        _("recommended to the higher level"),
        "info",
        _("the higher level"),
        _("The higher level decides; its decision is entered here."),
        "upper",
    ),
    CaseState.AWAITING_AGREEMENT: CompanyWords(
        _("granted: sign the agreement"),
        "wait",
        _("your legal representative"),
        _("Sign the agreement; then the bureau signs it."),
        "agreement",
        ours=True,
    ),
    CaseState.AGREEMENT_SIGNED: CompanyWords(
        _("granted, the bureau signs"),
        "info",
        _("the bureau"),
        _("When the bureau has signed, you confirm your account."),
        "agreement",
    ),
    CaseState.AWAITING_MILESTONE: CompanyWords(
        _("report on the next part"),
        "wait",
        _YOU,
        _("Report what was reached, with its papers; the next part is then checked and paid."),
        "payment",
        ours=True,
    ),
    CaseState.COMPLETION_CHECK: CompanyWords(
        _("your report is being checked"),
        "info",
        _("the bureau"),
        _("The bureau checks what was reached and says what the next part comes to."),
        "payment",
    ),
    CaseState.SAMPLE_CHECK: CompanyWords(
        _("paid, drawn for a check"),
        "info",
        _("the bureau"),
        _("Some of the cases decided by rule are checked afterwards; keep your papers at hand."),
        "payment",
    ),
    CaseState.RECOGNISED: CompanyWords(
        _("recognised"),
        "done",
        _NOBODY,
        _("The certificate is among your letters; it says until when it is valid."),
        "",
    ),
    CaseState.REFUSED_ABOVE: CompanyWords(
        _("refused by the higher level"),
        "stop",
        _NOBODY,
        _("The letter names the decision of the higher level and says how to object."),
        "upper",
        stopped=True,
    ),
    CaseState.DECLINED: CompanyWords(
        _("declined by you"),
        "plain",
        _NOBODY,
        _("Nothing is paid. If you declined by mistake, tell the bureau before the call ends."),
        "account",
        stopped=True,
    ),
    CaseState.LAPSED: CompanyWords(
        _("lapsed"),
        "stop",
        _NOBODY,
        _(
            "It ended without a payment: no account was confirmed in time, or nothing was due. The letters say how to object."
        ),
        "account",
        stopped=True,
    ),
    CaseState.IRREGULAR: CompanyWords(
        _("found irregular after payment"),
        "stop",
        _NOBODY,
        _("The letter says what was found, what is asked back and how to object."),
        "payment",
        stopped=True,
    ),
    CaseState.REVOKED: CompanyWords(
        _("award revoked"),
        "stop",
        _NOBODY,
        _("The letter says why and how to object."),
        "account",
        stopped=True,
    ),
    CaseState.WITHDRAWN: CompanyWords(
        _("withdrawn by you"),
        "plain",
        _NOBODY,
        _("You may apply again while the call is open."),
        "filing",
        stopped=True,
    ),
}


def words_of(case: Case) -> CompanyWords:
    """The company's words for where the case stands (KeyError for a state without words: add it above)."""
    return WORDS[case.state]


def progress_of(case: Case) -> list[tuple[Text, Progress]]:
    """Each stage of the case's route with how far it is; a case that ended early stopped in the stage it had reached."""
    words = words_of(case)
    keys = stages_of(pack_of(case.policy_version).route)
    stage = words.stage
    if case.state == CaseState.WITHDRAWN:
        stage = "amount" if case.accepted_at else "acceptance" if case.submitted_at else "filing"
    if stage not in keys:
        # A stage that this route has no bar for: what it has come to is the next one that it has, or the end.
        order = list(STAGES)
        after = order[order.index(stage) :] if stage else []
        stage = next((key for key in after if key in keys), "")
    reached = keys.index(stage) if stage else len(keys)
    here: Progress = "stopped" if words.stopped else "current"
    return [
        (STAGES[key], "done" if place < reached else here if place == reached else "todo")
        for place, key in enumerate(keys)
    ]
