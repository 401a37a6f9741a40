"""Earlier awards as facts: those that this system made and those from before it, each once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping

from policies.language import FactDef
from policies.language.model import RecordDef
from subsidy.applicants.models import COMPLETE, CompanyFact
from subsidy.decisions.books import PRIOR_AWARDS, Books, EarlierAward, Holder
from subsidy.decisions.rows import Reads, made

Way = Callable[[Books, str, Reads], Iterable[CompanyFact]]
Value = dt.date | int | str | None
# What a pack may read of an earlier award, by the name of the field. `kind` is told from the measure.
FIELDS: Mapping[str, tuple[str, Callable[[EarlierAward], Value]]] = {
    "measure": ("text", lambda one: one.measure),
    "amount": ("money", lambda one: one.amount_fen),
    "conferred_on": ("date", lambda one: one.conferred_on),
    "document": ("text", lambda one: one.document),
    "certificate_day": ("date", lambda one: one.certificate_day),
    "holder": ("choice", lambda one: one.holder),
}


def awards_list(*holders: Holder) -> Way:
    """The awards of these as a list of records, complete once a list of all awards from before this system was applied."""

    def way(books: Books, name: str, reads: Reads) -> Iterator[CompanyFact]:
        record = reads.names[name]
        if not isinstance(record, RecordDef):
            return
        told = books.lists.get(PRIOR_AWARDS)
        day = told.as_of if told is not None else books.on
        yield made(
            *(books, COMPLETE, "yes_no", int(told is not None)),
            as_of=day,
            raw=told.file_name if told is not None else "",
            entered_at=told.applied_at if told is not None else None,
            list_name=name,
        )
        for award in books.awards:
            if award.holder in holders:
                yield from _fields(books, name, record, award)

    return way


def awarded(*holders: Holder) -> Way:
    """Whether one of these was granted something under this very measure; "no" only from a complete list."""

    def way(books: Books, name: str, reads: Reads) -> Iterator[CompanyFact]:
        if not reads.code:
            return
        theirs = [award for award in books.awards if award.holder in holders]
        under = [award for award in theirs if award.measure == reads.code]
        told = books.lists.get(PRIOR_AWARDS)
        if under:
            last = under[-1]
            yield made(books, name, "yes_no", 1, as_of=last.conferred_on, raw=last.key, entered_at=last.entered_at)
        elif told is not None and all(award.known_measure for award in theirs):
            yield made(books, name, "yes_no", 0, as_of=told.as_of, raw=told.file_name, entered_at=told.applied_at)

    return way


def _fields(books: Books, name: str, record: RecordDef, award: EarlierAward) -> Iterator[CompanyFact]:
    values: dict[str, tuple[str, Value]] = {record.key: ("text", award.key)}
    for field, (kind, read) in FIELDS.items():
        values.setdefault(field, (kind, read(award)))
    if "kind" in record.fields:
        values["kind"] = ("choice", kind_of(award, record.fields["kind"]))
    for field, (kind, value) in values.items():
        # What is not on record of an award is unknown of it: it is left out, never called absent.
        if field in record.fields and value is not None:
            yield made(
                books,
                field,
                kind,
                value,
                as_of=award.conferred_on,
                raw=str(value),
                entered_at=award.entered_at,
                list_name=name,
                record_key=award.key,
            )


def kind_of(award: EarlierAward, field: FactDef) -> str | None:
    """Which of the pack's kinds a measure is: `high_tech` of `high_tech` or `high_tech_award_…`.

    Any other measure that the bureau has is "other"; one that nobody knows by its code may be anything: unknown.
    """
    for value in field.type.choices:
        if award.measure == value or f"{award.measure}_".startswith(f"{value}_award_"):
            return value
    return "other" if award.known_measure and "other" in field.type.choices else None
