"""Similar cases on the page of a case: nearest facts first, what differs, and none that its reader may not see."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from policies.language import Pack
from subsidy.accounts.models import User
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.console.similar import _alike, similar
from subsidy.decisions.models import Finding
from subsidy.reviews.services import recusal_record
from tests.world import World, pack

SignIn = Callable[[str | User], Client]


def shown(client: Client, case: Case) -> Any:
    page = client.get(reverse("console:case", args=[case.number]))
    assert page.status_code == 200
    return page


def test_the_nearest_facts_come_first_and_say_what_differs(world: World, as_person: SignIn) -> None:
    call = world.call()
    far = world.ready(call, rd_y1=5_000_000_000)
    same = world.ready(call)
    near = world.ready(call, rd_y1=1_200_000_000)
    case = world.submitted(call)

    page = shown(as_person("acceptance"), case)
    found = page.context["similar"]
    assert [one.case.pk for one in found.nearest] == [same.pk, near.pk, far.pk] and found.compared == 3
    assert found.nearest[0].percent == 100 and not found.nearest[0].differences
    assert 0 < found.nearest[2].percent < found.nearest[1].percent < 100
    (differs,) = found.nearest[1].differences
    assert "12,000,000.00" in differs.there and differs.here not in ("", differs.there)
    assert reverse("console:case", args=[near.number]) in page.text and "12,000,000.00" in page.text
    pinned = Finding.objects.filter(case=near).latest("pk")
    assert found.nearest[1].by_rule_fen == pinned.amount_fen and pinned.amount_fen is not None


def test_a_case_that_is_judged_is_compared_as_it_was_pinned(world: World, as_person: SignIn) -> None:
    call = world.call()
    first, second = world.ready(call), world.ready(call, rd_y1=1_200_000_000)
    found = shown(as_person("acceptance"), second).context["similar"]
    assert [one.case.pk for one in found.nearest] == [first.pk]
    facts = json.loads(Finding.objects.filter(case=second).latest("pk").facts_text)
    assert facts["rd_y1"] == 1_200_000_000


def test_no_case_is_shown_that_its_reader_may_not_see_or_that_the_company_ended(
    world: World, as_person: SignIn
) -> None:
    call = world.call()
    closed, left, open_one = world.ready(call), world.ready(call), world.ready(call)
    unjudged, case = world.submitted(call), world.submitted(call)
    recusal_record(closed, world.people["acceptance"].pk, reason="亲属", now=world.now)
    Case.objects.filter(pk=left.pk).update(state=CaseState.WITHDRAWN)
    page = shown(as_person("acceptance"), case)
    assert [one.case.pk for one in page.context["similar"].nearest] == [open_one.pk]
    assert sum(tier.n for tier in page.context["similar"].tiers) == 1
    assert not any(other.number in page.text for other in (closed, left, unjudged))


def test_the_first_case_of_a_policy_has_no_similar_ones(world: World, as_person: SignIn) -> None:
    page = shown(as_person("acceptance"), world.submitted())
    assert not page.context["similar"].nearest and 'id="similar"' not in page.text


@pytest.mark.parametrize("n", [1, 4])
def test_it_takes_two_statements_however_many_there_are(world: World, n: int) -> None:
    call = world.call()
    cases = [world.ready(call) for _one in range(n)]
    case = world.submitted(call)
    rules = pack(case)
    with CaptureQueriesContext(connection) as asked:
        found = similar(case, {}, rules, Case.objects.all())
        assert [one.case.company_name for one in found.nearest] == []
    assert found.compared == len(cases) and len(asked) == 2


def other(facts: dict[str, Any]) -> Finding:
    return cast(Finding, SimpleNamespace(facts_text=json.dumps(facts), case=None, outcome="met", amount_fen=1))


def distance(rules: Pack, here: dict[str, Any], there: dict[str, Any]) -> Decimal:
    found = _alike(rules, here, other(there))
    assert found is not None
    assert all(one.here != one.there for one in found.differences)
    return found.distance


def test_how_far_two_cases_lie_apart(world: World) -> None:
    rules = pack(world.draft(world.call()))
    assert distance(rules, {"rd_y1": 100}, {"rd_y1": 300}) == Decimal("0.5")
    assert distance(rules, {"rd_y1": 0}, {"rd_y1": 0}) == 0
    assert distance(rules, {"rd_y1": 0}, {"rd_y1": 5}) == 1
    # One fact is the same, one only one of them has.
    assert distance(rules, {"rd_y1": 7, "sales_y1": 3}, {"rd_y1": 7}) == Decimal("0.5")
    # What another version declared otherwise differs wholly, and is shown as it was pinned.
    assert distance(rules, {"rd_y1": 7}, {"rd_y1": "seven"}) == 1
    assert distance(rules, {"rd_y1": 7}, {"rd_y1": [1]}) == 1
    assert _alike(rules, {"rd_y1": 7}, other({"sales_y1": 7})) is None
