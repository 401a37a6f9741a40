"""What a policy's page says of its results: counted from decrees and from what the bank booked, and nothing else."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from subsidy.cases.models import Case
from subsidy.decisions.models import Award
from subsidy.reporting.granted import Granted, granted_under
from tests.subsidy.payouts.bank import answered, imported, obligated
from tests.world import World, fresh

pytestmark = pytest.mark.django_db


def test_awards_revocations_and_payments_are_counted_by_the_year_of_the_decree(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    paid, revoked, waits = obligated(world, 3)
    for document in answered(world.released([paid]), world):
        imported(world, document.content, name=document.name)
    row = revoked.round_rows.get()
    said = {"rank": row.rank, "number": "西科〔2024〕19号", "reason": "提供虚假材料"}
    world.act("round", row.round, "revoke_award", "notice", data=said)
    fen = {case.pk: Award.objects.get(case=case).amount_fen for case in (paid, waits)}
    policy = paid.policy_version.policy_id
    with django_assert_num_queries(2):
        found = granted_under(policy)
    year = Award.objects.get(case=paid).decree.issued_on.year
    assert found == [Granted(year, 3, 1, fen[paid.pk] + fen[waits.pk], fen[paid.pk])]
    page = Client().get(f"/policies/xh/{paid.policy_version.policy.code}/").text
    assert "奖补结果" in page and f"{fen[paid.pk] // 100:,}" in page
    assert fresh(paid).company_name not in page


def test_a_policy_that_granted_nothing_yet_says_nothing_of_results(world: World) -> None:
    call = world.call()
    assert granted_under(call.policy_version.policy_id) == [] and not Case.objects.exists()
    assert "奖补结果" not in Client().get(f"/policies/xh/{call.policy_version.policy.code}/").text
