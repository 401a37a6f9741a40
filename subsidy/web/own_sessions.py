"""Where a person is signed in, and signing out elsewhere: one session, or all but this one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import cast

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.backends.db import SessionStore
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from subsidy.accounts.models import User
from subsidy.web import entering
from subsidy.web.sessions import SEEN

SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
BROWSERS = ("Edg", "OPR", "Firefox", "MicroMessenger", "Chrome", "Safari")
"""In the order in which they are looked for: each but the first names others beside itself."""
NAMES = {"Edg": "Edge", "OPR": "Opera", "MicroMessenger": "WeChat", "Mac OS": "macOS"}


@dataclass(frozen=True)
class Place:
    """One browser in which the person is signed in; times are real time."""

    pk: int
    browser: str
    address: str
    since: dt.datetime
    seen: dt.datetime
    is_here: bool


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """This session first, then the others by when they were used last."""
    places = sorted((_place(request, one) for one in _living(request)), key=lambda one: one.seen, reverse=True)
    places.sort(key=lambda one: not one.is_here)
    others = sum(not one.is_here for one in places)
    return render(request, "web/own_sessions.html", {"places": places, "others": others})


@require_POST
@login_required
def end(request: HttpRequest) -> HttpResponse:
    """End the named session of the person's own, or, where none is named, all but this one."""
    here = request.session.session_key
    found = [one for one in _living(request) if one.session_key != here]
    wanted = request.POST.get("session", "")
    if wanted:
        found = [one for one in found if str(one.pk) == wanted]
        if not found:
            raise Http404
    if found:
        entering.session_ended(request, cast(User, request.user), count=len(found))
    for one in found:
        one.end()
    said = ngettext("%(n)d session was ended.", "%(n)d sessions were ended.", len(found)) % {"n": len(found)}
    messages.success(request, said)
    return HttpResponseRedirect(reverse("own-sessions"))


def _living(request: HttpRequest) -> list[UserSession]:
    found: list[UserSession] = UserSession.objects.purge_and_list(cast(User, request.user))
    return found


def _place(request: HttpRequest, one: UserSession) -> Place:
    seen = SessionStore(one.session_key).get(SEEN)
    return Place(
        pk=one.pk,
        browser=_browser(one.user_agent),
        address=one.ip,
        since=one.created_at,
        seen=dt.datetime.fromtimestamp(seen, dt.UTC) if seen else one.created_at,
        is_here=one.session_key == request.session.session_key,
    )


def _browser(agent: str) -> str:
    """Browser and system by the names that people know; empty for a program that names none."""
    named = [next((one for one in words if one in agent), "") for words in (BROWSERS, SYSTEMS)]
    return " · ".join(NAMES.get(one, one) for one in named if one)
