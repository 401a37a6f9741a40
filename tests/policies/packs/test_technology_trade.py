"""Technology transactions: the pack's own checks, a second calculation, and what a rescission takes back."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import decide, facts_from_json, load_pack
from policies.language.check.lint import check_pack
from tests.policies.packs.agreement import (
    CHANCES,
    EXAMPLES,
    PACKS,
    WAN,
    assert_agrees,
    assert_both_sides,
    assert_hidden_agrees,
    assert_worked_cases_agree,
    day_between,
    day_near,
    flipped,
    near,
)
from tests.policies.packs.oracle_technology_trade import calculate

PACK = load_pack(PACKS / "technology_trade" / "2024.1")
USUAL = {"registered_in_district": True, "is_dishonest": False, "evidence_genuine": True}
FLAGS = {"registered": True, "related": False, "claimed_elsewhere": False, "vouched": True}


def payment(chance: Random, number: int, year: int) -> dict[str, Any]:
    """A payment around the ends of `year` and the caps; sometimes a part, all or more of it came back."""
    paid = near(chance, 1, 300 * WAN, 1000 * WAN, 5000 * WAN, 20_000 * WAN, far=2000 * WAN)
    back = chance.choice([0, 0, 0, chance.randint(0, paid), paid, paid + 1])
    day = chance.choice([date(year, 1, 1), date(year, 12, 31), date(year, 6, 30), date(year, 6, 30)])
    return {
        "number": str(number),
        "contract": "K1",
        "side": chance.choice(["buyer", "seller", "broker"]),
        "paid_on": day_near(chance, day, far=200),
        "paid": paid,
        "refunded": back,
        **flipped(chance, FLAGS),
    }


def company(chance: Random) -> dict[str, Any]:
    """A unit that bought, sold or brokered in up to five payments."""
    filed = day_between(chance, date(2024, 1, 1), date(2027, 12, 31), date(2024, 2, 29), date(2025, 1, 1))
    return {
        "submitted_on": filed.isoformat(),
        "is_university": chance.random() < 0.5,
        "payments": [payment(chance, number, filed.year - 1) for number in range(chance.randint(0, 5))],
        **flipped(chance, USUAL),
    }


def reviewed(chance: Random) -> dict[str, Any]:
    """The same unit when a rescission is reviewed, at any later day."""
    facts = company(chance)
    day = date.fromisoformat(facts["submitted_on"])
    return {**facts, "reviewed_on": day.replace(year=day.year + chance.randint(1, 4), day=28).isoformat()}


def test_the_pack_has_no_findings() -> None:
    assert check_pack(PACKS / "technology_trade" / "2024.1") == ()


def test_the_worked_cases_agree_with_the_second_calculation() -> None:
    assert_worked_cases_agree(PACK, lambda stage, facts: calculate(stage, facts))


def test_the_invented_companies_stand_on_both_sides() -> None:
    assert_both_sides(company, lambda facts: calculate(None, facts)[0])


@given(CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_second_calculation(chance: Random) -> None:
    facts = company(chance)
    assert_agrees(PACK, facts, calculate(None, facts))


@given(
    CHANCES, st.sets(st.sampled_from(["payments", "is_university", "is_dishonest", "evidence_genuine"]), min_size=1)
)
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_what_is_unknown_never_contradicts(chance: Random, hidden: set[str]) -> None:
    facts = company(chance)
    assert_hidden_agrees(PACK, facts, hidden, calculate(None, facts))


def test_the_invented_reviews_stand_on_both_sides() -> None:
    assert_both_sides(reviewed, lambda facts: calculate("rescission", facts)[0])


@given(CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_rescission_agrees_with_the_second_calculation(chance: Random) -> None:
    facts = reviewed(chance)
    assert_agrees(PACK, facts, calculate("rescission", facts), stage="rescission")


@given(CHANCES)
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_a_refund_never_raises_what_is_owed(chance: Random) -> None:
    facts = reviewed(chance)
    before = {**facts, "payments": [{**row, "refunded": 0} for row in facts["payments"]]}
    owed = [
        decide(PACK, facts_from_json(PACK, raw, stage="rescission"), stage="rescission") for raw in (before, facts)
    ]
    assert owed[0].amount is not None and owed[1].amount is not None and owed[1].amount <= owed[0].amount


def row(number: str, paid_on: str, wan: int, refunded: int = 0) -> dict[str, Any]:
    """A payment of the contract K1, in 万元."""
    return {
        "number": number,
        "contract": "K1",
        "side": "buyer",
        "paid_on": paid_on,
        "paid": wan * WAN,
        "refunded": refunded * WAN,
        **FLAGS,
    }


def test_a_contract_in_three_payments_over_two_years_and_the_money_that_goes_back() -> None:
    """1500万 in three parts: 100万 (capped) for 2024 and 40万 for 2025; 500万 of 2024 come back: 40万 are recovered."""
    parts = [row("B1", "2024-05-20", 600), row("B2", "2024-11-08", 500), row("B3", "2025-02-18", 400)]
    unit = {**USUAL, "is_university": False}
    paid = [
        decide(PACK, facts_from_json(PACK, {**unit, "submitted_on": day, "payments": parts})).amount
        for day in ("2025-03-10", "2026-03-10")
    ]
    assert paid == [100 * WAN, 40 * WAN]
    after = {
        **unit,
        "submitted_on": "2025-03-10",
        "reviewed_on": "2026-06-01",
        "payments": [parts[0], row("B2", "2024-11-08", 500, refunded=500), parts[2]],
    }
    owed = decide(PACK, facts_from_json(PACK, after, stage="rescission"), stage="rescission").amount
    assert paid[0] is not None and owed == 60 * WAN and paid[0] - owed == 40 * WAN


def test_a_later_flag_takes_nothing_back_and_a_false_voucher_everything() -> None:
    facts = {
        **USUAL,
        "is_university": False,
        "submitted_on": "2025-03-10",
        "reviewed_on": "2026-06-01",
        "payments": [row("B1", "2024-05-20", 600)],
    }
    for changed, owed in (({"is_dishonest": True}, 60 * WAN), ({"evidence_genuine": False}, 0)):
        raw = {**facts, **changed}
        assert decide(PACK, facts_from_json(PACK, raw, stage="rescission"), stage="rescission").amount == owed
