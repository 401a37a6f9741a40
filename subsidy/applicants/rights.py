"""Who may act for a company on a day, since when, by what, and whom to ask for it."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from subsidy.accounts.models import User
from subsidy.applicants.models import Company, CompanyUserObjectPermission

FILE_FOR, CONFIRM_FOR, ADMINISTER_FOR = "file_for", "confirm_for", "administer_for"
RIGHTS = (FILE_FOR, CONFIRM_FOR, ADMINISTER_FOR)
_PHONE_HEAD, _PHONE_TAIL = 3, 4


def in_force(on: dt.date) -> Q:
    """Rights that hold on that day."""
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=on)
    return begun & (Q(valid_to__isnull=True) | Q(valid_to__gte=on)) & Q(ended_at__isnull=True)


def rights_in(company: Company, *, on: dt.date) -> QuerySet[CompanyUserObjectPermission]:
    """The rights for the company that hold on that day, with their people."""
    rows = CompanyUserObjectPermission.objects.filter(in_force(on), content_object=company)
    return rows.select_related("user", "permission", "letter").order_by("user__username", "permission__codename")


def rights_ever(company: Company) -> QuerySet[CompanyUserObjectPermission]:
    """Every right that was ever given for the company, the newest first."""
    rows = CompanyUserObjectPermission.objects.filter(content_object=company)
    return rows.select_related("user", "permission", "letter", "granted_by", "ended_by").order_by("-id")


def lapsed_right(user: User, company_id: int, *, on: dt.date) -> CompanyUserObjectPermission | None:
    """The newest right of the person for the company, when none of theirs holds on that day."""
    rows = list(CompanyUserObjectPermission.objects.filter(user=user, content_object=company_id).order_by("-id"))
    return rows[0] if rows and not any(row.in_force(on) for row in rows) else None


def administrators_of(company: Company, *, on: dt.date) -> list[User]:
    """Who says who acts for the company; where nobody was named, whoever confirms for it, then whoever files."""
    rows = list(rights_in(company, on=on))
    for right in (ADMINISTER_FOR, CONFIRM_FOR, FILE_FOR):
        found = {row.user_id: row.user for row in rows if row.permission.codename == right}
        if found:
            return list(found.values())
    return []


def whom_to_ask(company: Company, *, on: dt.date) -> str:
    """Whom a stranger asks for a right: the administrator's family name and the telephone, the rest covered."""
    people = administrators_of(company, on=on)
    name = people[0].name[:1] + "**" if people and people[0].name else "**"
    phone = company.contact_phone
    if len(phone) <= _PHONE_HEAD + _PHONE_TAIL:
        return name
    return f"{name} ({phone[:_PHONE_HEAD]}****{phone[-_PHONE_TAIL:]})"
