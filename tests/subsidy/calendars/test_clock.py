from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from subsidy.audit.moment import ZONE, Moment
from subsidy.calendars.clock import advance_to_next_working_day, business_now
from subsidy.calendars.models import BusinessClock
from subsidy.calendars.services import CLOCK_START, ClockRefusedError, calendar_import, clock_move, clock_start

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.DEMO_MODE = True
    calendar_import(years=[2024])


def test_without_a_stored_clock_the_databases_own_time_holds() -> None:
    now = business_now()
    assert now.at == now.real
    assert now.at.tzinfo is not None


def test_the_demo_starts_on_its_monday_and_stands_still(demo: None) -> None:
    clock_start()
    first, second = business_now(), business_now()
    assert first.at == second.at == dt.datetime(2024, 3, 4, 9, 0, tzinfo=ZONE)
    assert first.on == dt.date(2024, 3, 4)
    assert second.real > first.real != first.at


def test_one_query_a_read(demo: None) -> None:
    clock_start()
    with CaptureQueriesContext(connection) as queries:
        business_now()
    assert len(queries) == 1


def test_starting_again_leaves_the_clock_where_it_was_moved(demo: None) -> None:
    clock_start()
    moved = advance_to_next_working_day(business_now())
    clock_start()
    assert business_now().at == moved.at


@pytest.mark.parametrize(
    ("from_", "to"),
    [
        ("2024-03-04T09:00", "2024-03-05"),
        ("2024-03-08T17:30", "2024-03-11"),  # over a weekend
        ("2024-09-13T09:00", "2024-09-14"),  # onto a make-up Saturday
        ("2024-09-30T23:59", "2024-10-08"),  # over the national holiday
    ],
)
def test_the_next_working_day_begins_at_nine(demo: None, from_: str, to: str) -> None:
    clock_start(at=dt.datetime.fromisoformat(from_).replace(tzinfo=ZONE))
    moved = advance_to_next_working_day(business_now())
    assert moved.at == dt.datetime.fromisoformat(f"{to}T09:00").replace(tzinfo=ZONE)
    assert business_now().at == moved.at


def test_the_clock_moves_on_beyond_the_published_calendar(demo: None) -> None:
    clock_start(at=dt.datetime(2029, 1, 5, 9, 0, tzinfo=ZONE))
    assert advance_to_next_working_day(business_now()).on == dt.date(2029, 1, 8)


def test_moving_is_refused_outside_demo_mode(settings: Settings) -> None:
    settings.DEMO_MODE = False
    BusinessClock.objects.create(now=CLOCK_START)
    with pytest.raises(ClockRefusedError, match="Only demo mode"):
        advance_to_next_working_day(Moment(at=CLOCK_START, real=CLOCK_START))
    with pytest.raises(ClockRefusedError, match="Only demo mode"):
        clock_start()
    assert BusinessClock.objects.get().now == CLOCK_START


def test_a_demos_clock_is_refused_by_a_real_installation(settings: Settings) -> None:
    settings.DEMO_MODE = False
    BusinessClock.objects.create(now=CLOCK_START)
    with pytest.raises(ClockRefusedError, match="Only demo mode"):
        business_now()


def test_of_two_moves_from_one_day_the_second_is_told(demo: None) -> None:
    clock_start()
    seen = business_now()
    advance_to_next_working_day(seen)
    with pytest.raises(ClockRefusedError, match="just been moved"):
        advance_to_next_working_day(seen)
    assert business_now().on == dt.date(2024, 3, 5)


def test_business_time_never_runs_backwards(demo: None) -> None:
    clock_start()
    with pytest.raises(ClockRefusedError, match="only moves forward"):
        clock_move(seen=CLOCK_START, to=CLOCK_START)
