"""What was paid, by budget line, policy or company, with the totals of the books beside it. Read row by row."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from subsidy.ledger.enums import BudgetAccount
from subsidy.ledger.models import BudgetLine, Leg
from subsidy.payouts.enums import LineState
from subsidy.payouts.models import BatchLine, LineShare

BESIDE = (
    "batch_line__batch__paying_account",
    "batch_line__case__company",
    "budget_line",
)


@dataclass(frozen=True)
class Payments:
    """Shares of payments that the bank settled, oldest first; `ledger_fen` is what the books hold as spent for them."""

    rows: QuerySet[LineShare]
    ledger_fen: int

    @property
    def count(self) -> int:
        return self.rows.count()

    @property
    def total_fen(self) -> int:
        total: int = self.rows.aggregate(total=Sum("amount_fen"))["total"] or 0
        return total

    @property
    def agrees(self) -> bool:
        return self.total_fen == self.ledger_fen


def _settled(shares: QuerySet[LineShare]) -> QuerySet[LineShare]:
    return (
        shares.filter(batch_line__state=LineState.SETTLED)
        .select_related(*BESIDE)
        .order_by("batch_line__settled_on", "pk")
    )


def of_line(line: BudgetLine) -> Payments:
    """What a line bore in its year; the books' figure is its SPENT, from its legs."""
    spent = Leg.objects.filter(line=line, budget_account=BudgetAccount.SPENT).aggregate(total=Sum("amount"))["total"]
    return Payments(_settled(LineShare.objects.filter(budget_line=line)), spent or 0)


def of_policy(code: str, *, year: int, authorities: Collection[int]) -> Payments:
    """What the lines of a year bore for the cases of a policy of these bureaus."""
    shares = LineShare.objects.filter(
        batch_line__case__policy_version__policy__code=code,
        batch_line__batch__authority__in=authorities,
        budget_line__year=year,
    )
    return Payments(_settled(shares), _spent_for(shares, year=year))


def of_company(company_id: int, *, authorities: Collection[int] | None = None) -> Payments:
    """What a company was paid in all years; by these bureaus, or by every one."""
    shares = LineShare.objects.filter(batch_line__case__company=company_id)
    if authorities is not None:
        shares = shares.filter(batch_line__batch__authority__in=authorities)
    return Payments(_settled(shares), _spent_for(shares))


def _spent_for(shares: QuerySet[LineShare], *, year: int | None = None) -> int:
    """What the books hold as spent for the payments of these shares, whatever became of them; found by their names."""
    payments = BatchLine.objects.filter(shares__in=shares)
    legs = Leg.objects.filter(
        budget_account=BudgetAccount.SPENT,
        transaction__subject_kind="batch",
        transaction__subject_id__in=payments.values("batch"),
        transaction__memo__in=payments.values("end_to_end_id"),
    )
    if year is not None:
        legs = legs.filter(line__year=year)
    total: int = legs.aggregate(total=Sum("amount"))["total"] or 0
    return total
