"""Bank against books: per paying account what the bank says, what the ledger says, and why they differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from django.db.models import QuerySet, Sum

from subsidy.accounts.models import User
from subsidy.calendars.selectors import working_calendar
from subsidy.ledger.enums import CashAccountKind, Kind
from subsidy.ledger.models import Leg, PayingAccount, Transaction
from subsidy.payouts.enums import BatchState, LineState
from subsidy.payouts.models import Answer, BankStatement, BatchLine, StatementEntry, SuspenseItem
from subsidy.payouts.selectors import SEES_MONEY, bureaus

# Working days after which a bank that has not booked a payment is asked. Assumed: payments are booked in one to three.
SILENT_DAYS = 5


# What people enter of an account without the bank's file. Booked out of suspense, these move no account.
ENTERED = (
    Kind.FUND,
    Kind.PAY_OVER,
    Kind.CHARGE,
    Kind.EARN_INTEREST,
    Kind.RECOVERY_RECEIVED,
    Kind.RECOVER_REFUND,
    Kind.RECEIVED_AFTER,
)
# What takes such an entry for the bank's own movement, when that is read: the account has moved once and not twice.
RECOGNISED = {True: Kind.ENTERED_IN, False: Kind.ENTERED_OUT}


def recognised_key(entry: Transaction) -> str:
    """The natural key of recognising a hand-made entry in a movement of the bank: each entry is recognised once."""
    return f"entered:{entry.pk}"


def entered_alike(item: SuspenseItem) -> list[Transaction]:
    """What people entered of the item's account, over its very amount and in its direction, and no other movement is yet."""
    legs = Leg.objects.filter(
        cash_account__paying_account=item.paying_account_id,
        cash_account__kind=CashAccountKind.BANK,
        amount=item.left_fen if item.is_credit else -item.left_fen,
    )
    found = list(Transaction.objects.filter(kind__in=ENTERED, legs__in=legs).order_by("pk"))
    taken = Transaction.objects.filter(key__in=[recognised_key(one) for one in found])
    keys = set(taken.values_list("key", flat=True))
    return [one for one in found if recognised_key(one) not in keys]


@dataclass(frozen=True)
class Break:
    """Two statements of one account that do not connect: something between them is missing, or told twice."""

    earlier: BankStatement
    later: BankStatement

    @property
    def is_gap(self) -> bool:
        """A number was left out."""
        first, second = self.earlier.sequence, self.later.sequence
        return first is not None and second is not None and second > first + 1

    @property
    def is_repeated(self) -> bool:
        """A number came twice in one year, and not as the next page of the same statement."""
        first, second = self.earlier, self.later
        years = {one.closing_on.year for one in (first, second) if one.closing_on is not None}
        same = first.sequence is not None and first.sequence == second.sequence and len(years) < 2
        return same and second.page <= first.page

    @property
    def difference_fen(self) -> int:
        return self.later.opening_fen - self.earlier.closing_fen


@dataclass(frozen=True)
class Reconciled:
    """One paying account: `bank_fen` is the last closing balance (None: no statement was read), `books_fen` the ledger's.

    The books and the bank differ by exactly what is listed: movements that the books know and no statement shows
    (`unlisted`), money that people entered without the bank's word (`entered_fen`), and what the account held before
    the first statement (`before_fen`).
    """

    account: PayingAccount
    last: BankStatement | None
    books_fen: int
    unlisted_fen: int
    entered_fen: int
    before_fen: int
    breaks: list[Break] = field(default_factory=list)

    @property
    def bank_fen(self) -> int | None:
        return self.last.closing_fen if self.last else None

    @property
    def difference_fen(self) -> int:
        return (self.bank_fen or 0) - self.books_fen

    @property
    def unexplained_fen(self) -> int:
        """What none of the reasons explains; anything but zero is a fault to be reported."""
        gaps = sum(one.difference_fen for one in self.breaks)
        return self.difference_fen + self.unlisted_fen + self.entered_fen - self.before_fen - gaps


def reconciled(user: User, *, on: dt.date) -> list[Reconciled]:
    """Every paying account of the person's bureaus. Five statements an account."""
    accounts = PayingAccount.objects.filter(authority__in=bureaus(user, on=on, roles=SEES_MONEY)).order_by("pk")
    return [reconcile(account) for account in accounts]


def reconcile(account: PayingAccount) -> Reconciled:
    """One paying account against its statements."""
    statements = list(account.bank_statements.select_related("file").defer("file__content").order_by(*IN_ORDER))
    last = statements[-1] if statements else None
    legs = Leg.objects.filter(cash_account__paying_account=account, cash_account__kind=CashAccountKind.BANK)
    listed = StatementEntry.objects.filter(bank_statement__paying_account=account)
    told = Answer.objects.filter(paying_account=account).exclude(bank_fen=0)
    shown = told.filter(statement__in=listed.values("statement")) | told.filter(
        booking__in=listed.exclude(booking="").values("booking")
    )
    stood_for = Answer.objects.filter(statement__in=listed.values("statement"), stands_for__isnull=False)
    unlisted = told.exclude(pk__in=shown.values("pk")).exclude(pk__in=stood_for.values("stands_for"))
    by_hand = legs.filter(transaction__kind__in=[*ENTERED, *RECOGNISED.values()])
    return Reconciled(
        account=account,
        last=last,
        books_fen=_sum(legs, "amount"),
        unlisted_fen=_sum(unlisted, "bank_fen") if last else 0,
        entered_fen=_sum(by_hand, "amount") if last else 0,
        before_fen=statements[0].opening_fen if statements else 0,
        breaks=breaks_of(statements),
    )


IN_ORDER = ("closing_on", "sequence", "page", "pk")


def breaks_of(statements: Iterable[BankStatement]) -> list[Break]:
    """Where two consecutive statements of one account leave something out between them, overlap, or have one number."""
    found = [Break(first, second) for first, second in pairwise(statements)]
    return [one for one in found if one.is_gap or one.is_repeated or one.difference_fen]


def _sum(rows: QuerySet[Leg] | QuerySet[Answer], column: str) -> int:
    return rows.aggregate(total=Sum(column))["total"] or 0


def suspense_of(user: User, *, on: dt.date) -> QuerySet[SuspenseItem]:
    """Items in suspense of the person's bureaus, open or resolved."""
    found = SuspenseItem.objects.filter(authority__in=bureaus(user, on=on, roles=SEES_MONEY))
    return found.select_related("answer__file", "paying_account").defer("answer__file__content")


def silent_of(user: User, *, on: dt.date) -> QuerySet[BatchLine]:
    """Payments that the bank has had for longer than it takes and has not booked: to enquire about, never to resend."""
    calendar, day = working_calendar(), on
    while calendar.working_days_between(day, on) < SILENT_DAYS:
        day -= dt.timedelta(days=1)
    return BatchLine.objects.filter(
        batch__authority__in=bureaus(user, on=on, roles=SEES_MONEY),
        batch__state__in=(BatchState.EXPORTED, BatchState.ANSWERED),
        state__in=(LineState.IN_FLIGHT, LineState.ACCEPTED),
        batch__execution_on__lt=day,
    ).select_related("batch", "case")
