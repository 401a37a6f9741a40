"""The business clock of a demo for programs: read it, and move it to the next working day. It is no address elsewhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from subsidy.api.description import operation
from subsidy.api.problems import BadRequest, Precondition
from subsidy.api.shapes import DAY, INSTANT, record
from subsidy.api.views import ApiView
from subsidy.calendars.services import ClockRefusedError
from subsidy.demo.deadlines import run_deadlines
from subsidy.demo.next_day import advance
from subsidy.web.person import moment_of

PATH = "/api/v1/clock/"
SHOWN = record(at=INSTANT, on=DAY)
SENT = record(seen=DAY)


class Clock(ApiView):
    """GET says which day it is; POST with the day that was `seen` moves on, so that two callers skip no day."""

    def get(self, request: Request) -> Response:
        _refuse_outside_demo()
        now = moment_of(request)
        return Response({"at": now.at.isoformat(), "on": now.on.isoformat()})

    def post(self, request: Request) -> Response:
        _refuse_outside_demo()
        now = moment_of(request)
        if _seen(request) != now.on:
            raise Precondition
        try:
            moved = advance(run_deadlines, now=now)
        except ClockRefusedError as refusal:
            raise Precondition from refusal
        return Response({"at": moved.at.isoformat(), "on": moved.on.isoformat()})


def _seen(request: Request) -> dt.date:
    body = request.data
    if not isinstance(body, dict) or set(body) != {"seen"}:
        raise BadRequest(fields={"seen": ["required"]})
    try:
        return dt.date.fromisoformat(body["seen"])
    except (TypeError, ValueError):
        raise BadRequest(fields={"seen": ["date"]}) from None


def _refuse_outside_demo() -> None:
    if not settings.DEMO_MODE:
        raise Http404


def described() -> dict[str, Any]:
    """The clock in the description that a demo serves."""
    moved = operation("clock.move", "clock", str(_("Go to the next working day, and do what falls due")), answer=SHOWN)
    moved["requestBody"] = {"required": True, "content": {"application/json": {"schema": SENT}}}
    return {"get": operation("clock.read", "clock", str(_("Which day it is")), answer=SHOWN), "post": moved}


urlpatterns = [path("", Clock.as_view(), name="demo-clock")]
