"""Signing in: user name and password, the same answer whatever was wrong; a changed password goes through the door."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.models import User
from subsidy.calendars.clock import business_now
from subsidy.web import entering
from subsidy.web.acts import new_key
from workflows.common import door
from workflows.common.turn import Origin


class AccountAdapter(DefaultAccountAdapter):
    """allauth opens no account: those are given by administrators, or opened by the page of subsidy.web.sign_up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("User name or password is not right. Check both and try again."),
        "too_many_login_attempts": _("Too many failed attempts. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuses where too many failed, and has that told in the log."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            entering.locked_out(request, credentials.get("username", ""))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        entering.password_failed(request, credentials.get("username", ""))

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """Whoever has a second factor confirms with it: a password that was learned must not take the factor away."""
        found: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [one for one in found if one["id"] != "reauthenticate"] or found

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Change the person's own password, as an act like any other."""
        person = cast(User, user)
        door.perform(
            "person",
            person.pk,
            "change_password",
            actor=person,
            now=business_now(),
            key=new_key(),
            data={"password_hash": make_password(password)},
            origin=Origin(surface="page"),
        )
        person.refresh_from_db()


class SignInForm(LoginForm):
    """allauth's form with our labels, and without hints that speak of whether an account exists."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["login"].label = _("User name")
        self.fields["login"].widget = forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        )
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        self.fields["password"].widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
