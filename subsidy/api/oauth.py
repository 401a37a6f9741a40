"""OAuth 2.0 for systems: access tokens for client credentials (RFC 6749 §4.4), and nothing else of that framework.

The client id is the beginning of one of the person's tokens as their list shows it, the client secret the whole of it.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.http import QueryDict
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from subsidy.accounts.models import ApiToken
from subsidy.api.access import ACT, READ, SECONDS, access_new
from subsidy.api.authentication import is_live, token_named
from subsidy.api.throttling import requests_now
from subsidy.api.views import ApiView
from subsidy.web.person import moment_of
from workflows.common.subjects import kinds


class OAuthError(Exception):
    """An error of RFC 6749 §5.2: its code, and the status that goes with it."""

    def __init__(self, code: str, words: str, *, status: int = 400) -> None:
        super().__init__(words)
        self.code, self.words, self.status = code, words, status


class Granting(ApiView):
    """POST of a form: `grant_type=client_credentials`, `scope` if less is wanted than the token may.

    A scope names `read` or `act` (which includes reading), and kinds of matter; without kinds it reaches all that the
    token reaches. Answers and errors are those of RFC 6749 §5, in English, for they are read by libraries.
    """

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = (FormParser,)

    def post(self, request: Request) -> Response:
        real = moment_of(request).real
        try:
            sent = _once(request.data or QueryDict())  # an empty body is no form to the framework
            token = _client(request, sent, real=real)
            may_act, names = _scope(token, sent.get("scope", ""))
        except OAuthError as error:
            return self._answer({"error": error.code, "error_description": error.words}, error.status)
        if requests_now(token.user_id, real) > settings.API_REQUESTS_A_MINUTE:
            return self._answer({"error": "slow_down", "error_description": "Too many requests in this minute."}, 429)
        body = {
            "access_token": access_new(token, may_act=may_act, kinds=names, real=real),
            "token_type": "Bearer",
            "expires_in": min(SECONDS, int((token.expires_at - real).total_seconds())),
            "scope": " ".join([ACT if may_act else READ, *names]),
        }
        return self._answer(body, 200)

    def _answer(self, body: dict[str, Any], status: int) -> Response:
        headers = {"Pragma": "no-cache"}
        if status == 401:
            headers["WWW-Authenticate"] = 'Basic realm="api"'
        return Response(body, status=status, headers=headers)


def _once(sent: QueryDict) -> dict[str, str]:
    """The parameters, each of which may come once. Raises OAuthError."""
    if any(len(values) > 1 for _name, values in sent.lists()):
        raise OAuthError("invalid_request", "A parameter came twice.")
    found = {name: str(value) for name, value in sent.items()}
    if "grant_type" not in found:
        raise OAuthError("invalid_request", "grant_type is missing.")
    if found["grant_type"] != "client_credentials":
        raise OAuthError("unsupported_grant_type", "The only grant here is client_credentials.")
    return found


def _client(request: Request, sent: Mapping[str, str], *, real: dt.datetime) -> ApiToken:
    """The token whose beginning and whole were sent, in the header or in the body, not in both. Raises OAuthError."""
    words = request.META.get("HTTP_AUTHORIZATION", "").split(" ")
    in_body = "client_id" in sent or "client_secret" in sent
    if words[0].lower() == "basic" and in_body:
        raise OAuthError("invalid_request", "Send the credentials in the header or in the body, not in both.")
    if words[0].lower() == "basic" and len(words) == 2:
        name, secret = _basic(words[1])
    else:
        name, secret = sent.get("client_id", ""), sent.get("client_secret", "")
    token = token_named(secret)
    if token is None or token.hint != name or not is_live(token, real=real):
        raise OAuthError("invalid_client", "These credentials are unknown, have ended or were revoked.", status=401)
    return token


def _basic(word: str) -> tuple[str, str]:
    """Client id and secret of RFC 7617, each of them form-encoded (RFC 6749 §2.3.1). Raises OAuthError."""
    try:
        name, _colon, secret = base64.b64decode(word, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise OAuthError("invalid_client", "The Authorization header cannot be read.", status=401) from error
    return unquote_plus(name), unquote_plus(secret)


def _scope(token: ApiToken, asked: str) -> tuple[bool, list[str]]:
    """Whether it may act, and the kinds of matter; never more than the token. Raises OAuthError."""
    words = asked.split()
    names = sorted(set(words) - {READ, ACT})
    may_act = ACT in words or (not {READ, ACT} & set(words) and token.may_act)
    unknown = set(names) - {kind.name for kind in kinds()}
    if unknown or (may_act and not token.may_act) or not all(token.covers(name, acting=False) for name in names):
        raise OAuthError("invalid_scope", "The scope names something unknown, or more than these credentials reach.")
    return may_act, names or list(token.kinds)
