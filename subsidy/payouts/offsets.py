"""Setting off (抵扣) what a company owes against what it is to be paid: planned with a batch, booked with its release.

The oldest recovery first, whole fen, never more than is owed and never more than the payment. Amounts in fen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from subsidy.decisions.models import Instalment
from subsidy.ledger.enums import CashAccountKind
from subsidy.ledger.models import CashAccount
from subsidy.payouts.enums import LIVE_LINE_STATES, LineState
from subsidy.payouts.models import BatchLine, LineOffset, LineShare
from subsidy.payouts.owing import open_recoveries, owed_by_recovery

Taken = Mapping[int, Sequence[tuple[int, int]]]
"""By instalment: (recovery, fen) in the order in which they are set off."""


@dataclass(frozen=True)
class Due:
    """What is to be paid of an instalment, and what of it is set off against what the company owes."""

    amount_fen: int
    taken: Sequence[tuple[int, int]] = ()

    @property
    def offset_fen(self) -> int:
        return sum(fen for _recovery, fen in self.taken)

    @property
    def sent_fen(self) -> int:
        return self.amount_fen - self.offset_fen


def standing_offsets(instalments: Iterable[int]) -> dict[int, int]:
    """What was set off in a payment that came back: it stands, so that only what was sent is payable again."""
    rows = BatchLine.objects.filter(
        instalment__in=list(instalments), state=LineState.RETURNED, offset_fen__gt=0
    ).order_by()
    return dict(rows.values_list("instalment").annotate(fen=Sum("offset_fen")))


def due_of(instalments: Sequence[Instalment], *, in_full: bool = False, locked: bool = True) -> dict[int, Due]:
    """What a batch would pay of each instalment now, and what it would set off (nothing where `in_full`).

    The recoveries are locked, so that two batches never plan on the same money; a page that only shows asks with
    `locked=False`. The instalments come with award and case at hand.
    """
    standing = standing_offsets(one.pk for one in instalments)
    amounts = {one.pk: one.amount_fen - standing.get(one.pk, 0) for one in instalments}
    if in_full:
        return {pk: Due(fen) for pk, fen in amounts.items()}
    companies = {(one.award.case.authority_id, one.award.case.company_id) for one in instalments}
    owed = _owed(companies, locked=locked)
    found = {}
    for one in instalments:
        left = owed.get((one.award.case.authority_id, one.award.case.company_id), {})
        found[one.pk] = Due(amounts[one.pk], tuple(_take(left, amounts[one.pk])))
    return found


def _owed(companies: Iterable[tuple[int, int]], *, locked: bool) -> dict[tuple[int, int], dict[int, int]]:
    """By bureau and company what each recovery still asks for and no batch has planned to set off, oldest first."""
    by_authority: dict[int, list[int]] = defaultdict(list)
    for authority_id, company_id in companies:
        by_authority[authority_id].append(company_id)
    wanted = Q(pk__in=[])
    for authority_id, ids in by_authority.items():
        wanted |= Q(authority=authority_id, company__in=ids)
    # Locked in the order of their keys, like every row of one kind; sorted by age afterwards.
    found_open = open_recoveries().filter(wanted).order_by("pk")
    recoveries = list(found_open.select_for_update(no_key=True, of=("self",)) if locked else found_open)
    owed = owed_by_recovery(one.pk for one in recoveries)
    planned = dict(
        LineOffset.objects.filter(recovery__in=recoveries, batch_line__state=LineState.FROZEN)
        .order_by()
        .values_list("recovery")
        .annotate(fen=Sum("amount_fen"))
    )
    found: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for one in sorted(recoveries, key=lambda row: (row.due_on or row.occurred_on, row.pk)):
        left = owed.get(one.pk, 0) - planned.get(one.pk, 0)
        if left > 0:
            found[(one.authority_id, one.company_id)][one.pk] = left
    return found


def _take(left: dict[int, int], amount: int) -> Iterator[tuple[int, int]]:
    """Take up to `amount` from what is left of each recovery, in order; `left` is lowered."""
    for recovery_id in list(left):
        part = min(left[recovery_id], amount)
        if part:
            left[recovery_id] -= part
            amount -= part
            yield recovery_id, part


def offsets_of(line: BatchLine, shares: Iterable[LineShare], taken: Iterable[tuple[int, int]]) -> Iterator[LineOffset]:
    """What is set off of a payment, divided over the budget lines that bear it, in their order."""
    bearing = [[share.budget_line_id, share.amount_fen] for share in shares]
    for recovery_id, fen in taken:
        for place in bearing:
            part = min(fen, place[1])
            if part:
                place[1] -= part
                fen -= part
                yield LineOffset(batch_line=line, recovery_id=recovery_id, budget_line_id=place[0], amount_fen=part)


def sent_shares(line: BatchLine) -> list[tuple[LineShare, int]]:
    """What each budget line bears of what the company is sent (fen): its share without what was set off of it."""
    kept: dict[int, int] = defaultdict(int)
    for offset in line.offsets.all():
        kept[offset.budget_line_id] += offset.amount_fen
    parts = [(share, share.amount_fen - kept[share.budget_line_id]) for share in line.shares.all()]
    return [(share, fen) for share, fen in parts if fen]


def borne(cases: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """(case, budget line, fen): what live payments bear, and what of payments that came back was set off and stands."""
    shares = LineShare.objects.filter(batch_line__case__in=list(cases), batch_line__state__in=LIVE_LINE_STATES)
    yield from shares.values_list("batch_line__case", "budget_line", "amount_fen")
    kept = LineOffset.objects.filter(batch_line__case__in=list(cases), batch_line__state=LineState.RETURNED)
    yield from kept.values_list("batch_line__case", "budget_line", "amount_fen")


def pending_of(recovery_id: int) -> int:
    """What is set off against the recovery in payments that the bank has not answered yet."""
    rows = CashAccount.objects.filter(kind=CashAccountKind.OFFSET_PENDING, recovery_id=recovery_id)
    return rows.aggregate(fen=Sum("balance"))["fen"] or 0


def offsets_against(recovery_id: int) -> QuerySet[LineOffset]:
    """What was set off against a recovery, or is planned to be; without what was given up or refused."""
    gone = (LineState.WITHDRAWN, LineState.REFUSED)
    found = LineOffset.objects.filter(recovery=recovery_id).exclude(batch_line__state__in=gone)
    return found.select_related("batch_line__batch", "batch_line__case").order_by("pk")
