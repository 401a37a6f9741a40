"""Signs people out who were idle for long, keeps pages out of caches, and has a given password changed."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.web import entering

SEEN = "seen_at"
# The session is written at most this often for being seen.
NOTE_EVERY_SECONDS = 60


class IdleSignOutMiddleware:
    """Ends a session that was not used for IDLE_SIGN_OUT_SECONDS. This is real time: a person at a desk, not business."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._look(request, int(time.time()))
        return self.get_response(request)

    def _look(self, request: HttpRequest, now: int) -> None:
        seen = request.session.get(SEEN, now)
        if now - seen > settings.IDLE_SIGN_OUT_SECONDS:
            entering.leaving(request, "idle")
            logout(request)
            messages.warning(
                request,
                _("You were signed out because nothing happened for a while. Saved drafts are kept; sign in again."),
            )
        elif SEEN not in request.session or now - seen >= NOTE_EVERY_SECONDS:
            request.session[SEEN] = now


class PrivatePagesMiddleware:
    """What a signed-in person was shown stays in no cache, neither on the way nor on a shared machine."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response


class FirstPasswordMiddleware:
    """Whoever signed in with a password that the counter gave sees nothing but the page where they choose their own."""

    OPEN = ("account_change_password", "account_logout", "set_language")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.user.password_to_change:
            ways = {reverse(name) for name in self.OPEN}
            if request.path not in ways and not request.path.startswith(settings.STATIC_URL):
                messages.info(
                    request, _("Choose a password of your own first; the one you were given works only once.")
                )
                return redirect("account_change_password")
        return self.get_response(request)
