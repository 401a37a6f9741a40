"""The demo's budget from year to year: two years closed, a carry-over, a move; done twice it is done once."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django.fixtures import Settings

from subsidy.calendars.services import calendar_import, clock_start
from subsidy.demo import budget_years
from subsidy.demo.accounts import People
from subsidy.demo.seed import found_bureau, fund, publish_routes
from subsidy.demo.stage import Stage
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import BudgetLine

FIRST_FEN, THIRD_FEN = 70_000_000_00, 80_000_000_00


@pytest.mark.django_db
def test_the_budget_of_three_years(settings: Settings) -> None:
    settings.DEMO_MODE = True
    clock_start()
    calendar_import()
    people = People()
    people.systems()
    bureau = found_bureau()
    people.staff(bureau)
    stage = Stage(bureau, people)
    publish_routes(stage)
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
