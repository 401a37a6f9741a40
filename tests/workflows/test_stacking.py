"""Awards of one company beside one another: each way a group may have, at the check of the amount, and under a race."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import translation

from subsidy.applicants.models import Company
from subsidy.audit.models import Event
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.console import previews
from subsidy.decisions import stacking
from subsidy.programmes.models import Call
from tests.harness.together import Together
from tests.subsidy.registers.lists import AWARDS, deliver
from tests.subsidy.registers.lists import apply as register_apply
from tests.workflows.test_stages import Bureau
from tests.world import fresh
from workflows.common.refusals import BadData
from workflows.policy_release import publishing

WAN = 1_000_000
LESS, MORE = 135 * WAN, 195 * WAN
CONTRIBUTIONS = {LESS: 500 * WAN, MORE: 600 * WAN}
BY_OFFICERS = "  kind: R2\n  co_review: no\n"
GROUP = """code: measures
version: "1"
title: {{zh: 同类奖补, en: Awards of one kind}}
currency: CNY
key: [{key}]
{rules}
clause: A-1
certainty: assumed
source: test material
"""
Rules = Callable[..., None]


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Rules]:
    """Write the group that every call of these tests names."""

    def write(text: str, key: str = "company") -> None:
        path = tmp_path / "measures" / "1.yaml"
        path.parent.mkdir()
        path.write_text(GROUP.format(key=key, rules=text), encoding="utf-8")
        for module in (stacking, publishing):
            monkeypatch.setattr(module, "GROUPS", tmp_path)
        stacking._group.cache_clear()

    yield write
    stacking._group.cache_clear()
    publishing.read_and_check.cache_clear()


@pytest.fixture
def bureau(db: None) -> Bureau:
    return Bureau()


def call_of(bureau: Bureau, number: int, key: str = "company") -> Call:
    terms = f"stacking: [{{group: measures@1, key: [{key}]}}]\n"
    return bureau.call_by(BY_OFFICERS, f"2023.{number}", terms)


def checked(bureau: Bureau, call: Call, company: Company | None = None) -> Case:
    """A case of this company that waits for the check of its amount."""
    case = bureau.submitted(call, company)
    bureau.act("case", case, "accept", "acceptance")
    return fresh(case)


def confirm(bureau: Bureau, case: Case, amount_fen: int = LESS) -> Case:
    """Confirm it; the policy computes this of what the tax office then says."""
    data = {
        "source": "tax",
        "as_of": bureau.now.on.isoformat(),
        "facts": [{"name": "contribution_y1", "kind": "money", "value": CONTRIBUTIONS[amount_fen]}],
    }
    bureau.act("company", case.company, "keep_facts", "counter", data=data)
    bureau.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    return fresh(case)


def refusal_of(bureau: Bureau, case: Case, amount_fen: int = LESS) -> str:
    events = Event.objects.filter(stream="case", stream_id=case.pk)
    before = events.count()
    with translation.override("en"), pytest.raises(BadData) as refused:
        confirm(bureau, case, amount_fen)
    assert (fresh(case).state, events.count()) == (CaseState.AMOUNT_CHECK, before)
    return str(refused.value)


def forgone(case: Case) -> list[list[object]]:
    event = Event.objects.filter(stream="case", stream_id=case.pk, action="confirm_amount").latest("seq")
    found: list[list[object]] = json.loads(event.body)["data"]["forgone"]
    return found


def test_only_one_of_an_exclusive_group_is_paid_and_the_first_filed_stands(bureau: Bureau, rules: Rules) -> None:
    rules("mode: exclusive")
    first = confirm(bureau, checked(bureau, call_of(bureau, 2)))
    second = checked(bureau, call_of(bureau, 3), first.company)
    assert "同类奖补" in refusal_of(bureau, second)
    bureau.decreed(first.call)
    assert "同类奖补" in refusal_of(bureau, second, MORE)
    assert fresh(first).award.amount_fen == LESS


def test_what_is_confirmed_is_never_taken_back_by_a_higher_one(bureau: Bureau, rules: Rules) -> None:
    rules("mode: exclusive")
    first = confirm(bureau, checked(bureau, call_of(bureau, 2)))
    second = checked(bureau, call_of(bureau, 3), first.company)
    assert first.number in refusal_of(bureau, second, MORE)
    bureau.act("case", first, "withdraw", bureau.filer(first.company), data={"reason": "另一项更高"})
    assert confirm(bureau, second, MORE).computed_fen == MORE


def test_of_a_higher_award_the_difference_is_paid_and_told(bureau: Bureau, rules: Rules) -> None:
    rules("mode: higher_only")
    first = confirm(bureau, checked(bureau, call_of(bureau, 2)))
    second = checked(bureau, call_of(bureau, 3), first.company)
    assert first.number in refusal_of(bureau, second, MORE)
    bureau.decreed(first.call)
    told = previews.of_case("confirm_amount", second, now=bureau.now)
    assert not told.refused and any("1,350,000" in str(line) for line in told.changes)
    second = confirm(bureau, second, MORE)
    assert second.computed_fen == MORE - LESS and forgone(second) == [["measures", LESS]]


def test_a_preview_says_what_is_not_paid(bureau: Bureau, rules: Rules) -> None:
    rules("mode: sum_with_cap\ncap: 200万元")
    first = confirm(bureau, checked(bureau, call_of(bureau, 2)))
    second = checked(bureau, call_of(bureau, 3), first.company)
    with translation.override("en"):
        told = previews.of_case("confirm_amount", second, now=bureau.now)
    assert not told.refused and any(
        "Awards of one kind" in str(line) and "700,000" in str(line) for line in told.changes
    )


@pytest.mark.parametrize("decreed", [False, True])
def test_a_sum_with_cap_leaves_the_rest(bureau: Bureau, rules: Rules, decreed: bool) -> None:
    rules("mode: sum_with_cap\ncap: 200万元")
    first = confirm(bureau, checked(bureau, call_of(bureau, 2)))
    if decreed:
        bureau.decreed(first.call)
    second = confirm(bureau, checked(bureau, call_of(bureau, 3), first.company))
    assert second.computed_fen == 200 * WAN - LESS and forgone(second) == [["measures", 2 * LESS - 200 * WAN]]


def test_what_does_not_fit_wholly_below_its_cap_is_not_paid(bureau: Bureau, rules: Rules) -> None:
    rules("mode: all_or_nothing\ncap: 200万元")
    first = confirm(bureau, checked(bureau, call_of(bureau, 2)))
    second = checked(bureau, call_of(bureau, 3), first.company)
    assert "同类奖补" in refusal_of(bureau, second)


def test_at_most_two_are_paid(bureau: Bureau, rules: Rules) -> None:
    rules("mode: at_most 2")
    first = confirm(bureau, checked(bureau, call_of(bureau, 2)))
    second = confirm(bureau, checked(bureau, call_of(bureau, 3), first.company))
    third = checked(bureau, call_of(bureau, 4), first.company)
    assert "同类奖补" in refusal_of(bureau, third)
    assert fresh(second).computed_fen == LESS


def test_what_may_stand_together_does(bureau: Bureau, rules: Rules) -> None:
    rules("mode: allowed")
    first = confirm(bureau, checked(bureau, call_of(bureau, 2)))
    second = confirm(bureau, checked(bureau, call_of(bureau, 3), first.company))
    assert second.computed_fen == LESS and forgone(second) == []


@pytest.mark.parametrize(
    ("measure", "group", "group_key", "conferred_on", "counts"),
    [
        ("flying_sky", "", "", "2024-01-05", True),
        ("flying_sky", "", "", "2023-12-29", False),
        ("flying_sky", "measures", "x|2024", "2023-12-29", True),
        ("old_measure", "measures", "x|2023", "2024-01-05", False),
        ("old_measure", "measures", "x|2024", "2023-12-29", True),
        ("old_measure", "", "", "2024-01-05", False),
    ],
)
def test_what_was_granted_before_the_system_counts_in_its_year(
    bureau: Bureau, rules: Rules, measure: str, group: str, group_key: str, conferred_on: str, counts: bool
) -> None:
    rules("mode: exclusive", "company, year")
    case = checked(bureau, call_of(bureau, 2, "company, year"))
    line = f"{case.company.uscc},{measure},旧奖补,{group},{group_key},1000.00,{conferred_on},西科〔2023〕1号"
    register_apply(bureau, deliver(bureau, line, register="prior_awards", heading=AWARDS))
    if counts:
        assert "同类奖补" in refusal_of(bureau, case)
    else:
        assert confirm(bureau, case).computed_fen == LESS


@pytest.mark.parametrize(("key", "refused"), [("corporate_group", True), ("company", False)])
def test_sisters_share_a_group_that_counts_by_their_own(bureau: Bureau, rules: Rules, key: str, refused: bool) -> None:
    rules("mode: exclusive", key)
    first = confirm(bureau, checked(bureau, call_of(bureau, 2, key)))
    sister = bureau.company()
    link = {"other": sister.uscc, "kind": "majority", "share": "51.00", "effective_on": "2024-01-01"}
    bureau.act("company", first.company, "link", "counter", data={"document": "工商档案", **link})
    second = checked(bureau, call_of(bureau, 3, key), sister)
    if refused:
        assert "同类奖补" in refusal_of(bureau, second)
    else:
        assert confirm(bureau, second).computed_fen == LESS


def test_a_group_that_counts_by_a_product_is_not_published(bureau: Bureau, rules: Rules) -> None:
    rules("mode: exclusive", "product")
    with pytest.raises(BadData) as refused:
        call_of(bureau, 2, "product")
    assert "corporate_group" in refused.value.fields["policy_text"][0]


def test_of_two_confirmed_at_once_one_stands(together: Together, rules: Rules) -> None:
    bureau = Bureau()
    rules("mode: exclusive")
    first = checked(bureau, call_of(bureau, 2))
    second = checked(bureau, call_of(bureau, 3), first.company)

    def confirmed(case: Case) -> Callable[[], object]:
        return lambda: bureau.act("case", case, "confirm_amount", "amount", data={"remark": ""})

    done = together([confirmed(first), confirmed(second)])
    assert [one.ok for one in done].count(True) == 1
    assert sorted(fresh(one).state for one in (first, second)) == [CaseState.AMOUNT_CHECK, CaseState.AWAITING_ROUND]
