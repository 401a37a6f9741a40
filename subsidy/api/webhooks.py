"""The page of people's webhooks: made with a secret shown once, what was not taken, sent again."""

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

from subsidy.accounts.models import User
from subsidy.correspondence.enums import HookState
from subsidy.correspondence.models import Webhook, WebhookMessage
from subsidy.signing import new_secret
from subsidy.web.acts import ActPage, submit
from subsidy.web.components import Crumb, Preview, Text

SHOWN = 50
_FAULTS: dict[str, Text] = {
    "slow": gettext_lazy("no answer in time"),
    "down": gettext_lazy("no answer"),
    "certificate": gettext_lazy("its certificate is not valid"),
    "name": gettext_lazy("its name is not known"),
    "inside address": gettext_lazy("it leads to an address inside a network"),
    "not https": gettext_lazy("it is not https"),
    "address": gettext_lazy("its address is not valid"),
}


def fault_words(fault: str) -> Text:
    """Why a receiver did not take a message (the words of subsidy.correspondence.hooking)."""
    kind, _space, status = fault.partition(" ")
    if kind == "status":
        return _("it answered %(status)s") % {"status": status}
    return _FAULTS.get(fault, fault)


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """The person's own webhooks, the newest first, and the newest messages that no receiver has taken."""
    user = cast(User, request.user)
    waiting = WebhookMessage.objects.filter(webhook__user=user, webhook__ended_at__isnull=True)
    context = {
        "rows": Webhook.objects.filter(user=user).order_by("-id"),
        "left": [
            (one, fault_words(one.fault))
            for one in waiting.exclude(state=HookState.SENT).select_related("webhook").order_by("-id")[:SHOWN]
        ],
        "dead": HookState.DEAD,
    }
    return render(request, "api/webhooks.html", context)


class MakeWebhook(ActPage):
    """Make a webhook: the page makes the secret, which is kept sealed to sign with and shown once."""

    kind = "person"
    action = "make_webhook"

    def get_subject(self) -> User:
        return cast(User, self.request.user)

    def preview(self, subject: Any) -> Preview:
        return Preview(
            changes=[
                _(
                    "The address is told which matter changed, never what stands in it. Its secret is shown once, after this."
                )
            ]
        )

    def crumbs(self, subject: Any) -> list[Crumb]:
        return [Crumb(_("Webhooks"), reverse("webhook:list"))]

    def success_url(self, subject: Any) -> str:
        return reverse("webhook:list")

    def data(self, subject: Any) -> dict[str, Any]:
        self.secret = new_secret()
        post = self.request.POST
        return {
            "name": post.get("name", ""),
            "url": post.get("url", ""),
            "kinds": post.getlist("kinds"),
            "secret": self.secret,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().post(request, *args, **kwargs)
        if answer.status_code != HttpResponseRedirect.status_code:
            return answer
        return render(request, "api/webhook_made.html", {"secret": self.secret, "crumbs": self.crumbs(None)})


@require_POST
@login_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the own webhooks at once."""
    submit(request, "person", cast(User, request.user).pk, "end_webhook", data={"webhook": pk})
    messages.success(request, _("The webhook is ended. Nothing is sent to it any more."))
    return HttpResponseRedirect(reverse("webhook:list"))


@require_POST
@login_required
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try one of the own messages anew that was given up."""
    submit(request, "person", cast(User, request.user).pk, "send_webhook_again", data={"message": pk})
    messages.success(request, _("The message is tried again."))
    return HttpResponseRedirect(reverse("webhook:list"))
