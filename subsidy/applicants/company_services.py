"""Writers of who acts for companies and of what becomes of them. Only the door calls them."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import Permission

from subsidy.accounts.models import User
from subsidy.applicants.enums import ChangeOf, LinkKind, RightBasis, SuccessionKind
from subsidy.applicants.models import Company, CompanyChange, CompanyUserObjectPermission, GroupLink, Succession
from subsidy.audit.moment import Moment
from subsidy.documents.models import StoredFile


def right_grant(
    company: Company,
    user: User,
    right: str,
    *,
    basis: RightBasis,
    granted_by: User,
    now: Moment,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    letter: StoredFile | None = None,
) -> CompanyUserObjectPermission:
    """Give a person a right for the company; one that is no longer in force makes room for it.

    The database refuses a right that the person has already (company_right_once).
    """
    permission = Permission.objects.get(codename=right, content_type__app_label="applicants")
    rows = CompanyUserObjectPermission.objects.filter(
        user=user, permission=permission, content_object=company, ended_at__isnull=True
    )
    for row in rows:
        if not row.in_force(now.on):
            right_end(row, ended_by=granted_by, now=now, reason="")
    return CompanyUserObjectPermission.objects.create(
        content_object=company,
        user=user,
        permission=permission,
        basis=basis,
        valid_from=valid_from or now.on,
        valid_to=valid_to,
        granted_by=granted_by,
        granted_at=now.at,
        letter=letter,
    )


def right_end(row: CompanyUserObjectPermission, *, ended_by: User, now: Moment, reason: str) -> None:
    """End a right at this moment; its row stays as history."""
    row.ended_at, row.ended_by, row.end_reason = now.at, ended_by, reason
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])


def change_note(
    company: Company, what: ChangeOf, *, after: str, effective_on: dt.date, document: str, actor: User, now: Moment
) -> CompanyChange:
    """Note a change beside what was true before it. The caller sets the company's own column."""
    return CompanyChange.objects.create(
        authority_id=company.authority_id,
        company=company,
        what=what,
        before=getattr(company, what.value),
        after=after,
        effective_on=effective_on,
        document=document,
        recorded_at=now.at,
        recorded_by=actor,
    )


def succession_note(
    predecessor: Company,
    successor: Company,
    *,
    kind: SuccessionKind,
    effective_on: dt.date,
    document: str,
    actor: User,
    now: Moment,
) -> Succession:
    """Note who comes after a company."""
    return Succession.objects.create(
        authority_id=predecessor.authority_id,
        predecessor=predecessor,
        successor=successor,
        kind=kind,
        effective_on=effective_on,
        document=document,
        recorded_at=now.at,
        recorded_by=actor,
    )


def succession_reverse(succession: Succession, *, document: str, actor: User, now: Moment) -> None:
    """Mark a succession as entered wrongly; the row stays, and the database lets nobody mark it twice."""
    succession.reversed_at, succession.reversed_by = now.at, actor
    succession.reversing_document = document
    succession.save(update_fields=["reversed_at", "reversed_by", "reversing_document"])


def link_note(
    parent: Company,
    child: Company,
    *,
    kind: LinkKind,
    share: int | None,
    valid_from: dt.date,
    document: str,
    actor: User,
    now: Moment,
) -> GroupLink:
    """Note that a company holds the majority of another or controls it; `share` in hundredths of a percent."""
    return GroupLink.objects.create(
        authority_id=parent.authority_id,
        parent=parent,
        child=child,
        kind=kind,
        share=share,
        valid_from=valid_from,
        document=document,
        recorded_at=now.at,
        recorded_by=actor,
    )


def link_end(link: GroupLink, *, valid_to: dt.date) -> None:
    """Say on which day a group link held for the last time."""
    link.valid_to = valid_to
    link.save(update_fields=["valid_to"])
