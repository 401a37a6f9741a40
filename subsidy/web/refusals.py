"""A refusal of the door as a page: what happened to what the reader sent, and what to do next."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from subsidy.web.second_factor import confirm_first
from workflows.common.refusals import Refused, StepUpNeeded

TEMPLATES = {403: "errors/403.html", 404: "errors/404.html", 409: "errors/409.html", 503: "errors/503.html"}
BUSY_SECONDS = 5


def conflict(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The page of a refusal, with its status; a foreign matter gives the same page as one that does not exist."""
    template = TEMPLATES.get(refusal.status, "errors/refused.html")
    response = render(request, template, {"refusal": refusal, "back": _page_before(request)}, status=refusal.status)
    # Said on a page made for this reader alone, about a state that may be over in a moment.
    response["Cache-Control"] = "no-store"
    if refusal.status == 503:
        response["Retry-After"] = str(BUSY_SECONDS)
    return response


def _page_before(request: HttpRequest) -> str:
    """The page that sent the refused act, when the browser names one of ours; else the address of the act."""
    before = request.headers.get("Referer", "")
    known = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if known else request.path


class RefusalMiddleware:
    """Turns a `Refused` that a view lets through into its page. Views show refusals about a form's data in the form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, StepUpNeeded) and request.user.is_authenticated:
            return confirm_first(request, back=_page_before(request))
        return conflict(request, exception) if isinstance(exception, Refused) else None
