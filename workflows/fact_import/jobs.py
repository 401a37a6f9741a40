"""Background work of an import of facts: a chunk is staged, then taken through the door in one transaction.

Each pass goes on where the last one stopped: a job that died is simply run again (or taken up by the act `resume`), and
two at once do nothing twice, as each chunk has its own key.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any

from procrastinate.contrib.django import app

from subsidy.applicants.enums import ImportState
from subsidy.applicants.models import FactImport
from subsidy.applicants.staging import companies_to_undo, stage
from subsidy.calendars.clock import business_now
from subsidy.sources import SourceFault
from workflows.common.jobs import RETRY
from workflows.common.parts import Clock, take_part
from workflows.fact_import.chunks import Chunk, chunks, opened, rows_to_stage

COMPANIES = 2_000


def check_fact_import(import_id: int, *, now: Clock) -> None:
    """Read the file line by line and note what it would change. Raises Refused as the door does."""
    fact_import = _standing(import_id, ImportState.UPLOADED)
    if fact_import is not None:
        _walk(fact_import, "check_chunk", fact_import.read_to, now, with_faults=True)


def apply_fact_import(import_id: int, *, now: Clock) -> None:
    """Write the file, chunk by chunk, from where it stopped. Raises Refused as the door does."""
    fact_import = _standing(import_id, ImportState.APPLYING)
    if fact_import is not None:
        _walk(fact_import, "apply_chunk", fact_import.applied_to, now, with_faults=False)


def undo_fact_import(import_id: int, *, now: Clock) -> None:
    """Take back what the file brought, some companies at a time. Raises Refused as the door does."""
    fact_import = _standing(import_id, ImportState.UNDOING)
    if fact_import is None:
        return
    after = fact_import.undone_to
    while True:
        companies = companies_to_undo(fact_import, after=after, n=COMPANIES)
        _perform(fact_import, "undo_chunk", f"undo:{after}", {"companies": companies}, now)
        if not companies:
            return
        after = companies[-1]


def _standing(import_id: int, state: ImportState) -> FactImport | None:
    """The import if it stands in that state; a job that comes late finds nothing to do."""
    return FactImport.objects.select_related("document").filter(pk=import_id, state=state).first()


def _walk(fact_import: FactImport, action: str, after: int, now: Clock, *, with_faults: bool) -> None:
    try:
        with opened(fact_import) as stream, closing(chunks(fact_import, stream, after=after)) as parts:
            for chunk in parts:
                data = {**_staged(fact_import, chunk), "faults": chunk.faults if with_faults else []}
                _perform(fact_import, action, f"{action}:{chunk.after}:{chunk.last}", data, now)
    except SourceFault as fault:
        data = {"code": fault.code, "detail": fault.detail}
        _perform(fact_import, "note_unreadable", f"unreadable:{action}", data, now)


def _staged(fact_import: FactImport, chunk: Chunk) -> dict[str, Any]:
    n = stage(fact_import, rows_to_stage(fact_import, chunk))
    return {"after": chunk.after, "last": chunk.last, "staged": n, "final": chunk.final}


def _perform(fact_import: FactImport, action: str, key: str, data: dict[str, Any], now: Clock) -> None:
    take_part("fact_import", fact_import.pk, action, key, data, now=now)


@app.task(name="check_fact_import", retry=RETRY)
def check_fact_import_job(import_id: int) -> None:
    check_fact_import(import_id, now=business_now)


@app.task(name="apply_fact_import", retry=RETRY)
def apply_fact_import_job(import_id: int) -> None:
    apply_fact_import(import_id, now=business_now)


@app.task(name="undo_fact_import", retry=RETRY)
def undo_fact_import_job(import_id: int) -> None:
    undo_fact_import(import_id, now=business_now)
