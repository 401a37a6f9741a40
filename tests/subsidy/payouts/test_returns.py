"""Money that comes back: payable again, kept for another year, or waiting in suspense until it is known what it is."""

from __future__ import annotations

import pytest
from django.db import connection

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Instalment
from subsidy.demo import bank
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import BudgetLine, CashAccount, Transaction
from subsidy.payouts.enums import LineState
from subsidy.payouts.models import Answer, BankStatement, Batch, SuspenseItem
from tests.subsidy.bankfiles import iso
from tests.subsidy.payouts.bank import answered, ids, imported, obligated
from tests.subsidy.payouts.test_answers import booked, credit, debit, read_all, status, yuan
from tests.workflows.budget.test_year_end import ended
from tests.world import World, days_later, fresh
from workflows.common.refusals import WrongState


@pytest.fixture
def one(world: World) -> Batch:
    """One payment that the bank has been sent."""
    return world.released(obligated(world, 1))


def returned(batch: Batch, world: World, *, days: int = 20) -> bytes:
    sealed, at = bytes(batch.export_file.content), days_later(world.now, days)
    return bank.money_back(sealed, returned=dict.fromkeys(ids(batch), "AC04"), answered_at=at.at, booked_on=at.on)


def balance(kind: str) -> int:
    return sum(CashAccount.objects.filter(kind=kind).values_list("balance", flat=True))


def test_a_late_return_is_payable_again_to_another_account(world: World, one: Batch) -> None:
    case = one.lines.get().case
    read_all(world, [document.content for document in answered(one, world)])
    assert fresh(case).state == CaseState.PAID
    read_all(world, [returned(one, world)])
    line = one.lines.get()
    assert (line.state, line.reason_code) == (LineState.RETURNED, "AC04")
    assert fresh(case).state == CaseState.AWAITING_PAYMENT
    assert Instalment.objects.get().state == InstalmentState.DUE
    assert BudgetLine.objects.get().obligated == line.amount_fen
    assert list(violations()) == []
    # The account from which it bounced is held until another one is confirmed.
    with pytest.raises(WrongState):
        world.batch([case])
    world.now = days_later(world.now, 30)
    again = world.released([change_account(world, case)])
    assert ids(again) != ids(one)
    read_all(world, [document.content for document in answered(again, world)])
    assert fresh(case).state == CaseState.PAID
    assert BudgetLine.objects.get().spent == line.amount_fen
    assert list(violations()) == []


def change_account(world: World, case: Case) -> Case:
    company = fresh(case).company
    data = {
        "holder_name": company.name,
        "account_number": "6222999988887777",
        "bank_name": "招商银行杭州分行",
        "bank_code": "308584000013",
    }
    world.act("company", company, "propose_account", world.filer(company), data=data)
    account = company.accounts.get(state="proposed")
    world.act("company", company, "confirm_account", world.legal(company), data={"account": account.pk})
    world.now = days_later(world.now, 10)
    world.act("case", case, "change_account", world.legal(company), data={"account": account.pk})
    return fresh(case)


def test_a_return_after_the_year_closed_is_not_payable_again(world: World, one: Batch) -> None:
    read_all(world, [document.content for document in answered(one, world)])
    line = one.lines.get()
    budget = BudgetLine.objects.get()
    BudgetLine.objects.update(available=0, lapsed=budget.available, closed_at=world.now.at)
    read_all(world, [returned(one, world)])
    assert one.lines.get().state == LineState.RETURNED
    assert balance("prior_year") == -line.amount_fen
    assert Instalment.objects.get().state == InstalmentState.RETURNED
    assert fresh(line.case).state == CaseState.PAID
    assert list(violations(["I1", "I2", "I3", "I5", "I6", "I7", "I8", "I9"])) == []


def test_a_debit_of_a_refused_payment_whose_year_closed_waits_in_suspense(world: World, one: Batch) -> None:
    """The next year's line bears it by then, and the closed one takes nothing: the rest of the file is read."""
    line = one.lines.get()
    read_all(world, [status(one, (line.end_to_end_id, "RJCT"))])
    world.act("proposal", ended(world), "approve", "finance2")
    read_all(world, [booked(world, debit(line.end_to_end_id, line.amount_fen))])
    assert one.lines.get().state == LineState.REFUSED
    assert (balance("suspense_out"), balance("bank")) == (line.amount_fen, -line.amount_fen)
    assert list(violations()) == []


