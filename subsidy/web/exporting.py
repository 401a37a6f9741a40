"""Writing long lists in the background: the list's own page answers, as the person who asked, and its file is kept.

So a file holds what the person may see when it is written, by the same code as the page, and leaves the same event.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from django.http import FileResponse, Http404, HttpRequest, QueryDict, StreamingHttpResponse
from django.urls import resolve
from django.utils import translation
from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.documents.services import folder
from subsidy.reporting.models import ListExport
from subsidy.reporting.services import export_count, export_throw_away, exports_under_way
from subsidy.web import reads
from subsidy.web.lists import written_in_background
from subsidy.web.person import at_moment
from workflows.common import door
from workflows.common.jobs import ORIGIN, RETRY
from workflows.common.refusals import NotFound, Refused

COUNTED = 1_000
"""Rows between two looks at whether the list is still wanted."""
KEPT = dt.timedelta(days=7)
"""How long the file of a list is kept: it is a copy, and may hold what its reader may not see much longer."""


class UnderWayNoMore(Exception):
    """The writing of the list was stopped."""


def make_list_export(export_id: int, *, now: Moment) -> None:
    """Write the list that was asked for, once; one that is made, stopped or failed is left alone."""
    asked = exports_under_way().select_related("person").filter(pk=export_id).first()
    if asked is None:
        return
    try:
        made = _written(asked, now)
    except UnderWayNoMore:
        return
    except (Refused, Http404) as refusal:
        _end(asked, "fail_export", {"why": str(refusal)[:200] or type(refusal).__name__}, now)
        return
    try:
        _end(asked, "keep_export", made, now)
    except NotFound:  # stopped after its last row
        (folder() / made["path"]).unlink()


def _written(asked: ListExport, now: Moment) -> dict[str, Any]:
    """The file as the act keeps it. Raises UnderWayNoMore, or what the page of the list refuses."""
    if not asked.person.is_active:
        raise Http404("The account is closed.")
    with translation.override(asked.language):
        request = _request(asked, now)
        counted = _Counted(asked)
        written_in_background(request, counted)
        match = resolve(request.path)
        request.resolver_match = match
        answer = match.func(request, *match.args, **match.kwargs)
        if not isinstance(answer, StreamingHttpResponse) or not answer.has_header("Content-Disposition"):
            raise Http404("This address gives no list to take along.")
        reads.record(request, answer)
        name = _name(answer)
        path = f"exports/{asked.person_id}/{asked.pk}-{name}"
        size, digest = _kept(cast("Iterable[bytes]", answer.streaming_content), folder() / path)
        if isinstance(answer, FileResponse) and answer.file_to_stream is not None:
            answer.file_to_stream.close()  # not answer.close(), which would end the job's connection
    return {
        "name": name,
        "media_type": answer["Content-Type"],
        "path": path,
        "size": size,
        "sha256": digest,
        "rows": counted.rows,
    }


def _request(asked: ListExport, now: Moment) -> HttpRequest:
    parts = urlsplit(asked.address)
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", parts.path, parts.path
    request.GET, request.META = QueryDict(parts.query), {"QUERY_STRING": parts.query}
    request.user = asked.person
    at_moment(request, now)
    return request


def _name(answer: StreamingHttpResponse) -> str:
    _kind, _sep, name = answer["Content-Disposition"].partition("filename=")
    return Path(name.strip('"')).name


class _Counted:
    """Counts the rows as they are written, and ends the writing once nobody wants the list any more."""

    def __init__(self, asked: ListExport) -> None:
        self.asked, self.rows = asked, 0

    def __call__(self, rows: Iterator[Any], total: int) -> Iterator[Any]:
        self._look(total)
        for row in rows:
            yield row
            self.rows += 1
            if self.rows % COUNTED == 0:
                self._look(total)

    def _look(self, total: int) -> None:
        if not export_count(self.asked.pk, rows=self.rows, total=total):
            raise UnderWayNoMore


def _kept(content: Iterable[bytes], target: Path) -> tuple[int, str]:
    """Write the file whole or not at all; its size and SHA-256."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half, digest = target.with_suffix(".part"), hashlib.sha256()
    try:
        with half.open("wb") as out:
            for part in content:
                digest.update(part)
                out.write(part)
            out.flush()
            os.fsync(out.fileno())
            size = out.tell()
    except UnderWayNoMore:
        half.unlink()
        raise
    half.replace(target)
    return size, digest.hexdigest()


def _end(asked: ListExport, action: str, data: dict[str, Any], now: Moment) -> None:
    door.perform(
        "person",
        asked.person_id,
        action,
        actor=system_actor("system:exports"),
        now=now,
        key=f"{action}:{asked.pk}",
        data={"export": asked.pk, **data},
        origin=ORIGIN,
    )


def throw_away_exports(now: Moment) -> int:
    """Throw away the files that have lain their time; returns how many."""
    due = ListExport.objects.filter(made_at__lt=now.at - KEPT, thrown_away_at=None)
    thrown = 0
    for one in due.order_by("pk"):
        (folder() / one.path).unlink(missing_ok=True)
        export_throw_away(one, now=now)
        thrown += 1
    return thrown


@app.task(name="make_list_export", retry=RETRY)
def make_list_export_job(export_id: int) -> None:
    make_list_export(export_id, now=business_now())


@app.periodic(cron="37 * * * *")
@app.task(name="throw_away_exports", queueing_lock="throw_away_exports")
def throw_away_exports_job(timestamp: int) -> None:
    """Once an hour; what one run could not do is still due in the next."""
    throw_away_exports(business_now())


ALL = (make_list_export_job, throw_away_exports_job)
