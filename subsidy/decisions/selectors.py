"""What rounds, notices, objections and decrees say now."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from policies.language import Pack
from subsidy.accounts.enums import Role
from subsidy.applicants.models import CompanyFact
from subsidy.audit.models import EventPrivate
from subsidy.cases.models import Case
from subsidy.decisions.enums import ObjectionState, RowState
from subsidy.decisions.models import Award, AwardChange, Finding, Objection, Round, RoundRow
from subsidy.programmes.models import PolicyVersion
from subsidy.programmes.packs import pack_of
from subsidy.registers.enums import Register
from subsidy.registers.models import RegisterEntry
from subsidy.registers.selectors import held_on

SEES_OBJECTIONS = (Role.SUPERVISION, Role.AUDITOR)
"""Who reads who objects and why."""

BARRED_BY: Mapping[str, str] = {
    Register.DISHONEST: "is_dishonest",
    Register.SERIOUS_VIOLATION: "serious_violation",
    Register.ABNORMAL: "abnormal_operation",
}
"""Lists that may appear between the amount check and the payment, with the fact by which policies ask for each."""


def listed(round_: Round, *, level: str = "") -> list[RoundRow]:
    """The rows that stand on the list, by rank, with their cases; of one level of approval where it is named."""
    rows = RoundRow.objects.filter(round=round_, state=RowState.LISTED)
    if level:
        rows = rows.filter(level=level)
    return list(rows.select_related("case", "case__company").order_by("rank"))


def with_findings(round_: Round, states: Iterable[RowState]) -> list[RoundRow]:
    """Rows with their cases, each with `finding_id`, the finding that its amount comes from: the last of its case."""
    last = Finding.objects.filter(case=OuterRef("case")).order_by("-id").values("pk")[:1]
    rows = RoundRow.objects.filter(round=round_, state__in=list(states)).select_related("case", "case__company")
    return list(rows.annotate(finding_id=Subquery(last)).order_by("rank"))


def open_objections(rows: Iterable[int]) -> set[int]:
    """Those of the rows (by key) to which an objection awaits its decision."""
    open_ones = Objection.objects.filter(row__in=list(rows), state=ObjectionState.OPEN)
    return set(open_ones.values_list("row", flat=True))


def barred(companies: Iterable[int], pack: Pack, *, on: dt.date) -> dict[int, list[str]]:
    """Companies that stand on a list that the policy excludes, with the lists, in words; two queries for any number.

    Read from the registers and from what any source says of the company now; an officer's override clears it.
    """
    ids = list(companies)
    asked = {kind: fact for kind, fact in BARRED_BY.items() if fact in pack.facts}
    if not asked or not ids:
        return {}
    by_fact = {fact: kind for kind, fact in asked.items()}
    hits: dict[int, set[str]] = {}
    for company_id, spans in held_on(ids, on=on).items():
        hits.setdefault(company_id, set()).update({span.entry.kind for span in spans} & asked.keys())
    said = CompanyFact.objects.filter(
        company_id__in=ids, superseded_at__isnull=True, list_name="", name__in=by_fact, as_of__lte=on
    )
    cleared: dict[int, set[str]] = {}
    for row in said:
        if row.is_override and not row.integer:
            cleared.setdefault(row.company_id, set()).add(by_fact[row.name])
        elif row.integer:
            hits.setdefault(row.company_id, set()).add(by_fact[row.name])
    left = {company_id: kinds - cleared.get(company_id, set()) for company_id, kinds in hits.items()}
    return {
        company_id: [str(Register(kind).label) for kind in sorted(kinds)]
        for company_id, kinds in left.items()
        if kinds
    }


def barred_cases(cases: QuerySet[Case], *, on: dt.date) -> dict[int, list[str]]:
    """Those of the cases whose company stands on a list that their policy excludes, with the lists, in words.

    One statement where nobody stands on any list; else three more for each policy version concerned.
    """
    adverse = RegisterEntry.objects.filter(company=OuterRef("company"), kind__in=BARRED_BY)
    said = CompanyFact.objects.filter(
        company=OuterRef("company"), superseded_at__isnull=True, list_name="", name__in=BARRED_BY.values(), integer=1
    )
    near = cases.filter(Exists(adverse) | Exists(said)).order_by("pk").values_list("pk", "company", "policy_version")
    by_version: dict[int, dict[int, int]] = {}
    for case_id, company_id, version_id in near:
        by_version.setdefault(version_id, {})[case_id] = company_id
    found: dict[int, list[str]] = {}
    for version in PolicyVersion.objects.filter(pk__in=by_version).order_by("pk"):
        companies = by_version[version.pk]
        lists = barred(set(companies.values()), pack_of(version), on=on)
        found |= {case_id: lists[company] for case_id, company in companies.items() if company in lists}
    return found


def last_changes(awards: Iterable[int]) -> dict[int, AwardChange]:
    """The change that holds of each award that was ever changed, by the key of the award."""
    rows = AwardChange.objects.filter(award__in=list(awards)).order_by("award", "-id").distinct("award")
    return {row.award_id: row for row in rows}


def name_now(award: Award) -> str:
    """The name that the decree gives the recipient, as corrected."""
    change = last_changes([award.pk]).get(award.pk)
    return change.name_after if change else award.company_name


def objections_of(round_: Round) -> QuerySet[Objection]:
    return Objection.objects.filter(round=round_).select_related("row", "case").order_by("pk")


def objector_of(objection: Objection) -> dict[str, str]:
    """Who objects and how to reach them; empty once that was erased. For the supervision desk and auditors alone."""
    kept = EventPrivate.objects.filter(
        event__stream=Objection.STREAM, event__stream_id=objection.pk, event__action="file"
    ).first()
    values: dict[str, str] = json.loads(kept.values) if kept is not None else {}
    return values
