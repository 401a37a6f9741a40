"""What nobody knows leaves suspense by two people, what is held is not paid, and bank and books are held side by side."""

from __future__ import annotations

from typing import Any

import pytest

from subsidy.accounts.enums import Role
from subsidy.cases.enums import CaseState
from subsidy.decisions.models import Instalment, Proposal
from subsidy.ledger.invariants import violations
from subsidy.payouts.enums import LineState
from subsidy.payouts.models import Batch, PayoutHold, Recovery, SuspenseItem
from subsidy.payouts.owing import owed_by_recovery
from subsidy.payouts.reconciling import entered_alike, reconcile, silent_of
from tests.subsidy.bankfiles import iso
from tests.subsidy.payouts.bank import answered, ids, obligated
from tests.subsidy.payouts.test_answers import booked, credit, debit, read_all, yuan
from tests.subsidy.payouts.test_returns import balance
from tests.world import World, days_later, fresh
from workflows.common.refusals import BadData, DutiesClash, Forbidden, WrongState


@pytest.fixture
def one(world: World) -> Batch:
    return world.released(obligated(world, 1))


def stray(world: World, content: str, reference: str) -> SuspenseItem:
    read_all(world, [booked(world, content, message_id=reference)])
    return SuspenseItem.objects.order_by("pk").last()  # type: ignore[return-value]


def propose(world: World, item: SuspenseItem, resolution: str, named: str = "", **more: Any) -> Proposal:
    data = {"item": item.pk, "resolution": resolution, "named": named, "reason": "查明", **more}
    return Proposal.objects.get(pk=world.open("proposal", "propose_suspense", "finance1", data))


def test_two_people_say_which_payment_a_debit_is(world: World, one: Batch) -> None:
    line = one.lines.get()
    item = stray(world, debit("MISTYPED", line.amount_fen, reference="X1"), "X1")
    wrong = stray(world, debit("OTHER", line.amount_fen - 1, reference="X2"), "X2")
    for bad, resolution, named in [
        (wrong, "settlement", line.end_to_end_id),
        (item, "settlement", "NO-SUCH"),
        (item, "return", line.end_to_end_id),
        (item, "funds", ""),
    ]:
        with pytest.raises(BadData):
            propose(world, bad, resolution, named)
    proposal = propose(world, item, "settlement", line.end_to_end_id)
    assert one.lines.get().state == LineState.IN_FLIGHT, "nothing is booked before a second person approves"
    with pytest.raises(Forbidden):
        world.act("proposal", proposal, "approve", "finance1")
    world.act("proposal", proposal, "approve", "finance2")
    assert one.lines.get().state == LineState.SETTLED
    assert fresh(line.case).state == CaseState.PAID
    assert (fresh(item).resolution, fresh(item).proposal) == ("settlement", proposal.number)
    assert balance("suspense_out") == wrong.amount_fen
    with pytest.raises(WrongState):
        propose(world, item, "charge")
    assert list(violations()) == []


def test_a_file_read_before_the_approval_makes_it_refuse(world: World, one: Batch) -> None:
    line = one.lines.get()
    item = stray(world, debit("MISTYPED", line.amount_fen, reference="X1"), "X1")
    proposal = propose(world, item, "settlement", line.end_to_end_id)
    read_all(world, [document.content for document in answered(one, world)])
    with pytest.raises(BadData):
        world.act("proposal", proposal, "approve", "finance2")
    assert fresh(item).resolved_at is None
    assert list(violations()) == []


def test_a_return_may_be_kept_for_good(world: World, one: Batch) -> None:
    line = one.lines.get()
    read_all(world, [document.content for document in answered(one, world)])
    item = stray(world, credit("MISTYPED", line.amount_fen, reference="R1"), "R1")
    world.act("proposal", propose(world, item, "return_cancelled", line.end_to_end_id), "approve", "finance2")
    assert one.lines.get().state == LineState.RETURNED
    assert Instalment.objects.get().state == "returned"
    assert fresh(line.case).state == CaseState.PAID
    assert balance("expense") == 0
    assert list(violations()) == []


def test_money_in_is_of_the_treasury_interest_or_sent_back(world: World, one: Batch) -> None:
    funds = stray(world, credit("A", 900_00, reference="F"), "F")
    interest = stray(world, credit("B", 3_00, reference="I"), "I")
    lost = stray(world, credit("C", 7_00, reference="L"), "L")
    back = stray(world, debit("C-BACK", 7_00, reference="LB"), "LB")
    with pytest.raises(BadData):
        propose(world, funds, "funds")
    for proposal in (
        propose(world, funds, "funds", document="杭财〔2024〕3号"),
        propose(world, interest, "interest"),
        propose(world, lost, "send_back", str(back.pk)),
    ):
        world.act("proposal", proposal, "approve", "finance2")
    assert (balance("funding"), balance("interest")) == (-900_00, -3_00)
    assert balance("suspense_in") == balance("suspense_out") == 0
    assert balance("bank") == 903_00
    assert list(violations()) == []


