"""A rating that states a smaller total than was paid: the rest falls away, the difference is proposed to be recovered."""

from __future__ import annotations

import pytest

from subsidy.cases.models import Case
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Instalment
from subsidy.ledger.invariants import violations
from subsidy.payouts.models import Recovery
from subsidy.payouts.recoveries import RecoveryGround, RecoveryState
from tests.workflows.test_by_rule import settled
from tests.workflows.test_stages import Bureau
from tests.world import days_later, fresh, pdf
from workflows.common.refusals import DutiesClash, WrongState
from workflows.recovery.jobs import propose_difference

RATED = (
    "instalments:\n"
    "  - {id: first, share: 60%, on: award, clause: A-08, zh: 首笔, en: first, certainty: assumed, source: assumed}\n"
    "  - {id: last, share: rest, on: completion, rated_by: recognised_tier, times: {flying: 100%, nearly: 50%}, "
    "clause: A-08, zh: 余款, en: rest, certainty: assumed, source: assumed}\n\n"
)


def reported(bureau: Bureau) -> Case:
    """A case of which the first 60% are paid and the rest waits for its rating."""
    call = bureau.call_by("  kind: R5\n  co_review: no\n", terms=RATED)
    case = bureau.submitted(call)
    bureau.act("case", case, "accept", "acceptance")
    bureau.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    bureau.decreed(call)
    bureau.act("case", case, "sign_agreement", bureau.legal(case.company), files={"document": pdf("agreement.pdf")})
    bureau.act("case", case, "countersign", "leader", data={"number": "西科协〔2024〕2号"})
    case = bureau.accounted(case)
    settled(bureau, case)
    done = {"data": {"text": "目标达成"}, "files": {"document": pdf("report.pdf")}}
    bureau.act("case", case, "report_part", bureau.filer(case.company), **done)
    return fresh(case)


@pytest.mark.django_db
def test_what_was_paid_beyond_a_rating_is_proposed_once_and_not_clipped() -> None:
    bureau = Bureau()
    case = reported(bureau)
    award = case.award.amount_fen
    first = Instalment.objects.get(award__case=case, part="first").amount_fen
    too_much = first - award // 2
    bureau.act("case", case, "confirm_part", "amount", data={"rating": "nearly", "remark": "评级下调"})
    last = Instalment.objects.get(award__case=case, part="last")
    assert (last.state, last.rating) == (InstalmentState.FALLEN, "nearly") and too_much > 0
    officer = bureau.people["amount"]
    for _again in range(2):
        propose_difference(
            case.pk,
            amount_fen=too_much,
            proposer_id=officer.pk,
            occurred_on=bureau.now.on.isoformat(),
            reason="评级下调",
            now=bureau.now,
        )
    recovery = Recovery.objects.get(case=case)
    assert (recovery.ground, recovery.proposed_fen, recovery.proposed_by) == (RecoveryGround.RATED, too_much, officer)
    bureau.now = days_later(bureau.now, 30)
    decision = {"amount_fen": too_much, "reasons": "评级下调，差额应予追回"}
    bureau.grant("amount", "leader")
    with pytest.raises((DutiesClash, WrongState)):
        bureau.act("recovery", recovery, "decide", "amount", data=decision)
    bureau.act("recovery", recovery, "decide", "leader", data=decision)
    assert fresh(recovery).state == RecoveryState.OPEN
    assert list(violations()) == []


@pytest.mark.django_db
def test_more_than_was_paid_is_never_proposed() -> None:
    bureau = Bureau()
    case = reported(bureau)
    with pytest.raises(WrongState):
        propose_difference(
            case.pk,
            amount_fen=case.award.amount_fen,
            proposer_id=bureau.people["amount"].pk,
            occurred_on=bureau.now.on.isoformat(),
            reason="评级下调",
            now=bureau.now,
        )
    assert not Recovery.objects.exists()
