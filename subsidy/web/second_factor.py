"""The second factor: who must have one, and whether it was shown just before an act that asks for it.

Signing in with a code or a key counts as showing it; a password typed in once more does not. What was shown is known by
the session alone, which a change of person ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.accounts.models import User
from subsidy.sealing import seal, unseal

_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_factor(user: User) -> bool:
    """Whether the person has set up a code app or a security key; recovery codes alone are none."""
    return Authenticator.objects.filter(user=user, type__in=_FACTORS).exists()


def must_have_factor(user: User) -> bool:
    """Whether this kind of person may do nothing without a second factor (settings.SECOND_FACTOR_KINDS)."""
    return user.kind in settings.SECOND_FACTOR_KINDS


def proven(request: HttpRequest) -> bool:
    """Whether the person has shown a second factor within STEP_UP_MINUTES of real time, in this session."""
    if not request.user.is_authenticated:
        return False
    shown = [one["at"] for one in _records(request) if one.get("method") == "mfa"]
    return bool(shown) and 0 <= time.time() - max(shown) < settings.STEP_UP_MINUTES * 60


def _records(request: HttpRequest) -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], get_authentication_records(request, cast(User, request.user)))


def confirm_first(request: HttpRequest, *, back: str) -> HttpResponseRedirect:
    """To the page where a factor is shown, and `back` from there; whoever has none is led to set one up."""
    user = cast(User, request.user)
    kinds = set(Authenticator.objects.filter(user=user, type__in=_FACTORS).values_list("type", flat=True))
    if not kinds:
        messages.warning(
            request, _("This act needs a second factor. Set up a code app or a security key, then open it again.")
        )
        return redirect("mfa_index")
    page = "mfa_reauthenticate" if Authenticator.Type.TOTP in kinds else "mfa_reauthenticate_webauthn"
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({REDIRECT_FIELD_NAME: back})}")


class SecondFactorMiddleware:
    """Whoever must have a second factor and has none sees nothing but the pages where they set one up."""

    OPEN = ("account_change_password", "account_logout", "account_reauthenticate", "set_language")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and self._is_kept(request) and not has_factor(request.user):
            messages.warning(
                request, _("Your account needs a second factor first: set up a code app or a security key.")
            )
            return redirect("mfa_index")
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """allauth asks its adapter before a code app goes, and asks nobody before the last security key does."""
        match = request.resolver_match
        if match is None or match.url_name != "mfa_remove_webauthn" or not request.user.is_authenticated:
            return None
        found = Authenticator.objects.filter(user=request.user, pk=kwargs["pk"]).first()
        if found is None or SecondFactors().can_delete_authenticator(found):
            return None
        messages.error(request, str(SecondFactors.error_messages["cannot_delete_authenticator"]))
        return redirect("mfa_list_webauthn")

    def _is_kept(self, request: HttpRequest) -> bool:
        """Whether it must be asked at all: a session that was opened with a factor has been through this."""
        user = cast(User, request.user)
        if not must_have_factor(user) or user.password_to_change:
            return False
        if any(one.get("method") == "mfa" for one in _records(request)):
            return False
        ways = {reverse(name) for name in self.OPEN}
        inside = (reverse("mfa_index"), settings.STATIC_URL)
        return request.path not in ways and not request.path.startswith(inside)


class SecondFactors(DefaultMFAAdapter):
    """How allauth names this site in apps, and which factor may not be given up."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This code is not right, or it was used before. Wait for the next one."),
        "cannot_delete_authenticator": gettext_lazy(
            "Your account must keep a second factor. Set up another one first, then remove this one."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Secrets of code apps and recovery codes stand sealed in the database."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor of somebody who must have one stays."""
        if authenticator.type not in _FACTORS or not must_have_factor(authenticator.user):
            return True
        others = Authenticator.objects.filter(user=authenticator.user, type__in=_FACTORS)
        return others.exclude(pk=authenticator.pk).exists()
