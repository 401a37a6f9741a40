"""The books under any order of events, against plain sums: what is lawful moves the fen it names, all else moves none."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from subsidy.ledger.enums import Kind
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import BudgetLine, CashAccount
from subsidy.ledger.posting import Posting
from subsidy.ledger.services import NotEnough, StillOpen, close_year, line_continue, post
from tests.subsidy.ledger.test_books import ACCOUNTS, BOOKS, NOW, Books, unchecked, writer

# SUBSIDY_EXAMPLES runs more (make test-deep).
EXAMPLES = int(os.environ.get("SUBSIDY_EXAMPLES", "12"))
STEPS = 15
# The table of events as this test reads it: what it takes from and brings to, and what it debits and credits.
EVENTS: dict[Kind, tuple[str, str]] = {
    Kind.FUND: ("", "bank/funding"),
    Kind.PAY_OVER: ("", "funding/bank"),
    Kind.CHARGE: ("", "charges/bank"),
    Kind.EARN_INTEREST: ("", "bank/interest"),
    Kind.APPROPRIATE: ("appropriated/available", ""),
    Kind.REDUCE: ("available/appropriated", ""),
    Kind.MOVE_OUT: ("available/appropriated", ""),
    Kind.MOVE_IN: ("appropriated/available", ""),
    Kind.RESERVE: ("available/committed", ""),
    Kind.UNRESERVE: ("committed/available", ""),
    Kind.OBLIGATE: ("committed/obligated", ""),
    Kind.CORRECT_UP: ("available/obligated", ""),
    Kind.CORRECT_DOWN: ("obligated/available", ""),
    Kind.RELEASE: ("obligated/in_flight", ""),
    Kind.OFFSET: ("", "offset/receivable"),
    Kind.OFFSET_WHOLE: ("obligated/spent", "expense/receivable"),
    Kind.OFFSET_UNDONE: ("", "receivable/offset"),
    Kind.REFUSE: ("in_flight/obligated", ""),
    Kind.SETTLE: ("in_flight/spent", "expense/bank"),
    Kind.SETTLE_OFFSET: ("in_flight/spent", "expense/offset"),
    Kind.CONFIRM_QUOTA: ("in_flight/spent", "quota/unit"),
    Kind.WITHDRAW_QUOTA: ("spent/obligated", "unit/quota"),
    Kind.CANCEL_QUOTA: ("spent/available", "unit/quota"),
    Kind.RETURN: ("spent/obligated", "bank/expense"),
    Kind.RETURN_CANCELLED: ("spent/available", "bank/expense"),
    Kind.RETURN_PRIOR: ("", "bank/prior_year"),
    Kind.RECOVER: ("", "receivable/recovered"),
    Kind.RECOVER_LESS: ("", "recovered/receivable"),
    Kind.RECOVER_REFUND: ("", "recovered/bank"),
    Kind.RECOVERY_RECEIVED: ("", "bank/receivable"),
    Kind.RESTORE: ("spent/available", "recovered/expense"),
    Kind.WRITE_OFF: ("", "written_off/receivable"),
    Kind.RECEIVED_AFTER: ("", "bank/written_off"),
    Kind.SUSPEND_IN: ("", "bank/suspense_in"),
    Kind.SUSPEND_OUT: ("", "suspense_out/bank"),
    Kind.SEND_BACK: ("", "suspense_in/bank"),
    Kind.ENTERED_IN: ("", "suspense_in/bank"),
    Kind.ENTERED_OUT: ("", "bank/suspense_out"),
    Kind.LAPSE: ("available/lapsed", ""),
    Kind.CARRY_AVAILABLE: ("available/carried_out", ""),
    Kind.CARRY_COMMITTED: ("committed/carried_out", ""),
    Kind.CARRY_OBLIGATED: ("obligated/carried_out", ""),
    Kind.BRING_AVAILABLE: ("appropriated/available", ""),
    Kind.BRING_COMMITTED: ("appropriated/committed", ""),
    Kind.BRING_OBLIGATED: ("appropriated/obligated", ""),
}
# What the units drew of their quota is in no cash account of ours; the test keeps it to know what can be withdrawn.
DEBITS = ("expense", "receivable", "offset", "written_off", "charges", "suspense_out", "quota")
CREDITS = ("funding", "recovered", "prior_year", "interest", "suspense_in")
OURS_ALONE = ("quota", "unit")
# The accounts that there are several of: one a line and year, or one a recovery.
OF_LINE = (*ACCOUNTS, "expense", "recovered", *OURS_ALONE)
OF_RECOVERY = ("receivable", "offset")
BROUGHT = (Kind.BRING_AVAILABLE, Kind.BRING_COMMITTED, Kind.BRING_OBLIGATED)
OPEN = ("available", "committed", "obligated", "in_flight")
MOST_FEN = 700
YEAR = 2024
FEN = st.integers(1, MOST_FEN)
FEWEST = 6
CHOICE = st.tuples(st.integers(0, 1_000), st.integers(0, MOST_FEN), st.booleans())

Account = tuple[str, int]


@dataclass(frozen=True)
class Move:
    """An event on one of two lines (that of a year and that of the next), about one of two recoveries."""

    kind: Kind
    fen: int
    line: int = 0
    recovery: int = 0
    from_suspense: bool = False

    def deltas(self) -> Iterator[tuple[Account, int]]:
        budget, cash = EVENTS[self.kind]
        if budget:
            source, target = budget.split("/")
            yield (source, self.line), self.fen if source == "appropriated" else -self.fen
            yield (target, self.line), -self.fen if target == "appropriated" else self.fen
        if cash:
            debit, credit = cash.split("/")
            if self.from_suspense:
                debit = "suspense_in" if debit == "bank" else debit
                credit = "suspense_out" if credit == "bank" else credit
            yield self._account(debit), self.fen
            yield self._account(credit), -self.fen

    def _account(self, name: str) -> Account:
        if name in OF_RECOVERY:
            return name, self.recovery
        return name, self.line if name in OF_LINE else 0


MOVES = st.builds(Move, st.sampled_from(sorted(EVENTS)), FEN, st.integers(0, 1), st.integers(0, 1), st.booleans())
EVERY = [
    Move(kind, 1, line, recovery, from_suspense)
    for kind in sorted(EVENTS)
    for line in (0, 1)
    for recovery in (0, 1)
    for from_suspense in (False, True)
]


class Expected:
    """The books as they should be: plain sums, which lines are closed, and what must not change its side."""

    def __init__(self) -> None:
        self.holds: Counter[Account] = Counter()
        self.closed: set[int] = set()

    def after(self, moves: Sequence[Move]) -> Expected:
        then = Expected()
        then.holds, then.closed = self.holds.copy(), self.closed
        for move in moves:
            for account, fen in move.deltas():
                then.holds[account] += fen
        return then

    def refusal(self, moves: Sequence[Move]) -> type[Exception] | None:
        """What the books answer to the moves: the cash book its constraint, the budget its own words, or nothing."""
        then = self.after(moves).holds
        wrong = {name for (name, _place), fen in then.items() if fen * self._side(name) < 0}
        if wrong - {*ACCOUNTS}:
            return IntegrityError
        return NotEnough if wrong or not self.open_for(moves) else None

    def open_for(self, moves: Sequence[Move]) -> bool:
        return not any(EVENTS[move.kind][0] and move.line in self.closed for move in moves)

    def most(self, move: Move) -> int:
        """The highest amount at which the move is lawful now; at most MOST_FEN, which bounds what comes from outside."""
        if not self.open_for([move]):
            return 0
        ends = [abs(self.holds[account]) for account, sign in move.deltas() if sign * self._side(account[0]) < 0]
        return min([MOST_FEN, *ends])

    def overdrawn_quota(self) -> bool:
        """That no more quota comes back than went out is kept where quotas are, and seen by I3."""
        return any(fen < 0 for (name, _place), fen in self.holds.items() if name == "quota")

    @staticmethod
    def _side(name: str) -> int:
        return 1 if name in (*ACCOUNTS, *DEBITS) else -1 if name in CREDITS else 0


class AnyOrder(RuleBasedStateMachine):
    """Two lines, two recoveries, one bank account; each event as lawful, beyond what is there, again, or with others."""

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()
        self.books = Books(MOST_FEN)
        self.lines = [self.books.line, line_continue(self.books.line)]
        self.expected = Expected().after([Move(Kind.APPROPRIATE, MOST_FEN)])
        self.written: list[Posting] = []
        self.times: Counter[Kind] = Counter()

    def teardown(self) -> None:
        try:
            check_at_commit()
        finally:
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)

    def posting(self, move: Move) -> Posting:
        plain = self.books.posting(move.kind, move.fen)
        return replace(
            plain,
            line_id=self.lines[move.line].pk,
            recovery_id=move.recovery + 1,
            year=YEAR + move.line,
            from_suspense=move.from_suspense,
        )

    def book(self, *moves: Move) -> bool:
        """Post all of them at once: all are booked, or none where the books cannot take them."""
        then, postings = self.expected.after(moves), [self.posting(move) for move in moves]
        if then.overdrawn_quota():
            return False
        if (error := self.expected.refusal(moves)) is not None:
            self.refused(postings, error)
            return False
        with transaction.atomic():
            post(postings, now=NOW)
        self.expected = then
        self.written += postings
        self.times.update(move.kind for move in moves)
        return True

    def refused(self, postings: Sequence[Posting], error: type[Exception]) -> None:
        before = self.books.written()
        with pytest.raises(error), transaction.atomic():
            post(postings, now=NOW)
        assert self.books.written() == before

    @rule(choices=st.lists(CHOICE, min_size=6, max_size=12))
    def lawful(self, choices: list[tuple[int, int, bool]]) -> None:
        """Some events that can be; of the kinds that there were fewest of so far, so that every row has its turn."""
        for choice, share, whole in choices:
            found = {move: most for move in EVERY if (most := self.expected.most(move))}
            kinds = sorted({move.kind for move in found}, key=lambda kind: (self.times[kind], kind))
            kind = kinds[choice % FEWEST % len(kinds)]
            places = [move for move in found if move.kind == kind]
            move = places[choice % len(places)]
            # Half of the time, all of it: an account that is emptied is where a limit shows.
            fen = found[move] if whole else 1 + share % found[move]
            assert self.book(replace(move, fen=fen))

    @rule(choices=st.lists(st.integers(0, len(EVERY)), min_size=3, max_size=8))
    def beyond(self, choices: list[int]) -> None:
        """One fen more than there is, or anything at all on a line that is closed."""
        found = [replace(move, fen=most + 1) for move in EVERY if (most := self.expected.most(move)) < MOST_FEN]
        for choice in choices:
            self.book(found[choice % len(found)])

    @rule(move=MOVES)
    def whatever(self, move: Move) -> None:
        self.book(move)

    @rule(moves=st.lists(MOVES, min_size=2, max_size=4))
    def fold(self, moves: list[Move]) -> None:
        self.book(*moves)

    @precondition(lambda self: self.written)
    @rule(data=st.data())
    def again(self, data: st.DataObject) -> None:
        self.refused([data.draw(st.sampled_from(self.written))], IntegrityError)

    @rule(line=st.integers(0, 1))
    def end(self, line: int) -> None:
        """Close a line that has paid something; one that has not would only be out of the game."""
        if self.expected.holds["spent", line]:
            self.close(line)

    def close(self, line: int) -> None:
        holds = self.expected.holds
        if line in self.expected.closed or any(holds[name, line] for name in OPEN):
            with pytest.raises(StillOpen):
                close_year(self.lines[line], now=NOW)
        else:
            close_year(self.lines[line], now=NOW)
            self.expected.closed.add(line)

    @precondition(lambda self: not self.expected.closed and not self.expected.holds["in_flight", 0])
    @rule(carried=st.booleans())
    def end_year(self, carried: bool) -> None:
        """What is promised goes over to the next line, what is free goes with it or lapses; then the line closes."""
        free, *promised = (self.expected.holds[name, 0] for name in OPEN[:3])
        goes = [(Kind.CARRY_COMMITTED, Kind.BRING_COMMITTED), (Kind.CARRY_OBLIGATED, Kind.BRING_OBLIGATED)]
        moves = [
            move
            for pair, fen in zip(goes, promised, strict=True)
            if fen
            for move in (Move(pair[0], fen), Move(pair[1], fen, line=1))
        ]
        if free and carried:
            moves += [Move(Kind.CARRY_AVAILABLE, free), Move(Kind.BRING_AVAILABLE, free, line=1)]
        elif free:
            moves.append(Move(Kind.LAPSE, free))
        if moves:
            assert self.book(*moves)
        self.close(0)
        assert 0 in self.expected.closed

    @invariant()
    def books_are_the_sums(self) -> None:
        holds = self.expected.holds
        for place, line in enumerate(self.lines):
            found = BudgetLine.objects.values(*ACCOUNTS).get(pk=line.pk)
            assert found == {name: holds[name, place] for name in ACCOUNTS}
        kept = {account: fen for account, fen in holds.items() if fen and account[0] not in (*ACCOUNTS, *OURS_ALONE)}
        assert self.cash() == kept

    def cash(self) -> dict[Account, int]:
        lines = {line.pk: place for place, line in enumerate(self.lines)}
        rows = CashAccount.objects.filter(authority=self.books.authority).exclude(balance=0)
        found = {}
        for one in rows:
            place = 0 if one.line_id is None else lines[one.line_id]
            place += 0 if one.recovery_id is None else one.recovery_id - 1
            place += 0 if one.year is None else one.year - YEAR
            found[one.kind, place] = one.balance
        return found

    @invariant()
    def invariants_hold(self) -> None:
        assert list(violations(BOOKS)) == []


def check_at_commit() -> None:
    """Have the database look now at what it looks at when a transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


