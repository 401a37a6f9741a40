"""What expressions mean: units, rounding, dates, tables, lists, three states."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from policies.language import ABSENT, UNKNOWN, RecordList, decide
from policies.language.core import shift_day
from tests.policies.packs import pack_of

ON = date(2024, 3, 1)


def amount_of(formula: str, facts: str = "", given: dict[str, Any] | None = None, **parts: str) -> int | None:
    """Return the amount of a pack with this formula."""
    pack = pack_of(formula=formula, facts=facts, **parts)
    return decide(pack, {"filed_on": ON, **(given or {})}).amount


def outcome_of(when: str, facts: str = "", given: dict[str, Any] | None = None, **parts: str) -> str:
    """Return the outcome of a pack with this condition."""
    pack = pack_of(when=f'"{when}"', facts=facts, **parts)
    return decide(pack, {"filed_on": ON, **(given or {})}).outcome


MONEY = "a: {type: money, from: tax}\nb: {type: money, from: tax}"


@pytest.mark.parametrize(
    ("formula", "fen"),
    [
        ("1万元", 1_000_000),
        ("1.5亿元", 15_000_000_000),
        ("3元 + 5分", 305),
        ("2 * 3元", 600),
        ("2/3 * 100元", 6666),
        ("10‰ * 100元", 100),
        ("max(0元, 1元 - 2元)", 0),
        ("1元 + 2元 * 3", 700),
        ("(1元 + 2元) * 3", 900),
        ("10元 - 2元 - 3元", 500),
        ("min(5元, 3元, 4元)", 300),
        ("7元 if 1 > 2 else 8元", 800),
        ("round_down(12345元, 100元)", 1_230_000),
        ("round_up(12301元, 100元)", 1_240_000),
        ("round_half_up(12350元, 100元)", 1_240_000),
        ("round_half_even(12350元, 100元)", 1_240_000),
        ("round_half_even(12450元, 100元)", 1_240_000),
        ("round_half_even(12451元, 100元)", 1_250_000),
        ("whole(70元, 30元) * 1元", 200),
        ("number_of(yes, no, 1 < 2) * 1元", 200),
        ("year(2024-02-29) * 1元", 202_400),
        ("fiscal_year(2024-03-31) * 1元", 202_400),
    ],
)
def test_a_constant_formula(formula: str, fen: int) -> None:
    assert amount_of(formula) == fen


@pytest.mark.parametrize(
    ("how", "fen"), [("down to 1元", 100), ("up to 1元", 200), ("half_up to 1元", 200), ("half_even to 1元", 200)]
)
def test_the_amount_is_rounded_as_the_pack_says(how: str, fen: int) -> None:
    assert amount_of("50% * a", MONEY, {"a": 300}, rounding=how) == fen


@pytest.mark.parametrize(
    ("day", "start", "year"),
    [
        ("2024-03-31", "04-01", 2023),
        ("2024-04-01", "04-01", 2024),
        ("2024-04-05", "04-06", 2023),
        ("2024-04-06", "04-06", 2024),
        ("2024-02-29", "03-01", 2023),
        ("2024-12-31", "01-01", 2024),
    ],
)
def test_the_fiscal_year(day: str, start: str, year: int) -> None:
    assert amount_of(f"fiscal_year({day}) * 1元", fiscal=start) == year * 100


@pytest.mark.parametrize(
    ("start", "months", "days", "end"),
    [
        ("2024-01-31", 1, 0, "2024-02-29"),
        ("2023-01-31", 1, 0, "2023-02-28"),
        ("2024-02-29", 12, 0, "2025-02-28"),
        ("2024-02-29", -48, 0, "2020-02-29"),
        ("2024-12-31", 2, 1, "2025-03-01"),
        ("2024-01-15", -1, -20, "2023-11-25"),
    ],
)
def test_a_shifted_day(start: str, months: int, days: int, end: str) -> None:
    assert date.fromordinal(shift_day(date.fromisoformat(start).toordinal(), months, days)).isoformat() == end


def test_durations_are_applied_left_to_right_and_never_merged() -> None:
    assert outcome_of("2024-01-31 + 1个月 + 1个月 == 2024-03-29") == "met"
    assert outcome_of("2024-01-31 + 2个月 == 2024-03-31") == "met"
    assert outcome_of("2024-01-30 + (1个月 + 1天) == 2024-03-01") == "met"
    assert outcome_of("2024-01-30 + (1天 + 1个月) == 2024-02-29") == "met"


def test_days_between_dates_compare_with_days() -> None:
    assert outcome_of("2024-03-01 - 2024-02-01 == 29天") == "met"
    assert outcome_of("2024-03-01 - 2024-02-01 > 29天") == "not_met"


TABLE = """tables:
  need: {of: a, clause: T-1, bands: {"(.., 5000万元]": 5%, "(5000万元, 2亿元]": 4%, "(2亿元, ..)": 3%}}"""


@pytest.mark.parametrize(
    ("sales", "fen"), [(500_000_000_0, 5), (500_000_000_1, 4), (2_000_000_000_0, 4), (2_000_000_000_1, 3)]
)
def test_the_ends_of_bands_belong_where_they_are_written(sales: int, fen: int) -> None:
    assert amount_of("need * 1元", MONEY, {"a": sales}, more=TABLE) == fen


def test_a_table_reason_names_operand_and_band() -> None:
    pack = pack_of(facts=MONEY, more=TABLE, when='"b >= need * a"')
    decision = decide(pack, {"filed_on": ON, "a": 500_000_000_1, "b": 20_000_000_1})
    table = decision.leaves()[0].children[0]
    assert decision.outcome == "met"
    assert (table.kind, table.verdict, table.inputs[0].value) == ("table", "met", 500_000_000_1)
    assert "(5000万元, 2亿元]" in table.text.zh and table.shown is not None and table.shown.zh == "4%"


BEST = """tables:
  score:
    best_of:
      by_sales: {of: "b / a if a > 0元 else 0%", bands: {"(.., 3%]": 0, "(3%, 5%]": 6, "(5%, ..)": 20}}
      by_size: {of: a, bands: {"(.., 1万元)": 0, "[1万元, ..)": 9}}"""


@pytest.mark.parametrize(("a", "b", "points"), [(0, 5, 0), (100, 6, 20), (100, 5, 6), (1_000_000, 1, 9)])
def test_the_best_of_several_tables(a: int, b: int, points: int) -> None:
    assert amount_of("score * 1元", MONEY, {"a": a, "b": b}, more=BEST) == points * 100


def test_best_of_explains_every_option() -> None:
    pack = pack_of(facts=MONEY, more=BEST, when='"score >= 9"')
    best = decide(pack, {"filed_on": ON, "a": 100, "b": 5}).leaves()[0].children[0]
    assert best.kind == "best_of" and [option.id for option in best.children] == ["by_sales", "by_size"]


PARAMETERS = """parameters:
  rate: {dated: [{from: 2024-01-01, value: 80%}, {from: 2024-03-01, value: 2/3}], clause: T-1, certainty: recalled, source: trial}"""


def test_a_dated_parameter_follows_the_deciding_day() -> None:
    pack = pack_of(formula="rate * 100元", more=PARAMETERS)
    assert decide(pack, {"filed_on": date(2024, 2, 29)}).amount == 8000
    assert decide(pack, {"filed_on": date(2024, 3, 1)}).amount == 6666
    assert decide(pack, {}).amount_range == (6666, 8000)


LIST = """records:
  ip:
    key: number
    from: ip_register
    max_length: 10
    fields: {number: {type: text}, kind: {type: choice, of: [invention, utility]}, granted_on: {type: date}, fee: {type: money}}"""


def rows(*items: tuple[str, str, int]) -> RecordList:
    """Return patents of (kind, day, fee)."""
    return RecordList(
        tuple(
            {"number": str(i), "kind": kind, "granted_on": date.fromisoformat(day), "fee": fee}
            for i, (kind, day, fee) in enumerate(items)
        )
    )


IP = rows(("invention", "2023-05-01", 300), ("utility", "2020-05-01", 200), ("invention", "2019-01-01", 50))


@pytest.mark.parametrize(
    ("expression", "fen"),
    [
        ("count(ip) * 1分", 3),
        ("count(ip, kind == invention) * 1分", 2),
        ("count(ip, granted_on + 3年 > filed_on) * 1分", 1),
        ("sum(ip, fee)", 550),
        ("sum(ip, fee, kind == invention)", 350),
        ("largest(ip, fee, kind == invention, 0元)", 300),
        ("smallest(ip, fee, kind == invention, 0元)", 50),
        ("largest(ip, fee, fee > 9元, 7元)", 700),
        ("1元 if any(ip, fee > 250分) else 2元", 100),
        ("1元 if all(ip, fee > 50分) else 2元", 200),
        ("1元 if latest(ip, granted_on, yes, 2000-01-01) == 2023-05-01 else 2元", 100),
    ],
)
def test_aggregates(expression: str, fen: int) -> None:
    assert amount_of(expression, given={"ip": IP}, more=LIST) == fen


def test_records_with_unknown_fields_and_incomplete_lists_give_intervals() -> None:
    pack = pack_of(when='"count(ip, kind == invention) >= 1"', formula="count(ip, kind == invention) * 1元", more=LIST)
    some = RecordList(({"number": "1", "kind": "invention"}, {"number": "2", "kind": UNKNOWN}))
    decision = decide(pack, {"filed_on": ON, "ip": some})
    assert (decision.outcome, decision.amount, decision.amount_range) == ("met", None, (100, 200))
    assert [ask.fact for ask in decision.ask] == ["ip"]
    open_list = RecordList(some.rows[:1], complete=False)
    assert decide(pack, {"filed_on": ON, "ip": open_list}).amount_range == (100, 1000)


def test_absent_is_known_and_unknown_is_not() -> None:
    facts = "a: {type: money, optional: yes, from: tax}"
    assert outcome_of("given(a, 0元) < 1元", facts, {"a": ABSENT}) == "met"
    assert outcome_of("given(a, 0元) < 1元", facts, {"a": 500}) == "not_met"
    assert outcome_of("given(a, 0元) < 1元", facts) == "unknown"
    assert outcome_of("has(a) and a > 0元", facts, {"a": ABSENT}) == "not_met"
    assert outcome_of("not has(a) or a > 0元", facts, {"a": ABSENT}) == "met"
    assert outcome_of("a > 0元 if has(a) else yes", facts, {"a": ABSENT}) == "met"


@pytest.mark.parametrize(
    ("when", "outcome"),
    [
        ("p and q", "unknown"), ("p and not p2", "not_met"), ("p or q", "met"), ("q or not p", "unknown"),
        ("not q", "unknown"), ("number_of(p, p2, q) >= 2", "met"), ("number_of(p, q) > 2", "not_met"),
    ],
)  # fmt: skip
def test_conditions_have_three_values(when: str, outcome: str) -> None:
    facts = "\n".join(f"{name}: {{type: yes_no, from: officer}}" for name in ("p", "p2", "q"))
    assert outcome_of(when, facts, {"p": True, "p2": True}) == outcome


def test_choices_rates_and_numbers() -> None:
    facts = """kind: {type: choice, of: [own, let], from: applicant}
    share: {type: rate, decimals: 4, from: applicant}
    area: {type: number, unit: m2, decimals: 1, from: applicant}"""
    given = {"kind": "own", "share": Decimal("0.0525"), "area": Decimal("12.5")}
    assert outcome_of("kind == own and kind != let and kind in (own, let)", facts, given) == "met"
    assert outcome_of("share >= 5.25%", facts, given) == "met"
    assert outcome_of("share > 5.25%", facts, given) == "not_met"
    assert (
        amount_of("round_down(10GBP/m2 * area, 1GBP)", facts, given, currency="GBP", rounding="down to 1GBP") == 12500
    )


def test_compound_growth_is_compared_by_powers() -> None:
    when = "a > 0元 and cagr(a, b, 3) >= 10%"
    assert outcome_of(when, MONEY, {"a": 1_000_000, "b": 1_331_000}) == "met"
    assert outcome_of(when, MONEY, {"a": 1_000_000, "b": 1_330_999}) == "not_met"
    assert outcome_of(when, MONEY, {"a": 0, "b": 5}) == "not_met"
    assert outcome_of("a > 0元 and 10% > cagr(a, b, 3)", MONEY, {"a": 1_000_000, "b": 1_330_999}) == "met"


def test_at_least_and_not_in_the_tree() -> None:
    text = """eligibility:
  at_least: 2
  of:
    - {id: one, when: p, clause: T-1, zh: 一, en: one, certainty: recalled, source: trial}
    - {id: two, when: q, clause: T-1, zh: 二, en: two, certainty: recalled, source: trial}
    - not: {id: three, when: r, clause: T-1, zh: 三, en: three, certainty: recalled, source: trial}
"""
    from dataclasses import replace

    from policies.language import parse_pack
    from tests.policies.packs import source_of

    facts = "\n".join(f"{name}: {{type: yes_no, from: officer}}" for name in "pqr")
    source = source_of(facts=facts)
    head, tail = source.policy.split("eligibility:")
    pack = parse_pack(replace(source, policy=head + text + "document:" + tail.split("document:")[1]))
    assert decide(pack, {"filed_on": ON, "p": True, "q": False, "r": False}).outcome == "met"
    assert decide(pack, {"filed_on": ON, "p": True, "q": False, "r": True}).outcome == "not_met"
    assert decide(pack, {"filed_on": ON, "p": True, "q": True}).outcome == "met"
    assert decide(pack, {"filed_on": ON, "p": True}).outcome == "unknown"
