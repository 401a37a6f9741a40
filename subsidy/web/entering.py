"""Coming in, going out and failing to come in are events of the person's own stream, whatever page or library it was.

Who fails has not shown to be the person, so that the actor of such an event is the system's. A name that nobody signs in
with has no stream; these failures stand in the server's log. Where an event cannot be written, nobody comes in.
"""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import user_logged_in
from allauth.mfa import signals as factor
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_out
from django.core.cache import cache
from django.http import HttpRequest

from subsidy.accounts.models import User
from subsidy.accounts.services import system_actor
from subsidy.audit import reads
from subsidy.web.person import moment_of, request_id_of

log = logging.getLogger(__name__)
LOCK_TOLD_SECONDS = 300
"""A lock that holds is told once in this time: whoever keeps knocking must not fill the log."""
_WHY = "_subsidy_sign_out"


def connect() -> None:
    """Listen to the libraries that let people in; called once, when the program starts."""
    for signal, receiver in (
        (user_logged_in, _signed_in),
        (user_logged_out, _signed_out),
        (factor.authentication_failed, _factor_failed),
        (factor.authenticator_used, _factor_used),
        (factor.authenticator_added, _factor_added),
        (factor.authenticator_removed, _factor_removed),
        (factor.authenticator_reset, _factor_renewed),
    ):
        signal.connect(receiver, dispatch_uid=f"{__name__}.{receiver.__name__}")


def leaving(request: HttpRequest, why: str) -> None:
    """Say why the person is being signed out, where they did not ask for it."""
    setattr(request, _WHY, why)


def password_failed(request: HttpRequest, username: str) -> None:
    """A wrong password was given for this name."""
    _by_nobody(request, reads.REFUSED, username, factor="password")


def locked_out(request: HttpRequest, username: str) -> None:
    """So many failed for this name, or from this address, that not even the right password is looked at for a while."""
    if cache.add(f"locked_out:{username.lower()}", 1, LOCK_TOLD_SECONDS):
        _by_nobody(request, reads.LOCKED, username)


def session_ended(request: HttpRequest, user: User, *, count: int) -> None:
    """The person ended sessions of their own elsewhere."""
    _by_person(request, reads.ENDED, user, count=count)


def _by_nobody(request: HttpRequest, act: str, username: str, **data: Any) -> None:
    person = User.objects.filter(username__iexact=username).first()
    if person is None:
        log.warning("%s for a name that nobody has, request %s", act, request_id_of(request) or "-")
        return
    _append(request, act, person, system_actor("system:accounts"), data)


def _by_person(request: HttpRequest, act: str, person: User, **data: Any) -> None:
    _append(request, act, person, person, data)


def _append(request: HttpRequest, act: str, person: User, actor: User, data: dict[str, Any]) -> None:
    if person.authority_id is None:
        return
    reads.own_append(
        act,
        person.pk,
        data,
        actor=actor.as_actor(),
        authority_id=person.authority_id,
        now=moment_of(request),
        request_id=request_id_of(request),
    )


def _signed_in(request: HttpRequest, user: User, **_more: Any) -> None:
    shown = [
        one.get("type") or one.get("provider") or one["method"] for one in get_authentication_records(request, user)
    ]
    _by_person(request, reads.SIGNED_IN, user, by=shown)


def _signed_out(request: HttpRequest, user: User | None, **_more: Any) -> None:
    if user is not None:
        _by_person(request, reads.SIGNED_OUT, user, why=getattr(request, _WHY, "asked"))


def _factor_failed(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    _append(request, reads.REFUSED, user, system_actor("system:accounts"), {"factor": authenticator.type})


def _factor_used(
    request: HttpRequest, user: User, authenticator: Authenticator, reauthenticated: bool = False, **_more: Any
) -> None:
    if reauthenticated:
        _by_person(request, reads.CONFIRMED, user, factor=authenticator.type)


def _factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    _by_person(request, reads.FACTOR_ADDED, user, factor=authenticator.type)


def _factor_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    _by_person(request, reads.FACTOR_REMOVED, user, factor=authenticator.type)


def _factor_renewed(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    _by_person(request, reads.FACTOR_RENEWED, user, factor=authenticator.type)
