"""What was recovered too much is paid back: by two people, once, never more than came in, whichever tells it first."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant
from subsidy.cases.models import Case
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Instalment, Proposal
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import Transaction
from subsidy.payouts.models import SuspenseItem
from subsidy.payouts.owing import asked_back, came_in, paid_of, refundable
from subsidy.payouts.reconciling import entered_alike, reconcile
from subsidy.payouts.recoveries import Recovery, RecoveryGround, RecoveryState
from tests.subsidy.bankfiles import iso
from tests.subsidy.payouts.test_answers import debit, read_all, yuan
from tests.subsidy.payouts.test_offsets import OWED, owing, settle
from tests.subsidy.payouts.test_returns import balance
from tests.subsidy.payouts.test_suspense import propose, stray
from tests.workflows.test_after_payment import jobs_of, paid_award, said
from tests.workflows.test_objections import correct
from tests.workflows.test_recovery import give_up, ordered, paid, pay
from tests.world import World, days_later, fresh
from workflows.common.refusals import BadData, DutiesClash, Forbidden, NotFound, WrongState

pytestmark = pytest.mark.django_db
__all__ = ["paid"]
DOCUMENT = "杭政复〔2024〕31号"


def terms(world: World, recovery: Recovery, fen: int, reference: str = "TK-1", **changes: Any) -> dict[str, Any]:
    return {
        "recovery": recovery.pk,
        "document": DOCUMENT,
        "amount_fen": fen,
        "paying_account": world.paying_account.pk,
        "reference": reference,
        "paid_on": world.now.on.isoformat(),
        "reason": "复议决定变更追回金额",
        **changes,
    }


def proposed(world: World, recovery: Recovery, fen: int, reference: str = "TK-1", **changes: Any) -> Proposal:
    data = terms(world, recovery, fen, reference, **changes)
    return Proposal.objects.get(pk=world.open("proposal", "propose_recovery_refund", "finance2", data))


def paid_back(world: World, recovery: Recovery, fen: int, reference: str = "TK-1", **changes: Any) -> None:
    world.act("proposal", proposed(world, recovery, fen, reference, **changes), "approve", "leader")


def recovered(world: World, case: Case, fen: int = 100_00) -> Recovery:
    """So much was ordered back, and came in."""
    recovery = ordered(world, case, amount_fen=fen)
    pay(world, recovery, fen)
    return fresh(recovery)


def booked() -> dict[str, int]:
    return {kind: balance(kind) for kind in ("receivable", "recovered", "written_off", "suspense_out")}


def whole() -> None:
    assert [str(one) for one in violations()] == []


def test_of_a_hundred_that_came_in_forty_go_back(world: World, paid: Case) -> None:
    recovery = recovered(world, paid)
    before, left = balance("bank"), paid_of(paid) - asked_back(paid)
    assert booked() == {"receivable": 0, "recovered": -100_00, "written_off": 0, "suspense_out": 0}
    proposal = proposed(world, recovery, 40_00)
    assert balance("bank") == before, "nothing is booked before a second person approves"
    world.act("proposal", proposal, "approve", "leader")
    assert booked() == {"receivable": 0, "recovered": -60_00, "written_off": 0, "suspense_out": 0}
    assert (balance("bank") - before, came_in(recovery)) == (-40_00, 60_00)
    assert fresh(recovery).state == RecoveryState.PAID
    assert paid_of(paid) - asked_back(paid) == left + 40_00, "what is not asked back any more may be asked back again"
    whole()
    with pytest.raises(BadData) as refusal:
        proposed(world, recovery, 60_01, "TK-2")
    assert "60.00" in str(refusal.value.fields["amount_fen"])
    paid_back(world, recovery, 60_00, "TK-2")
    assert (booked()["recovered"], came_in(recovery)) == (0, 0)
    with pytest.raises(BadData):
        proposed(world, recovery, 1, "TK-3")
    whole()


def test_the_amount_is_looked_at_again_when_it_is_approved(world: World, paid: Case) -> None:
    recovery = recovered(world, paid)
    proposal = proposed(world, recovery, 70_00)
    item = stray(world, debit("BACK", 50_00, reference="D1"), "D1")
    world.act("proposal", propose(world, item, "refund", recovery.number, document=DOCUMENT), "approve", "finance2")
    with pytest.raises(BadData) as refusal:
        world.act("proposal", proposal, "approve", "leader")
    assert "50.00" in str(refusal.value.fields["amount_fen"])
    assert booked()["recovered"] == -50_00
    whole()


def test_who_proposes_does_not_approve(world: World, paid: Case) -> None:
    recovery = recovered(world, paid)
    RoleGrant.objects.create(
        user=world.people["finance2"],
        authority=world.authority,
        role=Role.LEADER,
        valid_from=world.now.on,
        granted_by=None,
    )
    proposal = proposed(world, recovery, 40_00)
    with pytest.raises(DutiesClash):
        world.act("proposal", proposal, "approve", "finance2")
    for who in ("finance1", "finance3", "amount", "auditor"):
        with pytest.raises(Forbidden):
            world.act("proposal", proposal, "approve", who)
    assert came_in(recovery) == 100_00
    world.act("proposal", proposal, "refuse", "leader", data={"reason": "复议尚未生效"})
    assert came_in(recovery) == 100_00
    whole()


def test_who_may_propose_it(world: World, paid: Case) -> None:
    recovery = recovered(world, paid)
    for who in ("finance1", "finance3", "amount", "leader", "acceptance", "auditor"):
        with pytest.raises(Forbidden):
            world.open("proposal", "propose_recovery_refund", who, terms(world, recovery, 40_00))
    other = World(code="yh")
    with pytest.raises(NotFound):
        other.open("proposal", "propose_recovery_refund", "finance2", terms(other, recovery, 40_00))
    with pytest.raises(NotFound):
        proposed(world, recovery, 40_00, paying_account=other.paying_account.pk)
    with pytest.raises(Forbidden):
        world.act("recovery", recovery, "refund", "finance2", data={})
    whole()


def test_one_payment_of_the_bank_is_entered_once_for_whichever_recovery(world: World, paid: Case) -> None:
    first = recovered(world, paid)
    second = ordered(world, paid, ground=RecoveryGround.CORRECTED, amount_fen=80_00)
    pay(world, second, 80_00, "BK-2")
    waiting = proposed(world, fresh(second), 40_00)
    paid_back(world, first, 40_00)
    with pytest.raises(WrongState, match="已登记过"):
        proposed(world, first, 40_00)
    with pytest.raises(WrongState, match="已登记过"):
        world.act("proposal", waiting, "approve", "leader")
    world.act("proposal", waiting, "refuse", "leader", data={"reason": "同一笔付款"})
    with pytest.raises(WrongState, match="已登记过"):
        proposed(world, fresh(second), 40_00)
    assert (came_in(first), came_in(second)) == (60_00, 80_00)
    whole()


def test_nothing_is_paid_back_while_something_is_owed(world: World, paid: Case) -> None:
    recovery = ordered(world, paid, amount_fen=100_00)
    with pytest.raises(WrongState):
        proposed(world, recovery, 1)
    pay(world, recovery, 70_00)
    with pytest.raises(WrongState, match="先核减"):
        proposed(world, fresh(recovery), 10_00)
    # Of the hundred sixty are owed: thirty that are still open fall away, ten of the seventy go back.
    with pytest.raises(BadData) as refusal:
        give_up(world, recovery, "propose_recovery_less", "amount", amount_fen=40_00)
    assert "30.00" in str(refusal.value.fields["amount_fen"])
    Proposal.objects.filter(state="proposed").update(state="refused")
    give_up(world, recovery, "propose_recovery_less", "amount", amount_fen=30_00)
    assert fresh(recovery).state == RecoveryState.PAID
    paid_back(world, fresh(recovery), 10_00)
    assert (booked()["recovered"], came_in(recovery), asked_back(paid)) == (-60_00, 60_00, 60_00)
    whole()


def test_days_that_cannot_be_are_refused(world: World, paid: Case) -> None:
    recovery = recovered(world, paid)
    assert recovery.decided_on is not None
    for day in ("2024-03-01", days_later(world.now, 1).on.isoformat()):
        with pytest.raises(BadData) as refusal:
            proposed(world, recovery, 1, paid_on=day)
        assert list(refusal.value.fields) == ["paid_on"]
    with pytest.raises(BadData) as missing:
        proposed(world, recovery, 1, document="")
    assert list(missing.value.fields) == ["document"]


def test_what_came_in_after_it_was_written_off_can_go_back(world: World, paid: Case) -> None:
    recovery = ordered(world, paid, amount_fen=100_00)
    pay(world, recovery, 20_00)
    give_up(world, recovery, "propose_write_off", "finance2")
    pay(world, recovery, 50_00, "BK-2")
    assert (booked()["recovered"], booked()["written_off"]) == (-100_00, 30_00)
    with pytest.raises(BadData) as refusal:
        proposed(world, fresh(recovery), 70_01)
    assert "70.00" in str(refusal.value.fields)
    paid_back(world, fresh(recovery), 15_00)
    assert (booked()["recovered"], booked()["written_off"], came_in(recovery)) == (-85_00, 30_00, 55_00)
    assert fresh(recovery).state == RecoveryState.WRITTEN_OFF
    whole()


def test_what_was_set_off_counts_when_the_bank_has_paid_the_rest(world: World) -> None:
    _paid, owes, other = owing(world)
    recovery = Recovery.objects.get()
    batch = world.released([owes, other])
    assert came_in(recovery) == 0, "it is on its way"
    with pytest.raises(WrongState):
        proposed(world, recovery, 1)
    settle(world, batch)
    assert (fresh(recovery).state, came_in(recovery)) == (RecoveryState.PAID, OWED)
    paid_back(world, fresh(recovery), 400_00)
    assert (booked()["recovered"], came_in(recovery)) == (-600_00, 600_00)
    whole()


def test_what_was_set_off_and_refused_did_not_come_in(world: World) -> None:
    _paid, owes, other = owing(world)
    recovery = Recovery.objects.get()
    line = world.released([owes, other]).lines.get(case=owes)
    settle(world, line.batch, reject={line.end_to_end_id: "AC04"})
    pay(world, recovery, OWED)
    assert came_in(recovery) == OWED
    whole()


# The bank's statement tells of the same payment, before or after.


def statement(world: World) -> None:
    """From here on what the bank lists is held beside the books."""
    account = world.paying_account.account_number
    day = iso.statement(opening=yuan(5_00), closing=yuan(5_00), account=account, name="ST-1", number="1")
    read_all(world, [iso.camt053(day)])


def test_entered_by_hand_first_and_told_by_the_bank_later(world: World, paid: Case) -> None:
    statement(world)
    recovery = recovered(world, paid)
    pays_in = reconcile(world.paying_account).entered_fen
    before = balance("bank")
    paid_back(world, recovery, 40_00)
    item = stray(world, debit("BACK", 40_00, reference="D1"), "D1")
    assert (balance("bank") - before, booked()["suspense_out"]) == (-80_00, 40_00), (
        "twice, until they are said to be one"
    )
    with pytest.raises(BadData) as refusal:
        propose(world, item, "refund", recovery.number, document=DOCUMENT)
    (entry,) = entered_alike(item)
    assert entry.kind == "recover_refund" and str(entry.pk) in str(refusal.value.fields["resolution"])
    world.act("proposal", propose(world, item, "entered", str(entry.pk)), "approve", "finance2")
    assert (balance("bank") - before, booked()["suspense_out"], booked()["recovered"]) == (-40_00, 0, -60_00)
    assert came_in(recovery) == 60_00
    found = reconcile(world.paying_account)
    assert (found.entered_fen, found.unexplained_fen) == (pays_in, 0)
    whole()


def test_told_by_the_bank_first(world: World, paid: Case) -> None:
    statement(world)
    recovery = recovered(world, paid)
    before, entered = balance("bank"), reconcile(world.paying_account).entered_fen
    waiting = proposed(world, recovery, 40_00)
    day = f"<BookgDt><Dt>{world.now.on.isoformat()}</Dt></BookgDt>"
    item = stray(world, iso.entry(iso.detail("BACK"), amount="40.00", direction="DBIT", booked=day), "D1")
    # What was about to be entered by hand is not, for it would stand twice.
    with pytest.raises(WrongState, match=f"挂账编号 {item.pk}"):
        world.act("proposal", waiting, "approve", "leader")
    world.act("proposal", waiting, "refuse", "leader", data={"reason": "银行流水已列示"})
    with pytest.raises(WrongState, match=str(item.pk)):
        proposed(world, recovery, 40_00)
    for named, document in (("R2024-99999", DOCUMENT), (recovery.number, "")):
        with pytest.raises(BadData):
            propose(world, item, "refund", named, document=document)
    proposal = propose(world, item, "refund", recovery.number, document=DOCUMENT)
    with pytest.raises(Forbidden):
        world.act("proposal", proposal, "approve", "finance1")
    world.act("proposal", proposal, "approve", "finance2")
    assert (balance("bank") - before, booked()["suspense_out"], booked()["recovered"]) == (-40_00, 0, -60_00)
    assert (fresh(item).resolution, came_in(recovery)) == ("refund", 60_00)
    move = Transaction.objects.get(kind="recover_refund")
    assert move.key == f"recover_refund:suspense:{item.pk}" and DOCUMENT in move.memo
    found = reconcile(world.paying_account)
    assert (found.entered_fen, found.unexplained_fen) == (entered, 0)
    with pytest.raises(WrongState):
        propose(world, item, "refund", recovery.number, document=DOCUMENT)
    whole()


def test_a_debit_beyond_what_came_in_is_no_refund(world: World, paid: Case) -> None:
    recovery = recovered(world, paid)
    item = stray(world, debit("BACK", 100_01, reference="D1"), "D1")
    with pytest.raises(BadData) as refusal:
        propose(world, item, "refund", recovery.number, document=DOCUMENT)
    assert "100.00" in str(refusal.value.fields["named"])
    exact = stray(world, debit("BACK", 60_00, reference="D2"), "D2")
    proposal = propose(world, exact, "refund", recovery.number, document=DOCUMENT)
    paid_back(world, recovery, 50_00)
    with pytest.raises(BadData):
        world.act("proposal", proposal, "approve", "finance2")
    assert SuspenseItem.objects.filter(resolved_at=None).count() == 2 and came_in(recovery) == 50_00
    whole()


def test_money_in_is_no_refund_and_an_open_recovery_takes_none(world: World, paid: Case) -> None:
    recovery = ordered(world, paid, amount_fen=100_00)
    item = stray(world, debit("BACK", 10_00, reference="D1"), "D1")
    with pytest.raises(WrongState):
        propose(world, item, "refund", recovery.number, document=DOCUMENT)
    other = World(code="yh")
    with pytest.raises(NotFound):
        data = {"item": item.pk, "resolution": "refund", "named": recovery.number, "document": "x", "reason": "x"}
        other.open("proposal", "propose_suspense", "finance1", data)
    whole()


# A paper that raises the award again pays the difference too: never both.


def corrected(world: World) -> tuple[Any, Case, int, Recovery]:
    """An award of which a paper took 200.00 off after payment; they came back."""
    round_, case, full = paid_award(world)
    correct(world, round_, "西科〔2024〕9号", amount_yuan=said(full - 200_00))
    jobs_of(world)()
    recovery = Recovery.objects.get()
    world.now = days_later(world.now, 30)
    world.act("recovery", recovery, "decide", "leader", data={"amount_fen": 200_00, "reasons": "事实清楚，依据充分"})
    pay(world, recovery, 200_00)
    return round_, case, full, fresh(recovery)


def due_of(case: Case) -> int:
    due = Instalment.objects.filter(award__case=case, state=InstalmentState.DUE)
    return sum(due.values_list("amount_fen", flat=True))


def test_what_was_paid_back_is_not_paid_again_by_a_paper(world: World) -> None:
    round_, case, full, recovery = corrected(world)
    paid_back(world, recovery, 150_00)
    correct(world, round_, "西科〔2024〕10号", amount_yuan=said(full - 20_00))
    assert due_of(case) == 30_00, "180.00 more are owed, of which 150.00 went back"
    whole()


def test_what_a_paper_pays_again_is_not_paid_back(world: World) -> None:
    round_, case, full, recovery = corrected(world)
    correct(world, round_, "西科〔2024〕10号", amount_yuan=said(full - 50_00))
    assert (due_of(case), came_in(recovery), refundable(recovery)) == (150_00, 200_00, 50_00)
    with pytest.raises(BadData) as refusal:
        proposed(world, recovery, 50_01)
    assert "50.00" in str(refusal.value.fields)
    paid_back(world, recovery, 50_00)
    assert refundable(recovery) == 0
    whole()


def test_what_was_reduced_is_not_paid_again_by_a_paper(world: World) -> None:
    """A claim that was given up in part was never paid: only what came in beyond the new total is owed."""
    round_, case, full = paid_award(world)
    correct(world, round_, "西科〔2024〕9号", amount_yuan=said(full - 200_00))
    jobs_of(world)()
    recovery = Recovery.objects.get()
    world.now = days_later(world.now, 30)
    world.act("recovery", recovery, "decide", "leader", data={"amount_fen": 200_00, "reasons": "事实清楚，依据充分"})
    give_up(world, recovery, "propose_recovery_less", "amount", amount_fen=150_00)
    pay(world, recovery, 50_00)
    correct(world, round_, "西科〔2024〕10号", amount_yuan=said(full - 50_00))
    assert due_of(case) == 0
    whole()


def test_officers_and_the_company_see_it(world: World, paid: Case, client: Client) -> None:
    recovery = recovered(world, paid)
    finance, filer = world.people["finance2"], world.filer(paid.company)
    place = f"/console/recoveries/{recovery.number}/"
    client.force_login(finance)
    assert f"{place}refund/" in client.get(place).content.decode()
    page = client.get(f"{place}refund/").content.decode()
    assert "100.00" in page and world.paying_account.name in page
    sent = {name: value for name, value in terms(world, recovery, 0).items() if name not in ("recovery", "amount_fen")}
    answer = client.post(f"{place}refund/", {**sent, "amount_fen": "40", "key": "refund-1"})
    proposal = Proposal.objects.get(kind="recovery_refund")
    assert answer.status_code == 302 and proposal.number in answer.url  # type: ignore[attr-defined]
    assert json.loads(proposal.terms_text)["amount_fen"] == 40_00
    client.force_login(world.people["leader"])
    about = client.get(f"/console/proposals/{proposal.number}/").content.decode()
    assert DOCUMENT in about and "TK-1" in about and "40.00" in about
    assert "40.00" in client.get(f"/console/proposals/{proposal.number}/acts/approve/").content.decode()
    world.act("proposal", proposal, "approve", "leader")
    seen = client.get(place).content.decode()
    assert "退还企业多追回款" in seen and DOCUMENT in seen and f"{place}refund/" not in seen
    client.force_login(filer)
    assert "退还企业多追回款" in client.get(f"/my/recoveries/{recovery.number}/").content.decode()
