"""What the company's acts on the lists of its application change: a record, its removal, the word that a list is complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from policies.language import Pack
from policies.language.model import RecordDef
from subsidy.applicants.models import CompanyFact
from subsidy.cases.models import Answer, AnswerRecord, Case
from subsidy.cases.selectors import answers_of, records_of
from subsidy.cases.services import (
    StoredRecord,
    list_confirm,
    record_delete,
    record_save,
    records_prefill,
)
from subsidy.decisions.lists import is_marker, records_held, values_of
from subsidy.documents.models import StoredFile
from workflows.case.fields import spoken
from workflows.case.forms import asked_lists
from workflows.common.turn import Turn
from workflows.common.uploads import upload_keep


def prefill(case: Case, pack: Pack, held: Iterable[CompanyFact]) -> dict[str, int]:
    """Fill the lists that the application asks for with what is held; returns how many records of which."""
    rows = list(held)
    lists: dict[str, tuple[list[StoredRecord], CompanyFact | None]] = {}
    for name, record in asked_lists(pack).items():
        mine = [row for row in rows if row.list_name == name]
        records = records_held(record, mine)
        best = records[0].source if records else ""
        complete = [row for row in mine if is_marker(row) and row.integer == 1 and row.is_kept]
        marker = next((row for row in complete if row.source == best or not best), None)
        if records or marker is not None:
            lists[name] = (records, marker)
    return records_prefill(case, lists)


def save_record(turn: Turn) -> None:
    """Add a record, or say something else than was said of one; a record of a source keeps what the source says."""
    case: Case = turn.subject
    record: AnswerRecord = turn.data["record"] or AnswerRecord(case=case, list_name=turn.data["list"])
    before = None if record._state.adding or record.removed else record.values
    record.record_key = turn.data["key"]
    evidence = _evidence(turn, record)
    record_save(record, values=turn.data["values"], reason=turn.data["reason"], evidence=evidence)
    _record(turn, record, before=before, after=record.values)


def remove_record(turn: Turn) -> None:
    """Take a record out: the company's own goes, one of a source stays as denied, with the reason and its proof."""
    record: AnswerRecord = turn.data["record"]
    evidence = _evidence(turn, record)
    _record(turn, record, before=record.values, after=None)
    if record.stored is None:
        record_delete(record)
    else:
        record_save(record, values=record.values, reason=turn.data["reason"], evidence=evidence, removed=True)


def confirm_list(turn: Turn) -> None:
    """The company says whether its list is complete; from then on the list is its own statement, as of today."""
    case: Case = turn.subject
    name, complete = turn.data["list"], turn.data["complete"]
    list_confirm(case, name, complete=complete)
    kept = case.records.filter(list_name=name, removed=False).count()
    turn.record(list=name, complete=complete, records=kept)


def _evidence(turn: Turn, record: AnswerRecord) -> StoredFile | None:
    """The paper that proves it: one sent along, one of this list that is there already, or what proved it before."""
    chosen: StoredFile | None = turn.data["paper"]
    if turn.data["evidence"] is None:
        return chosen or record.evidence
    stored = upload_keep(turn, "evidence", slot=record.list_name)
    turn.record(file=stored.pk, name=stored.name, sha256=stored.sha256)
    return stored


def _record(
    turn: Turn, record: AnswerRecord, *, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> None:
    turn.record(
        list=record.list_name,
        record=record.record_key,
        source=record.source,
        before=before,
        after=after,
        reason=turn.data["reason"],
    )


def list_gaps(case: Case, pack: Pack) -> dict[str, list[str]]:
    """What the lists of an application still lack: list name → what to do. Two statements, none for other policies."""
    asked = asked_lists(pack)
    if not asked:
        return {}
    answers, records = answers_of(case), records_of(case)
    gaps = {name: gaps_of_list(record, answers.get(name), records.get(name, ())) for name, record in asked.items()}
    return {name: found for name, found in gaps.items() if found}


def gaps_of_list(record: RecordDef, head: Answer | None, records: Iterable[AnswerRecord]) -> list[str]:
    """What one list still lacks: fields of its records, or the company's word on it."""
    return [*_incomplete(record, records), *_unconfirmed(head)]


def _incomplete(record: RecordDef, records: Iterable[AnswerRecord]) -> Iterable[str]:
    for one in records:
        known = values_of(record, one)
        lacking = [spoken(field.text) for name, field in record.fields.items() if name not in known]
        if lacking and not one.removed:
            yield _("Complete the record %(record)s: %(fields)s.") % {
                "record": one.record_key,
                "fields": ", ".join(lacking),
            }


def _unconfirmed(head: Answer | None) -> Iterable[str]:
    if head is None or head.prefilled_from_id is not None:
        yield _("Look through the records and say whether the list is complete.")
