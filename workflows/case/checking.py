"""What the officers' acts on one case change: acceptance, correction, amount."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from policies.language import format_value
from subsidy.cases.models import Case
from subsidy.cases.services import correction_open
from subsidy.cases.values import value_of
from subsidy.correspondence.models import LetterKind
from subsidy.decisions.facts import decision_of
from subsidy.decisions.services import as_pinned, finding_record
from subsidy.decisions.stacking import payable
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

    A policy that recognises and pays nothing gives an amount of zero; of an upgrade the difference to what was granted
    before counts. Under a call that serves who comes first the money
    is set aside here, or the case stays where it is.
    """
    case: Case = turn.subject
    _refuse_below_mark(case)
    refuse_past_disagreement(case)
    pack, facts, decision = decision_of(case, now=turn.now)
    pays = pack.program.amount is not None
    if decision.outcome != "met" or (pays and not decision.amount):
        raise BadData(
            _(
                "The policy does not find this application entitled on the facts at hand. "
                "Read the reasons, then reject it or ask for the missing facts."
            )
        )
    amount, forgone = payable(case, pack, decision.amount or 0, on=turn.now.on)
    if pays and not amount:
        raise BadData(
            _(
                "Earlier awards of the same group reach what the policy computes now, so no difference is left to pay. "
                "Reject the application with this reason."
            )
        )
    finding = finding_record(case, pack, facts, decision, now=turn.now)
    turn.set(computed_fen=amount, tier=decision.tier or "")
    turn.record(
        **as_pinned(finding), amount_fen=amount, tier=decision.tier, remark=turn.data["remark"], forgone=forgone
    )
    if case.call.allocation == Allocation.FIRST_COME and amount:
        reserve(turn, case.call, [case])


def _refuse_below_mark(case: Case) -> None:
    panel = pack_of(case.policy_version).route.panel
    if panel is not None and (case.score or 0) < panel.pass_mark * HUNDREDTHS:
        raise BadData(
            _(
                "The panel's mean lies below the mark that the policy asks for. Reject the application with this reason."
            )
        )
