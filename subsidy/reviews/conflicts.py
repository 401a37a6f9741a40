"""Who of the pool can judge a case, and what keeps the others from it: their bonds to the applicant and its group."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant
from subsidy.accounts.selectors import SEES_CASES, in_force
from subsidy.applicants.models import Company, CompanyUserObjectPermission
from subsidy.cases.models import Case, Recusal
from subsidy.reviews.enums import ExpertLinkKind
from subsidy.reviews.pool import ExpertLink, ExpertProfile

JOINT_WORK_YEARS = 3
# `subsidy.applicants.history.group_of` within a statement: majority and control, up and down, on a day.
GROUP = """
WITH RECURSIVE reached(id) AS (
    SELECT %s::bigint
    UNION
    SELECT CASE WHEN link.parent_id = reached.id THEN link.child_id ELSE link.parent_id END
    FROM applicants_grouplink AS link JOIN reached ON reached.id IN (link.parent_id, link.child_id)
    WHERE link.valid_from <= %s AND (link.valid_to IS NULL OR link.valid_to >= %s)
)
SELECT id FROM reached
"""


@dataclass(frozen=True)
class Candidate:
    """An expert of the pool; `bonds` says in words of the program what keeps the expert from the case."""

    user_id: int
    branch: str
    fields: tuple[str, ...]
    bonds: tuple[str, ...]


def candidates(case: Case, *, on: dt.date, among: Iterable[int] | None = None) -> list[Candidate]:
    """Everyone in the bureau's pool on that day (or `among` these people), with their bonds to the applicant.

    Detected are: employer, share, office, kin and joint work as declared or recorded; an account of a person of the
    company, now or before; the legal representative's name; a recusal. The group of the applicant counts as itself.
    An officer who sees the bureau's cases cannot judge them blind.
    """
    company: Company = case.company
    group = Company.objects.filter(pk__in=RawSQL(GROUP, [company.pk, on, on]))  # nosec B611
    profiles = in_pool(on).filter(authority=case.authority_id)
    if among is not None:
        profiles = profiles.filter(user__in=list(among))
    rows = profiles.annotate(
        bonds_kept=ArraySubquery(
            binding(on).filter(profile=OuterRef("pk"), uscc__in=group.values("uscc")).values("kind")
        ),
        employed=Exists(group.filter(Q(uscc=OuterRef("employer_uscc")) | Q(name=OuterRef("employer")))),
        member=Exists(
            CompanyUserObjectPermission.objects.filter(
                user=OuterRef("user"), content_object__in=Subquery(group.values("pk"))
            )
        ),
        represents=Exists(group.exclude(representative="").filter(representative=OuterRef("user__name"))),
        recused=Exists(Recusal.objects.filter(user=OuterRef("user"), case=case)),
        officer=Exists(
            RoleGrant.objects.filter(
                in_force(on), user=OuterRef("user"), authority=case.authority_id, role__in=SEES_CASES
            )
        ),
    )
    return [
        Candidate(row.user_id, row.branch, tuple(row.fields), _bonds(row))
        for row in rows.order_by("user_id").only("user_id", "branch", "fields")
    ]


def _bonds(row: ExpertProfile) -> tuple[str, ...]:
    """The annotations of `candidates` as words."""
    found = set(row.bonds_kept)  # type: ignore[attr-defined]
    if row.employed:  # type: ignore[attr-defined]
        found.add(ExpertLinkKind.EMPLOYER.value)
    if row.represents:  # type: ignore[attr-defined]
        found.add(ExpertLinkKind.REPRESENTATIVE.value)
    if row.member:  # type: ignore[attr-defined]
        found.add("member")
    if row.officer:  # type: ignore[attr-defined]
        found.add("officer")
    if row.recused:  # type: ignore[attr-defined]
        found.add("recused")
    return tuple(sorted(found))


def in_pool(on: dt.date) -> QuerySet[ExpertProfile]:
    """Experts who stand in a pool on that day, are active, and hold the role of an expert there."""
    grants = RoleGrant.objects.filter(
        in_force(on), user=OuterRef("user"), authority=OuterRef("authority"), role=Role.EXPERT
    )
    valid = Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    return ExpertProfile.objects.filter(valid, Exists(grants), user__is_active=True)


def binding(on: dt.date) -> QuerySet[ExpertLink]:
    """Links that bind on that day: those in force, and joint work that ended within three years."""
    joint = Q(kind=ExpertLinkKind.CO_AUTHOR, valid_to__gte=years_before(on, JOINT_WORK_YEARS))
    return ExpertLink.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on) | joint, valid_from__lte=on)


def years_before(on: dt.date, years: int) -> dt.date:
    """The same day that many years earlier; of 29 February the 28th."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)
