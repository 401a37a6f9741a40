"""The whole money path through the door, in any order: no fen is lost or moved twice, whatever people and bank do.

What the bank booked is summed beside the program: its account in the books stands at that sum after each step.
"""

from __future__ import annotations

import itertools
import os
from contextlib import nullcontext
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Award, Instalment, Round, RoundRow
from subsidy.ledger.enums import ReservationState
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import BudgetLine, Reservation
from subsidy.payouts.enums import LineState, Resolution
from subsidy.payouts.holds import unheld
from subsidy.payouts.models import BatchLine, LineOffset, SuspenseItem
from subsidy.payouts.offsets import pending_of
from subsidy.payouts.owing import asked_back, came_in, paid_of, refundable
from subsidy.payouts.reconciling import entered_alike
from subsidy.payouts.recoveries import Recovery, RecoveryGround, RecoveryState
from tests.subsidy.payouts.bank import imported, obligated
from tests.subsidy.payouts.test_answers import booked, books, credit, debit, status
from tests.subsidy.payouts.test_returns import balance, change_account
from tests.subsidy.payouts.test_suspense import propose
from tests.workflows.budget.test_year_end import ended
from tests.workflows.test_objections import correct
from tests.workflows.test_recovery import give_up, ordered, pay
from tests.workflows.test_refunds import paid_back
from tests.world import MINUTE, World, days_later, fresh
from workflows.common.refusals import InsufficientFunds
from workflows.proposal.suspense import OF_DEBIT
from workflows.recovery.steps import owed_now, taken_at_most

# SUBSIDY_EXAMPLES runs more (make test-deep).
EXAMPLES = int(os.environ.get("SUBSIDY_EXAMPLES", "5"))
STEPS = 30
MOST_FEN = 900_00
WHICH = st.integers(0, 999)
FEN = st.integers(1, MOST_FEN)
SAYINGS = ("refused", "accepted", "paid", "less", "back", "part")
FLYING = (LineState.IN_FLIGHT, LineState.ACCEPTED)
EXPORTED = (LineState.IN_FLIGHT, LineState.ACCEPTED, LineState.SETTLED, LineState.REFUSED, LineState.RETURNED)
serial = itertools.count(1)


def begun(world: World) -> Round:
    """Of a decreed round one case is paid, one on its way and one due; the money of two in another is only reserved."""
    line = world.line()
    batch = world.released(obligated(world, 3, line=line)[:2])
    paid = batch.lines.get(row=1)
    imported(world, booked(world, debit(paid.end_to_end_id, paid.sent_fen, reference="FIRST"), message_id="FIRST"))
    call = world.call(line=line)
    for points in (0.95, 0.9):
        world.ready(call, points=points)
    round_ = world.round_on(call)
    world.act("round", round_, "close_collection", "amount")
    return fresh(round_)


def one_of(rows: QuerySet[Any], which: int) -> Any:
    found = list(rows.order_by("pk"))
    return found[which % len(found)] if found else None


