"""Background work on long lists: read, compared, applied and undone in parts, each through the door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from procrastinate.contrib.django import app

from subsidy.applicants.models import Company
from subsidy.calendars.clock import business_now
from subsidy.registers.columns import ListLine, read_list
from subsidy.registers.enums import ImportKind, LineOutcome, RegisterImportState
from subsidy.registers.models import RegisterEntry, RegisterImport
from subsidy.registers.undoing import companies_of_import
from subsidy.sources import SourceFault
from workflows.common.jobs import RETRY
from workflows.common.parts import Clock, take_part
from workflows.registers.steps import opened

LINES = 2_000
COMPANIES = 2_000


def compare_register_import(import_id: int, *, now: Clock) -> None:
    """Read the file and note what each line would change, then what a complete list no longer has.

    Raises Refused as the door does.
    """
    about = _standing(import_id, RegisterImportState.UPLOADED)
    if about is None:
        return
    ends = about.complete and about.kind == ImportKind.ENTRIES
    numbers: dict[str, list[str]] = {}
    try:
        with opened(about) as stream:
            lines = _noted(read_list(stream, about.kind, about.register), numbers if ends else None)
            _compare_lines(about, lines, final=not ends, now=now)
    except SourceFault as fault:
        _part(about, "note_unreadable", "unreadable", {"code": fault.code, "detail": fault.detail}, now)
        return
    if ends:
        _compare_gone(about, numbers, now=now)


def _noted(lines: Iterable[ListLine], numbers: dict[str, list[str]] | None) -> Iterator[ListLine]:
    """The lines as they come; what the good ones name is kept by company."""
    for line in lines:
        if numbers is not None and not line.code:
            numbers.setdefault(line.uscc, []).append(line.said.get("certificate_number") or "")
        yield line


def _compare_lines(about: RegisterImport, lines: Iterator[ListLine], *, final: bool, now: Clock) -> None:
    after = about.read_to
    beyond = (line for line in lines if line.number > after)
    part = list(islice(beyond, LINES))
    while True:
        following = list(islice(beyond, LINES))
        last = part[-1].number if part else after
        data = {
            "after": after,
            "last": last,
            "final": final and not following,
            "lines": [line.as_json() for line in part],
        }
        if part or data["final"]:
            _part(about, "compare_part", f"compare:{after}:{last}", data, now)
        if not following:
            return
        after, part = last, following


def _compare_gone(about: RegisterImport, numbers: dict[str, list[str]], *, now: Clock) -> None:
    after = about.gone_to
    while True:
        companies = _companies_of_register(about, after=after)
        last = companies[-1][0] if companies else after
        data = {
            "after": after,
            "last": last,
            "final": not companies,
            "numbers": [(pk, numbers.get(uscc, [])) for pk, uscc in companies],
        }
        _part(about, "compare_gone", f"gone:{after}:{len(companies)}", data, now)
        if not companies:
            return
        after = last


def _companies_of_register(about: RegisterImport, *, after: int) -> list[tuple[int, str]]:
    """The next companies that the register knows, by key, with their codes."""
    known = RegisterEntry.objects.filter(authority=about.authority_id, kind=about.register, company__gt=after)
    rows = Company.objects.filter(pk__in=known.values("company")).order_by("pk")
    return list(rows.values_list("pk", "uscc")[:COMPANIES])


def apply_register_import(import_id: int, *, now: Clock) -> None:
    """Write what the lines change, from where it stopped. Raises Refused as the door does."""
    about = _standing(import_id, RegisterImportState.APPLYING)
    if about is None:
        return
    after, final = about.applied_to, False
    while not final:
        rows = about.rows.exclude(outcome=LineOutcome.BAD).filter(pk__gt=after).order_by("pk")
        found = list(rows.values_list("pk", flat=True)[:LINES])
        final = len(found) < LINES
        last = found[-1] if found else after
        _part(about, "apply_part", f"apply:{after}", {"after": after, "last": last, "final": final}, now)
        after = last


def undo_register_import(import_id: int, *, now: Clock) -> None:
    """Take back what the list brought, some companies at a time. Raises Refused as the door does."""
    about = _standing(import_id, RegisterImportState.UNDOING)
    if about is None:
        return
    after, final = about.undone_to, False
    while not final:
        companies = companies_of_import(about, after=after, n=COMPANIES)
        final = len(companies) < COMPANIES
        last = companies[-1] if companies else after
        data = {"after": after, "last": last, "final": final, "companies": companies}
        _part(about, "undo_part", f"undo:{after}", data, now)
        after = last


def _standing(import_id: int, state: RegisterImportState) -> RegisterImport | None:
    """The import if it stands in that state; a job that comes late finds nothing to do."""
    return RegisterImport.objects.select_related("document").filter(pk=import_id, state=state).first()


def _part(about: RegisterImport, action: str, key: str, data: dict[str, Any], now: Clock) -> None:
    take_part("register_import", about.pk, action, key, data, now=now)


@app.task(name="compare_register_import", retry=RETRY)
def compare_register_import_job(import_id: int) -> None:
    compare_register_import(import_id, now=business_now)


@app.task(name="apply_register_import", retry=RETRY)
def apply_register_import_job(import_id: int) -> None:
    apply_register_import(import_id, now=business_now)


@app.task(name="undo_register_import", retry=RETRY)
def undo_register_import_job(import_id: int) -> None:
    undo_register_import(import_id, now=business_now)
