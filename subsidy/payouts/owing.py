"""Reading what a company was paid, what of it was asked back, and what is still owed. Amounts in fen."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from subsidy.cases.models import Case
from subsidy.ledger.enums import CashAccountKind
from subsidy.ledger.models import CashAccount
from subsidy.payouts.enums import LineState
from subsidy.payouts.models import BatchLine
from subsidy.payouts.recoveries import DECIDED_RECOVERIES, Recovery, RecoveryGround, RecoveryState


def paid_of(case: Case) -> int:
    """What was settled for the case and not returned; what was set off stands, whatever became of the rest."""
    lines = BatchLine.objects.filter(case=case)
    settled = lines.filter(state=LineState.SETTLED).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    kept = lines.filter(state=LineState.RETURNED).aggregate(fen=Sum("offset_fen"))["fen"] or 0
    return settled + kept


def asked_back(case: Case) -> int:
    """What was decided to be paid back of the case so far, paid or not."""
    decided = Recovery.objects.filter(case=case, state__in=DECIDED_RECOVERIES)
    return decided.aggregate(fen=Sum("amount_fen"))["fen"] or 0


def restated_back(case: Case) -> int:
    """What ratings and papers took back of the case, decided or still proposed: what is owed is counted without it."""
    return _said(Recovery.objects.filter(case=case, ground__in=[RecoveryGround.RATED, RecoveryGround.CORRECTED]))


def asked_or_proposed(case: Case) -> int:
    """What of the case is asked back on any ground, decided or still proposed."""
    return _said(Recovery.objects.filter(case=case))


def _said(recoveries: QuerySet[Recovery]) -> int:
    standing = recoveries.exclude(state=RecoveryState.DROPPED)
    return standing.aggregate(fen=Sum(Coalesce("amount_fen", "proposed_fen")))["fen"] or 0


def owed_by_recovery(ids: Iterable[int]) -> dict[int, int]:
    """What is still owed on each of these recoveries; those without a balance are left out."""
    rows = CashAccount.objects.filter(kind=CashAccountKind.RECEIVABLE, recovery_id__in=list(ids), balance__gt=0)
    return dict(rows.values_list("recovery_id").annotate(fen=Sum("balance")))


def open_recoveries() -> QuerySet[Recovery]:
    """What was decided to be paid back and is not paid yet."""
    return Recovery.objects.filter(state=RecoveryState.OPEN)


def open_recoveries_of(company_id: int) -> QuerySet[Recovery]:
    """What the company still has to pay back, the oldest first."""
    return open_recoveries().filter(company=company_id).order_by("due_on", "pk")
