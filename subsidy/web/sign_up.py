"""Opening an account online, for people of companies alone: the same answer whether or not the name was free.

What is typed in proves nothing of a person: it gives no right for any company, and its name counts as unchecked until
somebody at the counter has compared it with an identity card.
"""

from __future__ import annotations

from typing import Any

from allauth.core.ratelimit import consume_or_429
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from subsidy.accounts.models import Authority, User
from subsidy.accounts.services import system_actor
from subsidy.web.acts import UNPROCESSABLE, new_key, origin_of
from subsidy.web.formats import pick
from subsidy.web.person import moment_of
from workflows.common import door
from workflows.common.refusals import KeyReused
from workflows.person.forms import clean_username
from workflows.person.steps import NameTaken

_NEW = {"autocomplete": "new-password"}


class SignUpPageForm(forms.Form):
    """Who somebody is and how they will sign in; `bureau` only where the installation serves several."""

    bureau = forms.ChoiceField(label=_("Bureau at which you apply first"))
    username = forms.CharField(
        label=_("E-mail address or mobile number"),
        max_length=150,
        help_text=_("you sign in with it"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=_("Full name"),
        max_length=60,
        help_text=_("as on your identity card"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs=_NEW),
        help_text=password_validators_help_text_html,
    )
    password2 = forms.CharField(
        label=_("Password again"), strip=False, max_length=128, widget=forms.PasswordInput(attrs=_NEW)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        bureaus = [(one.code, pick(one.name_zh, one.name_en)) for one in Authority.objects.order_by("id")]
        field = self.fields["bureau"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = bureaus
        if len(bureaus) == 1:
            field.widget, field.initial = forms.HiddenInput(), bureaus[0][0]

    def clean_username(self) -> str:
        return clean_username(self.cleaned_data["username"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, second = data.get("password1"), data.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ. Type the same one twice."))
        elif first:
            person = User(username=data.get("username", ""), last_name=data.get("name", ""))
            try:
                validate_password(first, person)
            except ValidationError as error:
                self.add_error("password1", error)
        return data


@method_decorator([sensitive_post_parameters("password1", "password2"), never_cache], name="dispatch")
class SignUp(View):
    """The form; sent, it answers with the same page whatever was there before."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("home")
        return self.page(request, SignUpPageForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        limited: HttpResponse | None = consume_or_429(request, action="signup")
        if limited is not None:
            return limited
        form = SignUpPageForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, status=UNPROCESSABLE)
        _open(request, form.cleaned_data)
        return redirect("account_signed_up")

    def page(self, request: HttpRequest, form: SignUpPageForm, *, status: int = 200) -> HttpResponse:
        context = {"form": form, "key": request.POST.get("key") or new_key()}
        return render(request, "account/sign_up.html", context, status=status)


def _open(request: HttpRequest, data: dict[str, Any]) -> None:
    """Open the account; where the name is taken, by now or at this moment, or the form came twice, nothing is done."""
    hashed = make_password(data["password1"])
    try:
        door.open_matter(
            "person",
            "sign_up",
            actor=system_actor("system:accounts"),
            now=moment_of(request),
            key=request.POST.get("key") or new_key(),
            authority_id=Authority.objects.get(code=data["bureau"]).pk,
            data={"username": data["username"], "name": data["name"], "password_hash": hashed},
            origin=origin_of(request),
        )
    except (NameTaken, KeyReused):
        return
    except IntegrityError:
        if not User.objects.filter(username=data["username"]).exists():
            raise


@require_safe
def signed_up(request: HttpRequest) -> HttpResponse:
    """What to do next, the same for everybody."""
    return render(request, "account/signed_up.html")
