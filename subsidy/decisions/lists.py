"""Lists of records as a decision reads them: from the store of facts, or as the company gives them in its application."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from policies.language import Outdated, PolicyError, RecordList, is_outdated
from policies.language.facts import encode_value, value_from_json
from policies.language.model import RecordDef
from subsidy.applicants.models import COMPLETE, CompanyFact
from subsidy.cases.models import Answer, AnswerRecord
from subsidy.cases.services import StoredRecord
from subsidy.cases.values import as_json, value_of
from subsidy.decisions.counted import Known, fits, ranked


def of_list(record: RecordDef, rows: Sequence[CompanyFact], *, on: dt.date) -> Known:
    """The records of one source, by the same precedence; without the marker of completeness there may be more.

    Records that are older than the pack allows are left out, and the list is then not complete.
    """
    if not rows:
        return Known(record.name)
    best = ranked(rows, record.source)[0].source
    mine = [row for row in rows if row.source == best]
    found: dict[str, tuple[dict[str, Any], dt.date]] = {}
    for row in mine:
        if row.record_key:
            fields, day = found.setdefault(row.record_key, ({}, row.as_of))
            # A field that the pack does not declare, or that cannot be read, is left out: of this record it is unknown.
            if row.name in record.fields and fits(record.fields[row.name], row.kind, value_of(row)):
                fields[row.name] = value_of(row)
            found[row.record_key] = (fields, min(day, row.as_of))
    marker = next((row for row in mine if is_marker(row) and row.integer == 1), None)
    value = _fresh(record, [found[key] for key in sorted(found)], marker.as_of if marker else None, on)
    others = tuple(row for row in rows if row.source != best)
    ours = {(row.record_key, row.name): value_of(row) for row in mine}
    return Known(
        record.name,
        value=value,
        rows=tuple(mine),
        others=others,
        conflicts=tuple(
            row for row in others if not is_marker(row) and ours.get((row.record_key, row.name)) != value_of(row)
        ),
        unfit=len(found) > record.max_length,
    )


def of_answers(
    record: RecordDef,
    head: Answer | None,
    records: Sequence[AnswerRecord],
    held: Sequence[CompanyFact],
    *,
    on: dt.date,
) -> Known:
    """A list that the application gives: its records without those that the company takes out, and its word on completeness.

    Until the company has looked at what was filled in for it, that is as old as its source says. An officer's override
    with a reason stands above it, as above any answer.
    """
    if held and ranked(held, record.source)[0].is_override:
        return of_list(record, held, on=on)
    if head is None and not records:
        return Known(record.name, others=tuple(held))
    said = head is not None and head.prefilled_from is None
    kept = [one for one in records if not one.removed]
    rows = [(values_of(record, one), None if said else one.as_of) for one in kept]
    until = head.prefilled_from.as_of if head is not None and head.prefilled_from is not None else None
    complete = head is not None and head.integer == 1
    value = _fresh(record, rows, until, on, complete=complete)
    ours = {(one.record_key, name): said for one in kept for name, said in values_of(record, one).items()}
    differing = (row for row in held if row.name in record.fields)
    return Known(
        record.name,
        value=value,
        row=head,
        records=tuple(records),
        others=tuple(held),
        conflicts=tuple(row for row in differing if ours.get((row.record_key, row.name)) != value_of(row)),
        unfit=len(kept) > record.max_length,
    )


def values_of(record: RecordDef, one: AnswerRecord) -> dict[str, Any]:
    """The fields of a record as the company gives it; what cannot be read as the pack declares it is left out (unknown)."""
    return readable(record, one.values)


def readable(record: RecordDef, values: dict[str, Any]) -> dict[str, Any]:
    """Of a record's fields in JSON those that the pack's declarations can read."""
    found: dict[str, Any] = {}
    for name, raw in values.items():
        if name in record.fields:
            try:
                value = value_from_json(record.fields[name], raw)
                encode_value(record.fields[name], value)
            except PolicyError:
                continue
            found[name] = value
    return found


def _fresh(
    record: RecordDef,
    rows: Sequence[tuple[dict[str, Any], dt.date | None]],
    marked: dt.date | None,
    on: dt.date,
    *,
    complete: bool | None = None,
) -> RecordList | Outdated:
    """The records that are not too old. `marked`: as of when the list was said to be complete; where `complete` is given
    without it, the company says so today."""
    old = [day for _fields, day in rows if day is not None and is_outdated(record, day, on=on)]
    fresh = tuple(fields for fields, day in rows if day is None or not is_outdated(record, day, on=on))
    if marked is not None and is_outdated(record, marked, on=on):
        old.append(marked)
        complete = False
    if old and not fresh:
        return Outdated(max(old))
    whole = (marked is not None if complete is None else complete) and not old
    return RecordList(fresh, complete=whole, outdated=max(old) if old else None)


def is_marker(row: CompanyFact) -> bool:
    """Whether the row says that the list is complete, rather than what stands in it."""
    return row.name == COMPLETE and not row.record_key


def records_held(record: RecordDef, rows: Iterable[CompanyFact]) -> list[StoredRecord]:
    """What the best source holds of a list, record by record, as an application is filled in with it."""
    known = of_list(record, list(rows), on=dt.date.min)
    found: dict[str, StoredRecord] = {}
    for row in known.rows:
        if not row.record_key:
            continue
        one = found.setdefault(row.record_key, StoredRecord(row.record_key, row.source, row.as_of))
        one.as_of = min(one.as_of, row.as_of)
        if row.name in record.fields and fits(record.fields[row.name], row.kind, value_of(row)):
            one.values[row.name] = as_json(value_of(row))
    for one in found.values():
        # The key tells records apart whether or not the source repeats it as a field.
        if record.fields[record.key].kind == "text":
            one.values.setdefault(record.key, one.key)
    return [found[key] for key in sorted(found)]
