"""Who a program speaks for: a token in the Authorization header, or a browser's session with its CSRF token."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import cast

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from subsidy.accounts.models import ApiToken, User
from subsidy.api.access import PREFIX as ACCESS_PREFIX
from subsidy.api.access import access_read
from subsidy.api.identities import is_of_provider, token_of_provider
from subsidy.web.person import moment_of
from subsidy.web.second_factor import has_factor, must_have_factor

SCHEME = "Bearer"
PREFIX = "sub_"
HINT_LENGTH = 8
_SECRET_OCTETS = 32
_READING = ("GET", "HEAD", "OPTIONS")


def new_secret() -> str:
    """A secret that nobody can guess; it is shown once and never stored."""
    return PREFIX + secrets.token_urlsafe(_SECRET_OCTETS)


def digest_of(secret: str) -> str:
    """What is stored of a secret. It has 256 random bits, so that a plain hash cannot be tried out."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_named(secret: str) -> ApiToken | None:
    """The token of this secret, with its person, whether or not it is in force."""
    return ApiToken.objects.select_related("user").filter(digest=digest_of(secret)).first()


def is_live(token: ApiToken, *, real: dt.datetime) -> bool:
    """Whether the token is in force at that moment of real time, and its person may come in."""
    user = token.user
    if token.revoked_at is not None or token.expires_at <= real:
        return False
    if not user.is_active or user.password_to_change:
        return False
    return not must_have_factor(user) or has_factor(user)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer sub_…`, an access token that a system got for one (subsidy.api.oauth), or an access token of an
    identity provider (subsidy.api.identities).

    An unknown, ended or revoked token is refused in one sentence for all of them.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if not words or words[0].lower() != SCHEME.lower():
            return None
        if len(words) != 2:
            raise AuthenticationFailed(_("The Authorization header must read: Bearer, one space, the token."))
        real = moment_of(request).real
        token = _meant(words[1], real=real)
        if token is None or not is_live(token, real=real):
            raise AuthenticationFailed(
                _("This token is unknown, has ended or was revoked. Make a new one on the page of your account.")
            )
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


def _meant(secret: str, *, real: dt.datetime) -> ApiToken | None:
    """The token behind a secret of any of the three kinds. Raises ProviderSilent."""
    if secret.startswith(ACCESS_PREFIX):
        return access_read(secret, real=real)
    if secret.startswith(PREFIX) or not is_of_provider(secret):
        return token_named(secret)
    return token_of_provider(secret, real=real)


def token_of(request: Request) -> ApiToken | None:
    """The token of this request, which stands in no table if it is a provider's; None for a browser's session."""
    return request.auth if isinstance(request.auth, ApiToken) else None


def user_of(request: Request) -> User:
    return cast(User, request.user)


class WithinToken(BasePermission):
    """Somebody signed in; and of a token, that it reaches this kind of matter to read or to act on (view.kind_asked)."""

    message = _("This token does not reach that far. Make one that may act, or that names this kind of matter.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return False
        token = token_of(request)
        if token is None:
            return True
        kind = getattr(view, "kind_asked", lambda: "")()
        reading = request.method in _READING or getattr(view, "only_reads", False)
        return token.covers(kind, acting=not reading)
