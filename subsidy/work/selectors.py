"""What waits for whom, read from the work items: one source a pool, so that each is served by its own index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from subsidy.accounts.enums import ADMINISTRATORS, Role
from subsidy.accounts.models import RoleGrant, User
from subsidy.accounts.selectors import SEES_CASES, SEES_GIVEN, in_force
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case, Recusal
from subsidy.decisions.recusals import closed_to
from subsidy.reviews.models import Asked, Opinion
from subsidy.work.models import Pool, WorkItem


@dataclass(frozen=True)
class Standing:
    """Where a person stands today: the pools of their roles, the bureaus whose cases they see and those's other pools."""

    user: User
    pools: Sequence[Pool]
    others: Sequence[Pool]
    authorities: Sequence[int]
    roles: frozenset[str]
    recused: bool

    @cached_property
    def closed(self) -> Mapping[str, Collection[int]]:
        """The matters that the person is recused from, by kind; read when a list asks for it, of those who are recused."""
        return closed_to(self.user) if self.recused else {}

    @property
    def works(self) -> bool:
        """Whether the person has anything to do with cases at all; administrators have not."""
        return bool(self.roles) and not self.roles & set(ADMINISTRATORS)


def standing_of(user: User, *, on: dt.date, grants: Sequence[RoleGrant] | None = None) -> Standing:
    """Two statements: the grants in force on that day (unless they are given), and the pools of their bureaus.

    A grant names a whole role or one unit of it; an expert's seats wait for the expert, not in a pool.
    """
    if grants is None:
        grants = list(RoleGrant.objects.filter(in_force(on), user=user))
    authorities = sorted({grant.authority_id for grant in grants if grant.role in SEES_CASES})
    held = {(grant.authority_id, grant.role, grant.unit_id) for grant in grants}
    pools, others = [], []
    every = Pool.objects.filter(authority__in={grant.authority_id for grant in grants}).order_by("id")
    # Asked along with the pools: few are recused from anything, and the queue has no statement to spare.
    found: list[Any] = list(every.annotate(recused=Exists(Recusal.objects.filter(user=user))))
    for pool in found:
        if pool.role in ADMINISTRATORS:
            continue
        place = (pool.authority_id, pool.role)
        if pool.role != Role.EXPERT and {(*place, None), (*place, pool.unit_id)} & held:
            pools.append(pool)
        elif pool.authority_id in authorities:
            others.append(pool)
    recused = not found or any(pool.recused for pool in found)
    return Standing(user, pools, others, authorities, frozenset(grant.role for grant in grants), recused)


def cases_seen(user: User, *, on: dt.date, grants: Sequence[RoleGrant] | None = None) -> QuerySet[Case]:
    """Filed cases that an officer sees: the bureau's, or those given to the own unit, waiting there or answered.

    Nobody sees a case that the person is recused from. `grants` are those in force on that day, where they are at hand:
    then only what they can open is looked for.
    """
    held = RoleGrant.objects.filter(in_force(on), user=user)
    if grants is None:
        seen = Q(authority__in=held.filter(role__in=SEES_CASES).values("authority")) | _given(held)
    else:
        seen = Q(authority__in=sorted({grant.authority_id for grant in grants if grant.role in SEES_CASES}))
        if any(grant.role in SEES_GIVEN for grant in grants):
            seen |= _given(held)
    recused = Recusal.objects.filter(user=user, case=OuterRef("pk"))
    return Case.objects.filter(seen).exclude(state=CaseState.DRAFT).exclude(Exists(recused))


def _given(held: QuerySet[RoleGrant]) -> Q:
    """Cases that wait in a unit of these grants for its opinion, or that it has answered."""
    given = held.filter(role__in=SEES_GIVEN, authority=OuterRef("authority"))
    waits = WorkItem.objects.filter(
        Exists(given.filter(_of_unit(OuterRef("pool__unit")), role=OuterRef("pool__role"))),
        subject_kind="case",
        subject_id=OuterRef("pk"),
    )
    asked = {Asked.TOWNSHIP: Role.TOWNSHIP, Asked.DEPARTMENT: Role.DEPARTMENT}
    of_role = [
        Q(Exists(given.filter(_of_unit(OuterRef("unit")), role=role)), asked=who) for who, role in asked.items()
    ]
    answered = Opinion.objects.filter(of_role[0] | of_role[1], case=OuterRef("pk"))
    return Q(Exists(waits)) | Q(Exists(answered))


def _of_unit(unit: OuterRef) -> Q:
    """Grants for that unit, or for the whole role."""
    return Q(unit__isnull=True) | Q(unit=unit)


def items_of(kind: str, subject_id: int) -> list[WorkItem]:
    """The open work items of one matter, with whom they wait for."""
    found = WorkItem.objects.filter(subject_kind=kind, subject_id=subject_id)
    return list(found.select_related("assignee", "pool").order_by("id"))
