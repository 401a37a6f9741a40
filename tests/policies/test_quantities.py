"""Quantities beside money: areas, prices and shares of a sum, and how people read them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from policies.language import Facts, decide
from policies.language.shown import format_value
from policies.language.typed import Type
from tests.policies.packs import code_of, pack_of, refusal

AREAS = """farm: {type: number, unit: ha, decimals: 2, min: 1ha, max: 1000ha, from: applicant}
part: {type: number, unit: ha, decimals: 2, max: 1000ha, from: applicant}
paid: {type: money, from: officer, max: 1亿元}"""
LIST = "records: {parcels: {key: nr, from: applicant, fields: {nr: {type: text}, size: {type: number, unit: ha, decimals: 2, min: 1ha}}}}"


@pytest.mark.parametrize(("part", "met"), [("25", True), ("25.01", False)])
def test_areas_compare_by_shares_and_by_ratios(part: str, met: bool) -> None:
    facts: Facts = {"filed_on": date(2024, 3, 1), "farm": Decimal(100), "part": Decimal(part), "paid": 0}
    for when in ("part <= 25% * farm", "part / farm <= 25%", "part <= farm * (1 / 4)"):
        assert decide(pack_of(facts=AREAS, when=f'"{when}"'), facts).outcome == ("met" if met else "not_met"), when


def test_a_sum_is_shared_in_proportion_and_rounded_once() -> None:
    pack = pack_of(facts=AREAS, formula="paid * (part / farm)", rounding="down to 1分")
    facts: Facts = {"filed_on": date(2024, 3, 1), "farm": Decimal(3), "part": Decimal(2), "paid": 100}
    assert decide(pack, facts).amount == 66
    assert decide(pack, {**facts, "paid": 99}).amount == 66


@pytest.mark.parametrize(
    "value", ["sum(parcels, paid * (part / farm))", "largest(parcels, paid, yes, paid * (part / farm))"]
)
def test_a_value_with_a_divisor_stays_outside_aggregates(value: str) -> None:
    error = refusal(facts=AREAS, more=LIST, formula=f"min(1元, {value})")
    assert code_of(error) == "CALL" and "divisor" in str(error)


@pytest.mark.parametrize(
    ("kind", "value", "zh", "en"),
    [
        (Type("price", "GBP/ha"), 580, "GBP 5.8/ha", "GBP 5.8/ha"),
        (Type("price", "CNY/m2"), 1500, "15 元/m2", "CNY 15/m2"),
        (Type("price", "JPY/kg"), 1500, "JPY 1,500/kg", "JPY 1,500/kg"),
    ],
)
def test_a_price_is_read_in_whole_currency(kind: Type, value: int, zh: str, en: str) -> None:
    assert (format_value(kind, value, "zh"), format_value(kind, value, "en")) == (zh, en)


def test_a_part_less_a_sum_is_seen_never_to_be_negative() -> None:
    pack = pack_of(facts=AREAS, formula="max(0元, paid * (part / farm) - 0.5元)", rounding="down to 1分")
    facts: Facts = {"filed_on": date(2024, 3, 1), "farm": Decimal(3), "part": Decimal(2), "paid": 100}
    assert [decide(pack, {**facts, "paid": paid}).amount for paid in (100, 75, 10)] == [16, 0, 0]


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (Type("count"), 2023, "2023"),
        (Type("count"), 9999, "9999"),
        (Type("count"), -2023, "-2023"),
        (Type("count"), 10_000, "10,000"),
        (Type("number", "m2"), Decimal("1200.5"), "1,200.5 m2"),
    ],
)
def test_four_digits_without_a_unit_are_not_parted(kind: Type, value: object, shown: str) -> None:
    assert (format_value(kind, value, "zh"), format_value(kind, value, "en")) == (shown, shown)
