"""The page on which people make and revoke the tokens of their programs; a secret is shown once, here."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from subsidy.accounts.models import ApiToken, User
from subsidy.api.authentication import HINT_LENGTH, digest_of, new_secret
from subsidy.web.acts import ActPage, submit
from subsidy.web.components import Crumb, Preview
from subsidy.web.person import moment_of


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """The person's own tokens, the newest first, each with what it may and until when."""
    rows = ApiToken.objects.filter(user=cast(User, request.user)).order_by("-id")
    return render(request, "api/tokens.html", {"rows": rows, "now": moment_of(request).real})


class MakeToken(ActPage):
    """Make a token: the page makes the secret and sends its digest through the door."""

    kind = "person"
    action = "make_token"

    def get_subject(self) -> User:
        return cast(User, self.request.user)

    def preview(self, subject: Any) -> Preview:
        return Preview(
            changes=[_("A program that holds the token acts as you. Its secret is shown once, after this.")]
        )

    def crumbs(self, subject: Any) -> list[Crumb]:
        return [Crumb(_("Tokens"), reverse("token:list"))]

    def success_url(self, subject: Any) -> str:
        return reverse("token:list")

    def data(self, subject: Any) -> dict[str, Any]:
        self.secret = new_secret()
        post = self.request.POST
        return {
            "name": post.get("name", ""),
            "days": post.get("days", ""),
            "may_act": post.get("may_act", ""),
            "kinds": post.getlist("kinds"),
            "digest": digest_of(self.secret),
            "hint": self.secret[:HINT_LENGTH],
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().post(request, *args, **kwargs)
        if answer.status_code != HttpResponseRedirect.status_code:
            return answer
        return render(request, "api/token_made.html", {"secret": self.secret, "crumbs": self.crumbs(None)})


@require_POST
@login_required
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the own tokens at once."""
    submit(request, "person", cast(User, request.user).pk, "revoke_token", data={"token": pk})
    messages.success(
        request, str(gettext_lazy("The token is revoked. Programs that hold it are refused from now on."))
    )
    return HttpResponseRedirect(reverse("token:list"))
