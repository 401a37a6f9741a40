"""What is held of a company, by who says so, and everything known of one fact of it, whatever the policy that reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from policies.language import FactDef
from policies.language.model import RecordDef
from subsidy.applicants.models import Company, CompanyFact
from subsidy.applicants.selectors import held_of, history_of
from subsidy.decisions.facts import Known, fact_definitions, held_on, known_alone
from subsidy.decisions.rows import Reads
from subsidy.web.components import SummaryRow, Text
from subsidy.web.facts import FactShown, fact_shown, source_words, value_words
from subsidy.web.formats import day, pick

Url = Callable[[str], str]


def fact_of_company(company: Company, name: str, *, on: dt.date) -> FactShown | None:
    """A fact or list with its sources and its history; None where nothing of that name is known."""
    definition = fact_definitions(company.authority_id).get(name)
    rows = list(history_of(company.pk, name))
    if definition is None and not rows:
        return None
    known = Known(name)
    if definition:
        known = known_alone(definition, held_on(company.pk, Reads({name: definition}), on=on), filed_on=on)
    return fact_shown(known, definition, rows)


def facts_by_source(company: Company, *, page: Url) -> list[tuple[Text, list[SummaryRow]]]:
    """What is held of the company now, by who says so, each with its day; `page` gives the way to its history."""
    defs = fact_definitions(company.authority_id)
    scalars: dict[str, list[CompanyFact]] = {}
    lists: dict[tuple[str, str], list[CompanyFact]] = {}
    for row in held_of(company.pk):
        if row.list_name:
            lists.setdefault((row.source, row.list_name), []).append(row)
        else:
            scalars.setdefault(row.source, []).append(row)
    found = {source: [_fact_row(row, defs, page) for row in rows] for source, rows in scalars.items()}
    for (source, name), rows in lists.items():
        found.setdefault(source, []).append(_list_row(name, rows, defs, page))
    return [(source_words(source), shown) for source, shown in found.items()]


def _fact_row(row: CompanyFact, defs: Mapping[str, FactDef | RecordDef], page: Url) -> SummaryRow:
    definition = defs.get(row.name)
    label = pick(definition.text.zh, definition.text.en) if definition else row.name
    return SummaryRow(
        f"{label} ({row.period})" if row.period else label,
        value_words(definition if isinstance(definition, FactDef) else None, row),
        source=_("as of %(day)s") % {"day": day(row.as_of)},
        open_url=page(row.name),
    )


def _list_row(
    name: str, rows: Sequence[CompanyFact], defs: Mapping[str, FactDef | RecordDef], page: Url
) -> SummaryRow:
    definition = defs.get(name)
    n = len({row.record_key for row in rows if row.record_key})
    return SummaryRow(
        pick(definition.text.zh, definition.text.en) if definition else name,
        ngettext("%(n)d record", "%(n)d records", n) % {"n": n},
        source=_("as of %(day)s") % {"day": day(max(row.as_of for row in rows))},
        open_url=page(name),
    )
