"""Amounts, dates and instants as written."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from subsidy.letters.formats import day, instant, money, titled, yuan
from tests.subsidy.letters.samples import BEIJING


@pytest.mark.parametrize(
    ("fen", "written"),
    [(0, "0.00"), (5, "0.05"), (100, "1.00"), (123456789, "1,234,567.89"), (-5, "-0.05"), (-123450, "-1,234.50")],
)
def test_fen_are_written_as_yuan(fen: int, written: str) -> None:
    assert yuan(fen) == written


def test_money_has_its_unit() -> None:
    assert money(364705800, "zh") == "3,647,058.00元"
    assert money(364705800, "en") == "CNY 3,647,058.00"


def test_days_are_written_in_both_languages() -> None:
    assert day(date(2026, 11, 22), "zh") == "2026年11月22日"
    assert day(date(2026, 11, 2), "en") == "2 Nov 2026"


def test_an_instant_keeps_the_offset_it_was_given() -> None:
    assert instant(datetime(2024, 3, 4, 9, 5, tzinfo=BEIJING), "zh") == "2024年3月4日 09:05 (UTC+08:00)"
    assert instant(datetime(2024, 3, 4, 9, 5, tzinfo=UTC), "en") == "4 Mar 2024 09:05 (UTC+00:00)"


def test_a_title_has_the_brackets_of_its_language() -> None:
    assert titled("实施意见", "示科〔2023〕3号", "zh") == "实施意见（示科〔2023〕3号）"
    assert titled("Plan", "3/2023", "en") == "Plan (3/2023)"
