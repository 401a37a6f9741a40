"""Facts in words, for the screens that show where a value comes from and what else is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from policies.language import FactDef, RecordList, format_value
from policies.language.model import RecordDef
from subsidy.applicants.enums import FactSource
from subsidy.applicants.models import CompanyFact
from subsidy.applicants.records import TypedValue
from subsidy.cases.values import value_of
from subsidy.decisions.facts import Known
from subsidy.web import formats


def source_words(source: str) -> str:
    """A source in the reader's language."""
    return str(FactSource(source).label) if source in FactSource else source


def said_by(row: CompanyFact) -> str:
    """Who says so, and as of when."""
    return _("%(source)s, as of %(day)s") % {"source": source_words(row.source), "day": formats.day(row.as_of)}


def value_words(fact: FactDef | None, row: TypedValue | None) -> str:
    """A value in the reader's language; without a definition, or of another kind than its, as its source gave it."""
    if row is None:
        return _("not known")
    if row.absent:
        return _("does not exist")
    if fact is None or fact.kind != row.kind:
        return getattr(row, "raw", "") or str(value_of(row))
    return format_value(fact, value_of(row), "zh" if formats.is_chinese() else "en")


def list_words(known: Known) -> str:
    """How many records a list has, and whether it is complete."""
    if not known.is_known or not isinstance(known.value, RecordList):
        return _("not known")
    n = len(known.value.rows)
    words = ngettext("%(n)d record", "%(n)d records", n) % {"n": n}
    return words if known.value.complete else _("at least %(records)s; the list is not complete") % {"records": words}


def conflict_words(known: Known, fact: FactDef | None) -> str:
    """What other sources say instead, each with its value; of a list, who else holds records."""
    if not known.conflicts:
        return ""
    if fact is None:
        told: Iterable[str] = dict.fromkeys(source_words(row.source) for row in known.conflicts)
    else:
        told = (
            _("%(value)s (%(source)s)") % {"value": value_words(fact, row), "source": said_by(row)}
            for row in known.conflicts
        )
    return formats.pick("；", "; ").join(told)


@dataclass(frozen=True)
class Line:
    """One row of the store in words. `counts`: a decision reads this one; `differs`: it says something else."""

    value: str
    source: str
    as_of: dt.date
    entered_at: dt.datetime
    entered_by: str
    period: str = ""
    record: str = ""
    raw: str = ""
    reason: str = ""
    import_id: int | None = None
    import_name: str = ""
    superseded_at: dt.datetime | None = None
    counts: bool = False
    differs: bool = False


@dataclass(frozen=True)
class FactShown:
    """Everything about one fact or list: what counts now, what each source says now, and what was ever held."""

    label: str
    value: str
    by_source: Sequence[Line]
    history: Sequence[Line]
    answer: str = ""
    prefilled: str = ""
    is_list: bool = False
    unfit: bool = False
    too_old: str = ""


def fact_shown(known: Known, definition: FactDef | RecordDef | None, rows: Iterable[CompanyFact]) -> FactShown:
    """Put together what a page about one fact shows, from what is known and the rows of its history."""
    fact = definition if isinstance(definition, FactDef) else None
    record = definition if isinstance(definition, RecordDef) else None
    differing = {_ident(row) for row in known.conflicts}
    counted = [row for row in (known.row, *known.rows) if isinstance(row, CompanyFact)]
    counting = {_ident(row) for row in counted}
    # What a register says is no row of the store: it is shown with the others all the same.
    registers = [row for row in (*counted, *known.others) if not row.is_kept]
    lines = [_line(row, fact, record, counting=counting, differing=differing) for row in (*registers, *rows)]
    answer = known.row if known.row is not None and not isinstance(known.row, CompanyFact) else None
    prefilled = getattr(answer, "prefilled_from", None)
    return FactShown(
        label=formats.pick(definition.text.zh, definition.text.en) if definition else known.name,
        value=list_words(known) if record else value_words(fact, known.row) if known.is_known else _("not known"),
        by_source=[line for line in lines if line.superseded_at is None],
        history=lines,
        answer=value_words(fact, answer) if answer is not None else "",
        prefilled=said_by(prefilled) if prefilled is not None else "",
        is_list=record is not None,
        unfit=known.unfit,
        too_old=_too_old(known),
    )


def _too_old(known: Known) -> str:
    if known.too_old is None:
        return ""
    words = _("Held only as of %(day)s, longer ago than the policy allows: it counts as not known.")
    return words % {"day": formats.day(known.too_old)}


def _ident(row: CompanyFact) -> int:
    """Tells rows apart, those that are not kept as well."""
    return row.pk if row.is_kept else -id(row)


def _line(
    row: CompanyFact, fact: FactDef | None, record: RecordDef | None, *, counting: set[int], differing: set[int]
) -> Line:
    field = record.fields.get(row.name) if record else None
    key = ""
    if row.list_name:
        name = formats.pick(field.text.zh, field.text.en) if field else row.name
        key = f"{row.record_key} · {name}" if row.record_key else _("is the list complete?")
    return Line(
        value=_yes_no(row) if row.list_name and not row.record_key else value_words(fact or field, row),
        source=source_words(row.source),
        as_of=row.as_of,
        entered_at=row.entered_at,
        entered_by=str(row.entered_by) if row.entered_by else "",
        period=row.period,
        record=key,
        raw=row.raw,
        reason=row.reason,
        import_id=row.brought_by_id,
        import_name=row.brought_by.file_name if row.brought_by else "",
        superseded_at=row.superseded_at,
        counts=_ident(row) in counting,
        differs=_ident(row) in differing,
    )


def _yes_no(row: CompanyFact) -> str:
    return _("yes") if row.integer == 1 else _("no")
