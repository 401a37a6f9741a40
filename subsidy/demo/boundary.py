"""Companies that stand exactly on a threshold of the Flying-Sky pack, and their neighbours one fen or one day off.

What each should come to is written here by hand from the policy's clauses, not computed: it is the answer that the
engine is held against. No clause of this pack counts people, so none is one person off.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from subsidy.demo.district import CreditFlag, GeneratedCompany
from subsidy.demo.fitted import WAN, YI, company_of, shape

FIRST_NUMBER = 903_000


@dataclass(frozen=True, slots=True)
class BoundaryFirm:
    """`what` it tries, and the `tier` it should reach: flying, nearly, or None for not met."""

    what: str
    company: GeneratedCompany
    tier: str | None


def boundary_firms(*, filed_on: dt.date, nearly_research: int) -> Iterator[BoundaryFirm]:
    """Pairs on and beside every threshold, for companies that file on this day.

    `nearly_research` is the share that version asks of nearly flying enterprises, in per mille of sales.
    """
    rows = _rows(filed_on, nearly_research)
    for place, (what, change, tier) in enumerate(rows):
        yield BoundaryFirm(what, change(_ordinary(FIRST_NUMBER + place, filed_on)), tier)


Change = Callable[[GeneratedCompany], GeneratedCompany]


def _ordinary(number: int, filed_on: dt.date) -> GeneratedCompany:
    """A company that is safely nearly flying by sales and growth, and misses flying by its sales alone."""
    year = filed_on.year - 1
    founded = dt.date(filed_on.year - 5, 1, 15).isoformat()
    row = shape(
        f"杭州临界{number}测试有限公司", "I6513", founded, "何静", "马俊", 6_000, 40, 100, 100, 200,
        year=year, certified_on=(dt.date(year, 1, 10),), exact=True,
    )  # fmt: skip
    return company_of(row, number)


def _rows(filed_on: dt.date, nearly_research: int) -> tuple[tuple[str, Change, str | None], ...]:
    last = filed_on.year - 1
    small = {"sales": 1_000 * WAN, "before": 900 * WAN}  # neither size nor growth: only the valuation can help
    day = dt.timedelta(days=1)
    ten_years_ago = filed_on.replace(year=filed_on.year - 10)
    return (
        ("sales of flying, on", _sales(last, sales=YI, before=YI // 2), "flying"),
        ("sales of flying, 1 fen under", _sales(last, sales=YI - 1, before=YI // 2), "nearly"),
        ("growth of flying, on", _sales(last, sales=14_400 * WAN, before=YI), "flying"),
        ("growth of flying, 1 fen under", _sales(last, sales=14_400 * WAN, before=YI + 1), None),
        ("research of flying, on", _sales(last, sales=2 * YI, before=YI, rd=YI // 10), "flying"),
        ("research of flying, 1 fen under", _sales(last, sales=2 * YI, before=YI, rd=YI // 10 - 1), None),
        ("valuation of flying, on", _sales(last, **small, valuation=10 * YI), "flying"),
        ("valuation of flying, 1 fen under", _sales(last, **small, valuation=10 * YI - 1), "nearly"),
        ("sales of nearly, on", _sales(last, sales=2_000 * WAN, before=1_000 * WAN), "nearly"),
        ("sales of nearly, 1 fen under", _sales(last, sales=2_000 * WAN - 1, before=1_000 * WAN), None),
        ("growth of nearly, on", _sales(last, sales=2_535 * WAN, before=1_500 * WAN), "nearly"),
        ("growth of nearly, 1 fen under", _sales(last, sales=2_535 * WAN, before=1_500 * WAN + 1), None),
        ("research of nearly, on", _sales(last, rd=6 * WAN * nearly_research), "nearly"),
        ("research of nearly, 1 fen under", _sales(last, rd=6 * WAN * nearly_research - 1), None),
        ("valuation of nearly, on", _sales(last, **small, valuation=YI), "nearly"),
        ("valuation of nearly, 1 fen under", _sales(last, **small, valuation=YI - 1), None),
        ("ten years old", _old(last, ten_years_ago, small), "nearly"),
        ("ten years and a day old", _old(last, ten_years_ago - day, small), None),
        ("certificate valid to the day of filing", _certified(filed_on), "nearly"),
        ("certificate run out the day before", _certified(filed_on - day), None),
        ("dishonest from the day after", _dishonest(filed_on + day, None), "nearly"),
        ("dishonest from the day of filing", _dishonest(filed_on, None), None),
        ("no longer dishonest on the day of filing", _dishonest(filed_on - 90 * day, filed_on), "nearly"),
        ("dishonest until the day after", _dishonest(filed_on - 90 * day, filed_on + day), None),
    )


def _sales(
    last: int, *, sales: int = 6_000 * WAN, before: int = 3_000 * WAN, rd: int | None = None,
    valuation: int | None = None,
) -> Change:  # fmt: skip
    """Sales of last year and of two years before it, research (a tenth of sales unless given), valuation; in fen."""

    def change(company: GeneratedCompany) -> GeneratedCompany:
        revenue = {last: sales, last - 2: before}
        research = {last: sales // 10 if rd is None else rd}
        years = tuple(
            replace(
                figures,
                revenue_fen=revenue.get(figures.year, figures.revenue_fen),
                rd_fen=research.get(figures.year, figures.rd_fen),
            )
            for figures in company.years
        )
        return replace(company, years=years, valuation_fen=valuation)

    return change


def _old(last: int, founded_on: dt.date, small: dict[str, int]) -> Change:
    valued = _sales(last, **small, valuation=YI)
    return lambda company: replace(valued(company), founded_on=founded_on)


def _certified(valid_to: dt.date) -> Change:
    return lambda company: replace(
        company, recognitions=tuple(replace(held, valid_to=valid_to) for held in company.recognitions)
    )


def _dishonest(since_on: dt.date, ended_on: dt.date | None) -> Change:
    return lambda company: replace(company, credit_flags=(CreditFlag("dishonest_debtor", since_on, ended_on),))
