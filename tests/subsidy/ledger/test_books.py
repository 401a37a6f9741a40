"""The books at their limits, for many at once, and by the writers that they must never have."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from subsidy.accounts.models import Authority
from subsidy.accounts.services import authority_found
from subsidy.audit.moment import ZONE, Moment
from subsidy.ledger import services
from subsidy.ledger.enums import Kind
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import BudgetLine, CashAccount, Leg, PayingAccount, Transaction
from subsidy.ledger.posting import Posting
from subsidy.ledger.services import LedgerError, LineDeltas, NotEnough, StillOpen, close_year, post
from tests.harness.database import FreshDatabase
from tests.harness.together import Together

AT = dt.datetime(2024, 3, 4, 9, tzinfo=ZONE)
NOW = Moment(at=AT, real=AT)
BOOKS = ("I1", "I2", "I3", "I4")
ACCOUNTS = (*("appropriated", "available", "committed", "obligated", "in_flight", "spent", "lapsed", "carried_out"),)
_serial = itertools.count(1)


class Books:
    """One budget line and one bank account of a bureau of its own."""

    def __init__(self, appropriated_fen: int) -> None:
        number = next(_serial)
        self.authority: Authority = authority_found(
            code=f"b{number}", name_zh="西湖区科技局", name_en="Bureau", short_name="西科", region="330106"
        )
        self.line = BudgetLine.objects.create(
            authority=self.authority, year=2024, code="L1", name_zh="飞天计划", name_en="Flying-Sky", source="district"
        )
        self.bank = PayingAccount.objects.create(
            authority=self.authority,
            name="西湖区科技局",
            account_number=f"33{number}",
            bank_name="工行",
            bank_code="102100099996",
        )
        self.post(Kind.APPROPRIATE, appropriated_fen)

    def posting(self, kind: Kind, fen: int, key: str = "") -> Posting:
        return Posting(
            kind=kind,
            key=key or f"{kind}:{self.authority.pk}:{next(_serial)}",
            amount_fen=fen,
            authority_id=self.authority.pk,
            subject_kind="case",
            subject_id=1,
            line_id=self.line.pk,
            paying_account_id=self.bank.pk,
            recovery_id=self.line.pk,
            year=2024,
        )

    def post(self, kind: Kind, fen: int, key: str = "") -> None:
        with transaction.atomic():
            post([self.posting(kind, fen, key)], now=NOW)

    def balances(self) -> dict[str, int]:
        return BudgetLine.objects.values(*ACCOUNTS).get(pk=self.line.pk)

    def written(self) -> tuple[int, int]:
        return Transaction.objects.count(), Leg.objects.count()


@pytest.mark.django_db
def test_quota_that_comes_back_without_having_gone_out_is_found() -> None:
    books = Books(100)
    for kind in (Kind.RESERVE, Kind.OBLIGATE, Kind.RELEASE, Kind.SETTLE, Kind.WITHDRAW_QUOTA):
        books.post(kind, 100)
    assert {one.invariant for one in violations(BOOKS)} == {"I3"}


@pytest.mark.django_db
def test_a_receivable_is_kept_for_each_recovery() -> None:
    books = Books(100)
    one, other = (replace(books.posting(Kind.RECOVER, 30), recovery_id=number) for number in (1, 2))
    with transaction.atomic():
        post([one, other], now=NOW)
    held = CashAccount.objects.filter(kind="receivable").values_list("recovery_id", "balance")
    assert set(held) == {(1, 30), (2, 30)}
    unnamed = replace(books.posting(Kind.RECOVER, 30), recovery_id=None)
    with pytest.raises(LedgerError, match="name its recovery_id"):
        post([unnamed], now=NOW)


@pytest.mark.django_db
def test_a_fold_reserves_for_all_or_for_nobody() -> None:
    books = Books(100)
    before = books.written()
    with pytest.raises(NotEnough), transaction.atomic():
        post([books.posting(Kind.RESERVE, 60), books.posting(Kind.RESERVE, 41)], now=NOW)
    assert books.written() == before
    with transaction.atomic():
        post([books.posting(Kind.RESERVE, 60), books.posting(Kind.RESERVE, 40)], now=NOW)
    assert books.balances()["committed"] == 100


@pytest.mark.django_db
def test_a_closed_year_takes_no_budget_legs() -> None:
    books = Books(100)
    with pytest.raises(StillOpen, match="'available': 100"):
        close_year(books.line, now=NOW)
    books.post(Kind.LAPSE, 100)
    close_year(books.line, now=NOW)
    with pytest.raises(NotEnough):
        books.post(Kind.APPROPRIATE, 1)
    with pytest.raises(StillOpen, match="closed_at"):
        close_year(books.line, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("fen", [0, -1])
def test_an_amount_that_is_not_positive_is_no_posting(fen: int) -> None:
    books = Books(100)
    with pytest.raises(LedgerError, match="must be positive"):
        books.post(Kind.RESERVE, fen)


@pytest.mark.django_db
def test_the_same_key_moves_money_once() -> None:
    books = Books(100)
    books.post(Kind.RESERVE, 10, "reserve:once")
    with pytest.raises(IntegrityError):
        books.post(Kind.RESERVE, 10, "reserve:once")
    assert books.balances()["committed"] == 10


def test_legs_that_do_not_balance_are_refused_at_commit(fresh_db: FreshDatabase) -> None:
    books = Books(100)
    bad = {"transaction": Transaction.objects.get(), "book": "budget", "currency": "CNY", "line": books.line}
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        Leg.objects.create(**bad, budget_account="available", amount=1)
    # Balanced in sum, but not in each currency.
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        Leg.objects.create(**bad, budget_account="available", amount=1)
        Leg.objects.create(**{**bad, "currency": "USD"}, budget_account="available", amount=-1)
    assert list(violations(BOOKS)) == []


@pytest.mark.parametrize(
    "table",
    ["ledger_transaction", "ledger_leg", "audit_event", "payouts_exportfile", "payouts_answerfile", "payouts_answer"],
)
@pytest.mark.parametrize("statement", ["UPDATE {0} SET id = id", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
@pytest.mark.django_db
def test_what_was_written_stays(table: str, statement: str) -> None:
    # IntegrityError: the trigger's own refusal, whether or not there is a row to change.
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def reservations_at_once(together: Together, books: Books, fen: int, count: int) -> tuple[int, int]:
    """How many of `count` simultaneous reservations succeeded, and how many were refused for want of money."""

    def reserve(key: str) -> Callable[[], None]:
        return lambda: books.post(Kind.RESERVE, fen, key)

    outcomes = together([reserve(f"reserve:{number}") for number in range(count)])
    faults = [outcome.error for outcome in outcomes if outcome.error and not isinstance(outcome.error, NotEnough)]
    assert not faults, faults
    done = sum(outcome.ok for outcome in outcomes)
    return done, count - done


def test_fifty_at_once_with_money_for_half(together: Together) -> None:
    books = Books(2500)
    assert reservations_at_once(together, books, 100, 50) == (25, 25)
    assert books.balances() == dict.fromkeys(ACCOUNTS, 0) | {"appropriated": 2500, "committed": 2500}
    assert Transaction.objects.filter(kind=Kind.RESERVE).count() == 25
    assert list(violations()) == []


@contextmanager
def writer(monkeypatch: pytest.MonkeyPatch, move: Callable[[int, LineDeltas], None]) -> Iterator[None]:
    """The ledger with another way of moving a line's balances: one that somebody might write."""
    with monkeypatch.context() as changed:
        changed.setattr(services, "_move_line", move)
        yield