def test_what_is_held_is_not_paid_until_another_person_lifts_it(world: World) -> None:
    (case,) = obligated(world, 1)
    batch = world.batch([case])
    data = {"scope": "payee", "code": case.company.uscc, "reason": "税务机关来函"}
    with pytest.raises(BadData):
        world.act("authority", world.authority, "place_hold", "finance2", data={**data, "code": "NOBODY"})
    world.act("authority", world.authority, "place_hold", "finance2", data=data)
    with pytest.raises(WrongState, match="1 "):
        world.act("batch", batch, "check", "finance2")
    world.act("batch", batch, "give_up", "finance2", data={"reason": "暂缓"})
    with pytest.raises(WrongState, match="税务机关来函"):
        world.batch([case])
    hold = PayoutHold.objects.get()
    lift = {"hold": hold.pk, "reason": "已核清"}
    with pytest.raises(WrongState):
        world.act("authority", world.authority, "lift_hold", "finance2", data=lift)
    other = world.person("finance4", Role.FINANCE_CHECK)
    world.act("authority", world.authority, "lift_hold", other, data=lift)
    assert world.batch([case]).line_count == 1


def test_bank_and_books_side_by_side(world: World) -> None:
    batch = world.released(obligated(world, 3))
    fen = dict(batch.lines.values_list("end_to_end_id", "amount_fen"))
    first, second, third = ids(batch)
    account = world.paying_account.account_number
    opening, after = 9_000_000_00, 9_000_000_00 - fen[first]
    one_day = iso.statement(
        debit(first, fen[first], reference="S1"),
        opening=yuan(opening), closing=yuan(after), account=account, name="ST-1", number="1",
    )  # fmt: skip
    read_all(world, [iso.camt053(one_day), booked(world, debit(second, fen[second], reference="S2"))])
    found = reconcile(world.paying_account)
    assert (found.bank_fen, found.before_fen, found.unlisted_fen) == (after, opening, -fen[second])
    assert found.unexplained_fen == 0
    assert found.breaks == []
    # The statement in between was not read: its balance shows it.
    third_day = iso.statement(opening=yuan(1_00), closing=yuan(1_00), account=account, name="ST-3", number="3")
    read_all(world, [iso.camt053(third_day)])
    (gap,) = reconcile(world.paying_account).breaks
    assert gap.is_gap
    assert gap.difference_fen == 1_00 - after
    # A bank that says nothing of a payment is asked about it.
    reader = world.people["finance1"]
    assert not silent_of(reader, on=days_later(world.now, 2).on).exists()
    assert [line.end_to_end_id for line in silent_of(reader, on=days_later(world.now, 20).on)] == [third]


def test_money_that_was_paid_back_and_entered_by_hand_is_explained(world: World, one: Batch) -> None:
    line = one.lines.get()
    read_all(world, [document.content for document in answered(one, world)])
    account = world.paying_account.account_number
    day = iso.statement(opening=yuan(5_00), closing=yuan(5_00), account=account, name="ST-1", number="1")
    read_all(world, [iso.camt053(day)])
    asked = {
        "case": line.case_id,
        "ground": "found",
        "term": "",
        "occurred_on": world.now.on.isoformat(),
        "amount_fen": 300_00,
        "reason": "检查发现部分支出不合规",
    }
    recovery = Recovery.objects.get(pk=world.open("recovery", "propose", "amount", asked))
    world.now = days_later(world.now, 30)
    world.act("recovery", recovery, "decide", "leader", data={"amount_fen": 300_00, "reasons": "事实清楚，依据充分"})
    paid_back = {
        "recovery": recovery.number,
        "paying_account": world.paying_account.pk,
        "amount_fen": 300_00,
        "reference": "BK-1",
        "received_on": world.now.on.isoformat(),
    }
    world.act("authority", world.authority, "receive_repayment", "finance2", data=paid_back)
    found = reconcile(world.paying_account)
    assert (found.entered_fen, found.unexplained_fen) == (300_00, 0)


def decided(world: World, case_id: int, fen: int) -> Recovery:
    """A recovery that awaits so much."""
    asked = {
        "case": case_id,
        "ground": "found",
        "term": "",
        "occurred_on": world.now.on.isoformat(),
        "amount_fen": fen,
        "reason": "检查发现部分支出不合规",
    }
    recovery = Recovery.objects.get(pk=world.open("recovery", "propose", "amount", asked))
    world.now = days_later(world.now, 30)
    world.act("recovery", recovery, "decide", "leader", data={"amount_fen": fen, "reasons": "事实清楚，依据充分"})
    return recovery


