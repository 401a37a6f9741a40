"""Writers of cases and applications. Only the door calls them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from policies.language import Pack
from subsidy.accounts.models import Authority
from subsidy.applicants.models import CompanyFact
from subsidy.applicants.records import TypedValue
from subsidy.cases.models import Answer, AnswerRecord, Case, Correction, CorrectionItem
from subsidy.cases.values import columns, is_asked
from subsidy.documents.models import StoredFile


def case_number(authority: Authority, year: int) -> str:
    """A new case number such as XH-2024-000123: from a sequence, so numbers may have gaps but never repeat."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('case_number')")
        return f"{authority.code.upper()}-{year}-{cursor.fetchone()[0]:06d}"


def filing_place() -> int:
    """The next place in the order of filing, from the database's own sequence: it decides who came first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('case_filing')")
        place: int = cursor.fetchone()[0]
        return place


def answers_prefill(case: Case, pack: Pack, facts: Sequence[CompanyFact]) -> list[str]:
    """Copy what the state already knows into a new application; returns the names that were filled."""
    known = {fact.name: fact for fact in facts}
    rows = [
        # What a register says stands in the register and has no row of its own to point to.
        Answer(case=case, name=name, prefilled_from=known[name] if known[name].is_kept else None, **_copy(known[name]))
        for name, fact in pack.facts.items()
        if is_asked(fact) and name in known
    ]
    Answer.objects.bulk_create(rows)
    return [row.name for row in rows]


def _copy(value: TypedValue) -> dict[str, Any]:
    return {
        "kind": value.kind,
        "integer": value.integer,
        "day": value.day,
        "text": value.text,
        "absent": value.absent,
    }


def answers_save(case: Case, pack: Pack, values: Mapping[str, Any]) -> None:
    """Replace the named answers; None takes an answer back (the fact is unknown again)."""
    Answer.objects.filter(case=case, name__in=list(values)).delete()
    Answer.objects.bulk_create(
        [
            Answer(case=case, name=name, **columns(pack.facts[name], value))
            for name, value in values.items()
            if value is not None
        ]
    )


@dataclass
class StoredRecord:
    """One record as a source holds it: its fields in JSON, who says so and as of when."""

    key: str
    source: str
    as_of: dt.date
    values: dict[str, Any] = field(default_factory=dict)


def records_prefill(
    case: Case, lists: Mapping[str, tuple[Sequence[StoredRecord], CompanyFact | None]]
) -> dict[str, int]:
    """Copy the records that are held into a new application; returns how many of which list.

    With a source's marker of completeness the list begins as complete, until the company has said so itself.
    """
    rows = [
        AnswerRecord(
            case=case,
            list_name=name,
            record_key=one.key,
            values=one.values,
            stored=one.values,
            source=one.source,
            as_of=one.as_of,
        )
        for name, (records, _marker) in lists.items()
        for one in records
    ]
    AnswerRecord.objects.bulk_create(rows)
    Answer.objects.bulk_create(
        Answer(case=case, name=name, kind=Answer.LIST, integer=1, prefilled_from=marker)
        for name, (_records, marker) in lists.items()
        if marker is not None
    )
    return {name: len(records) for name, (records, _marker) in lists.items()}


def record_save(
    record: AnswerRecord, *, values: Mapping[str, Any], reason: str, evidence: StoredFile | None, removed: bool = False
) -> AnswerRecord:
    """Write what the company says of one record (new or known); `values` are in JSON."""
    record.values, record.reason, record.evidence, record.removed = dict(values), reason, evidence, removed
    record.save()
    return record


def record_delete(record: AnswerRecord) -> None:
    """Take away a record that the company itself had added (ValueError for one of a source: that is denied, not lost)."""
    if record.stored is not None:
        raise ValueError(f"{record}: a record of a source is marked as removed, never deleted")
    record.delete()


def list_confirm(case: Case, name: str, *, complete: bool) -> None:
    """Keep the company's word on whether a list is complete."""
    Answer.objects.update_or_create(
        case=case,
        name=name,
        defaults={"kind": Answer.LIST, "integer": int(complete), "prefilled_from": None},
    )


def correction_open(
    case: Case,
    *,
    asked_by: Any,
    asked_at: dt.datetime,
    due_on: dt.date,
    due_provisional: bool,
    message: str,
    items: Sequence[tuple[str, str, str]],
) -> Correction:
    """Ask for a correction of named fields or documents: (name, reason, value now as shown)."""
    correction = Correction.objects.create(
        authority_id=case.authority_id,
        case=case,
        asked_by=asked_by,
        asked_at=asked_at,
        due_on=due_on,
        due_provisional=due_provisional,
        message=message,
    )
    CorrectionItem.objects.bulk_create(
        [
            CorrectionItem(correction=correction, name=name, reason=reason, before=before)
            for name, reason, before in items
        ]
    )
    return correction


def correction_answer(correction: Correction, *, answered_at: dt.datetime, after: Mapping[str, str]) -> None:
    """Close an open correction with the values as they now are, by name."""
    items = list(correction.items.all())
    for item in items:
        item.after = after.get(item.name, "")
    CorrectionItem.objects.bulk_update(items, ["after"])
    correction.answered_at = answered_at
    correction.save(update_fields=["answered_at"])