PLAN = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
K = Kind
# A year of one line, in which every row of the table has its turn; fen.
A_YEAR: list[tuple[Kind, int]] = [
    *((K.FUND, 700), (K.PAY_OVER, 50), (K.CHARGE, 5), (K.EARN_INTEREST, 7)),
    *((K.APPROPRIATE, 300), (K.REDUCE, 100), (K.MOVE_OUT, 50), (K.MOVE_IN, 20)),
    *((K.RESERVE, 500), (K.UNRESERVE, 40), (K.OBLIGATE, 400), (K.CORRECT_UP, 30), (K.CORRECT_DOWN, 20)),
    *((K.RECOVER, 150), (K.RECOVER_LESS, 10), (K.OFFSET_WHOLE, 15), (K.RELEASE, 300), (K.OFFSET, 60)),
    *((K.REFUSE, 40), (K.OFFSET_UNDONE, 20), (K.SETTLE, 150), (K.SETTLE_OFFSET, 40), (K.CONFIRM_QUOTA, 70)),
    *((K.WITHDRAW_QUOTA, 20), (K.CANCEL_QUOTA, 10), (K.RETURN, 30), (K.RETURN_CANCELLED, 20)),
    *((K.RECOVERY_RECEIVED, 25), (K.RECOVER_REFUND, 5), (K.RESTORE, 12), (K.WRITE_OFF, 18), (K.RECEIVED_AFTER, 8)),
    *((K.SUSPEND_IN, 9), (K.SUSPEND_OUT, 6), (K.SEND_BACK, 4), (K.RETURN_PRIOR, 3)),
    *((K.ENTERED_IN, 2), (K.ENTERED_OUT, 1)),
    *((K.CARRY_AVAILABLE, 50), (K.CARRY_COMMITTED, 60), (K.CARRY_OBLIGATED, 70), (K.LAPSE, 30)),
    *((K.BRING_AVAILABLE, 50), (K.BRING_COMMITTED, 60), (K.BRING_OBLIGATED, 70)),
]


@pytest.fixture
def machine(db: None) -> Iterator[AnyOrder]:
    made = AnyOrder()
    yield made
    made.teardown()


def test_every_row_of_the_table_is_booked_once_and_no_more(machine: AnyOrder) -> None:
    assert {kind for kind, _fen in A_YEAR} == set(EVENTS) == set(Kind)
    for kind, fen in A_YEAR:
        assert machine.book(Move(kind, fen, line=int(kind in BROUGHT))), kind
        machine.books_are_the_sums()
        machine.invariants_hold()
    for posting in machine.written:
        machine.refused([posting], IntegrityError)
    machine.books_are_the_sums()


@pytest.mark.django_db
def test_any_order_of_events_keeps_the_books() -> None:
    run_state_machine_as_test(AnyOrder, settings=PLAN)


@pytest.mark.django_db
def test_any_order_finds_a_row_count_that_nobody_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(PLAN, phases=[Phase.generate], database=None, print_blob=False)
    with writer(monkeypatch, unchecked), pytest.raises((AssertionError, pytest.fail.Exception)):
        run_state_machine_as_test(AnyOrder, settings=found)
