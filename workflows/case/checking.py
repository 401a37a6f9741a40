"""What the officers' acts on one case change: acceptance, correction, amount."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from policies.language import Decision, Pack, format_value
from policies.language.award.combine import TooManyClaims
from subsidy.audit.moment import Moment
from subsidy.cases.models import Case
from subsidy.cases.services import correction_open
from subsidy.cases.values import value_of
from subsidy.correspondence.models import LetterKind
from subsidy.decisions.facts import decision_of
from subsidy.decisions.services import as_pinned, finding_record
from subsidy.decisions.stacking import Payable, payable
from subsidy.programmes.enums import Allocation
from subsidy.programmes.packs import pack_of
from subsidy.work.models import NO_DUE
from workflows.case.opinions import refuse_past_disagreement
from workflows.case.panel import HUNDREDTHS
from workflows.common.refusals import BadData, WrongState
from workflows.common.turn import Turn
from workflows.round.reserving import reserve


def accept(turn: Turn) -> None:
    """The filing is complete: from here on the clock of the bureau runs."""
    turn.set(accepted_at=turn.now.at)


def return_for_correction(turn: Turn) -> None:
    case: Case = turn.subject
    if case.corrections.exists():
        raise WrongState(_("A correction may be asked for once. Accept the application, or refuse it with reasons."))
    pack = pack_of(case.policy_version)
    answers = {row.name: value_of(row) for row in case.answers.all()}
    correction_open(
        case,
        asked_by=turn.actor,
        asked_at=turn.now.at,
        due_on=NO_DUE,  # the company's days begin when the letter is served
        due_provisional=False,
        message=turn.data["message"],
        items=[(name, reason, shown(pack, name, answers)) for name, reason in turn.data["items"].items()],
    )
    turn.record(items=turn.data["items"], message=turn.data["message"], working_days=pack.route.correction_days)
    turn.passage.defer("issue_letter", case_id=case.pk, kind=LetterKind.CORRECTION)


def shown(pack: Any, name: str, answers: dict[str, Any]) -> str:
    """The value of an answer as people read it in Chinese; a document or an open answer has none."""
    if name not in pack.facts or name not in answers:
        return ""
    return str(format_value(pack.facts[name], answers[name], "zh"))


def give_reason(turn: Turn) -> None:
    turn.record(reason=turn.data["reason"])


def refuse(turn: Turn) -> None:
    give_reason(turn)
    turn.passage.defer("issue_letter", case_id=turn.subject.pk, kind=LetterKind.NON_ACCEPTANCE)


def reject(turn: Turn) -> None:
    give_reason(turn)
    pack, facts, decision = decision_of(turn.subject, now=turn.now)
    finding = finding_record(turn.subject, pack, facts, decision, now=turn.now)
    turn.record(**as_pinned(finding), outcome=decision.outcome)
    turn.passage.defer("issue_letter", case_id=turn.subject.pk, kind=LetterKind.REJECTION)


def confirm_amount(turn: Turn) -> None:
    """Let the pinned policy decide on the facts as they are; only what it finds met goes on, with its amount if it pays.

    A policy that recognises and pays nothing gives an amount of zero; what its groups leave beside other awards counts.
    Under a call that serves who comes first the money is set aside here, or the case stays where it is.
    """
    case: Case = turn.subject
    pack, facts, decision, comes_to = amount_found(case, now=turn.now)
    amount = comes_to.amount_fen
    finding = finding_record(case, pack, facts, decision, now=turn.now)
    turn.set(computed_fen=amount, tier=decision.tier or "")
    turn.record(
        **as_pinned(finding),
        amount_fen=amount,
        tier=decision.tier,
        remark=turn.data["remark"],
        forgone=comes_to.as_recorded(),
    )
    if case.call.allocation == Allocation.FIRST_COME and amount:
        reserve(turn, case.call, [case])


def amount_found(case: Case, *, now: Moment, lock: bool = True) -> tuple[Pack, dict[str, Any], Decision, Payable]:
    """What the check of the amount finds: pack, facts, decision, and what is paid beside other awards.

    Raises BadData where the case is not entitled, its panel or a department speaks against it, or nothing is left to pay.
    Without `lock` it tells what would be found, as a preview does.
    """
    _refuse_below_mark(case)
    refuse_past_disagreement(case)
    pack, facts, decision = decision_of(case, now=now)
    pays = pack.program.amount is not None
    if decision.outcome != "met" or (pays and not decision.amount):
        raise BadData(
            _(
                "The policy does not find this application entitled on the facts at hand. "
                "Read the reasons, then reject it or ask for the missing facts."
            )
        )
    return pack, facts, decision, _beside_others(case, pack, decision.amount or 0, now=now, lock=lock)


def _beside_others(case: Case, pack: Pack, amount_fen: int, *, now: Moment, lock: bool) -> Payable:
    """What is paid beside other awards of the pack's groups: at least something, and nothing at the cost of another case."""
    try:
        comes_to = payable(case, pack, amount_fen, on=now.on, lock=lock)
    except TooManyClaims as error:
        raise BadData(
            _("More than 12 applications of this company share a group. Have some of them decided before this one.")
        ) from error
    if comes_to.displaced:
        raise BadData(
            _(
                "Beside this application %(numbers)s would come to less, and what it comes to is confirmed already. Wait "
                "for its decree, or ask the company which of them it withdraws."
            )
            % {"numbers": "、".join(comes_to.displaced)}
        )
    if amount_fen and not comes_to.amount_fen:
        raise BadData(
            _(
                "Other awards of the same group (%(groups)s) leave nothing to pay of what the policy computes. Reject the "
                "application with this reason."
            )
            % {"groups": "、".join(f"{one.title.zh} {one.title.en}" for one in comes_to.forgone)}
        )
    return comes_to


def _refuse_below_mark(case: Case) -> None:
    panel = pack_of(case.policy_version).route.panel
    if panel is not None and (case.score or 0) < panel.pass_mark * HUNDREDTHS:
        raise BadData(
            _(
                "The panel's mean lies below the mark that the policy asks for. Reject the application with this reason."
            )
        )
