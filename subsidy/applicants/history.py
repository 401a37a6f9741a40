"""How a company stood on a day: its name, district and state, who came before and after it, and its group."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from subsidy.applicants.enums import ChangeOf, SuccessionKind
from subsidy.applicants.models import Company, CompanyChange, GroupLink, Succession


def name_at(company: Company, on: dt.date) -> str:
    """What the company was called on that day."""
    return value_at(company, ChangeOf.NAME, on)


def region_at(company: Company, on: dt.date) -> str:
    """The area code of the district in which it was registered on that day."""
    return value_at(company, ChangeOf.REGION, on)


def state_at(company: Company, on: dt.date) -> str:
    """How the company stood on that day (CompanyState)."""
    return value_at(company, ChangeOf.STATE, on)


def value_at(company: Company, what: ChangeOf, on: dt.date) -> str:
    """The value before the first change after that day; without one, what the company's row says. One query."""
    later = CompanyChange.objects.filter(company=company, what=what, effective_on__gt=on)
    first = later.order_by("effective_on", "id").first()
    now: str = {
        ChangeOf.NAME: company.name,
        ChangeOf.REGION: company.region,
        ChangeOf.REPRESENTATIVE: company.representative,
        ChangeOf.STATE: company.state,
    }[what]
    return now if first is None else first.before


def names_now(companies: Iterable[int]) -> dict[int, str]:
    """What the companies are called today, by id; one query."""
    return dict(Company.objects.filter(pk__in=set(companies)).values_list("pk", "name"))


def last_change_on(company: Company, what: ChangeOf) -> dt.date | None:
    """The day of the newest change of that kind."""
    rows = CompanyChange.objects.filter(company=company, what=what).order_by("-effective_on", "-id")
    return rows.values_list("effective_on", flat=True).first()


def standing_successions() -> QuerySet[Succession]:
    """Mergers and splits that were not taken back as entered wrongly."""
    return Succession.objects.filter(reversed_at__isnull=True)


def successor_of(company: Company) -> Company | None:
    """The company that stands in its place after mergers, however many; None for one that was never merged.

    A split has several heirs and none that stands in the company's place.
    """
    seen, found = {company.pk}, None
    while True:
        at = found or company
        mergers = standing_successions().filter(predecessor=at, kind=SuccessionKind.MERGER)
        step = mergers.select_related("successor").first()
        if step is None or step.successor_id in seen:
            return found
        found = step.successor
        seen.add(found.pk)


def predecessors_of(company: Company) -> set[int]:
    """The companies that were merged into it, directly or through others: their earlier awards count as its own."""
    found: set[int] = set()
    edge = {company.pk}
    while edge:
        rows = standing_successions().filter(successor__in=edge, kind=SuccessionKind.MERGER)
        edge = set(rows.values_list("predecessor_id", flat=True)) - found - {company.pk}
        found |= edge
    return found


def successors_of(company: Company) -> set[int]:
    """The companies that came after it by merger or split, directly or through others."""
    found: set[int] = set()
    edge = {company.pk}
    while edge:
        rows = standing_successions().filter(predecessor__in=edge)
        edge = set(rows.values_list("successor_id", flat=True)) - found - {company.pk}
        found |= edge
    return found


def group_of(company: Company, on: dt.date) -> set[int]:
    """The companies of its group on that day, itself included: joined by majority or control, up and down."""
    valid = Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    found, edge = {company.pk}, {company.pk}
    while edge:
        links = GroupLink.objects.filter(valid).filter(Q(parent__in=edge) | Q(child__in=edge))
        reached = {one for pair in links.values_list("parent_id", "child_id") for one in pair}
        edge = reached - found
        found |= edge
    return found
