"""Amounts in capitals, by the examples of annex 1 of the payment rules and by round trip."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subsidy.bankfiles import amount_in_capitals, parse_capitals

EXAMPLES = {
    140950: "壹仟肆佰零玖元伍角",
    600714: "陆仟零柒元壹角肆分",
    168032: "壹仟陆佰捌拾元零叁角贰分",
    10700053: "壹拾万柒仟元零伍角叁分",
    1640902: "壹万陆仟肆佰零玖元零贰分",
    32504: "叁佰贰拾伍元零肆分",
}
FURTHER = {
    0: "零元整",
    1: "壹分",
    10: "壹角",
    100: "壹元整",
    1000: "壹拾元整",
    1001: "壹拾元零壹分",
    100_000: "壹仟元整",
    1_000_100: "壹万零壹元整",
    100_000_000: "壹佰万元整",
    100_050_000: "壹佰万零伍佰元整",
    6_235_000_000_000: "陆佰贰拾叁亿伍仟万元整",
    10_000_000_000_005: "壹仟亿元零伍分",
    1_000_000_000_000_000: "壹拾万亿元整",
    10**18 - 1: "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
}


@pytest.mark.parametrize(("fen", "text"), [*EXAMPLES.items(), *FURTHER.items()])
def test_one_form_is_pinned_for_writing(fen: int, text: str) -> None:
    assert amount_in_capitals(fen) == "人民币" + text
    assert parse_capitals(text) == fen


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("人民币壹仟陆佰捌拾元叁角贰分", 168032),
        ("壹拾万零柒仟元伍角叁分", 10700053),
        ("壹拾万零柒仟元零伍角叁分", 10700053),
        ("壹仟肆佰零玖元伍角整", 140950),
        ("壹仟肆佰零玖元伍角正", 140950),
        ("人民币壹佰元正", 10000),
    ],
)
def test_every_legal_form_is_read(text: str, fen: int) -> None:
    assert parse_capitals(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "人民币",
        "整",
        "元整",
        "壹仟肆佰玖元伍角",  # the zero in the middle is not optional
        "壹仟零肆佰零玖元伍角",
        "叁佰贰拾伍元肆分",
        "壹元零零伍分",
        "零伍角",
        "壹元",
        "壹元伍分整",
        "拾元整",
        "壹万万元整",
        "壹拾壹万零柒仟元整",  # no zero digit stands before 柒仟
        "贰壹元整",
        "1409.50",
        "壹仟肆佰零玖元伍角 ",
        "人民币人民币壹元整",
        "负壹元整",
    ],
)
def test_anything_else_is_refused_and_told_how_to_write_it(text: str) -> None:
    with pytest.raises(ValueError, match="人民币壹仟肆佰零玖元伍角"):
        parse_capitals(text)


@pytest.mark.parametrize("fen", [-1, 10**18])
def test_amounts_outside_the_range_are_refused(fen: int) -> None:
    with pytest.raises(ValueError, match="between 0 and"):
        amount_in_capitals(fen)


@settings(deadline=None, max_examples=500)
@given(
    st.one_of(
        st.integers(0, 10**18 - 1),
        st.integers(0, 10**9),
        st.lists(st.sampled_from("0001579"), min_size=1, max_size=18).map(lambda digits: int("".join(digits))),
    )
)
def test_what_is_written_is_read_back(fen: int) -> None:
    text = amount_in_capitals(fen)
    assert parse_capitals(text) == fen
    assert "零零" not in text
