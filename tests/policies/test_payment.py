"""Instalments, funding and recovery: what an award comes to on its terms."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.language import UNKNOWN, Facts, Pack, decide
from policies.language.award.payment import interest_on, owed, plan, recoverable, restated, split
from tests.policies.packs import pack_of, refusal

LEAF = "clause: T-1, zh: 条件, en: condition, certainty: recalled, source: trial"
TERM = "clause: T-1, zh: 部分, en: part, certainty: assumed, source: trial"
RATING = "rating: {type: choice, of: [a, b, c], from: register}"
TRUE_UP = f"""instalments:
  - {{id: advance, share: 80% * 60%, on: award, {TERM}}}
  - {{id: rest, share: rest, on: rating_published, rated_by: rating, times: {{a: 100%, b: 80%, c: 60%}}, {TERM}}}"""
MILESTONES = f"""instalments:
  - {{id: signing, share: 30%, on: award, {TERM}}}
  - {{id: midterm, share: 40%, on: midterm, rated_by: rating, times: {{a: 100%, b: 80%, c: 0%}}, {TERM}}}
  - {{id: completion, share: 30%, on: completion, rated_by: rating, times: {{a: 100%, b: 80%, c: 0%}}, {TERM}}}"""
SPLIT = "funding_split: {city: 42.354%, district: rest, to: 1000元, clause: T-1, certainty: verified, source: V20}"
WAN = 1_000_000


def paying(more: str) -> Pack:
    """Return a pack that pays up to 1亿元 on these terms."""
    return pack_of(facts=f"due: {{type: money, from: officer}}\n{RATING}", formula="min(due, 1亿元)", more=more)


paying_once = cache(paying)


def test_an_advance_at_the_worst_rating_is_trued_up_when_the_rating_is_known() -> None:
    pack, amount = paying(TRUE_UP), 30 * WAN
    assert owed(pack, amount, happened=["award"], ratings={}).amount == 1440 * WAN // 100
    after = {rating: owed(pack, amount, happened=["award", "rating_published"], ratings={"rating": rating}).amount
             for rating in "abc"}  # fmt: skip
    assert after == {"a": 30 * WAN, "b": 24 * WAN, "c": 18 * WAN}


def test_a_part_whose_rating_is_unknown_adds_nothing_and_is_named() -> None:
    found = owed(paying(TRUE_UP), 30 * WAN, happened=["award", "rating_published"], ratings={})
    assert (found.amount, found.waits_for) == (1440 * WAN // 100, ("rating",))


def test_a_rated_milestone_counts_for_its_own_part() -> None:
    pack = paying(MILESTONES)
    bad = owed(pack, 100 * WAN, happened=["award", "midterm"], ratings={"rating": "c"})
    good = owed(pack, 100 * WAN, happened=["award", "midterm"], ratings={"rating": "b"})
    assert (bad.amount, good.amount) == (30 * WAN, 62 * WAN)


def test_a_rating_that_the_pack_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one of a, b, c"):
        owed(paying(MILESTONES), WAN, happened=["midterm"], ratings={"rating": "d"})


@given(st.integers(0, 10**12))
def test_the_parts_of_an_award_sum_to_it(amount: int) -> None:
    for more in (TRUE_UP, MILESTONES, ""):
        parts = plan(paying_once(more), amount)
        assert sum(part.most for part in parts) == amount
        assert all(0 <= part.least <= part.most for part in parts)


def test_jinhua_split_of_the_total_is_reproduced_to_the_thousand_yuan() -> None:
    funding = paying(SPLIT).funding_split
    assert funding is not None
    assert split(funding, 6320 * WAN) == {"city": 26768 * WAN // 10, "district": 36432 * WAN // 10}


@given(st.integers(0, 10**12))
def test_the_funders_bear_the_whole(amount: int) -> None:
    funding = paying_once(SPLIT).funding_split
    assert funding is not None
    parts = split(funding, amount)
    assert sum(parts.values()) == amount
    assert parts["city"] % funding.to == 0
    assert abs(parts["city"] - amount * Fraction("0.42354")) <= funding.to


def test_a_split_of_a_negative_amount_is_refused() -> None:
    funding = paying_once(SPLIT).funding_split
    assert funding is not None
    with pytest.raises(ValueError, match="negative"):
        split(funding, -1)


def test_what_was_paid_may_be_taken_back_until_the_day_before_the_term_ends() -> None:
    pack = paying(f"recovery: [{{id: moved_out, share: 50%, within: 5年, {TERM}}}]")
    (ground,) = pack.recovery
    days = [date(2029, 2, 27), date(2029, 2, 28), date(2029, 3, 1)]
    found = [recoverable(ground, paid=101, awarded_on=date(2024, 2, 29), on=day) for day in days]
    assert found == [50, 0, 0]


def test_a_ground_without_a_term_never_ends() -> None:
    pack = paying(f"recovery: [{{id: fraud, share: 100%, {TERM}}}]")
    assert recoverable(pack.recovery[0], paid=101, awarded_on=date(2024, 2, 29), on=date(2060, 1, 1)) == 101


def bearing(interest: str) -> str:
    return f"recovery: [{{id: fraud, share: 100%, interest: {interest}, {TERM}}}]"


# Of 1,000.00 for 100 days and 500.00 for 40: at 3.65% of 365 days a ten-thousandth a day, 10.00 and 2.00.
PAID = [(date(2024, 1, 1), 1_000_00), (date(2024, 3, 1), 500_00)]


@pytest.mark.parametrize(
    ("days", "principal", "until", "fen"),
    [
        (365, 1_500_00, date(2024, 4, 10), 12_00),
        (365, 750_00, date(2024, 4, 10), 6_00),
        (365, 749_99, date(2024, 4, 10), 5_99),
        (360, 1_500_00, date(2024, 4, 10), 12_16),
        (365, 1_500_00, date(2024, 2, 10), 4_00),
        (365, 1_500_00, date(2024, 1, 1), 0),
        (365, 0, date(2024, 4, 10), 0),
    ],
)
def test_interest_runs_from_the_day_of_each_payment(days: int, principal: int, until: date, fen: int) -> None:
    terms = paying(bearing(f"{{rate: 3.65%, days: {days}, from: paid}}")).recovery[0].interest
    assert terms is not None and (terms.rate, terms.days) == (Fraction(365, 10_000), days)
    assert interest_on(terms, principal, paid=PAID, until=until) == fen
    assert interest_on(terms, principal, paid=[], until=until) == 0
    with pytest.raises(ValueError, match="negative"):
        interest_on(terms, -1, paid=PAID, until=until)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (f"instalments: [{{id: x, share: 90%, on: award, {TERM}}}]", "sum to 100%"),
        (
            f"instalments: [{{id: x, share: rest, on: award, {TERM}}}, {{id: y, share: 10%, on: award, {TERM}}}]",
            "rest",
        ),
        (f"instalments: [{{id: x, share: 110%, on: award, {TERM}}}]", "0% to 100%"),
        (f"instalments: [{{id: x, share: rest, on: award, rated_by: rating, {TERM}}}]", "together"),
        (f"instalments: [{{id: x, share: rest, on: a, rated_by: due, times: {{a: 1%}}, {TERM}}}]", "choice fact"),
        (
            f"instalments: [{{id: x, share: rest, on: a, rated_by: rating, times: {{a: 1%}}, {TERM}}}]",
            "each of a, b, c",
        ),
        ("funding_split: {city: 60%, district: 40%, clause: T-1, certainty: assumed, source: t}", "one party"),
        ("funding_split: {moon: 60%, district: rest, clause: T-1, certainty: assumed, source: t}", "expected one of"),
        ("stacking: [{group: rd_platform, key: [company]}]", "district_rd@1"),
        (bearing("{rate: 3.65%, days: 365, from: decided}"), "expected one of paid for fraud.interest.from"),
        (bearing("{rate: 3.65%, days: 366, from: paid}"), "expected one of 360, 365 for fraud.interest.days"),
        (bearing("{rate: 0%, days: 365, from: paid}"), "above 0%"),
        (bearing("{rate: 365%, days: 365, from: paid}"), "0% to 100%"),
        (bearing("{rate: 3.65%, days: 365}"), "lacks from"),
        (bearing("{rate: 3.65%, days: 365, from: paid, compound: yes}"), "compound"),
        ("redundant: [{id: nobody, because: x}]", "no requirement"),
        ("guarantees: [{always: amount < 1元, rises_with: due}]", "exactly one"),
        ("guarantees: [{rises_with: rating}]", "does not grow"),
        ("guarantees: [{rises_with: due, stage: never}]", "no stage never"),
        ("guarantees: [{no_cliff: {fact: due, step: 0元, at_most: 1元}}]", "smallest unit"),
    ],
)
def test_terms_that_say_nothing_lawful_are_refused(more: str, said: str) -> None:
    error = refusal(facts=f"due: {{type: money, from: officer}}\n{RATING}", formula="min(due, 1亿元)", more=more)
    assert said in str(error)
    assert all(item.message_zh and item.line > 1 for item in error.findings)


def test_results_are_no_names_for_facts() -> None:
    assert "what the decision gives" in str(refusal(facts="amount: {type: money, from: tax}"))


def test_a_later_decision_states_the_total_anew_only_where_it_is_met() -> None:
    stage = f"""stages:
  yearly:
    {{after: award, zh: 年度, en: year, decides_on: filed_on, eligibility: {{id: still, when: due > 5元, {LEAF}}},
     amount: {{formula: due, round: down to 1元, {LEAF}}}}}"""
    pack = paying(stage.replace("\n     ", " "))
    facts: Facts = {"filed_on": date(2024, 3, 1), "rating": "a"}
    totals = [restated(decide(pack, {**facts, "due": due}, stage="yearly"), 700) for due in (600, 500, UNKNOWN)]
    assert totals == [600, 700, 700]


@pytest.mark.parametrize(("clause", "assumed"), [("A-01", ("A-01",)), ("T-1", ())])
def test_a_clause_numbered_as_invented_is_assumed_though_only_a_definition_cites_it(
    clause: str, assumed: tuple[str, ...]
) -> None:
    pack = pack_of(
        facts="due: {type: money, from: officer}",
        more=f"define: {{twice: {{value: 2 * due, zh: 倍, en: twice, clause: {clause}}}}}",
    )
    assert pack.assumed_clauses == assumed
