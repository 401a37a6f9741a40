from __future__ import annotations

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subsidy.calendars.models import CalendarDay
from subsidy.calendars.selectors import working_calendar
from subsidy.calendars.services import calendar_import

pytestmark = pytest.mark.django_db
MAKE_UP_SATURDAY = dt.date(2024, 9, 14)


def test_import_holds_every_day_of_its_years_with_the_holidays_name() -> None:
    change = calendar_import(years=[2024])
    assert (change.first, change.last, len(change.added), change.changed) == (
        dt.date(2024, 1, 1),
        dt.date(2024, 12, 31),
        366,
        (),
    )
    assert CalendarDay.objects.get(day=MAKE_UP_SATURDAY).is_working
    assert CalendarDay.objects.get(day=dt.date(2024, 10, 1)).name == "国庆节"
    assert CalendarDay.objects.filter(is_working=True).count() == 251


def test_importing_again_changes_nothing() -> None:
    calendar_import(years=[2024])
    assert calendar_import(years=[2024]).is_empty


def test_import_mends_a_day_that_was_published_anew() -> None:
    calendar_import(years=[2024])
    CalendarDay.objects.filter(day=MAKE_UP_SATURDAY).update(is_working=False)
    assert calendar_import(years=[2024]).changed == (MAKE_UP_SATURDAY,)
    assert CalendarDay.objects.get(day=MAKE_UP_SATURDAY).is_working


def test_looking_first_writes_nothing() -> None:
    assert len(calendar_import(years=[2024], commit=False).added) == 366
    assert not CalendarDay.objects.exists()


def test_a_gap_between_years_is_refused() -> None:
    calendar_import(years=[2022])
    with pytest.raises(ValueError, match="lack 2023"):
        calendar_import(years=[2024])
    assert CalendarDay.objects.filter(day__year=2024).count() == 0


def test_no_year_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        calendar_import(years=[])


def test_the_calendar_is_read_once_and_then_known_by_one_query() -> None:
    calendar_import(years=[2023, 2024])
    first = working_calendar()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert working_calendar() is first
    assert len(queries) == 1
    assert first.is_published(dt.date(2023, 1, 1))
    assert not first.is_published(dt.date(2025, 1, 1))


def test_a_holiday_moved_within_the_same_range_is_seen() -> None:
    calendar_import(years=[2024])
    assert working_calendar().is_working(MAKE_UP_SATURDAY)
    CalendarDay.objects.filter(day=MAKE_UP_SATURDAY).update(is_working=False)
    CalendarDay.objects.filter(day=dt.date(2024, 9, 15)).update(is_working=True)
    assert not working_calendar().is_working(MAKE_UP_SATURDAY)
    assert working_calendar().is_working(dt.date(2024, 9, 15))


def test_a_hole_in_the_calendar_is_refused() -> None:
    calendar_import(years=[2024])
    CalendarDay.objects.filter(day=dt.date(2024, 6, 3)).delete()
    with pytest.raises(ValueError, match="lacks days"):
        working_calendar()


def test_an_empty_table_knows_only_weekdays() -> None:
    assert working_calendar().add_working_days(dt.date(2024, 10, 1), 1).provisional


def test_the_command_shows_first_and_writes_with_commit() -> None:
    shown, written, again = StringIO(), StringIO(), StringIO()
    call_command("calendar_import", stdout=shown)
    assert "--commit" in shown.getvalue()
    assert not CalendarDay.objects.exists()
    call_command("calendar_import", "--commit", "--json", stdout=written)
    answer = json.loads(written.getvalue())
    assert answer["first"] == "2004-01-01"
    assert answer["added"] == CalendarDay.objects.count()
    call_command("calendar_import", "--commit", stdout=again)
    assert "up to date" in again.getvalue()
