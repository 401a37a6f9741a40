"""Writers of companies' facts. Only the door calls them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from subsidy.accounts.models import User
from subsidy.applicants.enums import AskState, FactSource
from subsidy.applicants.models import Company, CompanyFact, SourceAsk
from subsidy.audit.moment import Moment

_COLUMN = {"money": "integer", "count": "integer", "date": "day"}
_RAW_LENGTH = 500


def facts_supersede(
    company: Company,
    *,
    source: FactSource,
    as_of: dt.date,
    facts: Sequence[dict[str, Any]],
    now: Moment,
    actor: User | None = None,
    reason: str = "",
    never_older: bool = False,
) -> int:
    """Keep newer values of one source; the older rows stay, marked as superseded. Returns how many were superseded.

    A fact is {name, kind, value} and, where it has them, period, unit, list_name, record_key, raw. Values are whole
    numbers for money (minor units) and counts, True/False, ISO dates, text; None says that it is known not to exist.
    What is held already, as of the same day and for the same reason, is left as it is; with `never_older` also what is
    held as of a later day.
    """
    rows = [_fact_row(company, source, as_of, fact, now, actor, reason) for fact in facts]
    names = [row.name for row in rows]
    current = CompanyFact.objects.filter(company=company, source=source, name__in=names, superseded_at__isnull=True)
    held = {fact_key(row): row for row in current}
    fresh = [row for row in rows if not _says_the_same(held.get(fact_key(row)), row)]
    if never_older:
        fresh = [row for row in fresh if fact_key(row) not in held or held[fact_key(row)].as_of <= as_of]
    old = [held[fact_key(row)].pk for row in fresh if fact_key(row) in held]
    CompanyFact.objects.filter(pk__in=old).update(superseded_at=now.at)
    CompanyFact.objects.bulk_create(fresh)
    return len(old)


def fact_end(fact: CompanyFact, *, now: Moment) -> None:
    """Take a fact out of use without another in its place; its row stays as history."""
    fact.superseded_at = now.at
    fact.save(update_fields=["superseded_at"])


def ask_note(company: Company, *, layout: str, actor: User, now: Moment) -> SourceAsk:
    """Note that a live source is being asked about the company."""
    return SourceAsk.objects.create(
        authority_id=company.authority_id, company=company, layout=layout, asked_at=now.at, asked_by=actor
    )


def ask_end(
    ask_id: int, *, now: Moment, said: int = 0, unknown: dict[str, str] | None = None, refusal: str = ""
) -> None:
    """Note what came of asking: how many facts were said, what stays unknown and why, or why the answer was not kept."""
    state = AskState.REFUSED if refusal else AskState.ANSWERED if said else AskState.SILENT
    SourceAsk.objects.filter(pk=ask_id).update(
        state=state, ended_at=now.at, said=said, unknown=unknown or {}, refusal=refusal[:500]
    )


def fact_key(row: CompanyFact) -> tuple[str, str, str, str]:
    """What makes two values of one company and source speak of the same thing."""
    return (row.name, row.period, row.list_name, row.record_key)


def _says_the_same(held: CompanyFact | None, row: CompanyFact) -> bool:
    if held is None:
        return False
    names = ("kind", "integer", "day", "text", "absent", "unit", "as_of", "reason")
    return all(getattr(held, name) == getattr(row, name) for name in names)


def _fact_row(
    company: Company,
    source: FactSource,
    as_of: dt.date,
    fact: dict[str, Any],
    now: Moment,
    actor: User | None,
    reason: str,
) -> CompanyFact:
    return CompanyFact(
        authority_id=company.authority_id,
        company=company,
        source=source,
        as_of=as_of,
        entered_at=now.at,
        entered_by=actor,
        reason=reason,
        raw=str(fact.get("raw", ""))[:_RAW_LENGTH],
        name=fact["name"],
        kind=fact["kind"],
        unit=fact.get("unit", ""),
        period=fact.get("period", ""),
        list_name=fact.get("list_name", ""),
        record_key=fact.get("record_key", ""),
        absent=fact["value"] is None,
        **_columns(fact["kind"], fact["value"]),
    )


def _columns(kind: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if kind == "yes_no":
        return {"integer": int(bool(value))}
    if kind == "date" and isinstance(value, str):
        return {"day": dt.date.fromisoformat(value)}
    column = _COLUMN.get(kind, "text")
    return {column: str(value) if column == "text" else value}
