"""A corrigendum or revocation of an award that is paid: the difference is asked back once, or paid as a further part."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import AwardChange, Instalment, Round
from subsidy.ledger.invariants import violations
from subsidy.payouts.recoveries import Recovery, RecoveryGround, RecoveryState
from tests.workflows.test_by_rule import settled
from tests.workflows.test_objections import correct
from tests.world import World, days_later, fresh
from workflows.common.refusals import WrongState
from workflows.recovery.jobs import propose_difference

pytestmark = pytest.mark.django_db


def paid_award(world: World) -> tuple[Round, Case, int]:
    case = world.ready(world.call())
    round_ = world.decreed(case.call)
    full = case.computed_fen or 0
    settled(world, world.accounted(case))
    world.now = days_later(world.now, 3)
    return round_, fresh(case), full


def said(fen: int) -> str:
    return f"{fen / 100:.2f}"


def jobs_of(world: World) -> Callable[[], None]:
    """Runs, twice over, what the papers so far have the program propose."""

    def run() -> None:
        for _again in range(2):
            for one in AwardChange.objects.filter(recover_fen__gt=0).select_related("award", "decree"):
                propose_difference(
                    one.award.case_id,
                    amount_fen=one.recover_fen,
                    proposer_id=world.people["notice"].pk,
                    occurred_on=one.decree.issued_on.isoformat(),
                    reason=one.reason,
                    paper=one.decree.number,
                    now=world.now,
                )

    return run


def proposed() -> list[int]:
    found = Recovery.objects.filter(ground=RecoveryGround.CORRECTED).order_by("pk")
    return list(found.values_list("proposed_fen", flat=True))


@pytest.mark.parametrize("at_once", [True, False], ids=["proposed at once", "proposed after the second paper"])
def test_each_paper_asks_back_what_the_one_before_did_not(world: World, at_once: bool) -> None:
    round_, case, full = paid_award(world)
    run = jobs_of(world)
    correct(world, round_, "西科〔2024〕9号", amount_yuan=said(full - 20_000))
    if at_once:
        run()
    correct(world, round_, "西科〔2024〕10号", amount_yuan=said(full - 50_000))
    run()
    assert proposed() == [20_000, 30_000]
    assert (fresh(case).state, fresh(case).amount_fen) == (CaseState.PAID, full - 50_000)
    assert list(violations()) == []


def test_a_total_that_rises_again_pays_only_the_difference(world: World) -> None:
    """What is still asked back is not owed a second time; what was asked back is paid out again as a further part."""
    round_, case, full = paid_award(world)
    correct(world, round_, "西科〔2024〕9号", amount_yuan=said(full - 20_000))
    jobs_of(world)()
    correct(world, round_, "西科〔2024〕10号", amount_yuan=said(full - 5_000))
    more = Instalment.objects.get(award__case=case, state=InstalmentState.DUE)
    assert (more.amount_fen, fresh(case).state) == (15_000, CaseState.AWAITING_PAYMENT)
    assert list(violations()) == []
    settled(world, fresh(case))
    assert fresh(case).state == CaseState.PAID and fresh(more).state == InstalmentState.PAID
    assert list(violations()) == []


def test_a_total_that_rises_after_the_recovery_was_dropped_pays_nothing(world: World) -> None:
    round_, case, full = paid_award(world)
    run = jobs_of(world)
    correct(world, round_, "西科〔2024〕9号", amount_yuan=said(full - 20_000))
    run()
    recovery = Recovery.objects.get()
    world.now = days_later(world.now, 30)
    world.act("recovery", recovery, "drop", "leader", data={"reasons": "不予追回，事出有因"})
    assert fresh(recovery).state == RecoveryState.DROPPED
    correct(world, round_, "西科〔2024〕10号", amount_yuan=said(full - 5_000))
    assert not Instalment.objects.filter(award__case=case, state=InstalmentState.DUE).exists()
    assert AwardChange.objects.latest("pk").recover_fen == 5_000
    assert list(violations()) == []


def test_a_revoked_award_that_was_paid_is_asked_back_whole(world: World) -> None:
    round_, case, full = paid_award(world)
    said_ = {"rank": 1, "number": "西科〔2024〕9号", "reason": "提供虚假材料"}
    world.act("round", round_, "revoke_award", "notice", data=said_)
    jobs_of(world)()
    assert proposed() == [full] and fresh(case).state == CaseState.REVOKED
    assert list(violations()) == []


def test_nothing_is_restated_while_a_payment_is_under_way(world: World) -> None:
    case = world.ready(world.call())
    round_ = world.decreed(case.call)
    world.released([world.accounted(case)])
    with pytest.raises(WrongState, match="先退回该批次"):
        correct(world, round_, "西科〔2024〕9号", amount_yuan="100.00")
