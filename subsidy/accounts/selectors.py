from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from subsidy.accounts.enums import ADMINISTRATORS, Role
from subsidy.accounts.models import RoleGrant, User


def in_force(on: dt.date) -> Q:
    """Role grants valid on that day; a delegation only as long as the grant that it lends."""
    lent = Q(source__ended_at__isnull=True) & (Q(source__valid_to__isnull=True) | Q(source__valid_to__gte=on))
    own = Q(valid_from__lte=on, ended_at__isnull=True) & (Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    return own & (Q(source__isnull=True) | lent)


def grants_of(user: User, *, on: dt.date, roles: Iterable[Role] | None = None) -> QuerySet[RoleGrant]:
    """The grants of a person valid on that day, of the named roles if any are named."""
    grants = RoleGrant.objects.filter(in_force(on), user=user)
    return grants if roles is None else grants.filter(role__in=list(roles))


# Roles of other offices, who see the cases that were given to their unit and nothing else of the bureau.
SEES_GIVEN = (Role.TOWNSHIP, Role.DEPARTMENT)
# Roles that see the bureau's cases; administrators and experts do not (an expert sees the own seats).
SEES_CASES = tuple(
    role for role in Role if role not in (*ADMINISTRATORS, *SEES_GIVEN, Role.EXPERT, Role.POLICY_AUTHOR)
)
