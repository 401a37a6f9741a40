"""What the bureau's registers say of a company on a day: titles with level and validity, places on lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from policies.language import FactDef
from subsidy.applicants.enums import FactSource
from subsidy.applicants.models import CompanyFact
from subsidy.audit.moment import ZONE
from subsidy.decisions.books import Books
from subsidy.decisions.rows import Reads, made
from subsidy.registers.enums import Change, Register
from subsidy.registers.spans import Span

Way = Callable[[Books, str, Reads], Iterable[CompanyFact]]
# The levels of research platforms as lists write them.
LEVELS = {
    "city_centre": ("city_centre", "市级研发中心", "市级研发（工程）中心", "市级"),
    "provincial_centre": ("provincial_centre", "省级研发中心", "省级研发（工程）中心"),
    "provincial_institute": ("provincial_institute", "省级企业研究院"),
}


def title_until(register: Register) -> Way:
    """The last day of the newest title that has begun, a revoked one's last day of being held."""

    def way(books: Books, name: str, _reads: Reads) -> Iterator[CompanyFact]:
        held = [span for span in _begun(books, register) if span.last is not None]
        yield from _of_title(books, name, register, held, lambda span: span.last)

    return way


def title_from(register: Register, *, level: str = "") -> Way:
    """The day of the newest title that has begun (with a level: the day it was reached) and was not taken away."""

    def way(books: Books, name: str, _reads: Reads) -> Iterator[CompanyFact]:
        words = LEVELS.get(level, (level,))
        begun = [span for span in _begun(books, register) if not level or span.entry.level in words]
        stands = [span for span in begun if not _is_cut(books, span)]
        yield from _of_title(
            books, name, register, stands, lambda span: span.first if level else span.entry.valid_from
        )

    return way


def renewed_title(register: Register) -> Way:
    """Says "renewed" where an earlier certificate stands in the register; that there was none before, it cannot say."""

    def way(books: Books, name: str, _reads: Reads) -> Iterator[CompanyFact]:
        begun = _begun(books, register)
        numbers = {span.entry.certificate_number for span in begun}
        if len(numbers) > 1:
            yield _row(books, name, "choice", "renewed", begun[0])

    return way


def highest_platform(books: Books, name: str, reads: Reads) -> Iterator[CompanyFact]:
    """The highest level held on the day, in the order of the policy's own choices; "none" where a list says so."""
    definition = reads.names[name]
    if not isinstance(definition, FactDef):
        return
    best = _best_platform(books, definition)
    if best is not None:
        yield _row(books, name, "choice", best[0], best[1])
    elif not _held_on_day(books, Register.RD_PLATFORM) and "none" in definition.type.choices:
        yield from _silent(books, name, Register.RD_PLATFORM, "choice", "none")


def platform_of(*, otherwise: Way) -> Way:
    """The day on which the highest platform was recognised, for policies that read the platform; else another title's."""

    def way(books: Books, name: str, reads: Reads) -> Iterator[CompanyFact]:
        definition = reads.names.get("platform")
        if not isinstance(definition, FactDef):
            yield from otherwise(books, name, reads)
            return
        best = _best_platform(books, definition)
        if best is not None:
            yield _row(books, name, "date", best[1].first, best[1])
        elif not _held_on_day(books, Register.RD_PLATFORM):
            yield from _silent(books, name, Register.RD_PLATFORM, "date", None)

    return way


def listed(register: Register) -> Way:
    """Yes while the company stands on the list; no where the newest complete list up to the day does not name it."""

    def way(books: Books, name: str, _reads: Reads) -> Iterator[CompanyFact]:
        held = _held_on_day(books, register)
        if held:
            yield _row(books, name, "yes_no", 1, held[0])
        else:
            yield from _silent(books, name, register, "yes_no", 0)

    return way


def _of_title(
    books: Books, name: str, register: Register, spans: list[Span], day: Callable[[Span], dt.date | None]
) -> Iterator[CompanyFact]:
    if spans:
        yield _row(books, name, "date", day(spans[0]), spans[0])
    else:
        yield from _silent(books, name, register, "date", None)


def _silent(books: Books, name: str, register: Register, kind: str, value: int | str | None) -> Iterator[CompanyFact]:
    """What the silence of a complete list says; nothing without such a list, or where its line could not be taken."""
    found = books.lists.get(register)
    if found is not None and not found.unclear:
        yield made(
            books,
            name,
            kind,
            value,
            source=FactSource.REGISTER,
            as_of=found.as_of,
            raw=found.file_name,
            entered_at=found.applied_at,
        )


def _row(books: Books, name: str, kind: str, value: dt.date | int | str | None, span: Span) -> CompanyFact:
    """As of the day of entry, or of the newest complete list, which would have ended what it does not name."""
    entry, found = span.entry, books.lists.get(span.entry.kind)
    entered_on = entry.entered_at.astimezone(ZONE).date()
    return made(
        books,
        name,
        kind,
        value,
        source=FactSource.REGISTER,
        as_of=max(entered_on, found.as_of) if found is not None else entered_on,
        raw=f"{entry.certificate_number} {entry.level} {entry.valid_from} – {span.last or ''}".replace(
            "  ", " "
        ).strip(),
        entered_at=entry.entered_at,
        entered_by_id=entry.entered_by_id,
    )


def _begun(books: Books, register: Register) -> list[Span]:
    """The newest first."""
    return [span for span in books.spans if span.entry.kind == register and span.first <= books.on]


def _held_on_day(books: Books, register: Register) -> list[Span]:
    return [span for span in books.spans if span.entry.kind == register and span.holds(books.on)]


def _is_cut(books: Books, span: Span) -> bool:
    """Whether it was taken away before its time, by that day; a higher level in its place takes nothing away."""
    for later in books.spans:
        if later.entry.follows_id == span.entry.pk and later.entry.change == Change.UPGRADED:
            return _is_cut(books, later)
    return span.last != span.entry.valid_to and span.last is not None and span.last < books.on


def _best_platform(books: Books, definition: FactDef) -> tuple[str, Span] | None:
    words = {
        word: (place, choice.value)
        for place, choice in enumerate(definition.choices)
        for word in (choice.value, choice.text.zh, choice.text.en, *LEVELS.get(choice.value, ()))
    }
    held = [
        (*words[span.entry.level], span)
        for span in _held_on_day(books, Register.RD_PLATFORM)
        if span.entry.level in words
    ]
    best = max(held, key=lambda one: (one[0], one[2].first), default=None)
    return (best[1], best[2]) if best is not None else None
