from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from subsidy.accounts.models import User
from subsidy.applicants.models import Company, CompanyFact, CompanyUserObjectPermission
from subsidy.applicants.rights import in_force


def companies_of(user: User, *, on: dt.date) -> QuerySet[Company]:
    """The companies that the person may act for on that day, by an indexed join on guardian's rows."""
    mine = CompanyUserObjectPermission.objects.filter(in_force(on), user=user, content_object=OuterRef("pk"))
    return Company.objects.filter(Exists(mine)).order_by("id")


def rights_of(user: User, *, on: dt.date) -> dict[int, frozenset[str]]:
    """What the person may do for which company on that day: company id to names of rights (`file_for` …)."""
    rows = CompanyUserObjectPermission.objects.filter(in_force(on), user=user).values_list(
        "content_object_id", "permission__codename"
    )
    found: dict[int, set[str]] = {}
    for company_id, codename in rows:
        found.setdefault(company_id, set()).add(codename)
    return {company_id: frozenset(names) for company_id, names in found.items()}


def current_facts(companies: QuerySet[Company]) -> dict[int, list[CompanyFact]]:
    """What is now held of each company, records of lists included, the newest last; one query."""
    found: dict[int, list[CompanyFact]] = {}
    rows = CompanyFact.objects.filter(company__in=companies.order_by().values("pk"), superseded_at__isnull=True)
    for fact in rows.order_by("company_id", "as_of", "id"):
        found.setdefault(fact.company_id, []).append(fact)
    return found


def held_of(company_id: int) -> list[CompanyFact]:
    """Everything now held of one company, records of lists included, the newest last; one query."""
    return list(CompanyFact.objects.filter(company_id=company_id, superseded_at__isnull=True).order_by("as_of", "id"))


def history_of(company_id: int, name: str) -> QuerySet[CompanyFact]:
    """Every row that was ever held of a fact, or of the list of that name, the newest first."""
    rows = CompanyFact.objects.filter(Q(name=name, list_name="") | Q(list_name=name), company_id=company_id)
    return rows.select_related("entered_by", "brought_by").order_by("-entered_at", "-id")
