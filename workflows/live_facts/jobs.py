"""Asking live sources: the service is asked outside any lock, then its answer is kept through the door."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.applicants.enums import AskState
from subsidy.applicants.models import Company, SourceAsk
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.cases.enums import FINAL_STATES
from subsidy.cases.models import Case
from subsidy.sources import LAYOUTS, Answer, HttpSource, LiveSource, Said
from workflows.common import door
from workflows.common.jobs import ORIGIN, RETRY
from workflows.common.refusals import Busy, Refused
from workflows.common.sent import data_hash_of

AT_ONCE = 200
"""Companies that one run of the schedule asks about, of each source; the next run goes on with the others."""
NOT_SET_UP = "no service is set up for this source any longer / 此来源的服务已停用"


def ask_live(
    company_id: int, source: LiveSource, names: Sequence[str], *, now: Moment, ask_id: int | None = None
) -> Answer:
    """Ask a source about one company and keep what it says. A source that is down leaves everything as it was.

    The same answer on the same day is kept once, the answer to one asking (`ask_id`) once whatever it says. Raises
    Refused as the door does.
    """
    company = Company.objects.only("uscc").get(pk=company_id)
    answer = source.fetch(company.uscc, names, now.on)
    data: dict[str, Any] = {
        "source": source.layout.source,
        "said": [_as_data(one) for one in answer.said],
        "unknown": dict(answer.unknown),
    }
    key = f"live:{company_id}:{source.layout.name}:{now.on}:{data_hash_of(data)}"
    if ask_id is not None:
        data["ask"], key = ask_id, f"live:ask:{ask_id}"
    _perform(company_id, "keep_answer", key[:100], data, now)
    return answer


def answer_ask(ask_id: int, *, now: Moment) -> None:
    """Ask what was noted to be asked, once; a job that comes late or twice finds nothing to do.

    What the door refuses to keep is noted with the reason. Raises Busy, for the job to be tried again.
    """
    ask = SourceAsk.objects.filter(pk=ask_id, state=AskState.ASKED).first()
    if ask is None:
        return
    source = configured(ask.layout)
    if source is None:
        _refused(ask, NOT_SET_UP, now)
        return
    try:
        ask_live(ask.company_id, source, [one.fact for one in source.layout.columns], now=now, ask_id=ask_id)
    except Busy:
        raise
    except Refused as refusal:
        _refused(ask, str(refusal) or refusal.code, now)


def ask_due(*, now: Moment) -> int:
    """Have each service that has a schedule asked about companies with open cases, as often as it says; how many."""
    asked = 0
    for layout, service in settings.FACT_SERVICES.items():
        if layout in LAYOUTS and "every_days" in service:
            since = now.at - dt.timedelta(days=service["every_days"])
            for company_id in companies_due(layout, since=since)[:AT_ONCE]:
                key = f"ask:{layout}:{company_id}:{now.on}"
                _perform(company_id, "ask_on_schedule", key, {"layout": layout}, now)
                asked += 1
    return asked


def companies_due(layout: str, *, since: dt.datetime) -> list[int]:
    """Companies with an open case about which the source has not been asked after that instant, by key."""
    lately = SourceAsk.objects.filter(company=OuterRef("pk"), layout=layout, asked_at__gt=since)
    under_way = Case.objects.filter(company=OuterRef("pk")).exclude(state__in=FINAL_STATES)
    due = Company.objects.filter(Exists(under_way), ~Exists(lately)).order_by("pk")
    return list(due.values_list("pk", flat=True)[:AT_ONCE])


def configured(layout: str) -> LiveSource | None:
    """The service that the settings name for a layout, if any."""
    found = settings.FACT_SERVICES.get(layout)
    return HttpSource(LAYOUTS[layout], found["url"], timeout=float(found.get("timeout", 3))) if found else None


def _refused(ask: SourceAsk, reason: str, now: Moment) -> None:
    data = {"ask": ask.pk, "reason": reason[:500]}
    _perform(ask.company_id, "note_refused_answer", f"live:refused:{ask.pk}", data, now)


def _perform(company_id: int, action: str, key: str, data: dict[str, Any], now: Moment) -> None:
    actor = system_actor("system:imports")
    door.perform("company", company_id, action, actor=actor, now=now, key=key, data=data, origin=ORIGIN)


def _as_data(said: Said) -> dict[str, Any]:
    value = said.value.isoformat() if isinstance(said.value, dt.date) else said.value
    return {
        "name": said.name,
        "kind": said.kind,
        "value": value,
        "unit": said.unit,
        "period": said.period,
        "raw": said.raw,
        "as_of": said.as_of.isoformat(),
    }


@app.task(name="ask_live_source", retry=RETRY)
def ask_live_source_job(ask_id: int) -> None:
    answer_ask(ask_id, now=business_now())


@app.periodic(cron="17 * * * *")
@app.task(name="ask_due_live_sources", queueing_lock="ask_due_live_sources")
def ask_due_live_sources_job(timestamp: int) -> None:
    """Hourly; nothing is asked unless a service has a schedule."""
    ask_due(now=business_now())
