"""Interest that the policy asks for: reckoned when it is decided, from the day of each payment, beside what was paid."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from django.test import Client

from policies.language.terms import Interest
from subsidy.audit.models import Event
from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.correspondence.recovery_papers import _what
from subsidy.ledger.invariants import violations
from subsidy.payouts.models import BatchLine
from subsidy.payouts.owing import asked_back, came_in, paid_days, paid_of
from subsidy.payouts.recoveries import Recovery, RecoveryGround, RecoveryState
from subsidy.programmes.packs import pack_of
from tests.workflows.test_recovery import give_up, held, ordered, paid, pay, proposed
from tests.workflows.test_refunds import paid_back
from tests.world import World, days_later, fresh
from workflows.common.refusals import BadData
from workflows.recovery import steps
from workflows.recovery.jobs import issue_recovery_notice

pytestmark = pytest.mark.django_db
__all__ = ["paid"]
TERM = {"ground": RecoveryGround.TERM, "term": "false_filing", "amount_fen": None}
RATE = Interest(Fraction(365, 10_000), 365)


@pytest.fixture(autouse=True)
def bearing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy asks for a ten-thousandth a day."""

    def with_interest(version: object) -> object:
        pack = pack_of(version)  # type: ignore[arg-type]
        return replace(pack, recovery=tuple(replace(one, interest=RATE) for one in pack.recovery))

    monkeypatch.setattr(steps, "pack_of", with_interest)


def decided(world: World, recovery: Recovery, fen: int, days: int) -> Recovery:
    """Ordered so many days after the money was paid."""
    settled = BatchLine.objects.get(case=recovery.case_id).settled_on
    assert settled is not None
    world.now = days_later(world.now, days - (world.now.on - settled).days)
    said = {"amount_fen": fen, "reasons": "事实清楚，依据充分"}
    world.act("recovery", recovery, "decide", "leader", data=said)
    return fresh(recovery)


def test_interest_is_added_when_it_is_decided(world: World, paid: Case) -> None:
    recovery = proposed(world, paid, **TERM)
    whole = paid_of(paid)
    assert recovery.proposed_fen == whole and asked_back(paid) == 0
    assert paid_days(paid) == [(BatchLine.objects.get(case=paid).settled_on, whole)]
    with pytest.raises(BadData):
        decided(world, recovery, whole + 1, 100)
    recovery = decided(world, recovery, whole, 100)
    # A hundred days at a ten-thousandth: one percent.
    interest = whole // 100
    assert (recovery.interest_fen, recovery.amount_fen) == (interest, whole + interest)
    assert held() == {"receivable": whole + interest, "recovered": -whole - interest}
    event = Event.objects.get(stream="recovery", stream_id=recovery.pk, action="decide")
    for said in (f'"principal_fen":{whole}', f'"interest_fen":{interest}', '"rate":"73/2000"', '"year_days":365'):
        assert said in event.body
    pay(world, recovery, whole + interest)
    assert (fresh(recovery).state, came_in(recovery)) == (RecoveryState.PAID, whole + interest)
    assert asked_back(paid) == whole, "interest was never paid to the company: it is not of what can be asked back"
    assert list(violations()) == []


def test_a_part_bears_its_part_and_leaves_the_rest_to_be_asked_back(world: World, paid: Case) -> None:
    recovery = decided(world, proposed(world, paid, **TERM), 12_345_67, 50)
    # 50 ten-thousandths of 12,345.67 are 61.728…
    assert (recovery.interest_fen, recovery.amount_fen) == (61_72, 12_407_39)
    assert asked_back(paid) == 12_345_67
    give_up(world, recovery, "propose_recovery_less", "amount", amount_fen=61_72)
    assert asked_back(paid) == 12_345_67, "what two people take off is interest first"
    pay(world, recovery, 12_345_67)
    paid_back(world, fresh(recovery), 345_67)
    assert (asked_back(paid), came_in(recovery)) == (12_000_00, 12_000_00)
    assert list(violations()) == []


def test_other_grounds_bear_none(world: World, paid: Case) -> None:
    recovery = ordered(world, paid, amount_fen=100_00)
    assert (recovery.interest_fen, recovery.amount_fen) == (0, 100_00)


def test_both_see_by_which_rule_before_and_how_much_after(world: World, paid: Case, client: Client) -> None:
    recovery = proposed(world, paid, **TERM)
    places = {
        f"/console/recoveries/{recovery.number}/": world.people["leader"],
        f"/my/recoveries/{recovery.number}/": world.filer(paid.company),
    }
    for place, person in places.items():
        client.force_login(person)
        assert "按年利率3.65%（一年365天）计单利" in client.get(place).content.decode()
    recovery = decided(world, recovery, 12_345_67, 50)
    issue_recovery_notice(recovery.pk, now=world.now)
    assert Letter.objects.filter(kind=LetterKind.RECOVERY, case=paid).count() == 2
    assert _what(recovery).zh == "已拨付资金及利息（其中利息61.72元）共计"
    for place, person in places.items():
        client.force_login(person)
        page = client.get(place).content.decode()
        assert "其中利息" in page and "61.72" in page and "12,407.39" in page
