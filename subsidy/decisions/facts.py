"""Gathers the facts of a decision from where each is known, and lets the policy decide."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from policies.language import Decision, FactDef, Pack, decide
from policies.language.model import RecordDef
from subsidy.applicants.enums import FactSource
from subsidy.applicants.models import CompanyFact
from subsidy.applicants.selectors import held_of
from subsidy.audit.moment import ZONE, Moment
from subsidy.cases.models import Answer, AnswerRecord, Case
from subsidy.cases.selectors import answers_of, records_of
from subsidy.cases.values import is_asked
from subsidy.decisions.books import books_of
from subsidy.decisions.counted import Known as Known
from subsidy.decisions.counted import of_answer, of_store, ranked
from subsidy.decisions.known import is_past, rows_known
from subsidy.decisions.lists import of_answers, of_list
from subsidy.decisions.panels import rows_of_panel
from subsidy.decisions.rows import Reads
from subsidy.programmes.models import PolicyVersion
from subsidy.programmes.packs import pack_of

# What the case itself says; everything else that a policy takes `from: system` has rows of its own.
CASE_DAYS = frozenset({"submitted_on", "decided_on", "matched_on"})
# Where nobody applies, the company says these by an act that the route has before every payment (docs/adr/0017): a rule
# decides as if they were said, and nothing is paid until they are.
_SUPPLIED: Mapping[str, frozenset[str]] = {"R0": frozenset({"account_confirmed"})}
# `sales_y1` is of the year before filing, `sales_y2` of the one before that.
_YEARS_BACK = re.compile(r"_y(\d)$")


def facts_of(case: Case, pack: Pack, *, on: dt.date) -> dict[str, Any]:
    """Every fact of the pack that is known of this case on that day; what nobody has said is left out (unknown).

    What the applicant is asked comes from the application, the rest from what the bureau holds of the company and from
    what this system knows by itself; a value that is older than the pack allows is `Outdated`. Three statements, four
    for a policy that asks the applicant for a list.
    """
    return _by_name(pack, gathered(case, pack, on=on), route=case.route, filed_on=filed_on(case, on), on=on)


def facts_of_company(company_id: int, pack: Pack, *, route: str, on: dt.date) -> dict[str, Any]:
    """The same of a company without a case, as if one were opened from the bureau's data on that day; two statements."""
    known = assembled(pack, held_on(company_id, Reads.of(pack), on=on), filed_on=on, on=on)
    return _by_name(pack, known, route=route, filed_on=on, on=on)


def supplied_by_route(route: str) -> frozenset[str]:
    """The facts that a company gives later, by an act of the route that lies before every payment."""
    return _SUPPLIED.get(route, frozenset())


def _by_name(pack: Pack, known: Mapping[str, Known], *, route: str, filed_on: dt.date, on: dt.date) -> dict[str, Any]:
    system = system_facts(submitted_on=filed_on, decided_on=on)
    supplied = supplied_by_route(route)
    facts: dict[str, Any] = {}
    for name, fact in pack.facts.items():
        if fact.source == FactSource.SYSTEM and name in system:
            facts[name] = system[name]
        elif known[name].is_held:
            facts[name] = known[name].value
        elif name in supplied and fact.kind == "yes_no":
            facts[name] = True
    facts |= {name: known[name].value for name in pack.records if known[name].is_held}
    return facts


def gathered(case: Case, pack: Pack, *, on: dt.date) -> dict[str, Known]:
    """What is known under each name of the pack, facts and lists, with its row, its other sources and conflicts.

    Where nobody applies (route R0), what others would be asked is read from what the bureau holds, too.
    """
    applies = case.route != "R0"
    return assembled(
        pack,
        [*held_on(case.company_id, Reads.of(pack), on=on, case_id=case.pk), *rows_of_panel(case, pack)],
        filed_on=filed_on(case, on),
        on=on,
        answers=answers_of(case) if applies else None,
        records=records_of(case) if applies and any(map(is_asked, pack.records.values())) else {},
    )


def held_on(company_id: int, reads: Reads, *, on: dt.date, case_id: int | None = None) -> list[CompanyFact]:
    """Everything held of a company, and what this system knows by itself on a day of what is read (rows without a key).

    The award of `case_id` is no earlier one. Two statements.
    """
    (found,) = held_for_each(company_id, [reads], on=on, case_id=case_id)
    return found


def held_for_each(
    company_id: int, policies: Iterable[Reads], *, on: dt.date, case_id: int | None = None
) -> list[list[CompanyFact]]:
    """The same for each of several policies, in their order: two statements for all."""
    books = books_of(company_id, on=on, case_id=case_id)
    held = [row for row in held_of(company_id) if not is_past(row, books)]
    return [[*held, *rows_known(books, reads)] for reads in policies]


def assembled(
    pack: Pack,
    held: Iterable[CompanyFact],
    *,
    filed_on: dt.date,
    on: dt.date | None = None,
    answers: Mapping[str, Answer] | None = None,
    records: Mapping[str, Sequence[AnswerRecord]] | None = None,
) -> dict[str, Known]:
    """The same from rows at hand. Without `answers` (nobody has applied yet) everything comes from what is held.

    `on` is the day of deciding, the day of filing if not given: the age of a value is counted to whichever of the two the
    policy decides on.
    """
    until = filed_on if on is None or pack.program.decides_on == "submitted_on" else on
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
            known[name] = of_answer(fact, answers.get(name), candidates, on=until)
        else:
            known[name] = of_store(fact, candidates, on=until)
    for name, record in pack.records.items():
        held_rows = _by_rule(lists.get(name, ()), record.source)
        if answers is not None and is_asked(record):
            known[name] = of_answers(record, answers.get(name), (records or {}).get(name, ()), held_rows, on=until)
        else:
            known[name] = of_list(record, held_rows, on=until)
    return known


def _by_rule(rows: Sequence[CompanyFact], source: str) -> Sequence[CompanyFact]:
    """What a policy takes from this system, nobody can type or import: only what the system itself knows counts."""
    return [row for row in rows if not row.is_kept] if source == FactSource.SYSTEM else rows


def known_alone(definition: FactDef | RecordDef, held: Iterable[CompanyFact], *, filed_on: dt.date) -> Known:
    """What would count of one fact or list, whatever the policy that reads it."""
    if isinstance(definition, RecordDef):
        mine = [row for row in held if row.list_name == definition.name]
        return of_list(definition, _by_rule(mine, definition.source), on=filed_on)
    rows = _by_rule([row for row in held if row.name == definition.name and not row.list_name], definition.source)
    return of_store(definition, ranked(of_the_time(rows, definition.name, filed_on), definition.source), on=filed_on)


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


def known_facts(company_id: int) -> list[CompanyFact]:
    """The current facts of a company without the records of lists, the newest last."""
    return [row for row in held_of(company_id) if not row.list_name]


def best_rows(pack: Pack, held: Iterable[CompanyFact], *, on: dt.date) -> list[CompanyFact]:
    """Of each fact of the pack the one row that counts among those held, for prefilling an application of that day.

    One that is too old to count is among them: the company need not type it, only look at it and save it as its own.
    """
    known = assembled(pack, held, filed_on=on)
    return [one.row for one in known.values() if isinstance(one.row, CompanyFact) and one.is_held]


def values_held(pack: Pack, held: Iterable[CompanyFact], *, on: dt.date) -> dict[str, Any]:
    """What the pack would read of a company that has not applied: facts and lists that are held, by precedence."""
    return {name: one.value for name, one in assembled(pack, held, filed_on=on).items() if one.is_held}


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
