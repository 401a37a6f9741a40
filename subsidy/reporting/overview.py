"""The figures of a year for those who lead: money, the way from filing to payment, its time, how the budget burns.

Every figure is of the cases or lines that are passed in, and each statement reads all of them: their number does not
grow with what there is. What a figure counts is said once here, for the figure and for the list that opens behind it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate, TruncMonth

from subsidy.audit.moment import ZONE
from subsidy.calendars.working import WorkingCalendar
from subsidy.cases.models import Case
from subsidy.decisions.models import Award
from subsidy.ledger.enums import Book, BudgetAccount
from subsidy.ledger.models import BudgetLine, Leg
from subsidy.payouts.enums import LineState
from subsidy.payouts.models import BatchLine, LineShare
from subsidy.reporting.times import percentile

MONTHS = 12
# The stages of the way to the money, each by the two days that it lies between (places in a row of `_days_of`).
SPANS: Mapping[str, tuple[int, int]] = {"acceptance": (0, 1), "decision": (1, 2), "payment": (2, 3), "whole": (0, 3)}


def settled() -> QuerySet[BatchLine]:
    """The payments of the outer case that stand."""
    return BatchLine.objects.filter(case=OuterRef("pk"), state=LineState.SETTLED)


def reached(stage: str) -> Q:
    """Filed cases that came so far, whatever became of them then (KeyError for a stage that there is not)."""
    made = {
        "filed": lambda: Q(submitted_at__isnull=False),
        "accepted": lambda: Q(accepted_at__isnull=False),
        "decreed": lambda: Q(Exists(Award.objects.filter(case=OuterRef("pk")))),
        "paid": lambda: Q(Exists(settled())),
    }
    return made[stage]()


STAGES = ("filed", "accepted", "decreed", "paid")


def filed_between(cases: QuerySet[Case], first: dt.date | None, last: dt.date | None) -> QuerySet[Case]:
    """Cases that were filed on these days, both inclusive; None leaves an end open."""
    if first is not None:
        cases = cases.filter(submitted_at__gte=_start(first))
    if last is not None:
        cases = cases.filter(submitted_at__lt=_start(last) + dt.timedelta(days=1))
    return cases


def paid_between(
    cases: QuerySet[Case], first: dt.date | None, last: dt.date | None, *, begun: bool = False
) -> QuerySet[Case]:
    """Cases with a payment that was settled on these days, both inclusive; `begun`: whose first payment was."""
    if first is None and last is None and not begun:
        return cases
    within = settled()
    if first is not None:
        within = within.filter(settled_on__gte=first)
    if last is not None:
        within = within.filter(settled_on__lte=last)
    found = cases.filter(Exists(within))
    if begun and first is not None:
        found = found.exclude(Exists(settled().filter(settled_on__lt=first)))
    return found


def year_of(year: int) -> tuple[dt.date, dt.date]:
    """Its first and its last day."""
    return dt.date(year, 1, 1), dt.date(year, 12, 31)


def funnel(cases: QuerySet[Case], *, year: int) -> dict[str, int]:
    """How many of the cases filed in the year have come how far by now. One statement."""
    filed = filed_between(cases, *year_of(year))
    return filed.aggregate(**{stage: Count("pk", filter=reached(stage)) for stage in STAGES})


@dataclass(frozen=True)
class PolicyMoney:
    """What was paid under one policy in a year: fen and payments, month by month."""

    policy_id: int
    title_zh: str
    title_en: str
    fen: Sequence[int]
    payments: Sequence[int]

    @property
    def total_fen(self) -> int:
        return sum(self.fen)


def money(cases: QuerySet[Case], *, year: int) -> list[PolicyMoney]:
    """What the bank settled in the year and did not return, by policy and month, the largest first. One statement."""
    policy = "batch_line__case__policy_version__policy"
    rows = (
        LineShare.objects.filter(
            batch_line__state=LineState.SETTLED,
            batch_line__settled_on__range=year_of(year),
            batch_line__case__in=cases,
        )
        .order_by()
        .annotate(month=TruncMonth("batch_line__settled_on"))
        .values_list(policy, f"{policy}__title_zh", f"{policy}__title_en", "month")
        .annotate(fen=Sum("amount_fen"), payments=Count("batch_line", distinct=True))
    )
    found: dict[tuple[int, str, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([0] * MONTHS, [0] * MONTHS))
    for pk, zh, en, month, fen, payments in rows:
        fens, counts = found[pk, zh, en]
        fens[month.month - 1] += fen
        counts[month.month - 1] += payments
    paid = [PolicyMoney(*of, fen=fens, payments=counts) for of, (fens, counts) in found.items()]
    return sorted(paid, key=lambda one: (-one.total_fen, one.policy_id))


@dataclass(frozen=True)
class Span:
    """One stage of the way to the money: of how many cases, and working days from its first day to its last."""

    name: str
    cases: int
    median: int
    ninetieth: int
    longest: int


def spans(cases: QuerySet[Case], *, year: int, calendar: WorkingCalendar) -> list[Span]:
    """Of the cases whose first payment was settled in the year, stage by stage. One statement; days are grouped by it."""
    days: dict[str, Counter[int]] = {name: Counter() for name in SPANS}
    for reached_on, count in _days_of(cases, year).items():
        for name, (start, end) in SPANS.items():
            came, went = reached_on[start], reached_on[end]
            if came is not None and went is not None:
                days[name][max(calendar.working_days_between(came, went), 0)] += count
    return [
        Span(name, counted.total(), percentile(counted, 50), percentile(counted, 90), max(counted))
        for name, counted in days.items()
        if counted
    ]


def _days_of(cases: QuerySet[Case], year: int) -> dict[tuple[dt.date | None, ...], int]:
    """Days of filing, acceptance, decree and first payment, and how many cases have these four."""
    first_paid = settled().order_by().values("case").annotate(day=Min("settled_on")).values("day")
    rows = (
        paid_between(cases, *year_of(year), begun=True)
        .order_by()
        .annotate(
            filed_on=TruncDate("submitted_at", tzinfo=ZONE),
            accepted_on=TruncDate("accepted_at", tzinfo=ZONE),
            paid_on=Subquery(first_paid),
        )
        .values_list("filed_on", "accepted_on", "award__decree__issued_on", "paid_on")
        .annotate(count=Count("pk"))
    )
    return {tuple(days): count for *days, count in rows}


@dataclass(frozen=True)
class LineBurn:
    """One line: what it had spent by the end of each month; of months to come, the estimate (None without one)."""

    line: BudgetLine
    spent: Sequence[int]
    by_end: Sequence[int | None]

    @property
    def estimate(self) -> int | None:
        """What the line is estimated to have spent at the end of the year."""
        return self.by_end[-1]


@dataclass(frozen=True)
class Burn:
    """How the lines of a year spend their money. Months up to `booked` are booked, the last of them perhaps in part.

    `finished` months are over; the estimate stands on them, and there is none without one.
    """

    lines: Sequence[LineBurn]
    finished: int
    booked: int

    @property
    def appropriated(self) -> int:
        return sum(one.line.appropriated for one in self.lines)

    @property
    def estimated(self) -> bool:
        """Whether months to come have an estimate."""
        return self.booked < MONTHS and self.finished > 0

    def spent_in(self, month: int) -> int:
        return sum(one.spent[month - 1] for one in self.lines)

    def spent_by(self, month: int) -> int | None:
        found = [one.by_end[month - 1] for one in self.lines]
        return None if None in found else sum(fen for fen in found if fen is not None)


def burn(lines: Sequence[BudgetLine], *, year: int, today: dt.date) -> Burn:
    """The lines of one year, from every leg of their accounts of what was spent. One statement.

    The estimate of a month to come: what was spent in the finished months, and their mean for each month after them; not
    less than what is spent now and not more than what was appropriated. A closed line spends nothing more.
    """
    finished = MONTHS if today.year > year else today.month - 1 if today.year == year else 0
    booked = MONTHS if today.year > year else today.month if today.year == year else 0
    spent: dict[int, list[int]] = {line.pk: [0] * MONTHS for line in lines}
    rows = (
        Leg.objects.filter(book=Book.BUDGET, budget_account=BudgetAccount.SPENT, line__in=list(spent))
        .order_by()
        .annotate(month=TruncMonth("transaction__at", tzinfo=ZONE))
        .values_list("line", "month")
        .annotate(fen=Sum("amount"))
    )
    for line_id, month, fen in rows:
        # What is booked on a line after its year belongs to its last month.
        spent[line_id][month.month - 1 if month.year == year else MONTHS - 1] += fen
    return Burn([_line_burn(line, spent[line.pk], finished, booked) for line in lines], finished, booked)


def _line_burn(line: BudgetLine, spent: Sequence[int], finished: int, booked: int) -> LineBurn:
    now, done = sum(spent), sum(spent[:finished])
    by_end: list[int | None] = []
    for month in range(1, MONTHS + 1):
        if month <= booked:
            by_end.append(sum(spent[:month]))
        elif line.closed_at is not None:
            by_end.append(now)
        elif not finished:
            by_end.append(None)
        else:
            mean_goes_on = done + done * (month - finished) // finished
            by_end.append(min(max(mean_goes_on, now), line.appropriated))
    return LineBurn(line, spent, by_end)


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=ZONE)
