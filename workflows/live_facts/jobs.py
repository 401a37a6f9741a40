"""Asking live sources: the service is asked outside any lock, then its answer is kept through the door."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.applicants.models import Company
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.sources import LAYOUTS, Answer, HttpSource, LiveSource, Said
from workflows.common import door
from workflows.common.jobs import ORIGIN, RETRY
from workflows.common.sent import data_hash_of


def ask_live(company_id: int, source: LiveSource, names: Sequence[str], *, now: Moment) -> Answer:
    """Ask a source about one company and keep what it says. A source that is down leaves everything as it was.

    The same answer on the same day is kept once. Raises Refused as the door does.
    """
    company = Company.objects.only("uscc").get(pk=company_id)
    answer = source.fetch(company.uscc, names, now.on)
    data = {
        "source": source.layout.source,
        "said": [_as_data(one) for one in answer.said],
        "unknown": dict(answer.unknown),
    }
    door.perform(
        "company",
        company_id,
        "keep_answer",
        actor=system_actor("system:imports"),
        now=now,
        key=f"live:{company_id}:{source.layout.name}:{now.on}:{data_hash_of(data)}"[:100],
        data=data,
        origin=ORIGIN,
    )
    return answer


def configured(layout: str) -> LiveSource | None:
    """The service that the settings name for a layout, if any."""
    found = settings.FACT_SERVICES.get(layout)
    return HttpSource(LAYOUTS[layout], found["url"], timeout=float(found.get("timeout", 3))) if found else None


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
def ask_live_source_job(company_id: int, layout: str) -> None:
    source = configured(layout)
    if source is not None:
        ask_live(company_id, source, [column.fact for column in source.layout.columns], now=business_now())
