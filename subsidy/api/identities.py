"""Access tokens of an identity provider (RFC 9068), for programs whose people sign in there (docs/adr/0042).

Taken are those of the providers of the settings that name an audience, signed by a key that the provider shows, and only for
people whom the security administrator has linked before. Nothing of what they say is believed before the signature holds.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from jwt.exceptions import PyJWKClientConnectionError, PyJWKSetError, PyJWTError

from subsidy.accounts.models import ApiToken
from subsidy.api.access import ACT, READ
from workflows.common.refusals import Refused
from workflows.common.subjects import kinds

LEEWAY = dt.timedelta(seconds=60)
_TYPES = ("at+jwt", "application/at+jwt")
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
_CLAIMS = ("iss", "aud", "sub", "exp", "iat", "jti", "client_id")
_SECONDS_TO_ANSWER = 5
_SECONDS_OF_REST = 10


class ProviderSilent(Refused):
    """The identity provider does not show its keys."""

    code = "identity_provider"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    default_message = _(
        "The identity provider does not answer, so nobody can tell whether this token is genuine. Send the request again "
        "in a minute, or use a token made on the page of your account."
    )


def is_of_provider(secret: str) -> bool:
    """Whether this has the shape of a signed token (three parts, RFC 7515) and none of ours."""
    return secret.count(".") == 2


def token_of_provider(secret: str, *, real: dt.datetime) -> ApiToken | None:
    """What the bearer may, as a token that stands in no table; None for whatever is not genuine, not meant for this API, not
    in force at that moment of real time, or about a person who is not linked.

    `scope` names `read` or `act` (which includes reading) and kinds of matter; the words of others in it say nothing here,
    and a token without `read` and `act` reaches nothing. Raises ProviderSilent where the provider's keys cannot be had.
    """
    try:
        header, said = jwt.get_unverified_header(secret), jwt.decode(secret, options={"verify_signature": False})
        provider = _provider_of(said)
        if provider is None or str(header.get("typ", "")).lower() not in _TYPES or "kid" not in header:
            return None
        key = _keys_of(provider["settings"]["server_url"]).named(header["kid"])
        claims = jwt.decode(
            secret,
            key,
            algorithms=_ALGORITHMS,
            audience=provider["settings"]["api_audience"],
            issuer=provider["settings"]["server_url"],
            options={"require": list(_CLAIMS), "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except PyJWTError:
        return None
    ends, words = _in_force(claims, real), set(str(claims.get("scope", "")).split())
    if ends is None or not {READ, ACT} & words:
        return None
    linked = SocialAccount.objects.select_related("user").filter(provider=provider["provider_id"], uid=claims["sub"])
    person = linked.first()
    names = sorted(words & {kind.name for kind in kinds()})
    return person and ApiToken(user=person.user, may_act=ACT in words, kinds=names, expires_at=ends)


def _provider_of(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """The provider of the settings that the token says it comes from, if programs may bring its tokens."""
    for provider in settings.IDENTITY_PROVIDERS:
        if provider["settings"]["server_url"] == said.get("iss") and provider["settings"]["api_audience"]:
            found: dict[str, Any] = provider
            return found
    return None


def _in_force(claims: Mapping[str, Any], real: dt.datetime) -> dt.datetime | None:
    """The moment at which the token ends, if it has begun and not ended; clocks may differ by LEEWAY."""
    begins = [claims[name] for name in ("iat", "nbf") if name in claims]
    moments = [*begins, claims["exp"]]
    if not all(isinstance(one, int | float) and 0 <= one < 2**33 for one in moments):
        return None
    now, ends = real.timestamp(), claims["exp"] + LEEWAY.total_seconds()
    if now >= ends or any(now < one - LEEWAY.total_seconds() for one in begins):
        return None
    return dt.datetime.fromtimestamp(ends, dt.UTC)


class _Keys:
    """The keys that a provider shows, fetched when first wanted and again for an unknown one, at most every half minute.

    A provider that did not answer is left in peace for a while, so that tokens made up by strangers cannot keep the program
    waiting for it.
    """

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._client: jwt.PyJWKClient | None = None
        self._rests_until = 0.0
        self._lock = threading.Lock()

    def named(self, kid: str) -> jwt.PyJWK:
        """Raises ProviderSilent, also where what the provider shows is no set of keys; PyJWTError for a name that it has not."""
        with self._lock:
            if time.monotonic() < self._rests_until:
                raise ProviderSilent
            try:
                self._client = self._client or jwt.PyJWKClient(self._address(), timeout=_SECONDS_TO_ANSWER)
                return self._client.get_signing_key(kid)
            except (PyJWKClientConnectionError, PyJWKSetError, requests.RequestException, ValueError) as error:
                self._rests_until = time.monotonic() + _SECONDS_OF_REST
                raise ProviderSilent from error

    def _address(self) -> str:
        """Where the provider shows its keys, by its own description (OpenID Connect Discovery §4). Raises ValueError
        where that cannot be right."""
        answer = requests.get(
            f"{self.issuer.rstrip('/')}/.well-known/openid-configuration",
            timeout=_SECONDS_TO_ANSWER,
            allow_redirects=False,
        )
        answer.raise_for_status()
        said = answer.json()
        if not isinstance(said, dict) or said.get("issuer") != self.issuer:
            raise ValueError(f"{self.issuer} describes another issuer than itself")
        address = str(said.get("jwks_uri", ""))
        if urlsplit(address).scheme != urlsplit(self.issuer).scheme:
            raise ValueError(f"{self.issuer} shows its keys at {address!r}")
        return address


@lru_cache(maxsize=16)
def _keys_of(issuer: str) -> _Keys:
    return _Keys(issuer)
