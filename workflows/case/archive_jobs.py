"""Making the package of a case for the archive: a job, with its progress, that ends in one act."""

from __future__ import annotations

import hashlib
import os
from functools import partial
from pathlib import Path

from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.audit.moment import ZONE, Moment
from subsidy.calendars.clock import business_now
from subsidy.cases.models import Case
from subsidy.documents.services import folder
from subsidy.reporting.archive import package, papers_of
from subsidy.reporting.bundle import events_of
from subsidy.reporting.models import ArchivePackage
from subsidy.reporting.services import package_count
from workflows.common import door
from workflows.common.jobs import ORIGIN, RETRY
from workflows.log.exporting import export_case


def make_archive(package_id: int, *, now: Moment) -> None:
    """Make the package that was asked for, once; one that is made already or was stopped is left alone.

    Its audit bundle is an export like any other and leaves its event. The key names the newest event that the bundle
    carries, so that a job that is run again after something happened exports that too. Raises PaperMissing.
    """
    asked = ArchivePackage.objects.select_related("asked_by").get(pk=package_id)
    if asked.made_at is not None or asked.stopped_at is not None:
        return
    case = Case.objects.select_related("policy_version__policy").get(pk=asked.case_id)
    newest = events_of(case).values_list("pk", flat=True).last()
    key = f"archive:{package_id}:{newest}"
    bundle = export_case(case.pk, asked_by=asked.asked_by, now=now, key=key)
    path = f"archive/{case.pk}/{package_id}.zip"
    content = folder() / path
    try:
        count = _write(asked, case, bundle, content)
    except _UnderWayNoMore:
        return
    with content.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    door.perform(
        "case",
        case.pk,
        "keep_archive",
        actor=system_actor("system:exports"),
        now=now,
        key=f"keep_archive:{package_id}",
        data={
            "package": package_id, "path": path, "sha256": digest, "size": content.stat().st_size, "papers": count
        },
        origin=ORIGIN,
    )  # fmt: skip


class _UnderWayNoMore(Exception):
    """The package was stopped while it was made."""


def _write(asked: ArchivePackage, case: Case, bundle: bytes, target: Path) -> int:
    """Write the package whole or not at all; returns how many papers are in it. Raises _UnderWayNoMore."""
    ended = case.closed_at or asked.asked_at
    ended_on = ended.astimezone(ZONE).date()
    papers = papers_of(case, bundle, ended_on=ended_on)
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_suffix(".part")
    try:
        with half.open("wb") as out:
            told = partial(_told, asked.pk, len(papers))
            package(case, papers, out, ended_on=ended_on, told=told)
            out.flush()
            os.fsync(out.fileno())
    except _UnderWayNoMore:
        half.unlink()
        raise
    half.replace(target)
    return len(papers)


def _told(package_id: int, total: int, done: int) -> None:
    if not package_count(package_id, done=done, total=total):
        raise _UnderWayNoMore


@app.task(name="make_archive", retry=RETRY)
def make_archive_job(package_id: int) -> None:
    make_archive(package_id, now=business_now())
