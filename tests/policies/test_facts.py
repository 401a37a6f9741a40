"""Facts as JSON: what is accepted, what is refused and how that is said; how values are shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from policies.language import ABSENT, UNKNOWN, PolicyError, RecordList, facts_from_json, facts_to_json, format_value
from policies.language.typed import Type
from tests.policies.packs import pack_of

PACK = pack_of(
    facts="""m: {type: money, from: tax, max: 1亿元, zh: 金额, en: money}
    k: {type: count, from: tax, min: 1}
    r: {type: rate, decimals: 4, from: tax}
    u: {type: number, unit: m2, decimals: 1, from: tax}
    d: {type: date, optional: yes, from: tax}
    y: {type: yes_no, from: tax}
    c: {type: choice, of: {own: {zh: 自有, en: owned}, let: {zh: 租赁, en: rented}}, from: tax}
    t: {type: text, from: tax}""",
    more="records: {ip: {key: nr, from: tax, max_length: 2, fields: {nr: {type: text}, fee: {type: money}}}}",
)


def test_every_kind_is_read_and_written_back() -> None:
    raw = {
        "m": 1_200_000_000, "k": 7, "r": "0.0525", "u": "12.5", "d": None, "y": True, "c": "let", "t": "杭州㛃",
        "ip": [{"nr": "1", "fee": 5}, {"nr": "2"}], "filed_on": "2024-02-29",
    }  # fmt: skip
    facts = facts_from_json(PACK, raw)
    assert facts["d"] is ABSENT and facts["r"] == Decimal("0.0525") and facts["filed_on"] == date(2024, 2, 29)
    assert facts_to_json(PACK, facts) == raw
    assert facts_to_json(PACK, {**facts, "m": UNKNOWN}) == {k: v for k, v in raw.items() if k != "m"}


def test_an_incomplete_list_says_so() -> None:
    raw = {"ip": {"rows": [{"nr": "1"}], "complete": False}}
    facts = facts_from_json(PACK, raw)
    assert isinstance(facts["ip"], RecordList) and not facts["ip"].complete
    assert facts_to_json(PACK, facts) == raw


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("m", 1.5), ("m", "100"), ("m", True), ("m", -1), ("m", 10**10 + 1), ("m", None), ("k", 0), ("k", "7"),
        ("r", 0.0525), ("r", "0.05251"), ("r", "1e-3"), ("r", "1.1"), ("r", "NaN"), ("u", "12.55"), ("d", "2023-02-29"),
        ("d", "2023-1-1"), ("d", 20230101), ("y", 1), ("y", "yes"), ("c", "rent"), ("c", 0), ("t", 5), ("t", "x" * 2001),
        ("ghost", 1), ("ip", "x"), ("ip", [{"nr": "1"}] * 2), ("ip", [{"nr": str(i)} for i in range(3)]),
        ("ip", [{"other": 1}]), ("ip", {"rows": []}), ("filed_on", "2024-08-01"),
    ],
)  # fmt: skip
def test_a_wrong_fact_is_named_with_what_was_expected(name: str, value: object) -> None:
    with pytest.raises(PolicyError) as caught:
        facts_from_json(PACK, {name: value})
    found = caught.value.findings[0]
    assert name in found.message_en and "expected" in found.message_en and "应为" in found.message_zh


def test_all_wrong_facts_are_reported_together() -> None:
    with pytest.raises(PolicyError) as caught:
        facts_from_json(PACK, {"m": "1", "k": "1", "y": True})
    assert len(caught.value.findings) == 2


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("m", 1_200_000_050, "12,000,000.50 元", "CNY 12,000,000.50"),
        ("m", 5, "0.05 元", "CNY 0.05"),
        ("r", Decimal("0.0525"), "5.25%", "5.25%"),
        ("u", Decimal("1200.5"), "1,200.5 m2", "1,200.5 m2"),
        ("d", date(2024, 3, 4), "2024年3月4日", "2024-03-04"),
        ("d", ABSENT, "无", "none"),
        ("y", False, "否", "no"),
        ("c", "let", "租赁", "rented"),
        ("k", UNKNOWN, "未知", "unknown"),
    ],
)
def test_values_as_people_read_them(name: str, value: object, zh: str, en: str) -> None:
    assert (format_value(PACK.facts[name], value, "zh-hans"), format_value(PACK.facts[name], value, "en")) == (zh, en)


def test_a_shown_share_is_cut_and_never_rounded_up() -> None:
    assert format_value(Type("ratio"), Fraction(49_999_999, 10**9), "en") == "≈4.99%"
    assert format_value(Type("ratio"), Fraction(1, 20), "en") == "5%"
    assert format_value(Type("ratio"), Fraction(-1, 3), "en") == "≈-33.34%"


def test_a_currency_without_minor_units() -> None:
    assert format_value(Type("money", "JPY"), 1_200, "zh") == "JPY 1,200"
