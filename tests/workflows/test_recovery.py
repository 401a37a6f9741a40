"""Money that comes back: heard, decided by another, paid in parts, reduced, written off; every yuan in the books."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db.models import Sum

from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.decisions.models import Proposal
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import CashAccount, Transaction
from subsidy.payouts.owing import paid_of
from subsidy.payouts.recoveries import Recovery, RecoveryGround, RecoveryState
from tests.subsidy.payouts.bank import answered, imported, obligated
from tests.workflows.sending import Data, Place
from tests.workflows.staff import Person, officers
from tests.workflows.test_matrix import attempts
from tests.workflows.walked import node_of
from tests.world import World, days_later, fresh
from workflows.common.refusals import BadData, Forbidden, NotFound, WrongState
from workflows.common.subjects import kind_named
from workflows.recovery.jobs import issue_recovery_notice
from workflows.recovery.steps import _after


@pytest.fixture
def paid(world: World) -> Case:
    """A case whose award the bank has paid."""
    cases = obligated(world, 1)
    batch = world.released(cases)
    for document in answered(batch, world):
        imported(world, document.content, name=document.name)
    world.now = days_later(world.now, 5)
    return fresh(cases[0])


def proposal(case: Case, **changes: Any) -> dict[str, Any]:
    return {
        "case": case.pk,
        "ground": RecoveryGround.FOUND,
        "term": "",
        "occurred_on": "2024-03-01",
        "amount_fen": 1_000_00,
        "reason": "检查发现部分支出不合规",
        **changes,
    }


def proposed(world: World, case: Case, **changes: Any) -> Recovery:
    return Recovery.objects.get(pk=world.open("recovery", "propose", "amount", proposal(case, **changes)))


def ordered(world: World, case: Case, **changes: Any) -> Recovery:
    recovery = proposed(world, case, **changes)
    world.now = days_later(world.now, 30)
    world.act(
        "recovery",
        recovery,
        "decide",
        "leader",
        data={"amount_fen": recovery.proposed_fen, "reasons": "事实清楚，依据充分"},
    )
    return fresh(recovery)


def pay(world: World, recovery: Recovery, fen: int, reference: str = "BK-1", **changes: Any) -> None:
    data = {
        "recovery": recovery.number,
        "paying_account": world.paying_account.pk,
        "amount_fen": fen,
        "reference": reference,
        "received_on": world.now.on.isoformat(),
        **changes,
    }
    world.act("authority", world.authority, "receive_repayment", "finance2", data=data)


def give_up(world: World, recovery: Recovery, opening: str, who: str, **terms: Any) -> None:
    data = {"recovery": recovery.pk, "document": "西科〔2024〕31号", "reason": "企业已注销", **terms}
    asked = Proposal.objects.get(pk=world.open("proposal", opening, who, data))
    world.act("proposal", asked, "approve", "leader")


def held() -> dict[str, int]:
    rows = CashAccount.objects.filter(kind__in=["receivable", "recovered", "written_off"])
    return dict(rows.values_list("kind").annotate(fen=Sum("balance")))


@pytest.mark.django_db
def test_heard_ordered_and_paid_in_parts(world: World, paid: Case) -> None:
    recovery = proposed(world, paid)
    decision = {"amount_fen": 1_000_00, "reasons": "事实清楚，依据充分"}
    with pytest.raises(WrongState, match="可陈述申辩至"):
        world.act("recovery", recovery, "decide", "leader", data=decision)
    world.act("recovery", recovery, "answer", world.filer(paid.company), data={"answer": "已整改"})
    assert held() == {}, "nothing is owed before the decision"
    world.act("recovery", recovery, "decide", "leader", data=decision)
    assert held() == {"receivable": 1_000_00, "recovered": -1_000_00}
    pay(world, recovery, 400_00)
    assert fresh(recovery).state == RecoveryState.OPEN
    with pytest.raises(WrongState, match="已登记过"):
        pay(world, recovery, 400_00)
    with pytest.raises(BadData) as too_much:
        pay(world, recovery, 600_01, "BK-2")
    assert "600.00" in str(too_much.value.fields)
    pay(world, recovery, 600_00, "BK-2")
    assert fresh(recovery).state == RecoveryState.PAID
    assert held() == {"receivable": 0, "recovered": -1_000_00}
    with pytest.raises(BadData):
        pay(world, recovery, 1, "BK-3")
    assert list(violations()) == []


@pytest.mark.django_db
def test_the_policy_says_how_much_of_what_was_paid(world: World, paid: Case) -> None:
    terms = {"ground": RecoveryGround.TERM, "amount_fen": None}
    with pytest.raises(BadData) as unknown:
        proposed(world, paid, **terms, term="moved_out")
    assert "false_filing" in str(unknown.value.fields)
    recovery = proposed(world, paid, **terms, term="false_filing")
    assert recovery.proposed_fen == paid_of(paid) > 0
    world.now = days_later(world.now, 30)
    decision = {"amount_fen": recovery.proposed_fen + 1, "reasons": "事实清楚，依据充分"}
    with pytest.raises(BadData):
        world.act("recovery", recovery, "decide", "leader", data=decision)


@pytest.mark.django_db
def test_no_more_comes_back_than_was_paid(world: World, paid: Case) -> None:
    whole = paid_of(paid)
    with pytest.raises(BadData):
        proposed(world, paid, amount_fen=whole + 1)
    ordered(world, paid, amount_fen=whole - 1)
    with pytest.raises(BadData):
        proposed(world, paid, ground=RecoveryGround.CORRECTED, amount_fen=2)
    ordered(world, paid, ground=RecoveryGround.CORRECTED, amount_fen=1)
    with pytest.raises(WrongState, match="没有尚未要求追回"):
        proposed(world, paid, ground=RecoveryGround.RATED, amount_fen=1)
    assert list(violations()) == []


@pytest.mark.django_db
def test_two_people_reduce_and_write_off_and_late_money_lessens_the_loss(world: World, paid: Case) -> None:
    recovery = ordered(world, paid)
    give_up(world, recovery, "propose_recovery_less", "amount", amount_fen=100_00)
    pay(world, recovery, 200_00)
    give_up(world, recovery, "propose_write_off", "finance2")
    assert fresh(recovery).state == RecoveryState.WRITTEN_OFF
    assert held() == {"receivable": 0, "recovered": -900_00, "written_off": 700_00}
    pay(world, recovery, 50_00, "BK-LATE")
    assert held()["written_off"] == 650_00
    with pytest.raises(BadData):
        pay(world, recovery, 650_01, "BK-LATER")
    assert list(violations()) == []


@pytest.mark.django_db
def test_who_may_do_what(world: World, paid: Case) -> None:
    with pytest.raises(Forbidden):
        world.open("recovery", "propose", "finance1", proposal(paid))
    recovery = proposed(world, paid)
    stranger = world.filer(world.company())
    with pytest.raises(NotFound):
        world.act("recovery", recovery, "answer", stranger, data={"answer": "无关"})
    world.now = days_later(world.now, 30)
    with pytest.raises(WrongState, match="届满"):
        world.act("recovery", recovery, "answer", world.filer(paid.company), data={"answer": "迟到"})
    with pytest.raises(Forbidden):
        world.act("recovery", recovery, "drop", "amount", data={"reasons": "不再追回了吧"})
    with pytest.raises(Forbidden):
        world.act("recovery", recovery, "take_payment", "finance2", data={})
    world.act("recovery", recovery, "drop", "leader", data={"reasons": "证据不足，不予追回"})
    assert fresh(recovery).state == RecoveryState.DROPPED
    assert not Transaction.objects.filter(subject_kind="recovery").exists()


@pytest.mark.django_db
def test_everybody_tries_every_act_on_a_recovery(world: World, paid: Case) -> None:
    """One that waits for its decision, one that waits for its money, one that was dropped."""
    dropped = proposed(world, paid)
    owed = ordered(world, paid, ground=RecoveryGround.CORRECTED, amount_fen=2_00)
    world.act("recovery", dropped, "drop", "leader", data={"reasons": "证据不足，不予追回"})
    waiting = proposed(world, paid, ground=RecoveryGround.RATED, amount_fen=3_00)
    members = [
        Person("filer", world.filer(paid.company), member=frozenset({"file_for"})),
        Person("legal", world.legal(paid.company), member=frozenset({"confirm_for"})),
    ]
    people = [*officers(world, World(code="yh")), *members]
    places = [Place(fresh(one), node_of(one), people) for one in (waiting, owed, dropped)]
    # The company may still answer: a decision would come too early.
    steps = {("decision", "decide"): "state"}
    assert list(attempts(kind_named("recovery"), places, Data(world), steps)) == []


@pytest.mark.django_db
def test_the_notice_says_how_much_and_is_printed_once(world: World, paid: Case) -> None:
    recovery = ordered(world, paid)
    for _again in range(2):
        issue_recovery_notice(recovery.pk, now=world.now)
    letters = Letter.objects.filter(kind=LetterKind.RECOVERY)
    assert sorted(letters.values_list("case", "language")) == [(paid.pk, "en"), (paid.pk, "zh")]


def test_months_are_counted_to_the_same_day_or_the_last_of_the_month() -> None:
    assert _after(dt.date(2024, 1, 31), 1, 0) == dt.date(2024, 2, 29)
    assert _after(dt.date(2024, 3, 15), 60, 0) == dt.date(2029, 3, 15)
    assert _after(dt.date(2024, 12, 31), 2, 1) == dt.date(2025, 3, 1)
