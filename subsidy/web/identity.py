"""Signing in by an identity provider: only for whom the security administrator has linked its identifier before.

What a provider says of names and addresses links nobody and opens no account. The second factor is ours and is asked for
after the provider as after a password.
"""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.http import HttpRequest
from django.shortcuts import render


class Identities(DefaultSocialAccountAdapter):
    """allauth opens no account and links none by itself."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse an identifier that nobody has linked, and every other use of the provider than signing in."""
        signs_in = sociallogin.state.get("process", AuthProcess.LOGIN) == AuthProcess.LOGIN
        if not sociallogin.is_existing or not signs_in:
            raise ImmediateHttpResponse(render(request, "account/identity_unknown.html", status=403))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        raise ImmediateHttpResponse(render(request, "account/identity_failed.html", status=403))
