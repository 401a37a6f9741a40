"""A case as experts may see it: the figures, without anything that names the applicant.

Texts and documents can carry its name; of these only what the policy's panel shows. Sources are told in general words,
files by what they are, never by the name under which the company sent them.
"""

from __future__ import annotations

import datetime as dt
from pathlib import PurePath

from django.db.models import QuerySet

from policies.language import Pack
from subsidy.cases.models import Case
from subsidy.console.case_page import Section, document_titles
from subsidy.decisions.facts import gathered
from subsidy.documents.models import StoredFile
from subsidy.documents.selectors import files_of
from subsidy.programmes.packs import pack_of
from subsidy.web.components import File, SummaryRow
from subsidy.web.facts import list_words, source_words, value_words
from subsidy.web.formats import pick

# What the panel itself gives, and what this system knows, is nothing to judge.
NOT_SHOWN = frozenset({"expert", "system"})


def shown(pack: Pack) -> frozenset[str]:
    """Documents and texts that the policy lets its experts see."""
    return frozenset(pack.route.panel.shows) if pack.route.panel is not None else frozenset()


def sections(case: Case, pack: Pack, *, on: dt.date) -> list[Section]:
    """The facts by section, with the kind of their source; a text only where the policy shows it."""
    known, open_names = gathered(case, pack, on=on), shown(pack)
    by_section: dict[str, list[SummaryRow]] = {name: [] for name in pack.sections}
    for name, fact in pack.facts.items():
        if fact.source in NOT_SHOWN or (fact.kind == "text" and name not in open_names):
            continue
        value = value_words(fact, known[name].row if known[name].is_known else None)
        by_section.setdefault(fact.section or "", []).append(
            SummaryRow(label=pick(fact.text.zh, fact.text.en), value=value, source=source_words(fact.source))
        )
    for name, record in pack.records.items():
        if record.source not in NOT_SHOWN:
            label = pick(record.text.zh, record.text.en)
            by_section.setdefault("", []).append(
                SummaryRow(label=label, value=list_words(known[name]), source=source_words(record.source))
            )
    titles = {name: pick(text.zh, text.en) for name, text in pack.sections.items()}
    return [Section(titles.get(name, ""), rows) for name, rows in by_section.items() if rows]


def files(case: Case) -> QuerySet[StoredFile]:
    """The documents that the policy lets its experts see."""
    return files_of("case", case.pk).filter(slot__in=shown(pack_of(case.policy_version)))


def file_name(stored: StoredFile) -> str:
    """A name that says what the file is and nothing of who sent it."""
    return f"{stored.slot}-{stored.pk}{PurePath(stored.name).suffix.lower()}"


def files_shown(rows: list[StoredFile], pack: Pack) -> list[File]:
    titles = document_titles(pack)
    return [
        File(
            name=file_name(row),
            url=f"?file={row.pk}#evidence",
            octets=row.size,
            at=None,
            what=titles.get(row.slot, row.slot),
        )
        for row in rows
    ]