def test_a_return_read_before_its_settlement_waits_in_suspense(world: World, one: Batch) -> None:
    line = one.lines.get()
    read_all(world, [returned(one, world)])
    assert balance("suspense_in") == -line.amount_fen
    assert one.lines.get().state == LineState.IN_FLIGHT, "it is still on its way: nobody may pay it again"
    read_all(world, [document.content for document in answered(one, world)])
    assert balance("suspense_in") == 0
    item = SuspenseItem.objects.get()
    assert (item.resolution, item.left_fen, item.proposal) == ("return", 0, "")
    assert one.lines.get().state == LineState.RETURNED
    assert fresh(line.case).state == CaseState.AWAITING_PAYMENT
    assert list(violations()) == []


def test_two_returns_of_one_payment_bring_it_back_once(world: World, one: Batch) -> None:
    line = one.lines.get()
    read_all(world, [document.content for document in answered(one, world)])
    fen, key = line.amount_fen, line.end_to_end_id
    for reference in ("R1", "R2"):
        read_all(world, [booked(world, credit(key, fen, reference=reference), message_id=reference)])
    assert Transaction.objects.filter(kind="return").count() == 1
    assert balance("suspense_in") == -fen
    assert list(violations()) == []


@pytest.mark.parametrize("turned", [False, True], ids=["sum first", "details first"])
def test_a_booking_told_as_a_sum_and_in_details_is_booked_once(world: World, turned: bool) -> None:
    batch = world.released(obligated(world, 2))
    fen = dict(batch.lines.values_list("end_to_end_id", "amount_fen"))
    total = sum(fen.values())
    whole = iso.entry(amount=yuan(total), reference="<AcctSvcrRef>B-1</AcctSvcrRef>")
    details = iso.entry(
        *(iso.detail(key, amount=yuan(part)) for key, part in fen.items()),
        amount=yuan(total),
        reference="<AcctSvcrRef>B-1</AcctSvcrRef>",
    )
    statement = iso.camt053(
        iso.statement(whole, opening=yuan(total), closing="0.00", account=world.paying_account.account_number)
    )
    files = [statement, booked(world, details)]
    read_all(world, files[::-1] if turned else files)
    assert set(batch.lines.values_list("state", flat=True)) == {LineState.SETTLED}
    assert balance("bank") == -total
    assert balance("suspense_out") == 0
    assert BankStatement.objects.get().moved_fen == -total
    assert list(violations()) == []


@pytest.mark.parametrize("turned", [False, True], ids=["result first", "statement first"])
def test_a_result_table_and_a_statement_tell_one_payment(world: World, turned: bool) -> None:
    batch = world.released(obligated(world, 1), format="bank_csv")
    line = batch.lines.get()
    entry = debit(line.end_to_end_id, line.amount_fen, reference="ACCT-9")
    account = world.paying_account.account_number
    statement = iso.camt053(iso.statement(entry, opening=yuan(line.amount_fen), closing="0.00", account=account))
    files = [answered(batch, world)[0].content, statement]
    read_all(world, files[::-1] if turned else files)
    assert batch.lines.get().state == LineState.SETTLED
    assert balance("bank") == -line.amount_fen
    assert balance("suspense_out") == 0
    assert list(violations()) == []
    # A second debit in the statements is a second debit.
    read_all(world, [booked(world, debit(line.end_to_end_id, line.amount_fen, reference="ACCT-10"))])
    assert balance("suspense_out") == line.amount_fen
    assert list(violations()) == []


def test_an_entry_that_the_books_do_not_show_is_named(world: World, one: Batch) -> None:
    line = one.lines.get()
    entry = debit(line.end_to_end_id, line.amount_fen, reference="ACCT-9")
    account = world.paying_account.account_number
    imported(world, iso.camt053(iso.statement(entry, opening=yuan(line.amount_fen), closing="0.00", account=account)))
    assert list(violations(["I8"])) == []
    bank_account = CashAccount.objects.get(kind="bank")
    answer = Answer.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE payouts_answer DISABLE TRIGGER USER")
        cursor.execute("UPDATE payouts_answer SET bank_fen = bank_fen + 1 WHERE id = %s", [answer.pk])
    assert bank_account.balance == -line.amount_fen
    assert {one.subject.split(" ")[0] for one in violations(["I8"])} == {"account", "statement"}
