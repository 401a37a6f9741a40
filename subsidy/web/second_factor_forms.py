"""allauth's forms of the second factor in our words."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


def _reword(form: forms.Form) -> None:
    form.label_suffix = ""
    field = form.fields["code"]
    field.label = _("One-time code")
    field.widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"})


class CodeForm(AuthenticateForm):
    """Signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self)


class CodeAgainForm(ReauthenticateForm):
    """Confirming before an act."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self)


class FirstCodeForm(ActivateTOTPForm):
    """Setting the code app up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _reword(self)


class KeyForm(AddWebAuthnForm):
    """Adding a security key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["name"].label = _("Name of the key")
        self.fields["name"].required = True
