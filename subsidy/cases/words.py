"""A case in the company's words: where it stands, who holds it, what comes next. Officers' words are `CaseState`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case

Text = str | Promise
Tone = Literal["plain", "info", "wait", "stop", "done"]
Progress = Literal["done", "current", "todo", "stopped"]

STAGES: tuple[Text, ...] = (
    _("Application"),
    _("Acceptance check"),
    _("Expert review"),
    _("Amount check"),
    _("List and decision"),
    _("Payment"),
)
_FILING, _ACCEPTANCE, _REVIEW, _AMOUNT, _DECISION, _PAYMENT = range(len(STAGES))


@dataclass(frozen=True)
class CompanyWords:
    """What a company reads of a state; `stage` is the place in STAGES, `ours` says that the company must act."""

    label: Text
    tone: Tone
    holder: Text
    next_step: Text
    stage: int
    ours: bool = False
    stopped: bool = False


_BUREAU_ACCEPTS = _("the bureau's acceptance office")
_YOU = _("your company")
_NOBODY: Text = ""

WORDS: dict[str, CompanyWords] = {
    CaseState.DRAFT: CompanyWords(
        _("being filled in"), "wait", _YOU, _("Fill in all sections, add the documents, submit."), _FILING, ours=True
    ),
    CaseState.AWAITING_ACCEPTANCE: CompanyWords(
        _("filed, being checked for completeness"),
        "info",
        _BUREAU_ACCEPTS,
        _("The office accepts the application, or asks you once for a correction."),
        _ACCEPTANCE,
    ),
    CaseState.AWAITING_CORRECTION: CompanyWords(
        _("returned for correction"),
        "wait",
        _YOU,
        _("Correct what was named and submit again."),
        _ACCEPTANCE,
        ours=True,
    ),
    CaseState.UNDER_REVIEW: CompanyWords(
        _("accepted, being reviewed"),
        "info",
        _("a panel of independent experts"),
        _("When all experts have scored, the amount is checked."),
        _REVIEW,
    ),
    CaseState.AMOUNT_CHECK: CompanyWords(
        _("being reviewed"),
        "info",
        _("the bureau's amount check"),
        _("Then the application joins the others of its call for a decision."),
        _AMOUNT,
    ),
    CaseState.AWAITING_ROUND: CompanyWords(
        _("waiting for the common decision"),
        "info",
        _("the bureau"),
        _("All applications of the call are ranked, the list is made public, then the decree is issued."),
        _DECISION,
    ),
    CaseState.AWAITING_ACCOUNT: CompanyWords(
        _("granted: confirm your account"),
        "wait",
        _("your legal representative"),
        _("Confirm the account that the money goes to."),
        _PAYMENT,
        ours=True,
    ),
    CaseState.AWAITING_PAYMENT: CompanyWords(
        _("granted, payment under way"),
        "info",
        _("the finance office"),
        _("Three people prepare, check and release the payment; then the bank carries it out."),
        _PAYMENT,
    ),
    CaseState.PAID: CompanyWords(
        _("paid"), "done", _NOBODY, _("Keep what you have undertaken; the award letter names it."), len(STAGES)
    ),
    CaseState.NOT_ACCEPTED: CompanyWords(
        _("not accepted"),
        "stop",
        _NOBODY,
        _("The letter says why. You may apply again while the call is open."),
        _ACCEPTANCE,
        stopped=True,
    ),
    CaseState.REJECTED: CompanyWords(
        _("rejected"),
        "stop",
        _NOBODY,
        _("The letter gives the reason for each clause and says how to object."),
        _AMOUNT,
        stopped=True,
    ),
    CaseState.NOT_FUNDED: CompanyWords(
        _("not funded in this round"),
        "stop",
        _NOBODY,
        _("The budget of the call ended before this rank. Watch for the next call."),
        _DECISION,
        stopped=True,
    ),
    CaseState.WITHDRAWN: CompanyWords(
        _("withdrawn by you"),
        "plain",
        _NOBODY,
        _("You may apply again while the call is open."),
        _FILING,
        stopped=True,
    ),
}


def words_of(case: Case) -> CompanyWords:
    """The company's words for where the case stands (KeyError for a state without words: add it above)."""
    return WORDS[case.state]


def progress_of(case: Case) -> list[tuple[Text, Progress]]:
    """Each stage with how far the case is in it; a case that ended early stopped in the stage it had reached."""
    words = words_of(case)
    reached = words.stage
    if case.state == CaseState.WITHDRAWN:
        reached = _REVIEW if case.accepted_at else _ACCEPTANCE if case.submitted_at else _FILING
    here: Progress = "stopped" if words.stopped else "current"
    return [
        (label, "done" if place < reached else here if place == reached else "todo")
        for place, label in enumerate(STAGES)
    ]
