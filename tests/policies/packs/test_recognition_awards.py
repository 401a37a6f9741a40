"""The awards for recognised high-tech enterprises of four authorities, and for provincial technology SMEs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings

from policies.language import Pack, decide, facts_from_json, load_pack
from policies.language.award.payment import owed, plan, split
from policies.language.check.lint import check_pack
from tests.policies.packs import (
    oracle_high_tech_award_binjiang,
    oracle_high_tech_award_hangzhou,
    oracle_high_tech_award_jinhua,
    oracle_high_tech_award_xihu,
    oracle_provincial_tech_sme_award,
)
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
    perhaps,
)

JINHUA = load_pack(PACKS / "high_tech_award_jinhua" / "2022.1")


def holder(chance: Random, first: date, last: date, issued: tuple[str, ...]) -> dict[str, Any]:
    """What all awards ask: the day of decision, the certificate's day about some ends, awards before."""
    decided = day_between(chance, first, last, date(2025, 2, 28), date(2024, 2, 29))
    decided = min(max(decided, first), last)
    day = chance.choice([*issued, day_near(chance, decided), day_near(chance, decided, years=1)])
    awards = [
        {
            "award": f"W{i}",
            "kind": chance.choice(["high_tech", "other"]),
            "certificate_day": day if chance.random() < 0.3 else day_near(chance, date.fromisoformat(day), far=900),
        }
        for i in range(chance.choice([0, 0, 0, 1, 2]))
    ]
    return {
        "decided_on": decided.isoformat(), "certificate_on": perhaps(chance, day), "prior_awards": awards,
    }  # fmt: skip


def certificate(chance: Random, decided: str) -> dict[str, Any]:
    """Its end about the day of decision, and its kind."""
    day = date.fromisoformat(decided)
    until = chance.choice([day_near(chance, day), (day + timedelta(days=700)).isoformat()])
    return {
        "certificate_until": perhaps(chance, until),
        "recognition": chance.choice(["first", "first", "renewed", None]),
    }


def of_binjiang(chance: Random) -> dict[str, Any]:
    """A company around a year after its certificate or its moving in."""
    facts = holder(chance, date(2024, 6, 13), date(2029, 12, 31), ("2024-02-29", "2023-12-08"))
    day = date.fromisoformat(facts["decided_on"])
    moved = chance.choice([None, day_near(chance, day), day_near(chance, day, years=1)])
    flags = flipped(chance, {"registered_in_district": True, "is_dishonest": False})
    return {**facts, **certificate(chance, facts["decided_on"]), "moved_in_on": moved, **flags}


def of_hangzhou(chance: Random) -> dict[str, Any]:
    """A company whose planned award lies about the limits."""
    facts = holder(chance, date(2025, 1, 1), date(2029, 12, 31), ("2024-12-06",))
    flags = flipped(chance, {"registered_in_city": True, "is_dishonest": False})
    planned = near(chance, 0, 10 * WAN, 20 * WAN, far=40 * WAN)
    return {**facts, **certificate(chance, facts["decided_on"]), "planned_award": planned, **flags}


def of_xihu(chance: Random) -> dict[str, Any]:
    """A company around the ends of 2023."""
    issued = ("2022-12-31", "2023-01-01", "2023-12-08", "2023-12-31", "2024-01-01")
    facts = holder(chance, date(2023, 10, 1), date(2024, 12, 31), issued)
    usual = {"registered_in_district": True, "account_confirmed": True}
    return {**facts, **flipped(chance, {**usual, "is_dishonest": False, "serious_violation": False})}


def of_jinhua(chance: Random) -> dict[str, Any]:
    """A company around the ends of 2022."""
    issued = ("2021-12-31", "2022-01-01", "2022-12-24", "2022-12-31", "2023-01-01")
    facts = holder(chance, date(2022, 1, 1), date(2024, 12, 31), issued)
    flags = flipped(chance, {"registered_in_district": True, "is_dishonest": False})
    return {**facts, **flags, "rating": chance.choice([None, "a", "b", "c"])}


def on_the_list(chance: Random) -> dict[str, Any]:
    """A company around the day of the provincial list."""
    decided = day_between(chance, date(2024, 1, 17), date(2027, 12, 31), date(2024, 2, 29))
    usual = {"registered_in_district": True, "account_confirmed": True}
    kinds = [chance.choice(["other", "other", "provincial_tech_sme"]) for _ in range(chance.choice([0, 0, 1, 2]))]
    return {
        "decided_on": decided.isoformat(),
        "recognised_on": perhaps(chance, day_near(chance, decided)),
        "prior_awards": [{"award": f"W{i}", "kind": kind} for i, kind in enumerate(kinds)],
        **flipped(chance, {**usual, "is_dishonest": False, "serious_violation": False}),
    }


@dataclass(frozen=True)
class Award:
    """A pack, its companies and its second calculation."""

    pack: Pack
    company: Callable[[Random], dict[str, Any]]
    calculate: Callable[[Any], tuple[bool, int]]


AWARDS = [
    Award(load_pack(PACKS / "high_tech_award_binjiang" / "2024.1"), of_binjiang, oracle_high_tech_award_binjiang.calculate),
    Award(load_pack(PACKS / "high_tech_award_hangzhou" / "2025.1"), of_hangzhou, oracle_high_tech_award_hangzhou.calculate),
    Award(load_pack(PACKS / "high_tech_award_xihu" / "2023.1"), of_xihu, oracle_high_tech_award_xihu.calculate),
    Award(JINHUA, of_jinhua, oracle_high_tech_award_jinhua.calculate),
    Award(load_pack(PACKS / "provincial_tech_sme_award" / "2024.1"), on_the_list, oracle_provincial_tech_sme_award.calculate),
]  # fmt: skip
EACH = pytest.mark.parametrize("award", AWARDS, ids=[award.pack.code for award in AWARDS])


