"""The public pages of calls: which there are, one of them, and its guide."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from subsidy.accounts.enums import UserKind
from subsidy.programmes.enums import CallState
from subsidy.programmes.models import Call
from subsidy.programmes.packs import pack_of
from subsidy.programmes.window import last_minute, state_of
from subsidy.public import lists, selectors
from subsidy.web import calls
from subsidy.web.blocks import guide_of
from subsidy.web.components import KeyFact
from subsidy.web.formats import instant
from subsidy.web.lists import respond
from subsidy.web.person import moment_of


@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    return respond(request, lists.calls(moment_of(request).at), [selectors.calls()], "public/calls.html")


@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One call: until when, who, how much money, how it is shared, what changed, whom to ask; and where to start."""
    call = get_object_or_404(selectors.calls(), number=number)
    user = request.user
    context = {
        **_about(request, call),
        "state": state_of(call, moment_of(request).at),
        "person_is_officer": user.is_authenticated and user.kind != UserKind.COMPANY,
    }
    return render(request, "public/call.html", context)


@require_safe
def guide(request: HttpRequest, number: str) -> HttpResponse:
    """The guide for applicants: the call, and all that the policy's rules say, generated from them."""
    call = get_object_or_404(selectors.calls(), number=number)
    return render(
        request, "public/call_guide.html", {**_about(request, call), "blocks": guide_of(pack_of(call.policy_version))}
    )


def _about(request: HttpRequest, call: Call) -> dict[str, Any]:
    words, _tone = calls.state_words(call, moment_of(request).at)
    return {
        "call": call,
        "title": calls.title_of(call),
        "bureau": lists.bureau_name(call),
        "policy_title": lists.policy_title(call.policy_version),
        "policy_url": lists.version_url(call.policy_version),
        "facts": [
            KeyFact(_("State"), words),
            KeyFact(_("Deadline"), instant(last_minute(call)), _("the last minute at which you can submit")),
            calls.budget_fact(call),
        ],
        "rows": calls.rows_of(call, pack_of(call.policy_version)),
        "news": calls.news_of(call),
        "is_cancelled": state_of(call, moment_of(request).at) == CallState.CANCELLED,
    }
