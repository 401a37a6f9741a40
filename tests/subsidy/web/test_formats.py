from __future__ import annotations

import datetime as dt

import pytest

from subsidy.web import formats
from subsidy.web.templatetags import ui


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (0, "0.00 元", "CNY 0.00"),
        (1, "0.01 元", "CNY 0.01"),
        (123_456_789, "1,234,567.89 元", "CNY 1,234,567.89"),
        (-105, "−1.05 元", "CNY −1.05"),
    ],
)
def test_money_is_exact(fen: int, zh: str, en: str) -> None:
    assert formats.money(fen, "zh-hans") == zh
    assert formats.money(fen, "en") == en


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (6_234_000_000, "6,234 万元", "CNY 62.34 million"),
        (123_456_789, "123.46 万元", "CNY 1.23 million"),
        (1_005_000, "1.01 万元", "CNY 10.05 thousand"),
        (-4_999, "0 万元", "CNY −0.05 thousand"),
        (1_500_000, "1.5 万元", "CNY 15 thousand"),
    ],
)
def test_short_money_rounds_half_up_and_drops_zeros(fen: int, zh: str, en: str) -> None:
    assert formats.money_short(fen, "zh-hans") == zh
    assert formats.money_short(fen, "en") == en


@pytest.mark.parametrize("amount", [1.5, True, "100"])
def test_money_refuses_what_is_not_fen(amount: object) -> None:
    with pytest.raises(TypeError, match="whole number of fen"):
        formats.money(amount, "en")  # type: ignore[arg-type]


def test_dates_and_instants_are_those_of_the_bureau() -> None:
    late = dt.datetime(2026, 11, 21, 16, 30, tzinfo=dt.UTC)
    assert formats.day(late, "zh-hans") == "2026年11月22日"
    assert formats.instant(late, "zh-hans") == "2026年11月22日 00:30"
    assert formats.instant(late, "en") == "22 Nov 2026, 00:30"
    assert formats.day(dt.date.max, "en") == "no deadline"


def test_a_day_of_an_instant_is_that_of_the_bureau_in_the_machine_s_form_too() -> None:
    late = dt.datetime(2024, 3, 4, 17, tzinfo=dt.UTC)
    assert 'datetime="2024-03-05"' in ui.day(late) and "3月5日" in ui.day(late)


@pytest.mark.parametrize(("octets", "text"), [(0, "0 B"), (1023, "1023 B"), (1536, "2 KB"), (5 << 20, "5 MB")])
def test_sizes(octets: int, text: str) -> None:
    assert formats.file_size(octets) == text