def repay(world: World, recovery: Recovery, fen: int, reference: str) -> None:
    paid_back = {
        "recovery": recovery.number,
        "paying_account": world.paying_account.pk,
        "amount_fen": fen,
        "reference": reference,
        "received_on": world.now.on.isoformat(),
    }
    world.act("authority", world.authority, "receive_repayment", "finance2", data=paid_back)


def test_what_was_entered_by_hand_and_told_by_the_bank_later_is_one_movement(world: World, one: Batch) -> None:
    read_all(world, [document.content for document in answered(one, world)])
    account = world.paying_account.account_number
    day = iso.statement(opening=yuan(5_00), closing=yuan(5_00), account=account, name="ST-1", number="1")
    read_all(world, [iso.camt053(day)])
    recovery = decided(world, one.lines.get().case_id, 300_00)
    before = balance("bank")
    repay(world, recovery, 100_00, "BK-1")
    repay(world, recovery, 100_00, "BK-2")
    item = stray(world, credit("BACK", 100_00, reference="S1"), "S1")
    other = stray(world, credit("BACK", 99_00, reference="S2"), "S2")
    assert balance("bank") - before == 399_00, "twice by hand, and both as the bank has told them"
    first, second = entered_alike(item)
    assert entered_alike(other) == []
    for bad, named in ((item, "0"), (item, recovery.number), (other, str(first.pk))):
        with pytest.raises(BadData) as refusal:
            propose(world, bad, "entered", named)
        assert "named" in refusal.value.fields
    third = stray(world, credit("BACK", 100_00, reference="S3"), "S3")
    same, again = (propose(world, one_, "entered", str(first.pk)) for one_ in (item, third))
    world.act("proposal", same, "approve", "finance2")
    assert (balance("bank") - before, balance("suspense_in")) == (399_00, -199_00)
    assert fresh(item).resolution == "entered" and owed_by_recovery([recovery.pk]) == {recovery.pk: 100_00}
    # The first entry is recognised: a further credit can only be the second.
    with pytest.raises(BadData):
        world.act("proposal", again, "approve", "finance2")
    world.act("proposal", again, "refuse", "finance2", data={"reason": "第一笔已认出"})
    assert entered_alike(third) == [second]
    world.act("proposal", propose(world, third, "entered", str(second.pk)), "approve", "finance2")
    assert balance("bank") - before == 299_00
    found = reconcile(world.paying_account)
    assert (found.entered_fen, found.unexplained_fen, list(violations())) == (0, 0, [])


def test_a_charge_entered_by_hand_is_recognised_in_the_banks_debit(world: World, one: Batch) -> None:
    paid = {"paying_account": world.paying_account.pk, "amount_fen": 5_00, "document": "手续费2024-03"}
    world.act("authority", world.authority, "book_charge", "finance2", data=paid)
    item = stray(world, debit("FEE", 5_00, reference="C1"), "C1")
    (entry,) = entered_alike(item)
    world.act("proposal", propose(world, item, "entered", str(entry.pk)), "approve", "finance2")
    assert (balance("charges"), balance("bank"), balance("suspense_out")) == (5_00, -5_00, 0)
    assert list(violations()) == []


def test_money_that_waits_in_suspense_is_not_entered_by_hand(world: World, one: Batch) -> None:
    read_all(world, [document.content for document in answered(one, world)])
    recovery = decided(world, one.lines.get().case_id, 300_00)
    day = f"<BookgDt><Dt>{world.now.on.isoformat()}</Dt></BookgDt>"
    came = iso.entry(iso.detail("BACK"), amount="100.00", direction="CRDT", booked=day)
    item = stray(world, came, "S1")
    with pytest.raises(WrongState, match=str(item.pk)):
        repay(world, recovery, 100_00, "BK-1")
    repay(world, recovery, 50_00, "BK-2")
    assert list(violations()) == []


def test_a_statement_that_does_not_add_up_is_refused(world: World, one: Batch) -> None:
    account = world.paying_account.account_number
    with pytest.raises(BadData):
        read_all(world, [iso.camt053(iso.statement(opening="1.00", closing="2.00", account=account))])
    assert not SuspenseItem.objects.exists()


def test_the_releaser_resolves_nothing(world: World, one: Batch) -> None:
    with pytest.raises((Forbidden, DutiesClash)):
        item = stray(world, debit("X", 1_00, reference="X1"), "X1")
        data = {"item": item.pk, "resolution": "charge", "reason": "x"}
        world.open("proposal", "propose_suspense", "finance3", data)
