"""The few pages that belong to no room."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from subsidy.web import nav
from subsidy.web.person import acting_of


def home(request: HttpRequest) -> HttpResponse:
    """Where a person belongs: the first entry of their navigation; without one, a page that says whom to ask."""
    acting = acting_of(request)
    entries = nav.entries_for(acting.kind, acting.roles)
    if entries:
        return redirect(entries[0].url)
    return render(request, "web/home.html")


def source(request: HttpRequest) -> HttpResponse:
    """The offer of source code that the licence asks of everybody who runs this program for others."""
    return render(request, "web/source.html")
