"""Who reads or takes along what is not theirs leaves an event: one rule for every page, not a line in every view.

Recorded are: every file that leaves a signed-in page, every list taken along, the pages named in SENSITIVE, and whatever
a program reads that is not for everybody (a page of its list is a part of a list taken along). The
scope functions, through which every matter of somebody else is reached, say whose it is (`about`). The event is
written before the first byte goes out; when it cannot be written, nothing does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import ResolverMatch

from subsidy.accounts.enums import UserKind
from subsidy.audit.reads import EXPORT, FILE, PAGE, Read, read_append
from subsidy.web.person import moment_of, request_id_of

SENSITIVE = frozenset({"console:company-accounts", "console:audit-case"})
"""Pages with whole account numbers, and the files of cases that an auditor reads."""
OPEN = frozenset({"public", ""})
"""Namespaces whose files anybody may have."""
API_OPEN = frozenset({"authorities", "calls", "notices", "policy-versions"})
"""What a program may read as anybody may read it on the public site."""
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
                record(request, response)
            except Exception:
                opened = getattr(response, "file_to_stream", None)
                if opened is not None:
                    opened.close()  # not response.close(), which would end the request and its connection
                raise
        return response


def record(request: HttpRequest, response: HttpResponseBase) -> None:
    """Write the event of what this answer gives its reader, where the rule asks for one."""
    user: Any = request.user
    act = _act(request, response, user.kind)
    if not act or user.authority_id is None:
        return
    kind, subject_id, company_id = getattr(request, _ABOUT, ("", None, None))
    match = request.resolver_match
    read = Read(
        act=act,
        page=_page_of(match),
        kind=kind,
        subject_id=subject_id,
        company_id=company_id,
        query=request.META.get("QUERY_STRING", "")[:QUERY_LENGTH_MAX],
        surface="api" if match is not None and match.namespace == "api" else "page",
    )
    read_append(
        read,
        actor=user.as_actor(),
        authority_id=user.authority_id,
        now=moment_of(request),
        request_id=request_id_of(request),
    )


def _page_of(match: ResolverMatch | None) -> str:
    """The name of the page; of a program's, with the kind that was read."""
    if match is None:
        return ""
    return f"{match.view_name}:{match.kwargs['kind']}" if match.namespace == "api" else str(match.view_name)


def _act(request: HttpRequest, response: HttpResponseBase, kind: str) -> str:
    """What is to be recorded, empty for nothing. Companies read their own; what they take along as a list is recorded."""
    match = request.resolver_match
    if match is None or match.namespace in OPEN:
        return ""
    if match.namespace == "api":
        return _act_of_program(match, kind)
    leaves = response.has_header("Content-Disposition")
    if leaves and "export" in request.GET:
        return EXPORT
    if kind == UserKind.COMPANY:
        return ""
    if leaves or not response.get("Content-Type", "").startswith(("text/html", "application/json")):
        return FILE
    return PAGE if match.view_name in SENSITIVE else ""


def _act_of_program(match: ResolverMatch, kind: str) -> str:
    """Of a list and of one matter; what may be done with it is no data of anybody."""
    of = match.kwargs.get("kind", "")
    if kind == UserKind.COMPANY or not of or of in API_OPEN:
        return ""
    return {"list": EXPORT, "one": PAGE, "reading": PAGE}.get(match.url_name or "", "")
