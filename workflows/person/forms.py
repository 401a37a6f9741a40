"""What is said of a person when an account is opened. Passwords come in as hashes: no clear one passes the door."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.contrib.auth.hashers import identify_hasher
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from subsidy.letters import missing_glyphs
from workflows.common.acts import ActForm

_MOBILE = re.compile(r"^(?:\+?86)?(1[3-9]\d{9})$")


def clean_username(text: str) -> str:
    """An e-mail address in small letters, or the eleven digits of a mobile number. Raises ValidationError."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    mobile = _MOBILE.match(plain.replace("-", ""))
    if mobile:
        return mobile[1]
    try:
        validate_email(plain)
    except ValidationError as error:
        raise ValidationError(
            _("Enter an e-mail address, or a mobile number of 11 digits. People sign in with it.")
        ) from error
    return plain


class PasswordForm(ActForm):
    """A password as the hash that the page made of it."""

    password_hash = forms.CharField(max_length=128, widget=forms.HiddenInput)

    def clean_password_hash(self) -> str:
        hashed: str = self.cleaned_data["password_hash"]
        try:
            identify_hasher(hashed)
        except ValueError as error:
            raise ValidationError(_("This is no hash of a password. Send the form of the page again.")) from error
        return hashed


class SignUpForm(PasswordForm):
    username = forms.CharField(
        label=_("E-mail address or mobile number"), max_length=150, help_text=_("you sign in with it")
    )
    name = forms.CharField(label=_("Full name"), max_length=60, help_text=_("as on your identity card"))

    def clean_username(self) -> str:
        return clean_username(self.cleaned_data["username"])


class OpenForm(SignUpForm):
    compared = forms.BooleanField(
        label=_("I have compared the name with the person's identity card."),
        error_messages={"required": _("Compare with the identity card first, then mark this.")},
    )


class DetailsForm(ActForm):
    """How the person is called on pages and papers, and where e-mails go; without an address there are none."""

    name = forms.CharField(label=_("Full name"), max_length=60, help_text=_("as on your identity card"))
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, required=False, help_text=_("empty: you are told in the app alone")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"name": self.subject.name, "email": self.subject.email, **self.initial}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        unknown = missing_glyphs(name)
        if unknown:
            raise ValidationError(
                _("No font of this program can print %(glyphs)s. Ask the system administrator to extend the fonts."),
                params={"glyphs": " ".join(unknown)},
            )
        return name


class CheckForm(ActForm):
    """The name as the identity card has it; another one than was typed in corrects it."""

    name = forms.CharField(label=_("Full name"), max_length=60, help_text=_("as on the identity card"))
    compared = forms.BooleanField(
        label=_("I have compared the name with the person's identity card."),
        error_messages={"required": _("Compare with the identity card first, then mark this.")},
    )
