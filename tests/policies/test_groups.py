"""Groups and combine: which awards stand beside one another, held against a search over every subset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.language import PolicyError
from policies.language.award.combine import Claim, Forgone, PriorAward, TooManyClaims, combine
from policies.language.award.groups import Group, group_of, load_group, parse_group
from policies.language.terms import Stacking

DAY = date(2024, 3, 1)
TEXT = """code: {code}
version: "1"
title: {{zh: 从优不重复, en: only one}}
currency: CNY
key: [company]
mode: {mode}
{more}
clause: A-1
certainty: assumed
source: trial
"""


def group(code: str, mode: str, more: str = "") -> Group:
    """Return a group of this mode."""
    return parse_group(TEXT.format(code=code, mode=mode, more=more), f"{code}/1.yaml")


def claim(key: str, amount: int, *groups: str, day: date = DAY) -> Claim:
    """Return a claim of the company c in these groups."""
    return Claim(key, key, amount, day, day, dict.fromkeys(groups, ("c",)))


def past(amount: int, name: str, day: date = date(2023, 1, 1), company: str = "c") -> PriorAward:
    """Return an earlier award in one group."""
    return PriorAward("old", amount, day, {name: (company,)})


def amounts(claims: Sequence[Claim], prior: Sequence[PriorAward], *groups: Group) -> list[int]:
    """Return what each claim comes to."""
    return [granted.amount for granted in combine(claims, prior, {group.code: group for group in groups})]


def test_of_an_exclusive_group_the_highest_is_kept_and_the_others_say_why() -> None:
    found = combine([claim("a", 100, "g"), claim("b", 130, "g")], [], {"g": group("g", "exclusive")})
    assert [(item.amount, item.forgone) for item in found] == [(0, (Forgone("g", 100),)), (130, ())]


def test_groups_taken_together_give_what_one_after_another_would_lose() -> None:
    # Pitfall 14: keeping the best of each group in turn leaves b (100) alone; a and c together are lawful and 130.
    claims = [claim("a", 70, "g"), claim("b", 100, "g", "h"), claim("c", 60, "h")]
    assert amounts(claims, [], group("g", "exclusive"), group("h", "exclusive")) == [70, 0, 60]


def test_an_earlier_exclusive_award_bars_a_later_one() -> None:
    assert amounts([claim("a", 100, "g")], [past(20, "g")], group("g", "exclusive")) == [0]
    assert amounts([claim("a", 100, "g")], [past(20, "g", company="other")], group("g", "exclusive")) == [100]


def test_the_higher_award_pays_the_difference_though_the_lower_was_paid_first() -> None:
    claims = [claim("a", 100, "g"), claim("b", 150, "g")]
    assert amounts(claims, [past(50, "g")], group("g", "higher_only")) == [0, 100]
    assert amounts([claim("a", 40, "g")], [past(50, "g")], group("g", "higher_only")) == [0]


def test_a_cap_is_filled_in_order_and_the_rest_is_forgone() -> None:
    first, second = claim("a", 60, "g", day=DAY + timedelta(1)), claim("b", 70, "g")
    capped = group("g", "sum_with_cap", "cap: 100分")
    found = combine([first, second], [past(10, "g")], {"g": capped})
    assert [(item.amount, item.forgone) for item in found] == [(20, (Forgone("g", 40),)), (70, ())]


def test_an_all_or_nothing_cap_takes_a_claim_whole_or_leaves_it() -> None:
    claims = [claim("a", 60, "g"), claim("b", 50, "g"), claim("c", 40, "g")]
    assert amounts(claims, [], group("g", "all_or_nothing", "cap: 100分")) == [60, 0, 40]


def test_awards_that_are_allowed_together_are_all_paid() -> None:
    assert amounts([claim("a", 60, "g"), claim("b", 50, "g")], [past(9, "g")], group("g", "allowed")) == [60, 50]


def test_two_in_three_years_counts_days_and_not_years() -> None:
    frequent = group("g", "at_most 2", "counts_when: conferred_on + 3年 > confer_on")
    new = claim("a", 100, "g", day=date(2024, 2, 29))
    on_the_day = [past(1, "g", date(2021, 2, 28)), past(1, "g", date(2023, 1, 1))]
    assert amounts([new], on_the_day, frequent) == [100]
    assert amounts([new], [past(1, "g", date(2021, 3, 1)), *on_the_day[1:]], frequent) == [0]


def test_a_cap_of_a_fiscal_year_starts_with_it() -> None:
    yearly = group(
        "g", "sum_with_cap",
        'cap: 100分\nfiscal_year_start: 04-01\ncounts_when: fiscal_year(conferred_on) == fiscal_year(confer_on)',
    )  # fmt: skip
    assert amounts([claim("a", 60, "g", day=date(2024, 3, 31))], [past(90, "g", date(2023, 4, 1))], yearly) == [10]
    assert amounts([claim("a", 60, "g", day=date(2024, 4, 1))], [past(90, "g", date(2023, 4, 1))], yearly) == [60]


def test_claims_that_meet_in_nothing_are_settled_apart_and_may_be_many() -> None:
    claims = [claim(f"c{index:02}", index + 1) for index in range(40)]
    assert amounts(claims, []) == list(range(1, 41))


def test_more_claims_than_can_be_compared_are_refused() -> None:
    claims = [claim(f"c{index:02}", 1, "g") for index in range(13)]
    with pytest.raises(TooManyClaims, match="13 claims"):
        amounts(claims, [], group("g", "exclusive"))


def test_damaged_claims_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        amounts([claim("a", -1)], [])
    with pytest.raises(ValueError, match="twice"):
        amounts([claim("a", 1), claim("a", 2)], [])


# Held against every subset ------------------------------------------------------------------------------------------

MODES = [
    ("exclusive", ""), ("higher_only", ""), ("allowed", ""), ("at_most 2", ""),
    ("sum_with_cap", "cap: 100分"), ("all_or_nothing", "cap: 100分"),
]  # fmt: skip
GROUPS = {mode: [group(name, mode, more) for name in "gh"] for mode, more in MODES}


def lawful(kept: Sequence[Claim], prior: Sequence[PriorAward], groups: Mapping[str, Group]) -> bool:
    """Count heads, group by group."""
    for name, one in groups.items():
        inside = sum(name in item.groups for item in kept)
        before = sum(name in award.groups for award in prior)
        limit = {"exclusive": 1 - before, "higher_only": 1, "at_most": 2 - before}.get(one.mode)
        if limit is not None and inside > max(0, limit):
            return False
    return True


def paid(kept: Sequence[Claim], prior: Sequence[PriorAward], groups: Mapping[str, Group]) -> int:
    """Pay the kept claims one after another."""
    spent = {name: sum(award.amount for award in prior if name in award.groups) for name in groups}
    total = 0
    for item in sorted(kept, key=lambda one: (one.filed_on, one.key)):
        due = item.amount
        for name in sorted(item.groups):
            one = groups[name]
            before = sum(award.amount for award in prior if name in award.groups)
            if one.mode == "higher_only":
                due = max(0, due - before)
            elif one.mode == "sum_with_cap":
                due = min(due, max(0, 100 - spent[name]))
            elif one.mode == "all_or_nothing":
                due = due if due <= 100 - spent[name] else 0
        for name in item.groups:
            spent[name] += due
        total += due
    return total


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Claim], list[PriorAward], dict[str, Group]]:
    """A few claims and earlier awards over two groups."""
    first, second = (draw(st.sampled_from(MODES))[0] for _ in "gh")
    groups = {"g": GROUPS[first][0], "h": GROUPS[second][1]}
    sets = st.sampled_from([(), ("g",), ("h",), ("g", "h")])
    claims = [
        replace(
            claim(f"c{index}", draw(st.integers(0, 150)), *draw(sets)),
            filed_on=DAY + timedelta(draw(st.integers(0, 2))),
        )
        for index in range(draw(st.integers(0, 5)))
    ]
    prior = [past(draw(st.integers(0, 90)), draw(st.sampled_from("gh"))) for _ in range(draw(st.integers(0, 2)))]
    return claims, prior, groups


@given(situations())
def test_no_lawful_selection_is_better(situation: tuple[list[Claim], list[PriorAward], dict[str, Group]]) -> None:
    claims, prior, groups = situation
    found = combine(claims, prior, groups)
    subsets = [
        [item for item, kept in zip(claims, choice, strict=True) if kept]
        for choice in product([True, False], repeat=len(claims))
    ]
    fine = [{item.key for item in kept} for kept in subsets if lawful(kept, prior, groups)]
    largest = [keys for keys in fine if not any(keys < other for other in fine)]
    totals = [paid([item for item in claims if item.key in keys], prior, groups) for keys in largest]
    assert sum(granted.amount for granted in found) == max(totals)
    for item, granted in zip(claims, found, strict=True):
        assert granted.amount + sum(part.amount for part in granted.forgone) == item.amount


# Files ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "more", "said"),
    [
        ("exclusive", "cap: 1元", "a cap belongs to"),
        ("sum_with_cap", "", "a cap belongs to"),
        ("at_most 0", "", "expected one of"),
        ("only_one", "", "expected one of"),
        ("exclusive", "counts_when: amount", "expected yes_no"),
        ("exclusive", "counts_when: paid_on > confer_on", "paid_on"),
        ("exclusive", "order: never", "filed_on, confer_on"),
        ("exclusive", "note: x", "note"),
    ],
)
def test_a_group_that_says_nothing_lawful_is_refused(mode: str, more: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        group("g", mode, more)


def test_a_group_is_found_by_what_the_pack_names(tmp_path: Path) -> None:
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "1.yaml").write_text(TEXT.format(code="g", mode="exclusive", more=""), encoding="utf-8")
    assert group_of(Stacking("g", "1", ("company",)), tmp_path).mode == "exclusive"
    with pytest.raises(PolicyError, match="no group g@2"):
        group_of(Stacking("g", "2", ("company",)), tmp_path)
    with pytest.raises(PolicyError, match="write the same"):
        group_of(Stacking("g", "1", ("company", "year")), tmp_path)
    (tmp_path / "h").mkdir()
    (tmp_path / "g" / "1.yaml").rename(tmp_path / "h" / "1.yaml")
    with pytest.raises(PolicyError, match=r"move it to g/1\.yaml"):
        load_group(tmp_path / "h" / "1.yaml")
