"""Who reads or takes along what is not theirs leaves an event: one rule for every page, not a line in every view.

Recorded are: every file that leaves a signed-in page, every list taken along, and the pages named in SENSITIVE. The
scope functions, through which every matter of somebody else is reached, say whose it is (`about`). The event is
written before the first byte goes out; when it cannot be written, nothing does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from subsidy.accounts.enums import UserKind
from subsidy.audit.reads import EXPORT, FILE, PAGE, Read, read_append
from subsidy.web.person import moment_of, request_id_of

SENSITIVE = frozenset({"console:company-accounts", "console:audit-case"})
"""Pages with whole account numbers, and the files of cases that an auditor reads."""
OPEN = frozenset({"public", ""})
"""Namespaces whose files anybody may have."""
QUERY_LENGTH_MAX = 300
_ABOUT = "_subsidy_about"


def about(request: HttpRequest, kind: str, subject_id: int, company_id: int | None) -> None:
    """Say which matter this request shows, and whose; the last word counts."""
    setattr(request, _ABOUT, (kind, subject_id, company_id))


class ReadsMiddleware:
    """Records what was read once the answer is made, and before it is sent."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "GET" and response.status_code == 200 and request.user.is_authenticated:
            try:
                _record(request, response)
            except Exception:
                opened = getattr(response, "file_to_stream", None)
                if opened is not None:
                    opened.close()  # not response.close(), which would end the request and its connection
                raise
        return response


def _record(request: HttpRequest, response: HttpResponseBase) -> None:
    user: Any = request.user
    act = _act(request, response, user.kind)
    if not act or user.authority_id is None:
        return
    kind, subject_id, company_id = getattr(request, _ABOUT, ("", None, None))
    match = request.resolver_match
    read = Read(
        act=act,
        page=match.view_name if match is not None else "",
        kind=kind,
        subject_id=subject_id,
        company_id=company_id,
        query=request.META.get("QUERY_STRING", "")[:QUERY_LENGTH_MAX],
    )
    read_append(
        read,
        actor=user.as_actor(),
        authority_id=user.authority_id,
        now=moment_of(request),
        request_id=request_id_of(request),
    )


def _act(request: HttpRequest, response: HttpResponseBase, kind: str) -> str:
    """What is to be recorded, empty for nothing. Companies read their own; what they take along as a list is recorded."""
    match = request.resolver_match
    if match is None or match.namespace in OPEN:
        return ""
    leaves = response.has_header("Content-Disposition")
    if leaves and "export" in request.GET:
        return EXPORT
    if kind == UserKind.COMPANY:
        return ""
    if leaves or not response.get("Content-Type", "").startswith(("text/html", "application/json")):
        return FILE
    return PAGE if match.view_name in SENSITIVE else ""
