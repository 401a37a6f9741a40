"""Rare ways of money, each to its end: a company renamed on the way, an award revoked before its payment comes back."""

from __future__ import annotations

import pytest

from subsidy.cases.enums import CaseState
from subsidy.ledger.invariants import violations
from subsidy.payouts.enums import LineState
from subsidy.payouts.models import Batch, SuspenseItem
from subsidy.payouts.reconciling import reconcile
from subsidy.payouts.recoveries import Recovery, RecoveryState
from tests.subsidy.bankfiles import iso
from tests.subsidy.payouts.bank import answered, ids, obligated
from tests.subsidy.payouts.test_answers import debit, read_all, yuan
from tests.subsidy.payouts.test_returns import balance, returned
from tests.subsidy.payouts.test_suspense import propose
from tests.workflows.test_after_payment import jobs_of
from tests.workflows.test_companies import change
from tests.world import World, days_later, fresh

NEW_NAME = "杭州新名科技有限公司"


@pytest.fixture
def one(world: World) -> Batch:
    """One payment that the bank has been sent."""
    return world.released(obligated(world, 1))


def test_a_company_renamed_after_the_file_was_sealed_is_paid_under_its_old_name(world: World, one: Batch) -> None:
    line = one.lines.get()
    sealed = bytes(one.export_file.content)
    company = change(world, line.case.company, "rename", name=NEW_NAME)
    assert company.name == NEW_NAME and line.payee_name != NEW_NAME
    assert bytes(fresh(one.export_file).content) == sealed and NEW_NAME.encode() not in sealed
    read_all(world, [document.content for document in answered(one, world)])
    assert fresh(line.case).state == CaseState.PAID and fresh(line).payee_name == line.payee_name
    assert list(violations()) == []


def test_a_company_renamed_between_batch_and_release_is_paid_to_the_account_that_was_checked(world: World) -> None:
    batch = world.batch(obligated(world, 1))
    line = batch.lines.get()
    change(world, line.case.company, "rename", name=NEW_NAME)
    world.act("batch", batch, "check", "finance2")
    world.act("batch", batch, "release", "finance3")
    assert line.payee_name.encode() in bytes(fresh(batch).export_file.content)
    assert list(violations()) == []


def test_a_payment_that_comes_back_after_its_award_was_revoked_pays_what_is_asked_back(
    world: World, one: Batch
) -> None:
    """It is not payable again: it waits in suspense, and two people say that it is the money asked back."""
    line = one.lines.get()
    read_all(world, [document.content for document in answered(one, world)])
    world.now = days_later(world.now, 3)
    row = line.case.round_rows.get()
    data = {"rank": row.rank, "number": "西科〔2024〕9号", "reason": "弄虚作假"}
    world.act("round", row.round, "revoke_award", "notice", data=data)
    jobs_of(world)()
    recovery = Recovery.objects.get()
    world.now = days_later(world.now, 30)
    decision = {"amount_fen": line.amount_fen, "reasons": "弄虚作假，全部奖补资金应予追回"}
    world.act("recovery", recovery, "decide", "leader", data=decision)
    read_all(world, [returned(one, world, days=1)])
    assert (fresh(line).state, fresh(line.case).state) == (LineState.SETTLED, CaseState.REVOKED)
    assert balance("suspense_in") == -line.amount_fen
    item = SuspenseItem.objects.get()
    world.act("proposal", propose(world, item, "repayment", recovery.number), "approve", "finance2")
    assert fresh(recovery).state == RecoveryState.PAID
    assert balance("suspense_in") == 0 == balance("receivable")
    assert list(violations()) == []


def test_statements_read_in_the_wrong_order_connect_and_a_number_given_twice_is_told(world: World) -> None:
    batch = world.released(obligated(world, 2))
    fen = dict(batch.lines.values_list("end_to_end_id", "amount_fen"))
    first, second = ids(batch)
    account, start = world.paying_account.account_number, 9_000_000_00
    between, end = start - fen[first], start - fen[first] - fen[second]
    days = [
        iso.statement(
            debit(key, fen[key], reference=f"S{number}"),
            opening=yuan(before), closing=yuan(after), account=account, name=f"ST-{number}", number=str(number),
        )
        for number, (key, before, after) in enumerate([(first, start, between), (second, between, end)], 1)
    ]  # fmt: skip
    read_all(world, [iso.camt053(one) for one in reversed(days)])
    found = reconcile(world.paying_account)
    assert (found.bank_fen, found.books_fen, found.unexplained_fen, found.breaks) == (end, end - start, 0, [])
    again = iso.statement(opening=yuan(end), closing=yuan(end), account=account, name="ST-2b", number="2")
    read_all(world, [iso.camt053(again)])
    (told,) = reconcile(world.paying_account).breaks
    assert told.is_repeated and not told.is_gap and told.difference_fen == 0
    assert list(violations()) == []
