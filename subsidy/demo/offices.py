"""The files in which offices deliver what they hold about the companies of the district, in the layouts of their sources.

Two deliveries: the first has every company, but of those that were late with last year only what lies before it; the
second has the late ones alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from subsidy.demo.district import FEN, LAST_YEAR, GeneratedCompany
from subsidy.demo.facts import NotReportedError, fact_of, records_of
from subsidy.demo.profile import GRADES, LEVELS, profile_of
from subsidy.sources import LAYOUTS
from subsidy.sources.layouts import Column, Layout

CODE = "统一社会信用代码"
NONE, YES, NO = "无", "是", "否"
FIRST, SECOND = "first", "second"


@dataclass(frozen=True, slots=True)
class Office:
    """What one office delivers: some columns of a layout; `yearly` has figures of years, which may come late."""

    layout: str
    facts: tuple[str, ...]
    yearly: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        by_fact = {column.fact: column for column in self.described.columns}
        return tuple(by_fact[fact] for fact in self.facts)

    @property
    def described(self) -> Layout:
        return LAYOUTS[self.layout]


OFFICES: tuple[Office, ...] = (
    Office("registry", ("founded_on", "registered_in_district", "legal_person", "resident_enterprise")),
    Office(
        "tax",
        ("taxed_in_district", "sales_y1", "sales_y2", "sales_y3", "contribution_y1", "contribution_y2"),
        yearly=True,
    ),
    Office("social_security", ("staff",), yearly=True),
    Office("statistics", ("above_scale", "rd_y1", "rd_y2"), yearly=True),
    Office("recognitions", ("high_tech_until", "tech_sme_until", "rd_body")),
    Office("performance", ("performance", "city_subsidy")),
    Office("court", ("is_dishonest",)),
    Office("credit", ("abnormal_operation", "serious_violation", "research_dishonesty")),
    Office("safety", ("major_incident",)),
    Office("ip_register", ("number", "kind")),
    Office("prizes", ("prize", "conferred_on", "place")),
    Office("standards", ("standard", "issued_on", "level", "led")),
)


def offices_of(delivery: str) -> list[Office]:
    """Who delivers: everybody first, then those who have figures of years."""
    return [office for office in OFFICES if delivery == FIRST or office.yearly]


def write_files(
    companies: Iterable[GeneratedCompany], folder: Path, *, delivery: str, as_of: dt.date
) -> dict[str, Path]:
    """Write the files of one delivery (FIRST or SECOND) as of a day, all in one pass; returns them by layout.

    An office that has nothing to deliver delivers the heading alone. Memory does not grow with the companies.
    """
    offices = offices_of(delivery)
    paths = {office.layout: folder / f"{delivery}-{office.layout}.csv" for office in offices}
    with ExitStack() as stack:
        files = {
            name: stack.enter_context(path.open("w", encoding="utf-8", newline="")) for name, path in paths.items()
        }
        for office in offices:
            files[office.layout].write(",".join([CODE, *(column.zh for column in office.columns)]) + "\r\n")
        for company in companies:
            late = profile_of(company).late
            if delivery == SECOND and not late:
                continue
            seen = replace(company, years=company.years[:-1]) if delivery == FIRST and late else company
            for office in offices:
                for cells in _lines(office, seen if office.yearly else company, as_of):
                    files[office.layout].write(",".join([company.uscc, *cells]) + "\r\n")
    return paths


def _lines(office: Office, company: GeneratedCompany, as_of: dt.date) -> Iterator[list[str]]:
    """The lines of one company: one (none if the office knows nothing of it), or of a list one a record.

    A line of a list without a record says that there is none.
    """
    columns = office.columns
    list_name = office.described.list_name
    if not list_name:
        cells = [_cell_of(company, column, as_of) for column in columns]
        if any(cells):
            yield cells
        return
    records = records_of(company, list_name)
    for record in records:
        yield [_written(column, record[column.fact]) for column in columns]
    if not records:
        yield [""] * len(columns)


def _cell_of(company: GeneratedCompany, column: Column, as_of: dt.date) -> str:
    try:
        value = fact_of(company, column.fact, on=as_of)
    except NotReportedError:
        return ""
    if value is None:
        return NONE if column.optional else ""
    return _written(column, value)


_WORDS = {
    "performance": dict(zip(GRADES, ("A类", "B类", "C类", "D类"), strict=True)),
    "level": dict(zip(LEVELS, ("国际标准", "国家标准", "行业标准", "地方或团体标准"), strict=True)),
}


def _written(column: Column, value: Any) -> str:
    """A value as offices write it: yuan, words, days as digits and dashes."""
    if column.kind == "yes_no":
        return YES if value else NO
    if column.kind == "money":
        yuan, fen = divmod(int(value), FEN)
        return f"{yuan}.{fen:02d}" if fen else str(yuan)
    if column.kind == "choice":
        return _WORDS.get(column.fact, {}).get(value, str(value))
    return str(value)


def figures_year() -> int:
    """The year of the figures that the offices deliver."""
    return LAST_YEAR
