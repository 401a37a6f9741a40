"""Where a form asks for a term of the policy, the page offers the policy's own words to choose from."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.cases.models import Case
from subsidy.payouts.recoveries import Recovery
from subsidy.programmes.packs import pack_of
from tests.subsidy.payouts.bank import answered, imported, obligated
from tests.world import World, days_later, fresh

SignIn = Callable[[str | User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(world: World) -> Case:
    cases = obligated(world, 1)
    for document in answered(world.released(cases), world):
        imported(world, document.content, name=document.name)
    world.now = days_later(world.now, 5)
    return fresh(cases[0])


def test_a_ground_of_recovery_is_chosen_from_those_of_the_policy(world: World, paid: Case, as_person: SignIn) -> None:
    address = reverse("console:propose-recovery", args=[paid.number])
    officer = as_person("amount")
    page = officer.get(address).text
    grounds = pack_of(paid.policy_version).recovery
    assert grounds
    for ground in grounds:
        assert f'<option value="{ground.term.id}">' in page and ground.term.text.zh in page
    sent = {"ground": "term", "term": grounds[0].term.id, "occurred_on": "2024-03-01", "reason": "检查发现不符合条件"}
    assert officer.post(address, {**sent, "key": "k1", "term": "nothing"}).status_code == 422
    assert officer.post(address, {**sent, "key": "k2"}).status_code == 302
    assert Recovery.objects.get().case_id == paid.pk


def test_what_happened_is_reported_under_an_undertaking_of_the_policy(
    world: World, paid: Case, as_person: SignIn
) -> None:
    page = as_person("amount").get(reverse("console:begin-undertaking", args=[paid.number])).text
    assert '<option value="change_report">' in page and '<option value="annual_report">' not in page
