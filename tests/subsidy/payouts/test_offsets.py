"""What a company owes is set off against what it is to be paid: planned, booked, undone, and standing when money returns."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Sum

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.enums import InstalmentState
from subsidy.demo import bank
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import CashAccount
from subsidy.payouts.enums import BatchState, LineState
from subsidy.payouts.models import Batch, BatchLine, LineOffset
from subsidy.payouts.owing import paid_of
from subsidy.payouts.recoveries import Recovery, RecoveryState
from tests.subsidy.payouts.bank import answered, imported, obligated
from tests.subsidy.payouts.test_answers import credit
from tests.subsidy.payouts.test_returns import change_account
from tests.subsidy.payouts.test_suspense import propose, stray
from tests.workflows.test_recovery import give_up, ordered, pay
from tests.world import World, days_later, fresh
from workflows.common.refusals import BadData, WrongState

pytestmark = pytest.mark.django_db
OWED = 1_000_00


def owing(world: World) -> list[Case]:
    """Three decreed cases: the first is paid, and of it the company of the second owes something back."""
    cases = obligated(world, 3)
    settle(world, world.released(cases[:1]))
    world.now = days_later(world.now, 5)
    recovery = ordered(world, fresh(cases[0]), amount_fen=OWED)
    # As after a merger: the company of the second case took over what the first owes.
    Recovery.objects.filter(pk=recovery.pk).update(company=cases[1].company)
    return cases


def settle(world: World, batch: Batch, **how: Any) -> None:
    for document in answered(batch, world, **how):
        imported(world, document.content, name=document.name)


def balances() -> dict[str, int]:
    rows = CashAccount.objects.filter(kind__in=["receivable", "offset"])
    return dict(rows.values_list("kind").annotate(fen=Sum("balance")))


def line_of(case: Case) -> BatchLine:
    found = BatchLine.objects.filter(case=case).order_by("-pk").first()
    assert found is not None
    return found


def test_a_part_is_set_off_and_the_rest_is_sent(world: World) -> None:
    _paid, owes, other = owing(world)
    recovery = Recovery.objects.get()
    batch = world.released([owes, other])
    line = line_of(owes)
    assert (line.offset_fen, line.sent_fen) == (OWED, line.amount_fen - OWED)
    assert batch.total_fen == line.sent_fen + line_of(other).amount_fen
    assert f"{line.sent_fen // 100}.{line.sent_fen % 100:02d}".encode() in bytes(batch.export_file.content)
    assert balances() == {"receivable": 0, "offset": OWED}
    assert fresh(recovery).state == RecoveryState.OPEN, "until the bank has paid the rest"
    with pytest.raises(BadData):
        pay(world, recovery, 1)
    with pytest.raises(WrongState, match="银行尚未答复"):
        give_up(world, recovery, "propose_write_off", "finance2")
    settle(world, batch)
    assert balances() == {"receivable": 0, "offset": 0}
    assert fresh(recovery).state == RecoveryState.PAID
    assert paid_of(owes) == line.amount_fen
    assert fresh(owes).state == CaseState.PAID
    assert list(violations()) == []


def test_a_payment_that_is_refused_is_set_off_anew(world: World) -> None:
    _paid, owes, other = owing(world)
    recovery = Recovery.objects.get()
    batch = world.released([owes, other])
    settle(world, batch, reject={line_of(owes).end_to_end_id: "AC04"})
    assert balances() == {"receivable": OWED, "offset": 0}
    assert line_of(owes).instalment.state == InstalmentState.DUE
    pay(world, recovery, OWED)
    assert fresh(recovery).state == RecoveryState.PAID, "paid otherwise meanwhile"
    world.now = days_later(world.now, 3)
    again = world.released([fresh(owes)])
    assert line_of(owes).offset_fen == 0 and again.total_fen == line_of(owes).amount_fen
    assert list(violations()) == []


def test_what_was_set_off_stands_when_the_rest_comes_back(world: World) -> None:
    _paid, owes, other = owing(world)
    batch = world.released([owes, other])
    settle(world, batch)
    line = line_of(owes)
    at = days_later(world.now, 20)
    sealed = bytes(batch.export_file.content)
    back = bank.money_back(sealed, returned={line.end_to_end_id: "AC04"}, answered_at=at.at, booked_on=at.on)
    imported(world, back)
    world.now = days_later(at, 1)
    assert fresh(line).state == LineState.RETURNED and fresh(line).instalment.state == InstalmentState.DUE
    assert paid_of(owes) == OWED
    assert list(violations()) == []
    world.now = days_later(world.now, 3)
    again = world.released([change_account(world, owes)])
    assert (line_of(owes).amount_fen, line_of(owes).offset_fen) == (line.sent_fen, 0)
    settle(world, again)
    assert paid_of(owes) == line.amount_fen
    assert list(violations()) == []


def test_a_payment_that_is_wholly_set_off_stands_in_no_file(world: World) -> None:
    paid, owes, other = owing(world)
    recovery = Recovery.objects.get()
    whole = line_of(paid).amount_fen
    Recovery.objects.filter(pk=recovery.pk).update(company=paid.company)
    more = ordered(world, fresh(paid), amount_fen=whole - OWED, ground="corrected")
    Recovery.objects.update(company=owes.company)
    with pytest.raises(BadData) as nothing:
        world.released([owes])
    assert "抵扣" in str(nothing.value.fields["instalments"])
    batch = world.released([owes, other])
    line = line_of(owes)
    assert (line.state, line.sent_fen, batch.line_count) == (LineState.SETTLED, 0, 1)
    assert line.end_to_end_id.encode() not in bytes(batch.export_file.content)
    assert list(LineOffset.objects.filter(batch_line=line).values_list("recovery", "amount_fen").order_by("pk")) == [
        (recovery.pk, OWED),
        (more.pk, whole - OWED),
    ]
    assert {fresh(one).state for one in (recovery, more)} == {RecoveryState.PAID}
    assert fresh(owes).state == CaseState.PAID
    settle(world, batch)
    assert fresh(batch).state == BatchState.SETTLED
    assert list(violations()) == []


def test_what_was_paid_meanwhile_is_not_set_off_too(world: World) -> None:
    _paid, owes, other = owing(world)
    recovery = Recovery.objects.get()
    batch = world.batch([owes, other])
    world.act("batch", batch, "check", "finance2")
    pay(world, recovery, 1)
    with pytest.raises(WrongState, match=recovery.number):
        world.act("batch", batch, "release", "finance3")
    assert balances()["receivable"] == OWED - 1
    assert fresh(batch).state == BatchState.CHECKED
    assert list(violations()) == []


def test_two_batches_do_not_plan_on_the_same_money(world: World) -> None:
    _paid, owes, other = owing(world)
    recovery = Recovery.objects.get()
    world.batch([owes])
    Recovery.objects.filter(pk=recovery.pk).update(company=other.company)
    second = world.batch([other])
    assert second.offset_fen == 0


def test_paying_in_full_needs_its_reason(world: World) -> None:
    _paid, owes, _other = owing(world)
    batch = world.batch([owes], full_reason="主管部门批准分期归还")
    assert batch.offset_fen == 0 and batch.full_reason


def test_a_credit_in_suspense_is_counted_for_a_recovery_and_what_is_too_much_stays(world: World) -> None:
    owing(world)
    recovery = Recovery.objects.get()
    item = stray(world, credit("NOBODYS", OWED + 5_00, reference="BACK"), "BACK")
    with pytest.raises(BadData):
        propose(world, item, "repayment", "R2024-99999")
    world.act("proposal", propose(world, item, "repayment", recovery.number), "approve", "finance2")
    assert fresh(recovery).state == RecoveryState.PAID
    assert (fresh(item).left_fen, fresh(item).resolved_at) == (5_00, None)
    with pytest.raises(BadData):
        propose(world, item, "repayment", recovery.number)
    assert list(violations()) == []
