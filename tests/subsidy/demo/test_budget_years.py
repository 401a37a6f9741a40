"""The demo's budget from year to year: two years closed, a carry-over, a move; done twice it is done once."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django.fixtures import Settings

from subsidy.calendars.services import calendar_import, clock_start
from subsidy.demo import budget_years, december
from subsidy.demo.accounts import People
from subsidy.demo.december import December
from subsidy.demo.seed import found_bureau, fund, paying_account, publish_routes, receive
from subsidy.demo.stage import Stage
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import BudgetLine
from subsidy.payouts.models import BatchLine

FIRST_FEN, THIRD_FEN = 70_000_000_00, 80_000_000_00


@pytest.fixture
def stage(db: None, settings: Settings) -> Stage:
    """The demo's bureau with its people and the policies of all routes, before anything has happened."""
    settings.DEMO_MODE = True
    clock_start()
    calendar_import()
    people = People()
    people.systems()
    bureau = found_bureau()
    people.staff(bureau)
    stage = Stage(bureau, people)
    publish_routes(stage)
    return stage


def test_the_budget_of_three_years(stage: Stage) -> None:
    for _again in range(2):
        fund(stage, 2022, appropriated_fen=FIRST_FEN, on=dt.date(2022, 2, 14), document="西财〔2022〕12号")
        budget_years.close_first_year(stage)
        budget_years.carry_second_year(stage)
        fund(stage, 2024, appropriated_fen=THIRD_FEN, on=dt.date(2024, 1, 29), document="西财〔2024〕5号")
        budget_years.move_between_lines(stage)
    found = {
        (line.year, line.code[-2:]): (line.available, line.lapsed, line.carried_out, line.closed_at is not None)
        for line in BudgetLine.objects.all()
    }
    moved, planned = budget_years.MOVED_FEN, budget_years.PLANNED_FEN
    assert found == {
        (2022, "FT"): (0, FIRST_FEN, 0, True),
        (2023, "GH"): (0, 0, planned, True),
        (2024, "GH"): (planned - moved, 0, 0, False),
        (2024, "FT"): (THIRD_FEN + moved, 0, 0, False),
    }
    assert list(violations(("I1", "I2", "I3", "I4"))) == []


def test_an_award_of_december_is_paid_from_the_next_years_line(stage: Stage) -> None:
    account = paying_account(stage)
    for _again in range(2):
        receive(stage, account, FIRST_FEN, on=dt.date(2022, 6, 27), document="西财拨〔2022〕31号")
        story = December(stage, account)
        story.decreed()
        budget_years.carry_second_year(stage)
        story.paid()
    old, new = BudgetLine.objects.filter(code=december.LINE["code"]).order_by("year")
    assert (old.year, old.carried_out, old.spent, old.closed_at is not None) == (2023, 1_000_000_00, 0, True)
    assert (new.year, new.obligated, new.spent) == (2024, 700_000_00, 300_000_00)
    assert BatchLine.objects.get().shares.get().budget_line == new
    assert list(violations()) == []
