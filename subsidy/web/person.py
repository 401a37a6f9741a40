"""Who asks, when, and as what: read once a request, for the page frame and for views."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import RoleGrant, User
from subsidy.accounts.selectors import grants_of
from subsidy.applicants.selectors import companies_of
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.web import formats
from subsidy.web.components import Text

_MOMENT = "_subsidy_moment"
_ACTING = "_subsidy_acting"
_GRANTS = "_subsidy_grants"
API_REQUEST_ID = "_api_request_id"


@dataclass(frozen=True)
class Acting:
    """Who somebody acts as: their name, their roles valid today, the bureau or the companies they act for."""

    name: str
    kind: str
    roles: Sequence[str]
    role_words: Sequence[Text]
    places: Sequence[str]


NOBODY = Acting(name="", kind="", roles=(), role_words=(), places=())


def moment_of(request: HttpRequest) -> Moment:
    """The business moment of this request: asked of the clock once, so that a page speaks of one time."""
    if not hasattr(request, _MOMENT):
        setattr(request, _MOMENT, business_now())
    return cast(Moment, getattr(request, _MOMENT))


def at_moment(request: HttpRequest, now: Moment) -> None:
    """Have this request speak of a moment that is known already."""
    setattr(request, _MOMENT, now)


def request_id_of(request: HttpRequest) -> str:
    """The id that the server in front gave this request, or the API; empty without: under it the server's log has the address."""
    return str(getattr(request, API_REQUEST_ID, "")) or request.headers.get("X-Request-Id", "")[:60]


def grants_of_request(request: HttpRequest) -> Sequence[RoleGrant]:
    """The role grants of the signed-in person in force at the request's moment, with their bureaus."""
    if not hasattr(request, _GRANTS):
        held = grants_of(cast(User, request.user), on=moment_of(request).on).select_related("authority")
        setattr(request, _GRANTS, list(held.order_by("id")))
    return cast(Sequence[RoleGrant], getattr(request, _GRANTS))


def acting_of(request: HttpRequest) -> Acting:
    """Who the signed-in person acts as; NOBODY for somebody not signed in."""
    if not hasattr(request, _ACTING):
        setattr(request, _ACTING, _acting(request))
    return cast(Acting, getattr(request, _ACTING))


def _acting(request: HttpRequest) -> Acting:
    if not request.user.is_authenticated:
        return NOBODY
    user = request.user
    if user.kind == UserKind.COMPANY:
        return Acting(str(user), user.kind, (), (), _companies(user, moment_of(request).on))
    roles: dict[str, Text] = {}
    places: dict[str, None] = {}
    for grant in grants_of_request(request):
        roles[grant.role] = Role(grant.role).label
        places[formats.pick(grant.authority.name_zh, grant.authority.name_en)] = None
    return Acting(str(user), user.kind, tuple(roles), tuple(roles.values()), tuple(places))


def _companies(user: User, today: dt.date) -> tuple[str, ...]:
    return tuple(companies_of(user, on=today).values_list("name", flat=True)[:3])