class MoneyPath(RuleBasedStateMachine):
    """A rule picks something that it can be done to; where there is nothing, it does nothing."""

    world: ClassVar[World]
    reserved: ClassVar[Round]

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()
        self.began = self.world.now
        self.bank_fen = balance("bank")
        self.files: list[bytes] = []
        self.is_decreed = self.is_ended = False

    def teardown(self) -> None:
        self.world.now = self.began
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)

    def read(self, content: bytes) -> None:
        self.files.append(content)
        imported(self.world, content, name=f"answer-{next(serial)}")

    def told(self, way: int, key: str, fen: int) -> None:
        """The bank booked so much; money out where `way` is -1."""
        name = f"B{next(serial)}"
        entry = (credit if way > 0 else debit)(key, fen, reference=name)
        self.read(booked(self.world, entry, message_id=name))
        self.bank_fen += way * fen

    # Budget and decree.

    @rule(fen=FEN, what=st.sampled_from(["appropriate", "reduce", "receive_funds", "book_charge", "book_interest"]))
    def desk_acts(self, fen: int, what: str) -> None:
        self.desk(fen, what)

    def desk(self, fen: int, what: str) -> None:
        line = BudgetLine.objects.filter(closed_at=None).order_by("pk").first()
        terms = {"amount_fen": fen, "document": f"D{next(serial)}"}
        if what in ("appropriate", "reduce"):
            if line is not None and what == "appropriate":
                self.world.act("budget_line", line, what, "finance2", data=terms)
            elif line is not None and line.available >= fen:
                terms |= {"line": line.pk, "reason": "调整"}
                asked = self.world.open("proposal", "propose_reduction", "finance1", terms)
                self.world.act("proposal", asked, "approve", "finance2")
            return
        terms["paying_account"] = self.world.paying_account.pk
        self.world.act("authority", self.world.authority, what, "finance2", data=terms)
        self.bank_fen += -fen if what == "book_charge" else fen

    @precondition(lambda self: not self.is_decreed)
    @rule(withdrawn=st.booleans())
    def decree(self, withdrawn: bool) -> None:
        """The second round goes to its end, with both of its cases or with one."""
        world, round_ = self.world, self.reserved
        self.is_decreed = True
        first, second = Case.objects.filter(round_rows__round=round_).order_by("pk")
        world.act("round", round_, "approve", "leader", data=MINUTE)
        world.act("round", round_, "publish", "notice", data={"title_zh": "公示", "title_en": "Proposed awards"})
        if withdrawn:
            world.act("case", first, "withdraw", world.filer(first.company), data={"reason": "不再申报"})
        world.now = days_later(world.now, 20)
        world.act("round", round_, "close_notice", world.system)
        world.act("round", round_, "issue_decree", "notice", data={"number": f"西科〔2024〕{100 + next(serial)}号"})
        for case in (second,) if withdrawn else (first, second):
            world.accounted(case)

    @rule(which=WHICH, less=FEN)
    def corrigendum(self, which: int, less: int) -> None:
        """An award of which nothing was ever sent is lowered, or raised to what was computed."""
        untouched = Award.objects.exclude(case__in=BatchLine.objects.values("case"))
        award = one_of(untouched.filter(case__state=CaseState.AWAITING_PAYMENT), which)
        if award is None:
            return
        row = RoundRow.objects.get(case=award.case, round=award.decree.round)
        computed, now = award.case.computed_fen, fresh(award.case).amount_fen
        fen = computed - less if now == computed else computed
        number = f"西科〔2024〕{1000 + next(serial)}号"
        bears = Reservation.objects.get(case_id=award.case_id, state=ReservationState.OBLIGATED).line
        # What was lowered may have lapsed with its year.
        lacks = fen - now > bears.available
        with pytest.raises(InsufficientFunds) if lacks else nullcontext():
            correct(self.world, row.round, number, rank=row.rank, amount_yuan=f"{fen / 100:.2f}")

    @rule(which=WHICH, less=FEN)
    def starve(self, which: int, less: int) -> None:
        """A line that holds nothing more bears no award that is raised."""
        self.corrigendum(which, less)
        line = BudgetLine.objects.filter(closed_at=None).order_by("pk").first()
        if line is not None and line.available:
            self.desk(line.available, "reduce")
        self.corrigendum(which, less)

    # Batches, and what the bank says of them.

    @rule(which=WHICH, every=st.booleans(), sent=st.sampled_from([True, True, True, False]))
    def pay_out(self, which: int, every: bool, sent: bool) -> None:
        """What is due and not held is sent, or is prepared and given up: all of it, or one case's."""
        due = unheld(self.due(), on=self.world.now.on)
        cases = [one.award.case for one in (due.order_by("pk") if every else [one_of(due, which)]) if one]
        if not cases:
            return
        self.world.now = days_later(self.world.now, 1)
        if sent:
            self.world.released(cases)
        else:
            self.world.act("batch", self.world.batch(cases), "give_up", "finance2", data={"reason": "付款日期不对"})

    def due(self) -> QuerySet[Instalment]:
        return Instalment.objects.filter(state=InstalmentState.DUE, award__case__state=CaseState.AWAITING_PAYMENT)

    @rule(answers=st.lists(st.tuples(WHICH, st.sampled_from(SAYINGS)), min_size=1, max_size=4))
    def answer(self, answers: list[tuple[int, str]]) -> None:
        """Right or wrong, early or late, for the first time or not: the bank says something of payments."""
        for which, says in answers:
            self.say(one_of(BatchLine.objects.filter(state__in=EXPORTED), which), says)
            self.hold()

    @rule(which=WHICH)
    def answer_as_asked(self, which: int) -> None:
        """What is on its way is paid; some of what was paid comes back."""
        for line in BatchLine.objects.filter(state__in=FLYING).order_by("pk"):
            self.say(line, "paid")
        if which % 2:
            self.say(one_of(BatchLine.objects.filter(state=LineState.SETTLED), which), "back")

    def say(self, line: BatchLine | None, says: str) -> None:
        if line is None or not line.sent_fen:
            return
        key, fen = line.end_to_end_id, line.sent_fen
        match says:
            case "refused" | "accepted":
                self.read(status(line.batch, (key, "RJCT" if says == "refused" else "ACSP")))
            case "paid" | "less":
                self.told(-1, key, fen - (says == "less"))
            case _:
                self.told(1, key, fen if says == "back" else fen // 3)

    @precondition(lambda self: self.files)
    @rule(which=st.lists(WHICH, min_size=1, max_size=3))
    def again(self, which: list[int]) -> None:
        before = books()
        for one in which:
            imported(self.world, self.files[one % len(self.files)], name=f"answer-{next(serial)}")
        assert books() == before

    @rule(which=WHICH)
    def other_account(self, which: int) -> None:
        """A company whose payment came back names another account."""
        bounced = one_of(self.due().exclude(pk__in=unheld(self.due(), on=self.world.now.on)), which)
        if bounced is not None:
            self.world.now = days_later(self.world.now, 1)
            change_account(self.world, bounced.award.case)

    # What nobody knew.

    @rule(which=WHICH, fen=FEN, resolution=st.sampled_from(Resolution))
    def explain(self, which: int, fen: int, resolution: Resolution) -> None:
        """Two people say what an item is; where nothing is in suspense, something comes to be."""
        is_credit = resolution not in OF_DEBIT
        item = one_of(SuspenseItem.objects.filter(resolved_at=None, is_credit=is_credit), which)
        if item is None:
            return self.told(1 if is_credit else -1, f"NOBODYS-{next(serial)}", fen)
        named = self.named(item, resolution)
        if named or resolution in (Resolution.FUNDS, Resolution.INTEREST, Resolution.CHARGE):
            self.resolve(item, resolution, named)
        return None

    def named(self, item: SuspenseItem, resolution: Resolution) -> str:
        """What the item can be said to be: a payment that it fits, a recovery that awaits money; empty where none."""
        match resolution:
            case Resolution.REPAYMENT:
                return next((one.number for one in Recovery.objects.order_by("pk") if takes(one)), "")
            case Resolution.ENTERED:
                return next((str(one.pk) for one in entered_alike(item)), "")
            case Resolution.REFUND:
                found = (one for one in ended_recoveries() if refundable(one) >= item.left_fen)
                return next((one.number for one in found if not by_hand(item, one)), "")
            case Resolution.SETTLEMENT:
                lines = BatchLine.objects.filter(state__in=FLYING)
            case Resolution.RETURN | Resolution.RETURN_CANCELLED:
                lines = BatchLine.objects.filter(state=LineState.SETTLED, case__state=CaseState.PAID)
            case _:
                return ""
        return next((one.end_to_end_id for one in lines.order_by("pk") if one.sent_fen == item.left_fen), "")

    @rule(fen=FEN)
    def send_back(self, fen: int) -> None:
        """Money that was nobody's went back where it came from."""
        self.told(1, f"LOST-{next(serial)}", fen)
        came = SuspenseItem.objects.latest("pk")
        self.told(-1, f"LOST-{next(serial)}", fen)
        self.resolve(came, Resolution.SEND_BACK, str(SuspenseItem.objects.latest("pk").pk))

    def resolve(self, item: SuspenseItem, resolution: Resolution, named: str) -> None:
        asked = propose(self.world, item, resolution, named, document="杭财〔2024〕3号")
        self.world.act("proposal", asked, "approve", "finance2")

    # What has to be paid back.

    @rule(which=WHICH, fen=FEN, other=WHICH, ground=st.sampled_from([RecoveryGround.FOUND, RecoveryGround.CORRECTED]))
    def recover(self, which: int, fen: int, other: int, ground: str) -> None:
        """Decided for a case that was paid; mostly another company has taken the debt over, which is to be paid yet."""
        paid = BatchLine.objects.filter(state=LineState.SETTLED).exclude(case__recoveries__ground=ground)
        line = one_of(paid, which)
        if line is None or paid_of(line.case) - asked_back(line.case) < fen:
            return
        recovery = ordered(self.world, fresh(line.case), ground=ground, amount_fen=fen)
        waiting = one_of(self.due(), other)
        if other % 4 and waiting is not None:
            Recovery.objects.filter(pk=recovery.pk).update(company=waiting.award.case.company)

    @rule(which=WHICH, fen=FEN, says=st.sampled_from(["paid", "refused", "back"]))
    def set_off(self, which: int, fen: int, says: str) -> None:
        """What a company owes is kept back of what it is paid; the bank pays the rest, or refuses it, or sends it back."""
        self.recover(which, fen, 1, RecoveryGround.FOUND)
        self.pay_out(which, every=True, sent=True)
        lines = list(BatchLine.objects.filter(state__in=FLYING).order_by("pk"))
        for line in lines:
            self.say(line, "refused" if says == "refused" else "paid")
        if says == "back":
            self.say(one_of(BatchLine.objects.filter(pk__in=[line.pk for line in lines]), which), says)

    @rule(which=WHICH, fen=FEN)
    def repay(self, which: int, fen: int) -> None:
        recovery = one_of(Recovery.objects.filter(state__in=[RecoveryState.OPEN, RecoveryState.WRITTEN_OFF]), which)
        most = min(fen, takes(recovery)) if recovery else 0
        if most:
            pay(self.world, recovery, most, f"BK-{next(serial)}")
            self.bank_fen += most

    @rule(which=WHICH, fen=FEN, whole=st.booleans())
    def forgive(self, which: int, fen: int, whole: bool) -> None:
        """A part of what is owed, or all of it where nothing is on its way by offset."""
        recovery = one_of(Recovery.objects.filter(state=RecoveryState.OPEN), which)
        owed = owed_now(recovery) if recovery else 0
        if not owed:
            return
        if not whole:
            give_up(self.world, recovery, "propose_recovery_less", "amount", amount_fen=min(fen, owed))
        elif not pending_of(recovery.pk):
            give_up(self.world, recovery, "propose_write_off", "finance2")

    @rule(which=WHICH, fen=FEN)
    def refund(self, which: int, fen: int) -> None:
        """Less is owed than came in; the difference goes back to the company."""
        recovery = one_of(ended_recoveries(), which)
        most = min(fen, refundable(recovery)) if recovery else 0
        if most and recovery:
            paid_back(self.world, recovery, most, f"TK-{next(serial)}")
            self.bank_fen -= most

    # The end of the year.

    @precondition(lambda self: not self.is_ended)
    @rule(carried=st.booleans())
    def year_end(self, carried: bool) -> None:
        if BatchLine.objects.filter(state__in=FLYING).exists():
            return
        self.is_ended = True
        lines = BudgetLine.objects.filter(year=2024) if carried else BudgetLine.objects.none()
        self.world.act("proposal", ended(self.world, *lines), "approve", "finance2")

    @invariant()
    def hold(self) -> None:
        self.the_bank_account_stands_at_what_the_bank_booked()
        self.the_books_hold_what_is_on_its_way()
        self.nobody_has_more_than_was_awarded()
        self.nobody_was_paid_back_more_than_came_in()
        assert [str(one) for one in violations()] == []

    def the_bank_account_stands_at_what_the_bank_booked(self) -> None:
        assert balance("bank") == self.bank_fen

    def the_books_hold_what_is_on_its_way(self) -> None:
        """In flight, kept back and in suspense is what the payments and items themselves say."""
        flying = BatchLine.objects.filter(state__in=FLYING)
        kept = LineOffset.objects.filter(batch_line__in=flying)
        assert total(BudgetLine.objects.all(), "in_flight") == total(flying, "amount_fen")
        assert balance("offset") == total(kept, "amount_fen")
        for kind, is_credit in (("suspense_in", True), ("suspense_out", False)):
            assert abs(balance(kind)) == total(SuspenseItem.objects.filter(is_credit=is_credit), "left_fen")

    def nobody_was_paid_back_more_than_came_in(self) -> None:
        for recovery in Recovery.objects.filter(amount_fen__isnull=False):
            assert 0 <= came_in(recovery) <= (recovery.amount_fen or 0)

    def nobody_has_more_than_was_awarded(self) -> None:
        for case in Case.objects.filter(award__isnull=False):
            assert paid_of(case) <= (case.amount_fen or 0)


def total(rows: QuerySet[Any], column: str) -> int:
    return sum(rows.values_list(column, flat=True))


def ended_recoveries() -> QuerySet[Recovery]:
    return Recovery.objects.filter(state__in=[RecoveryState.PAID, RecoveryState.WRITTEN_OFF])


def by_hand(item: SuspenseItem, recovery: Recovery) -> bool:
    """Whether a refund of this amount was entered by hand, and is not recognised in another movement."""
    return any(one.kind == "recover_refund" and one.subject_id == recovery.pk for one in entered_alike(item))


def takes(recovery: Recovery) -> int:
    return taken_at_most(recovery) if recovery.state in (RecoveryState.OPEN, RecoveryState.WRITTEN_OFF) else 0


def run(world: World, examples: int) -> None:
    machine = type("MoneyPathHere", (MoneyPath,), {"world": world, "reserved": begun(world)})
    plan = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    run_state_machine_as_test(machine, settings=plan)


def test_one_order_of_acts_and_answers_loses_no_fen(world: World) -> None:
    run(world, 1)


@pytest.mark.long
def test_no_order_of_acts_and_answers_loses_a_fen(world: World) -> None:
    run(world, EXAMPLES)
