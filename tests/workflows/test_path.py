"""The whole path of one round, through the door alone."""

from __future__ import annotations

from subsidy.cases.enums import CaseState
from subsidy.decisions.models import Award
from subsidy.ledger.models import BudgetLine, Leg
from subsidy.payouts.enums import BatchState
from tests.world import World, fresh


def test_a_case_goes_from_draft_to_money_in_flight(world: World) -> None:
    line = world.line()
    call = world.call(line=line)
    case = world.ready(call)
    assert case.state == CaseState.AWAITING_ROUND
    assert case.computed_fen and case.computed_fen > 0
    world.decreed(call)
    case = fresh(case)
    assert case.state == CaseState.AWAITING_ACCOUNT
    assert case.amount_fen == case.computed_fen == Award.objects.get(case=case).amount_fen
    case = world.accounted(case)
    assert case.state == CaseState.AWAITING_PAYMENT
    batch = world.released([case])
    assert batch.state == BatchState.EXPORTED
    line = BudgetLine.objects.get(pk=line.pk)
    assert line.in_flight == case.amount_fen
    assert line.available + line.in_flight == line.appropriated
    assert sum(Leg.objects.values_list("amount", flat=True)) == 0
