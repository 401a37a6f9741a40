"""Refusals as problem details (RFC 9457): one table from what can go wrong to what a program is told.

`code` is stable and for programs, `detail` is a sentence for people in the language of Accept-Language.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from workflows.common.refusals import NotFound, Refused, Stale

MEDIA_TYPE = "application/problem+json"
BUSY_SECONDS = 5


class Precondition(Refused):
    """The matter is newer than the version named in If-Match."""

    code = "version"
    status = HTTPStatus.PRECONDITION_FAILED
    default_message = Stale.default_message


class NoVersion(Refused):
    code = "if_match"
    status = HTTPStatus.PRECONDITION_REQUIRED
    default_message = gettext_lazy(
        "Send If-Match with the ETag of the matter as you last read it, so that nobody's work is overwritten."
    )


class NoKey(Refused):
    code = "idempotency_key"
    status = HTTPStatus.BAD_REQUEST
    default_message = gettext_lazy(
        "Send Idempotency-Key: 8 to 64 letters, digits, points, hyphens or underscores, a new one for each request, the "
        "same one when you send a request again."
    )


class NotSecure(Refused):
    """The request came over plain http where the program is served over https (ASVS 4.1.2)."""

    code = "https"
    status = HTTPStatus.FORBIDDEN
    default_message = gettext_lazy(
        "Send this over https. The token has travelled where others can read it: revoke it and make a new one."
    )


class BadRequest(Refused):
    """The request cannot be read: a parameter that this address does not know, a body of another shape."""

    code = "request"
    status = HTTPStatus.BAD_REQUEST
    default_message = gettext_lazy("This request cannot be read. Compare it with the description of the API.")


_CODES: Mapping[type[exceptions.APIException], str] = {
    exceptions.ParseError: "request",
    exceptions.NotAuthenticated: "credentials",
    exceptions.AuthenticationFailed: "credentials",
    exceptions.PermissionDenied: "permission",
    exceptions.MethodNotAllowed: "method",
    exceptions.NotAcceptable: "media_type",
    exceptions.UnsupportedMediaType: "media_type",
    exceptions.Throttled: "throttled",
}


def request_id_of(request: Request) -> str:
    """The caller's X-Request-Id, or one of ours; it stands in the answer and in the audit event."""
    bare = request._request
    if not hasattr(bare, "_api_request_id"):
        given = bare.headers.get("X-Request-Id", "")[:60]
        usable = given.isascii() and given.isprintable() and given
        bare._api_request_id = given if usable else uuid.uuid4().hex  # type: ignore[attr-defined]
    return str(bare._api_request_id)  # type: ignore[attr-defined]


def body_of(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    return {
        "type": f"/api/v1/problems/#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }


def body_of_refusal(refusal: Refused) -> dict[str, Any]:
    """A refusal of the door, also as the result of one row of a bulk act."""
    errors = [{"field": name, "messages": list(messages)} for name, messages in refusal.fields.items()]
    more = {"errors": errors} if errors else {}
    # Who is recused learns no more than that there is nothing.
    code = NotFound.code if refusal.status == HTTPStatus.NOT_FOUND else refusal.code
    return body_of(refusal.status, code, str(refusal.message), **more)


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to whatever a view raises; None leaves a fault of the program to the log and the page for it."""
    body, headers = _body(error), _headers(error)
    if body is None:
        return None
    set_rollback()
    body["request_id"] = request_id_of(context["request"])
    return Response(body, status=body["status"], headers=headers, content_type=MEDIA_TYPE)


def _body(error: Exception) -> dict[str, Any] | None:
    if isinstance(error, Refused):
        return body_of_refusal(error)
    if isinstance(error, Http404):
        return body_of_refusal(NotFound())
    if isinstance(error, PermissionDenied):
        return body_of(403, "permission", _("Your role does not allow this."))
    if isinstance(error, RequestDataTooBig):
        return body_of(413, "size", _("The body is too large. Send fewer rows at once."))
    if isinstance(error, exceptions.APIException):
        code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), "request")
        return body_of(error.status_code, code, str(error.detail))
    return None


def _headers(error: Exception) -> dict[str, str]:
    if isinstance(error, exceptions.APIException):
        challenge = getattr(error, "auth_header", None)
        wait = getattr(error, "wait", None)
        return ({"WWW-Authenticate": challenge} if challenge else {}) | (
            {"Retry-After": str(int(wait))} if wait else {}
        )
    if isinstance(error, Refused) and error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(BUSY_SECONDS)}
    return {}
