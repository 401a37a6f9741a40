"""Decimal text to fen and back is exact or refused; CNAPS numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidy.bankfiles import cnaps_check_digit_holds, is_cnaps
from subsidy.bankfiles.amounts import fen_to_text, iso_to_fen, text_to_fen
from subsidy.bankfiles.currencies import DECIMALS


@settings(deadline=None)
@given(st.integers(0, 10**18 - 1))
def test_fen_survive_both_texts(fen: int) -> None:
    assert text_to_fen(fen_to_text(fen)) == fen
    assert iso_to_fen(fen_to_text(fen)) == fen


@pytest.mark.parametrize(
    "text",
    ["1.5", "1", "1.005", "1.500", "-1.00", "+1.00", "1,000.00", "01.00", " 1.00", "1.00\n", "", "１.00", "1e2.00"],
)
def test_bank_csv_amounts_have_exactly_two_decimals(text: str) -> None:
    assert text_to_fen(text) is None


@pytest.mark.parametrize(("text", "fen"), [("1", 100), ("1.5", 150), ("1.50000", 150), ("0.01", 1), ("+2.00", 200)])
def test_iso_amounts_may_be_shorter_or_padded(text: str, fen: int) -> None:
    assert iso_to_fen(text) == fen


@settings(deadline=None)
@given(st.integers(0, 10**18 - 1), st.sampled_from(sorted(DECIMALS)))
def test_every_currency_keeps_its_smallest_unit(amount: int, currency: str) -> None:
    text = fen_to_text(amount, currency)
    assert iso_to_fen(text, currency) == amount
    assert len(text.partition(".")[2]) == DECIMALS[currency]


@pytest.mark.parametrize(
    ("text", "currency"), [("1.5", "JPY"), ("1.0005", "KWD"), ("1.005", "CNY"), ("1", "XXX"), ("1", None)]
)
def test_a_part_of_the_smallest_unit_and_an_unknown_currency_are_no_amount(text: str, currency: str | None) -> None:
    assert iso_to_fen(text, currency) is None


@pytest.mark.parametrize("text", ["1.005", "-1.00", "", "1e3", "1.", ".5", "1 000.00", "9" * 17, "NaN", "１"])
def test_iso_amounts_never_lose_part_of_a_fen(text: str) -> None:
    assert iso_to_fen(text) is None


def test_a_negative_amount_is_never_written() -> None:
    with pytest.raises(ValueError, match="never negative"):
        fen_to_text(-1)


@pytest.mark.parametrize(
    "code", ["102100099996", "103100000026", "104100000004", "105100000017", "308584000013", "313100000013"]
)
def test_head_offices_satisfy_the_check_digit(code: str) -> None:
    assert is_cnaps(code)
    assert cnaps_check_digit_holds(code)
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert not cnaps_check_digit_holds(wrong)


def test_the_check_digit_of_no_cnaps_number_is_an_error() -> None:
    with pytest.raises(ValueError, match="12 digits"):
        cnaps_check_digit_holds("12345")
