"""Reading what a company was paid, what of it was asked back, and what is still owed. Amounts in fen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest

from subsidy.cases.models import Case
from subsidy.decisions.models import AwardChange
from subsidy.ledger.enums import CashAccountKind, Kind
from subsidy.ledger.models import CashAccount, Leg
from subsidy.payouts.enums import LineState
from subsidy.payouts.models import BatchLine
from subsidy.payouts.recoveries import DECIDED_RECOVERIES, Recovery, RecoveryGround, RecoveryState


def paid_of(case: Case) -> int:
    """What was settled for the case and not returned; what was set off stands, whatever became of the rest."""
    lines = BatchLine.objects.filter(case=case)
    settled = lines.filter(state=LineState.SETTLED).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    kept = lines.filter(state=LineState.RETURNED).aggregate(fen=Sum("offset_fen"))["fen"] or 0
    return settled + kept


def paid_days(case: Case) -> list[tuple[dt.date, int]]:
    """What `paid_of` counts, payment by payment with its day: the bank's, or where it told none the day it was sent for."""
    lines = BatchLine.objects.filter(case=case, state__in=[LineState.SETTLED, LineState.RETURNED]).order_by("pk")
    day = Coalesce("settled_on", "batch__execution_on")
    rows = lines.values_list(day, "state", "amount_fen", "offset_fen")
    return [(on, amount if state == LineState.SETTLED else kept) for on, state, amount, kept in rows]


RESTATED = (RecoveryGround.RATED, RecoveryGround.CORRECTED)
_COMES_IN = (Kind.RECOVERY_RECEIVED, Kind.OFFSET, Kind.OFFSET_WHOLE, Kind.OFFSET_UNDONE)


def asked_back(case: Case) -> int:
    """What was decided to be paid back of the case so far, paid or not, less what was taken off it since."""
    return _said(Recovery.objects.filter(case=case, state__in=DECIDED_RECOVERIES))


def restated_back(case: Case) -> int:
    """What ratings and papers took back of the case, decided or still proposed: what is owed is counted without it."""
    return _said(Recovery.objects.filter(case=case, ground__in=RESTATED))


def asked_or_proposed(case: Case) -> int:
    """What of the case is asked back on any ground, decided or still proposed."""
    return _said(Recovery.objects.filter(case=case))


def _said(recoveries: QuerySet[Recovery]) -> int:
    """What these ask back of what was paid, without interest on it. What two people took off them is asked back no more,
    whether it was paid by then or not; it is interest first."""
    standing = recoveries.exclude(state=RecoveryState.DROPPED)
    fen = 0
    for pk, asked, interest in standing.values_list("pk", Coalesce("amount_fen", "proposed_fen"), "interest_fen"):
        fen += asked - max(interest, _posted([pk], Kind.RECOVER_LESS, Kind.RECOVER_REFUND))
    return fen


def _posted(recoveries: Any, *kinds: Kind) -> int:
    """What was posted of these kinds in the name of the recoveries."""
    legs = Leg.objects.filter(
        transaction__subject_kind="recovery", transaction__subject_id__in=recoveries, transaction__kind__in=kinds
    )
    return legs.filter(amount__gt=0).aggregate(fen=Sum("amount"))["fen"] or 0


def came_in(recovery: Recovery) -> int:
    """What the company gave back on this recovery and was not paid back itself: money, money after it was written off, and
    what was set off in payments that the bank has answered."""
    accounts = CashAccount.objects.filter(recovery_id=recovery.pk)
    on_it = Leg.objects.filter(
        cash_account__in=accounts.filter(kind=CashAccountKind.RECEIVABLE), transaction__kind__in=_COMES_IN
    )
    pending = accounts.filter(kind=CashAccountKind.OFFSET_PENDING).aggregate(fen=Sum("balance"))["fen"] or 0
    late = _posted([recovery.pk], Kind.RECEIVED_AFTER) - _posted([recovery.pk], Kind.RECOVER_REFUND)
    return -(on_it.aggregate(fen=Sum("amount"))["fen"] or 0) - pending + late


def refundable(recovery: Recovery) -> int:
    """The most that can be paid back to the company on this recovery.

    What papers since then added to the award is paid as a further part of it, and not a second time from here.
    """
    raised = 0
    if recovery.ground in RESTATED:
        papers = AwardChange.objects.filter(award__case=recovery.case_id, decree__issued_on__gte=recovery.occurred_on)
        more = Greatest(F("after_fen") - F("before_fen"), 0)
        raised = papers.aggregate(fen=Sum(more))["fen"] or 0
    return max(came_in(recovery) - raised, 0)


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