def unchecked(line_id: int, deltas: LineDeltas) -> None:
    """A conditional update whose row count nobody looks at."""
    rows = BudgetLine.objects.filter(pk=line_id, closed_at=None)
    for account, delta in deltas.items():
        rows = rows.filter(**{f"{account.value}__gte": max(-delta, 0)})
    rows.update(**{account.value: F(account.value) + delta for account, delta in deltas.items()})


class Naive:
    """Read, change, save; everybody reads before anybody saves, so that the lost update does not hang on luck."""

    def __init__(self, callers: int) -> None:
        self.gate = threading.Barrier(callers, timeout=60)

    def __call__(self, line_id: int, deltas: LineDeltas) -> None:
        line = BudgetLine.objects.get(pk=line_id)
        self.gate.wait()
        for account, delta in deltas.items():
            setattr(line, account.value, getattr(line, account.value) + delta)
        line.save()


def test_a_row_count_that_nobody_checks_is_found(together: Together, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault this would be: legs are written although the line took nothing; I4 sees it."""
    books = Books(1000)
    with writer(monkeypatch, unchecked):
        assert reservations_at_once(together, books, 100, 20) == (20, 0)
    assert {one.invariant for one in violations(BOOKS)} >= {"I2", "I4"}


def test_a_naive_save_is_found(together: Together, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault this would be: updates are lost, and the line has spent more than its legs say it holds; I4 sees it."""
    books = Books(2000)
    with writer(monkeypatch, Naive(4)):
        assert reservations_at_once(together, books, 100, 4) == (4, 0)
    assert {one.invariant for one in violations(BOOKS)} == {"I4"}
    assert books.balances()["committed"] == 100
