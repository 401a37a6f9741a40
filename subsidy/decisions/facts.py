"""Gathers the facts of a decision from where each is known, and lets the policy decide."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.language import Decision, FactDef, Pack, PolicyError, RecordList, decide
from policies.language.facts import encode_value
from policies.language.model import RecordDef
from subsidy.applicants.enums import FactSource
from subsidy.applicants.models import COMPLETE, CompanyFact
from subsidy.applicants.records import TypedValue
from subsidy.applicants.selectors import held_of
from subsidy.audit.moment import ZONE, Moment
from subsidy.cases.models import Case
from subsidy.cases.values import is_asked, value_of
from subsidy.decisions.books import books_of
from subsidy.decisions.known import is_past, outweighs, rows_known
from subsidy.decisions.rows import Reads
from subsidy.programmes.models import PolicyVersion
from subsidy.programmes.packs import pack_of

# `sales_y1` is of the year before filing, `sales_y2` of the one before that.
_YEARS_BACK = re.compile(r"_y(\d)$")


@dataclass(frozen=True)
class Known:
    """What is known under one name of the pack: the value that counts, the row it stands in, and what others say.

    `row` is an answer of the application or a company fact (None for a list, whose rows stand in `rows`). `others` are
    current values of other sources, `conflicts` those among them that say something else. `unfit` says that the row
    cannot be a value of this fact (another kind, out of its range): it counts as unknown.
    """

    name: str
    value: Any = None
    row: TypedValue | None = None
    rows: tuple[CompanyFact, ...] = ()
    others: tuple[CompanyFact, ...] = ()
    conflicts: tuple[CompanyFact, ...] = ()
    unfit: bool = False

    @property
    def is_known(self) -> bool:
        return not self.unfit and (self.row is not None or bool(self.rows))


def facts_of(case: Case, pack: Pack, *, on: dt.date) -> dict[str, Any]:
    """Every fact of the pack that is known of this case on that day; what nobody has said is left out (unknown).

    What the applicant is asked comes from the application, the rest from what the bureau holds of the company and from
    what this system knows by itself. Three statements.
    """
    known = gathered(case, pack, on=on)
    system = system_facts(submitted_on=filed_on(case, on), decided_on=on)
    facts: dict[str, Any] = {}
    for name, fact in pack.facts.items():
        if fact.source == FactSource.SYSTEM and name in system:
            facts[name] = system[name]
        elif known[name].is_known:
            facts[name] = known[name].value
    facts |= {name: known[name].value for name in pack.records if known[name].is_known}
    return facts


def gathered(case: Case, pack: Pack, *, on: dt.date) -> dict[str, Known]:
    """What is known under each name of the pack, facts and lists, with its row, its other sources and conflicts."""
    answers = {answer.name: answer for answer in case.answers.select_related("prefilled_from")}
    held = held_on(case.company_id, Reads.of(pack), on=on, case_id=case.pk)
    return assembled(pack, held, filed_on=filed_on(case, on), answers=answers)


def held_on(company_id: int, reads: Reads, *, on: dt.date, case_id: int | None = None) -> list[CompanyFact]:
    """Everything held of a company, and what this system knows by itself on a day of what is read (rows without a key).

    The award of `case_id` is no earlier one. Two statements.
    """
    books = books_of(company_id, on=on, case_id=case_id)
    return [*(row for row in held_of(company_id) if not is_past(row, books)), *rows_known(books, reads)]


def assembled(
    pack: Pack, held: Iterable[CompanyFact], *, filed_on: dt.date, answers: Mapping[str, TypedValue] | None = None
) -> dict[str, Known]:
    """The same from rows at hand. Without `answers` (nobody has applied yet) everything comes from what is held."""
    scalars: dict[str, list[CompanyFact]] = {}
    lists: dict[str, list[CompanyFact]] = {}
    for row in held:
        if row.list_name:
            lists.setdefault(row.list_name, []).append(row)
        else:
            scalars.setdefault(row.name, []).append(row)
    known: dict[str, Known] = {}
    for name, fact in pack.facts.items():
        rows = _by_rule(scalars.get(name, ()), fact.source)
        candidates = ranked(of_the_time(rows, name, filed_on), fact.source)
        if answers is not None and is_asked(fact):
            known[name] = _of_answer(fact, answers.get(name), candidates)
        else:
            known[name] = _of_store(fact, candidates)
    for name, record in pack.records.items():
        known[name] = _of_list(record, _by_rule(lists.get(name, ()), record.source))
    return known


def _by_rule(rows: Sequence[CompanyFact], source: str) -> Sequence[CompanyFact]:
    """What a policy takes from this system, nobody can type or import: only what the system itself knows counts."""
    return [row for row in rows if not row.is_kept] if source == FactSource.SYSTEM else rows


def known_alone(definition: FactDef | RecordDef, held: Iterable[CompanyFact], *, filed_on: dt.date) -> Known:
    """What would count of one fact or list, whatever the policy that reads it."""
    if isinstance(definition, RecordDef):
        return _of_list(
            definition, _by_rule([row for row in held if row.list_name == definition.name], definition.source)
        )
    rows = _by_rule([row for row in held if row.name == definition.name and not row.list_name], definition.source)
    return _of_store(definition, ranked(of_the_time(rows, definition.name, filed_on), definition.source))


def of_the_time(rows: Sequence[CompanyFact], name: str, filed_on: dt.date) -> list[CompanyFact]:
    """The rows that speak of the year that is meant: never a figure of another year.

    `…_y1` means the year before filing, `…_y2` the one before; any other name the latest year before filing. Rows
    without a year speak of whatever the source was asked for, and always count.
    """
    match = _YEARS_BACK.search(name)
    years = [row.period for row in rows if row.period]
    latest = max((year for year in years if year < str(filed_on.year)), default="")
    wanted = str(filed_on.year - int(match[1])) if match else latest
    return [row for row in rows if row.period in ("", wanted)]


def ranked(rows: Iterable[CompanyFact], source: str) -> list[CompanyFact]:
    """Best first: an officer's override with its reason, a place on an adverse list, then the newest of the source that
    the pack names and of what this system knows by itself, then the newest of the others."""
    return sorted(
        rows,
        key=lambda row: (
            row.is_override,
            outweighs(row),
            row.source == source or not row.is_kept,
            bool(row.period),
            row.as_of,
            row.entered_at,
            row.pk or 0,
        ),
        reverse=True,
    )


def _of_answer(fact: FactDef, answer: TypedValue | None, candidates: list[CompanyFact]) -> Known:
    """An asked fact is what the company answered, unless an officer has set it against that with a reason."""
    if candidates and candidates[0].is_override:
        return _of_store(fact, candidates)
    if answer is None:
        return Known(fact.name, others=tuple(candidates))
    return _known(fact, answer, candidates)


def _of_store(fact: FactDef, candidates: list[CompanyFact]) -> Known:
    return _known(fact, candidates[0], candidates[1:]) if candidates else Known(fact.name)


def _known(fact: FactDef, row: TypedValue, others: Sequence[CompanyFact]) -> Known:
    value = value_of(row)
    return Known(
        fact.name,
        value=value,
        row=row,
        others=tuple(others),
        conflicts=tuple(other for other in others if value_of(other) != value),
        unfit=not _fits(fact, row.kind, value),
    )


def _fits(fact: FactDef, kind: str, value: Any) -> bool:
    if fact.kind != kind:
        return False
    try:
        encode_value(fact, value)
    except PolicyError:
        return False
    return True


def _of_list(record: RecordDef, rows: Sequence[CompanyFact]) -> Known:
    """The records of one source, by the same precedence; without the marker of completeness there may be more."""
    if not rows:
        return Known(record.name)
    best = ranked(rows, record.source)[0].source
    mine = [row for row in rows if row.source == best]
    others = tuple(row for row in rows if row.source != best)
    records: dict[str, dict[str, Any]] = {}
    for row in mine:
        if not row.record_key:
            continue
        fields = records.setdefault(row.record_key, {})
        # A field that the pack does not declare, or that cannot be read, is left out: of this record it is unknown.
        if row.name in record.fields and _fits(record.fields[row.name], row.kind, value_of(row)):
            fields[row.name] = value_of(row)
    found = tuple(records[key] for key in sorted(records))
    ours = {(row.record_key, row.name): value_of(row) for row in mine}
    return Known(
        record.name,
        value=RecordList(found, complete=any(_is_marker(row) and row.integer == 1 for row in mine)),
        rows=tuple(mine),
        others=others,
        conflicts=tuple(
            row for row in others if not _is_marker(row) and ours.get((row.record_key, row.name)) != value_of(row)
        ),
        unfit=len(found) > record.max_length,
    )


def _is_marker(row: CompanyFact) -> bool:
    """Whether the row says that the list is complete, rather than what stands in it."""
    return row.name == COMPLETE and not row.record_key


def known_facts(company_id: int) -> list[CompanyFact]:
    """The current facts of a company without the records of lists, the newest last."""
    return [row for row in held_of(company_id) if not row.list_name]


def best_rows(pack: Pack, held: Iterable[CompanyFact], *, on: dt.date) -> list[CompanyFact]:
    """Of each fact of the pack the one row that counts among those held, for prefilling an application of that day."""
    known = assembled(pack, held, filed_on=on)
    return [one.row for one in known.values() if isinstance(one.row, CompanyFact) and one.is_known]


def values_held(pack: Pack, held: Iterable[CompanyFact], *, on: dt.date) -> dict[str, Any]:
    """What the pack would read of a company that has not applied: facts and lists that are held, by precedence."""
    return {name: one.value for name, one in assembled(pack, held, filed_on=on).items() if one.is_known}


def fact_definitions(authority_id: int) -> dict[str, FactDef | RecordDef]:
    """What the bureau's policies call each fact and list, the newest version last; packs are parsed once a process."""
    versions = (
        PolicyVersion.objects.filter(authority=authority_id).only("content_hash").order_by("effective_from", "id")
    )
    found: dict[str, FactDef | RecordDef] = {}
    for version in versions:
        pack = pack_of(version)
        found |= {**pack.facts, **pack.records}
    return found


def system_facts(*, submitted_on: dt.date, decided_on: dt.date) -> dict[str, Any]:
    """What the case itself says: the days of filing and of deciding, by the names that policies use."""
    return {"submitted_on": submitted_on, "decided_on": decided_on, "matched_on": decided_on}


def filed_on(case: Case, on: dt.date) -> dt.date:
    """The day of filing; of a draft, the day on which it is read."""
    return case.submitted_at.astimezone(ZONE).date() if case.submitted_at else on


def decision_of(case: Case, *, now: Moment) -> tuple[Pack, dict[str, Any], Decision]:
    """What the pinned policy version says of this case now."""
    pack = pack_of(case.policy_version)
    facts = facts_of(case, pack, on=now.on)
    return pack, facts, decide(pack, facts)
