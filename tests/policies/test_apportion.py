"""Sharing a budget: nothing is lost, nothing overtakes, ties are seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.language.award.apportion import Candidate, largest_remainder, pro_rata, rank

START = datetime(2024, 3, 4, 9, tzinfo=UTC)
weights = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(0, 10**12), min_size=1, max_size=12)
candidates = st.lists(
    st.tuples(st.integers(0, 1000), st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=12
).map(
    lambda items: [
        Candidate(f"k{i}", amount, Fraction(score), START + timedelta(minutes=late))
        for i, (amount, score, late) in enumerate(items)
    ]
)


def one(key: str, amount: int, score: int, minutes: int = 0) -> Candidate:
    """Return a candidate filed some minutes after the start."""
    return Candidate(key, amount, Fraction(score), START + timedelta(minutes=minutes))


@given(weights, st.integers(0, 10**13))
def test_parts_sum_to_the_whole_and_lie_within_a_unit_of_their_share(parts: dict[str, int], whole: int) -> None:
    if not sum(parts.values()):
        return
    found = largest_remainder(parts, whole=whole)
    assert sum(found.values()) == whole
    for key, weight in parts.items():
        assert abs(found[key] - Fraction(whole * weight, sum(parts.values()))) < 1
        assert weight or not found[key]


@given(weights, st.integers(0, 10**13))
def test_pro_rata_never_gives_more_than_claimed_nor_than_there_is(claims: dict[str, int], budget: int) -> None:
    found = pro_rata(claims, budget=budget)
    assert sum(found.values()) == min(budget, sum(claims.values()))
    assert all(0 <= found[key] <= claim for key, claim in claims.items())


def test_the_largest_remainder_gets_the_last_fen() -> None:
    assert pro_rata({"a": 1, "b": 1, "c": 1}, budget=2) == {"a": 1, "b": 1, "c": 0}
    assert pro_rata({"a": 100, "b": 200, "c": 400}, budget=100) == {"a": 14, "b": 29, "c": 57}


def test_of_equal_claims_the_one_given_first_gets_the_last_fen() -> None:
    assert largest_remainder({"9": 1, "10": 1}, whole=1) == {"9": 1, "10": 0}
    assert largest_remainder({"10": 1, "9": 1}, whole=1) == {"10": 1, "9": 0}


@given(candidates, st.integers(0, 4000), st.booleans())
def test_ranking_keeps_the_budget_and_the_order(items: list[Candidate], budget: int, part: bool) -> None:
    found = rank(items, budget=budget, last_in_part=part)
    due = {item.key: item.amount for item in items}
    assert sum(row.granted for row in found) <= budget
    assert sorted(row.key for row in found) == sorted(due)
    cut = [row.granted < due[row.key] for row in found]
    first = cut.index(True) if True in cut else len(cut)
    assert all(row.granted == 0 for row in found[first + 1 :])
    assert all(row.granted == due[row.key] for row in found[:first])
    scores = {item.key: item.score for item in items}
    assert [scores[row.key] for row in found] == sorted(scores.values(), reverse=True)


def test_a_lower_rank_never_overtakes_the_cut_off() -> None:
    found = rank([one("a", 60, 90), one("b", 50, 80), one("c", 10, 70)], budget=100)
    assert [(row.key, row.granted, row.cut) for row in found] == [("a", 60, False), ("b", 0, True), ("c", 0, True)]
    part = rank([one("a", 60, 90), one("b", 50, 80), one("c", 10, 70)], budget=100, last_in_part=True)
    assert [row.granted for row in part] == [60, 40, 0]


def test_ties_follow_the_rule_and_real_ties_are_marked() -> None:
    items = [one("late", 5, 9, 2), one("early", 7, 9, 1), one("twin", 7, 9, 1)]
    assert [(row.key, row.tied) for row in rank(items, budget=99)] == [
        ("early", True),
        ("twin", True),
        ("late", False),
    ]
    assert rank(items, budget=99, ties="smallest_amount")[0].key == "late"
    assert rank(items, budget=99, ties="largest_amount")[0].key == "early"


def test_misuse_is_refused() -> None:
    for call in (
        lambda: rank([one("a", 1, 1)], budget=-1),
        lambda: rank([one("a", -1, 1)], budget=1),
        lambda: rank([one("a", 1, 1), one("a", 2, 2)], budget=1),
        lambda: rank([one("a", 1, 1)], budget=1, ties="alphabet"),
        lambda: pro_rata({"a": -1}, budget=1),
        lambda: largest_remainder({"a": 0}, whole=1),
    ):
        with pytest.raises(ValueError, match="found"):
            call()
