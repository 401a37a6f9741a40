"""What a company's own record says on a day: where it is registered, since when, and of what form it is.

A row is as of the day since when it has been so. So a later statement of the registry counts before it, and an earlier
one (from before a move) does not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from subsidy.applicants.enums import LegalForm
from subsidy.applicants.models import CompanyFact
from subsidy.decisions.books import Books
from subsidy.decisions.rows import Reads, made

_CITY = 4
"""Digits of an area code (GB/T 2260) that name the city; all six name the district."""


def founded_on(books: Books, name: str, _reads: Reads) -> Iterator[CompanyFact]:
    day = books.company.founded_on
    yield made(books, name, "date", day, as_of=day)


def registered_in_district(books: Books, name: str, _reads: Reads) -> Iterator[CompanyFact]:
    region, since = _region(books)
    yield made(books, name, "yes_no", int(_is_ours(books, region)), as_of=since, raw=region)


def registered_in_city(books: Books, name: str, _reads: Reads) -> Iterator[CompanyFact]:
    region, since = _region(books)
    same = region[:_CITY] == books.bureau_region[:_CITY]
    yield made(books, name, "yes_no", int(same), as_of=since, raw=region)


def moved_in_on(books: Books, name: str, _reads: Reads) -> Iterator[CompanyFact]:
    """The last move into the district; without one nothing is known, as moves from before the record are not in it."""
    moved = [move for move in books.moves if move.effective_on <= books.on]
    into = [move for move in moved if _is_ours(books, move.after) and not _is_ours(books, move.before)]
    if into:
        last = into[-1]
        yield made(
            books,
            name,
            "date",
            last.effective_on,
            as_of=last.effective_on,
            raw=f"{last.before} → {last.after} {last.document}".strip(),
            entered_at=last.recorded_at,
        )


def tax_residence_ended(books: Books, name: str, _reads: Reads) -> Iterator[CompanyFact]:
    """Who has moved out is taxed elsewhere; of others only the tax office can say where they are taxed."""
    region, since = _region(books)
    if not _is_ours(books, region) and any(move.effective_on == since for move in books.moves):
        yield made(books, name, "yes_no", 0, as_of=since, raw=region)


def is_legal_person(books: Books, name: str, _reads: Reads) -> Iterator[CompanyFact]:
    """A branch never is one; of others the form on record says so, unless the registry says something later."""
    company = books.company
    branch = company.legal_form == LegalForm.BRANCH
    day = books.on if branch else company.founded_on
    yield made(books, name, "yes_no", int(not branch), as_of=day, raw=str(company.get_legal_form_display()))


def _region(books: Books) -> tuple[str, dt.date]:
    """The area code of that day, and since when it has been so (without a move: since the company was founded)."""
    later = [move for move in books.moves if move.effective_on > books.on]
    before = [move for move in books.moves if move.effective_on <= books.on]
    region = later[0].before if later else books.company.region
    return region, before[-1].effective_on if before else books.company.founded_on


def _is_ours(books: Books, region: str) -> bool:
    """Whether the area lies in the bureau's: a city's bureau (330100) has all districts of the city in its area."""
    ours = books.bureau_region.rstrip("0") if books.bureau_region.endswith("00") else books.bureau_region
    return bool(ours) and region.startswith(ours)
