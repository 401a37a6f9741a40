"""What the registers say of companies on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from subsidy.registers.models import PriorAward, RegisterEntry
from subsidy.registers.spans import Span, chains, span_on, spans_among


def spans_of(company_id: int) -> list[Span]:
    """All that the registers ever said of a company, the newest first; one query."""
    return spans_among(RegisterEntry.objects.filter(company=company_id).select_related("follows"))


def held_on(company_ids: Iterable[int], *, on: dt.date) -> dict[int, list[Span]]:
    """What each company holds or stands on that day, by company; one query. Companies without any are left out."""
    by_company: dict[int, list[RegisterEntry]] = {}
    for row in RegisterEntry.objects.filter(company__in=list(company_ids)).order_by("pk"):
        by_company.setdefault(row.company_id, []).append(row)
    found: dict[int, list[Span]] = {}
    for company_id, rows in by_company.items():
        held = [span for chain in chains(rows) if (span := span_on(chain, on)) is not None]
        if held:
            found[company_id] = held
    return found


def recognised(company_id: int, kind: str, *, on: dt.date) -> Span | None:
    """The title of that kind, or the place on that list, that the company has on a day; the latest of several."""
    held = [span for span in held_on([company_id], on=on).get(company_id, []) if span.entry.kind == kind]
    return max(held, key=lambda span: (span.first, span.entry.pk), default=None)


def current_entries() -> QuerySet[RegisterEntry]:
    """Entries that no later row follows: the state of the register as last entered, ended ones included."""
    later = RegisterEntry.objects.filter(follows=OuterRef("pk"))
    return RegisterEntry.objects.filter(~Exists(later))


def current_awards() -> QuerySet[PriorAward]:
    """Earlier awards as last stated."""
    later = PriorAward.objects.filter(follows=OuterRef("pk"))
    return PriorAward.objects.filter(~Exists(later))


def entries_of_case(case_key: int) -> list[RegisterEntry]:
    """What a case led to in the registers as it stands last, the newest first; empty where it conferred no title."""
    return list(current_entries().filter(case_key=case_key).order_by("-pk"))
