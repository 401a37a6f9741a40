"""The demo's own control. It answers in demo mode only and needs no sign-in: every visitor may move the day on."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from subsidy.calendars.clock import business_now
from subsidy.calendars.services import ClockRefusedError
from subsidy.demo.deadlines import run_deadlines
from subsidy.demo.next_day import advance


@require_POST
def next_day(request: HttpRequest) -> HttpResponse:
    """Move to the next working day and return to the page the visitor came from.

    `seen` is the day that the page showed: when somebody else has moved the clock since, nothing happens and the
    visitor is told, so that two people pressing at once do not skip a day.
    """
    if not settings.DEMO_MODE:
        raise Http404
    try:
        _advance_from(_seen_day(request))
    except ClockRefusedError as refusal:
        messages.warning(request, refusal.zh if _reads_chinese() else refusal.en)
    return HttpResponseRedirect(_way_back(request))


def _advance_from(seen: dt.date | None) -> None:
    now = business_now()
    if seen is not None and seen != now.on:
        raise ClockRefusedError(
            f"其他人刚刚已把演示日期移到 {now.on}，因此没有再移动；需要时请再按一次。",
            f"Somebody else has just moved the demonstration day to {now.on}, so it was left there; press again "
            "if you want the day after.",
        )
    advance(run_deadlines, now=now)


def _seen_day(request: HttpRequest) -> dt.date | None:
    text = request.POST.get("seen", "")
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ClockRefusedError(
            "页面上的日期无法识别，没有移动；请刷新页面后再按一次。",
            "The day sent by the page could not be read, so nothing moved; reload the page and press again.",
        ) from None


def _way_back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    known = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if known else "/"


def _reads_chinese() -> bool:
    return (get_language() or settings.LANGUAGE_CODE).startswith("zh")
