"""Cases that a rule decides under a standing authorisation (routes R0 and R1): two people signed beforehand, within bounds.

What the rule does not find entitled, or what lies beyond the bounds, is never refused here: it goes to people.
"""

from __future__ import annotations

import hashlib

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from policies.language.award.combine import TooManyClaims
from subsidy.applicants.models import Company
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.cases.services import case_number, filing_place
from subsidy.decisions.enums import RowState
from subsidy.decisions.facts import decision_of
from subsidy.decisions.models import RoundRow, RuleDecision, StandingAuthorisation
from subsidy.decisions.services import as_pinned, finding_record
from subsidy.decisions.stacking import payable
from subsidy.programmes.enums import Allocation
from subsidy.programmes.models import Call
from workflows.case import filing
from workflows.case.checking import give_reason
from workflows.case.window import refuse_start
from workflows.common.refusals import NotFound, WrongState
from workflows.common.turn import Turn
from workflows.round.reserving import reserve

DECIDED = "decided_by_rule"
PERCENT = 100
# A decision that led to nothing uses nothing of what was authorised.
SPENT_NOTHING = (
    CaseState.WITHDRAWN,
    CaseState.DECLINED,
    CaseState.REJECTED,
    CaseState.LAPSED,
    CaseState.NOT_FUNDED,
    CaseState.REVOKED,
)


def submit_or_decide(turn: Turn) -> None:
    """File the application, and have the rule decide it at once where two people have authorised that."""
    filing.submit(turn)
    if decide_by_rule(turn):
        turn.verdict = DECIDED


def decide_by_rule(turn: Turn) -> bool:
    """Whether the pinned policy finds the case entitled within a standing authorisation; then the finding is pinned.

    The authorisation is locked: of two cases at its edge one is decided and the other goes to people.
    """
    case: Case = turn.subject
    authorisation = authorisation_of(case.call_id, turn)
    if authorisation is None:
        return False
    pack, facts, decision = decision_of(case, now=turn.now)
    try:
        comes_to = payable(case, pack, decision.amount or 0, on=turn.now.on)
    except TooManyClaims:
        return False
    if comes_to.displaced:
        return False  # which of the two stands is for people, and for the company, to say
    amount, pays = comes_to.amount_fen, pack.program.amount is not None
    if decision.outcome != "met" or (pays and not amount) or amount > authorisation.case_cap_fen:
        return False
    if used_of(authorisation) + amount > authorisation.cap_fen:
        return False
    drawn = is_drawn(authorisation.seed, case.number, authorisation.sample_percent)
    if drawn and not pays:
        return False  # no payment follows after which people could look at it, so they do before
    finding = finding_record(case, pack, facts, decision, now=turn.now)
    RuleDecision.objects.create(
        authority_id=case.authority_id,
        case=case,
        authorisation=authorisation,
        finding=finding,
        amount_fen=amount,
        drawn=drawn,
        decided_at=turn.now.at,
    )
    turn.set(accepted_at=turn.now.at, computed_fen=amount, tier=decision.tier or "")
    turn.record(
        authorisation=authorisation.proposal_id,
        **as_pinned(finding),
        amount_fen=amount,
        tier=decision.tier,
        forgone=comes_to.as_recorded(),
        drawn=drawn,
        decided=decision.outcome,
    )
    if case.call.allocation == Allocation.FIRST_COME and amount:
        reserve(turn, case.call, [case])
    return True


def authorisation_of(call_id: int, turn: Turn) -> StandingAuthorisation | None:
    """The standing authorisation in force for the call today, locked until this passage ends."""
    found = StandingAuthorisation.objects.select_for_update(no_key=True).filter(
        call=call_id, valid_from__lte=turn.now.on, valid_to__gte=turn.now.on, ended_on__isnull=True
    )
    return found.order_by("id").first()


def used_of(authorisation: StandingAuthorisation) -> int:
    """What was decided under it and still stands, in fen."""
    standing = RuleDecision.objects.filter(authorisation=authorisation).exclude(case__state__in=SPENT_NOTHING)
    total: int | None = standing.aggregate(total=Sum("amount_fen"))["total"]
    return total or 0


def is_drawn(seed: str, number: str, percent: int) -> bool:
    """Whether a case is checked after payment: the same for everybody who knows the seed, and for no applicant."""
    digest = hashlib.sha256(f"{seed}:{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % PERCENT < percent


def make_offer(turn: Turn) -> Case:
    """A case that nobody applied for: the bureau's own data open it (route R0)."""
    call = (
        Call.objects.select_related("policy_version", "authority")
        .defer("policy_version__policy_text", "policy_version__source_text", "policy_version__cases_text")
        .filter(pk=turn.data["call"])
        .first()
    )
    company = Company.objects.filter(pk=turn.data["company"]).first()
    if call is None or company is None or company.authority_id != call.authority_id or call.route != "R0":
        raise NotFound
    refuse_start(call, company, turn)
    return Case(
        authority_id=call.authority_id,
        call=call,
        policy_version=call.policy_version,
        company=company,
        company_name=company.name,
        number=case_number(call.authority, turn.now.on.year),
        submitted_at=turn.now.at,
        filing_number=filing_place(),
    )


def offered(turn: Turn) -> None:
    """The offer stands where the rule finds the company entitled and two people have authorised it; else there is none."""
    case: Case = turn.subject
    turn.record(call=case.call.number, company=case.company_id, filing_number=case.filing_number)
    if not decide_by_rule(turn):
        raise WrongState(
            _(
                "The data do not show that this company is entitled, or no standing authorisation covers it. Read what is "
                "missing on the page of the company, or have an authorisation approved."
            )
        )
    turn.set(**{name: getattr(case, name) for name in ("accepted_at", "computed_fen", "tier")})


def question(turn: Turn) -> None:
    """The company says that the data of the offer are wrong: people look at it before it stands on any list."""
    give_reason(turn)
    case: Case = turn.subject
    if case.route != "R0":
        raise WrongState(_("Only an offer can be questioned. Withdraw the application, or ask the bureau."))
    if RoundRow.objects.filter(case=case, state=RowState.LISTED).exists():
        raise WrongState(_("The case stands on a list already. Object on the page of the public notice."))


def decline(turn: Turn) -> None:
    """The company does not want what it was offered; what was set aside for it falls back."""
    if turn.subject.route != "R0":
        raise WrongState(_("Only an offer can be declined. Withdraw the application."))
    filing.withdraw(turn)


def confirm_sample(turn: Turn) -> None:
    turn.record(remark=turn.data["remark"])


def find_irregular(turn: Turn) -> None:
    """What was paid by rule should not have been: the case ends so, and what is to come back is recovered."""
    give_reason(turn)
