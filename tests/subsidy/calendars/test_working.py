from __future__ import annotations

import datetime as dt

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy.calendars.published import published_days, published_years
from subsidy.calendars.working import Due, WorkingCalendar


def calendar_of(first: int, last: int) -> WorkingCalendar:
    days = list(published_days(range(first, last + 1)))
    exceptions = {each.day: each.is_working for each in days if each.is_working != (each.day.weekday() < 5)}
    return WorkingCalendar(days[0].day, days[-1].day, exceptions)


PUBLISHED = calendar_of(2023, 2026)

# Start, working days, end when the first day counts, end when it does not.
GOLDEN = [
    ("2024-09-27", 5, "2024-10-09", "2024-10-10"),
    ("2023-06-30", 5, "2023-07-06", "2023-07-07"),
    ("2026-02-13", 5, "2026-02-26", "2026-02-27"),
    ("2026-09-24", 5, "2026-10-08", "2026-10-09"),
    ("2025-01-24", 7, "2025-02-08", "2025-02-10"),
    ("2026-11-23", 10, "2026-12-04", "2026-12-07"),
    # The window of a real notice, reached only by counting its first day and the make-up Saturday 2024-09-14.
    ("2024-09-06", 15, "2024-09-27", "2024-09-29"),
]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(("start", "days", "inclusive", "exclusive"), GOLDEN)
def test_golden_dates(start: str, days: int, inclusive: str, exclusive: str) -> None:
    assert PUBLISHED.add_working_days(day(start), days, "inclusive") == Due(day(inclusive), provisional=False)
    assert PUBLISHED.add_working_days(day(start), days) == Due(day(exclusive), provisional=False)


def test_make_up_saturday_is_a_working_day_and_its_holiday_is_not() -> None:
    assert PUBLISHED.is_working(day("2024-09-14"))
    assert PUBLISHED.is_working(day("2025-02-08"))
    assert not PUBLISHED.is_working(day("2024-09-16"))
    assert PUBLISHED.next_working_day(day("2024-09-13")) == day("2024-09-14")


def test_a_period_that_starts_on_a_day_off_counts_from_the_next_working_day_under_both_rules() -> None:
    sunday = day("2024-03-03")
    assert PUBLISHED.add_working_days(sunday, 1, "inclusive").on == day("2024-03-04")
    assert PUBLISHED.add_working_days(sunday, 1).on == day("2024-03-04")


@pytest.mark.parametrize("year", [2027, 2029])
def test_beyond_the_published_range_weekdays_count_and_the_day_is_provisional(year: int) -> None:
    due = PUBLISHED.add_working_days(dt.date(year, 2, 1), 5)
    assert due.provisional
    assert due.on.weekday() < 5
    assert PUBLISHED.working_days_between(dt.date(year, 2, 1), due.on) == 5


def test_a_period_that_leaves_the_published_range_is_provisional() -> None:
    assert PUBLISHED.add_working_days(day("2026-12-30"), 1) == Due(day("2026-12-31"), provisional=False)
    assert PUBLISHED.add_working_days(day("2026-12-30"), 2) == Due(day("2027-01-01"), provisional=True)


def test_a_start_before_the_published_range_is_provisional() -> None:
    assert PUBLISHED.add_working_days(day("2022-12-30"), 3).provisional


def test_without_a_calendar_everything_is_provisional() -> None:
    assert WorkingCalendar().add_working_days(day("2024-10-01"), 1) == Due(day("2024-10-02"), provisional=True)


@pytest.mark.parametrize("days", [0, -1])
def test_a_period_without_days_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="at least one working day"):
        PUBLISHED.add_working_days(day("2024-03-04"), days)


def test_an_unknown_way_of_counting_is_refused() -> None:
    with pytest.raises(ValueError, match="'exclusive' or 'inclusive'"):
        PUBLISHED.add_working_days(day("2024-03-04"), 1, "both")  # type: ignore[arg-type]


def test_overdue_is_negative() -> None:
    assert PUBLISHED.working_days_between(day("2024-03-08"), day("2024-03-04")) == -4


@given(st.dates(dt.date(2023, 1, 1), dt.date(2028, 1, 1)), st.integers(1, 60))
def test_counting_days_back_gives_what_was_added(start: dt.date, days: int) -> None:
    due = PUBLISHED.add_working_days(start, days)
    assert PUBLISHED.is_working(due.on)
    assert PUBLISHED.working_days_between(start, due.on) == days


def test_the_library_reaches_the_years_that_the_program_promises() -> None:
    years = published_years()
    assert years[0] == 2004
    assert years[-1] >= 2026


def test_a_year_not_yet_published_is_refused() -> None:
    with pytest.raises(ValueError, match="is not known"):
        list(published_days([published_years()[-1] + 1]))


def test_a_year_of_which_only_a_few_days_are_known_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    following = published_years()[-1] + 1
    first_of_january = {dt.date(following, 1, 1): "New Year's Day"}
    monkeypatch.setattr(chinese_calendar, "holidays", {**chinese_calendar.holidays, **first_of_january})
    assert following not in published_years()


def test_a_library_with_a_year_missing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    without = {day: name for day, name in chinese_calendar.holidays.items() if day.year != 2020}
    monkeypatch.setattr(chinese_calendar, "holidays", without)
    with pytest.raises(ValueError, match="a year missing"):
        published_years()