@EACH
def test_the_pack_has_no_findings(award: Award) -> None:
    assert check_pack(PACKS / award.pack.code / award.pack.version) == ()


@EACH
def test_the_worked_cases_agree_with_the_second_calculation(award: Award) -> None:
    assert_worked_cases_agree(award.pack, lambda _, facts: award.calculate(facts))


@EACH
def test_the_invented_companies_stand_on_both_sides(award: Award) -> None:
    assert_both_sides(award.company, lambda facts: award.calculate(facts)[0])


@EACH
@given(chance=CHANCES)
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_second_calculation(award: Award, chance: Random) -> None:
    facts = award.company(chance)
    assert_agrees(award.pack, facts, award.calculate(facts))


@EACH
@given(chance=CHANCES)
@settings(max_examples=EXAMPLES // 3, deadline=None)
def test_unknown_facts_never_contradict_what_they_turn_out_to_be(award: Award, chance: Random) -> None:
    facts = award.company(chance)
    hidden = set(chance.sample(sorted(facts), chance.randint(1, 3)))
    assert_hidden_agrees(award.pack, facts, hidden, award.calculate(facts))


def test_four_authorities_pay_four_amounts_for_one_company() -> None:
    """One authority's figure never poses as another's: each pack speaks of its own place, with its own number."""
    assert len({award.pack.document.number for award in AWARDS}) == len(AWARDS)
    issuers = [award.pack.document.issuers[0][:2] for award in AWARDS]
    assert issuers == ["滨江", "杭州", "西湖", "金华", "西湖"]


def test_golden_total_of_jinhua() -> None:
    """6320 = 2676.8 + 3643.2 万元, in whole thousands of yuan."""
    assert JINHUA.funding_split is not None
    parts = split(JINHUA.funding_split, 6320 * WAN)
    assert parts == {"city": 26_768 * WAN // 10, "district": 36_432 * WAN // 10}
    assert tuple(parts.values()) == oracle_high_tech_award_jinhua.shares(6320 * WAN)


@pytest.mark.parametrize("fen", [0, 1, 99_999, 100_000, 100_001, 20 * WAN, 20 * WAN + 1, 96_000_00, 123_456_789])
def test_city_and_district_bear_the_whole(fen: int) -> None:
    assert JINHUA.funding_split is not None
    parts = split(JINHUA.funding_split, fen)
    assert (parts["city"], parts["district"]) == oracle_high_tech_award_jinhua.shares(fen)
    assert sum(parts.values()) == fen and parts["city"] % 100_000 == 0


@pytest.mark.parametrize("fen", [20 * WAN, 199_999_99, 1])
@pytest.mark.parametrize("rating", ["a", "b", "c"])
def test_the_advance_and_the_true_up_of_jinhua(fen: int, rating: str) -> None:
    before = owed(JINHUA, fen, happened=["award"], ratings={})
    # The advance and the rest are apportioned to the fen, the advance within one fen of its share.
    assert abs(before.amount - oracle_high_tech_award_jinhua.advance(fen)) <= 1 and before.waits_for == ()
    waiting = owed(JINHUA, fen, happened=["award", "rating_published"], ratings={})
    assert (waiting.amount, waiting.waits_for) == (before.amount, ("rating",))
    after = owed(JINHUA, fen, happened=["award", "rating_published"], ratings={"rating": rating})
    assert after.amount == oracle_high_tech_award_jinhua.after_rating(fen, rating)


def test_jinhua_pays_96000_in_advance_and_the_rest_by_class() -> None:
    first, rest = plan(JINHUA, 20 * WAN)
    assert (first.most, first.least) == (96_000_00, 96_000_00)
    assert (rest.most, rest.least) == (104_000_00, 24_000_00)


def test_fitted_787_firms_get_787() -> None:
    """The population of the decree of 2024-11-05: every firm on the list gets 1万元."""
    award = AWARDS[-1]
    raw = {
        "decided_on": "2024-11-05", "recognised_on": "2023-12-20", "registered_in_district": True,
        "account_confirmed": True, "is_dishonest": False, "serious_violation": False, "prior_awards": [],
    }  # fmt: skip
    facts = facts_from_json(award.pack, raw)
    assert sum(decide(award.pack, facts).amount or 0 for _ in range(787)) == 787 * WAN


def test_fitted_219_firms_of_xihu_do_not_reach_the_decree() -> None:
    """219 firms at 30万 are 6570万, 15万 more than the decree's 6555万: the pack says so and does not pretend."""
    award = AWARDS[2]
    raw = {
        "decided_on": "2024-07-09", "certificate_on": "2023-12-08", "registered_in_district": True,
        "account_confirmed": True, "is_dishonest": False, "serious_violation": False, "prior_awards": [],
    }  # fmt: skip
    one = decide(award.pack, facts_from_json(award.pack, raw)).amount
    assert one == 30 * WAN and 219 * one - 6555 * WAN == 15 * WAN
    assert award.pack.illustrative and award.pack.amount is not None and award.pack.amount.certainty == "assumed"
