"""The end of a budget year: everything moves or nothing, two people, and what is promised is paid by the next year."""

from __future__ import annotations

from typing import Any

import pytest

from subsidy.decisions.models import Proposal
from subsidy.ledger.enums import ReservationState
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import BudgetLine, Leg, Reservation
from tests.subsidy.payouts.bank import answered, imported, obligated
from tests.world import World, fresh
from workflows.common.refusals import BadData, NotFound, WrongState

BOOKS = ("I1", "I2", "I3", "I4")
SUMS = ("appropriated", "available", "committed", "obligated", "in_flight", "spent", "lapsed", "carried_out")


def ended(world: World, *carry: BudgetLine, year: int = 2024) -> Proposal:
    data = {"year": year, "carry": [line.pk for line in carry], "document": "西财〔2024〕99号", "reason": "年终"}
    return Proposal.objects.get(pk=world.open("proposal", "propose_year_end", "finance1", data))


def figures(line: BudgetLine) -> dict[str, int]:
    return {name: getattr(fresh(line), name) for name in SUMS if getattr(fresh(line), name)}


def after(line: BudgetLine) -> BudgetLine:
    return BudgetLine.objects.get(year=line.year + 1, code=line.code)


def test_what_is_free_lapses_or_goes_over_as_two_people_want_it(world: World) -> None:
    lapses, goes = world.line(70_00), world.line(30_00)
    proposal = ended(world, goes)
    assert figures(lapses) == {"appropriated": 70_00, "available": 70_00}
    world.act("proposal", proposal, "approve", "finance2")
    assert figures(lapses) == {"appropriated": 70_00, "lapsed": 70_00}
    assert figures(goes) == {"appropriated": 30_00, "carried_out": 30_00}
    assert figures(after(goes)) == {"appropriated": 30_00, "available": 30_00}
    assert fresh(goes).carried_to == after(goes) and fresh(lapses).carried_to is None
    assert not BudgetLine.objects.filter(year=2025, code=lapses.code).exists()
    assert fresh(lapses).closed_at and fresh(goes).closed_at and not after(goes).closed_at
    assert list(violations(BOOKS)) == []
    with pytest.raises(WrongState, match="2024"):
        ended(world)


def test_an_award_of_december_is_paid_from_the_line_of_the_next_year(world: World) -> None:
    line = world.line()
    paid, waiting = obligated(world, 2, line=line)
    batch = world.released([paid])
    for document in answered(batch, world):
        imported(world, document.content, name=document.name)
    owed, left = fresh(line).obligated, fresh(line).available
    world.act("proposal", ended(world), "approve", "finance2")
    assert figures(line) == {
        "appropriated": line.appropriated,
        "spent": line.appropriated - owed - left,
        "carried_out": owed,
        "lapsed": left,
    }
    moved = Reservation.objects.get(case_id=waiting.pk)
    assert (moved.line, moved.state) == (after(line), ReservationState.OBLIGATED)
    assert Reservation.objects.get(case_id=paid.pk).line == line, "what was paid stays with the year that paid it"
    batch = world.released([waiting])
    for document in answered(batch, world):
        imported(world, document.content, name=document.name)
    assert figures(after(line)) == {"appropriated": owed, "spent": owed}
    assert list(violations()) == []


def test_a_reservation_before_the_decree_goes_over_too(world: World) -> None:
    line = world.line()
    call = world.call(line=line)
    case = world.ready(call)
    world.act("round", world.round_on(call), "close_collection", "amount")
    reserved = fresh(line).committed
    assert reserved > 0, "the round has reserved for its case"
    world.act("proposal", ended(world, line), "approve", "finance2")
    assert figures(after(line)) == {
        "appropriated": line.appropriated,
        "committed": reserved,
        "available": line.appropriated - reserved,
    }
    assert Reservation.objects.get(case_id=case.pk).line == after(line)
    legs = Leg.objects.filter(line=after(line), budget_account="committed")
    assert [(leg.transaction.subject_kind, leg.transaction.subject_id) for leg in legs] == [("case", case.pk)]
    assert list(violations(BOOKS)) == []


def test_a_year_does_not_end_while_a_batch_is_in_flight_and_the_batch_is_named(world: World) -> None:
    line = world.line()
    batch = world.released(obligated(world, 1, line=line))
    with pytest.raises(WrongState, match=batch.number):
        ended(world)
    assert not Proposal.objects.exists() and fresh(line).closed_at is None


def test_a_batch_prepared_before_and_released_after_is_refused_by_name(world: World) -> None:
    line = world.line()
    cases = obligated(world, 1, line=line)
    batch = world.batch(cases)
    world.act("batch", batch, "check", "finance2")
    world.act("proposal", ended(world), "approve", "finance2")
    with pytest.raises(WrongState, match=line.code):
        world.act("batch", batch, "release", "finance3")
    world.act("batch", batch, "refuse_release", "finance3", data={"reason": "年终"})
    again = world.released(cases)
    assert again.lines.get().shares.get().budget_line == after(line)


def test_figures_that_changed_since_the_proposal_are_not_approved(world: World) -> None:
    line = world.line(10_00)
    proposal = ended(world)
    world.act("budget_line", line, "appropriate", "finance2", data={"amount_fen": 1_00, "document": "B"})
    with pytest.raises(WrongState, match=line.code):
        world.act("proposal", proposal, "approve", "finance2")
    assert figures(line) == {"appropriated": 11_00, "available": 11_00} and fresh(line).closed_at is None


def test_the_next_year_must_be_able_to_take_over(world: World) -> None:
    line, free = world.line(10_00), world.line(5_00)
    data: dict[str, Any] = {"code": line.code, "name_zh": "资金", "name_en": "Funds", "source": "city"}
    world.open("budget_line", "establish", "finance2", {"year": 2025, **data})
    with pytest.raises(WrongState, match=line.code):
        ended(world, line)
    ended(world, free)


def test_lines_of_others_and_years_to_come(world: World) -> None:
    world.line(10_00)
    with pytest.raises(NotFound):
        ended(world, World(code="yh").line(10_00))
    with pytest.raises(WrongState):
        ended(world, year=2025)
    with pytest.raises(BadData):
        world.open("proposal", "propose_year_end", "finance1", {"year": 2024, "document": "", "reason": "年终"})
