"""Reading the books: budget lines of the bureaus that a person may look at, and the legs behind a figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.accounts.selectors import grants_of
from subsidy.ledger.enums import Book, BudgetAccount, CashAccountKind
from subsidy.ledger.models import BudgetLine, CashAccount, Leg

SEES_BUDGET = (Role.FINANCE_PREPARE, Role.FINANCE_CHECK, Role.FINANCE_RELEASE, Role.AUDITOR, Role.LEADER)


def budget_lines_of(user: User, *, on: dt.date, roles: Iterable[Role] = SEES_BUDGET) -> QuerySet[BudgetLine]:
    """Budget lines of the bureaus in which the person holds one of the roles, newest year first."""
    authorities = grants_of(user, on=on, roles=roles).values("authority")
    return BudgetLine.objects.filter(authority__in=authorities).order_by("-year", "code")


@dataclass(frozen=True)
class LineBalance:
    """What invariant I3 compares on one line, in fen (view `budget_line_balance`)."""

    line_id: int
    appropriated: int
    on_accounts: int
    spent: int
    expense: int
    quota: int

    @property
    def holds(self) -> bool:
        return self.appropriated == self.on_accounts and self.spent == self.expense + self.quota and self.quota >= 0


def balances_of(lines: Iterable[BudgetLine]) -> list[LineBalance]:
    """The balance of each line, summed from every leg there is: for pages that are seldom opened. In the lines' order."""
    keys = [line.pk for line in lines]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line_id, appropriated, on_accounts, spent, expense::bigint, quota::bigint FROM budget_line_balance "
            "WHERE line_id = ANY(%s) ORDER BY array_position(%s::bigint[], line_id)",
            [keys, keys],
        )
        return [LineBalance(*row) for row in cursor.fetchall()]


def legs_of_line(line: BudgetLine, account: BudgetAccount | None = None) -> QuerySet[Leg]:
    """The budget legs behind a line's figures, or behind one account's; oldest first by key."""
    legs = Leg.objects.filter(book=Book.BUDGET, line=line)
    return legs if account is None else legs.filter(budget_account=account)


def cash_of(user: User, *, on: dt.date) -> QuerySet[CashAccount]:
    """Bank, funding and suspense accounts of the person's bureaus; expenses stand with their budget lines."""
    authorities = grants_of(user, on=on, roles=SEES_BUDGET).values("authority")
    return (
        CashAccount.objects.filter(authority__in=authorities)
        .exclude(kind=CashAccountKind.EXPENSE)
        .select_related("paying_account")
        .order_by("kind", "pk")
    )


def bearing(line: BudgetLine) -> list[int]:
    """The line and those that took it over from year to year, oldest first; the last one bears what is spent now."""
    found, here = [line.pk], line
    while here.carried_to_id is not None:
        here = BudgetLine.objects.get(pk=here.carried_to_id)
        found.append(here.pk)
    return found
