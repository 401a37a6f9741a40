"""The records of a list in words: what the company says of each beside what its source says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from policies.language import UNKNOWN, FactDef
from policies.language.model import RecordDef
from policies.language.shown import shown
from subsidy.cases.models import AnswerRecord
from subsidy.decisions.lists import readable
from subsidy.web import formats
from subsidy.web.components import Text, Tone
from subsidy.web.facts import source_words

Url = Callable[[AnswerRecord], str]


@dataclass(frozen=True)
class FieldShown:
    """One field of a record, its label with the colon; `said` is what the source says where the company says otherwise."""

    label: str
    value: str
    said: str = ""
    lacking: bool = False


@dataclass(frozen=True)
class RecordShown:
    """One record of a list, with the ways to change it for whoever may."""

    key: str
    fields: Sequence[FieldShown]
    source: str
    state: Text
    tone: Tone
    reason: str = ""
    paper: str = ""
    paper_url: str = ""
    change_url: str = ""
    remove_url: str = ""
    removed: bool = False


def records_shown(
    record: RecordDef,
    rows: Iterable[AnswerRecord],
    *,
    paper: Url,
    change: Url | None = None,
    remove: Url | None = None,
) -> list[RecordShown]:
    """The rows in the active language; `paper` leads to a proof, the others are given to those who may change it."""
    return [_record(record, row, paper, change, remove) for row in rows]


def _record(record: RecordDef, row: AnswerRecord, paper: Url, change: Url | None, remove: Url | None) -> RecordShown:
    now, stored = readable(record, row.values), readable(record, row.stored or {})
    fields = []
    for name, fact in record.fields.items():
        if name == record.key and str(now.get(name)) == row.record_key:
            continue
        value, said = now.get(name, UNKNOWN), stored.get(name, UNKNOWN)
        other = row.stored is not None and name in (row.stored or {}) and said != value
        text = _words(fact, value)
        fields.append(FieldShown(_spoken(fact), text, _words(fact, said) if other else "", name not in now))
    state, tone = _state(row)
    return RecordShown(
        key=row.record_key,
        fields=fields,
        source=_source(row),
        state=state,
        tone=tone,
        reason=row.reason if row.is_corrected or row.stored is None else "",
        paper=row.evidence.name if row.evidence else "",
        paper_url=paper(row) if row.evidence else "",
        change_url=change(row) if change else "",
        remove_url=remove(row) if remove and not row.removed else "",
        removed=row.removed,
    )


def _state(row: AnswerRecord) -> tuple[Text, Tone]:
    if row.stored is None:
        return _("added by the company"), "info"
    if row.removed:
        return _("removed by the company"), "stop"
    if any(row.values.get(name) != said for name, said in row.stored.items()):
        return _("corrected by the company"), "wait"
    return _("as the source says"), "plain"


def _source(row: AnswerRecord) -> str:
    if row.as_of is None:
        return source_words(row.source)
    return _("%(source)s, as of %(day)s") % {"source": source_words(row.source), "day": formats.day(row.as_of)}


def _words(fact: FactDef, value: object) -> str:
    text = shown(fact, value)
    return formats.pick(text.zh, text.en)


def _spoken(fact: FactDef) -> str:
    return formats.pick(f"{fact.text.zh}：", f"{fact.text.en}: ")
