"""What each act of an import of facts does."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.applicants.enums import ImportState
from subsidy.applicants.models import FactImport, FactImportFault
from subsidy.applicants.staging import judge, staged_count, undo_of, write_staged
from subsidy.documents.checks import check_table
from subsidy.sources import LAYOUTS
from workflows.common.parts import refuse_out_of_turn
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn
from workflows.common.uploads import upload_keep

_COUNTED = ("new", "changed", "renewed", "same", "older", "gone")


def make(turn: Turn) -> FactImport:
    data = turn.data
    layout = LAYOUTS[data["layout"]]
    return FactImport(
        authority_id=turn.authority_id,
        layout=layout.name,
        source=layout.source,
        as_of=data["as_of"],
        year=data["year"] if layout.needs_year else None,
        complete=data["complete"] and bool(layout.list_name),
        file_name=data["file"].name[:200],
        octets=data["file"].size or 0,
        uploaded_by=turn.actor,
        uploaded_at=turn.now.at,
    )


def uploaded(turn: Turn) -> None:
    """Keep the file as a document with its hash, and have it checked."""
    fact_import: FactImport = turn.subject
    stored = upload_keep(turn, "file", slot=fact_import.layout, look=check_table)
    turn.set(document=stored, sha256=stored.sha256, octets=stored.size)
    turn.record(
        layout=fact_import.layout,
        as_of=fact_import.as_of,
        year=fact_import.year,
        complete=fact_import.complete,
        file=stored.pk,
        sha256=stored.sha256,
    )
    turn.passage.defer("check_fact_import", import_id=fact_import.pk)


def _refuse_out_of_turn(turn: Turn, reached: int) -> None:
    """A chunk is taken once and in its order, and only with what was staged for it on this connection."""
    refuse_out_of_turn(turn.data["after"], reached)
    if staged_count(turn.subject) != turn.data["staged"]:
        raise WrongState(_("What was read of the file is no longer at hand. Take the import up again."))


def check_chunk(turn: Turn) -> None:
    """Note what the next lines would change, and which of them cannot be taken."""
    subject, data = turn.subject, turn.data
    _refuse_out_of_turn(turn, subject.read_to)
    counts = judge(subject)
    faults = data["faults"] or []
    FactImportFault.objects.bulk_create(
        [
            FactImportFault(
                fact_import=subject,
                line=one["line"],
                column=one["column"][:100],
                code=one["code"],
                detail=one["detail"][:200],
                found=one["found"][:200],
            )
            for one in faults
        ],
        ignore_conflicts=True,
    )
    bad = len({one["line"] for one in faults})
    _add(turn, counts)
    turn.set(read_to=data["last"], lines_bad=subject.lines_bad + bad)
    if data["final"]:
        turn.set(lines=data["last"], state=ImportState.CHECKED)
        turn.record(asked_by=subject.uploaded_by_id)
    turn.record(after=data["after"], last=data["last"], bad=bad, facts=counts)


def _add(turn: Turn, counts: dict[str, int]) -> None:
    turn.set(**{f"facts_{name}": getattr(turn.subject, f"facts_{name}") + counts[name] for name in _COUNTED})


def note_unreadable(turn: Turn) -> None:
    turn.set(state=ImportState.UNREADABLE, fault=f"{turn.data['code']}:{turn.data['detail']}")
    about: FactImport = turn.subject
    turn.record(
        code=turn.data["code"], detail=turn.data["detail"], asked_by=about.applied_by_id or about.uploaded_by_id
    )


def apply(turn: Turn) -> None:
    """Have the checked file written; the counts of the check are kept in the event and counted anew as it is written."""
    subject: FactImport = turn.subject
    preview = {name: getattr(subject, f"facts_{name}") for name in _COUNTED}
    if not any(preview[name] for name in ("new", "changed", "renewed", "gone")):
        raise WrongState(_("This file changes nothing: everything in it is held already or cannot be taken."))
    turn.set(
        state=ImportState.APPLYING,
        applied_by=turn.actor,
        applied_at=turn.now.at,
        **{f"facts_{name}": 0 for name in _COUNTED},
    )
    turn.record(sha256=subject.sha256, preview=preview, lines=subject.lines, bad=subject.lines_bad)
    turn.passage.defer("apply_fact_import", import_id=subject.pk)


def apply_chunk(turn: Turn) -> None:
    """Write the facts of the next lines, judged under the lock of their companies."""
    subject, data = turn.subject, turn.data
    _refuse_out_of_turn(turn, subject.applied_to)
    counts = write_staged(subject, now=turn.now)
    _add(turn, counts)
    turn.set(applied_to=data["last"])
    if data["final"]:
        turn.set(state=ImportState.APPLIED)
        turn.record(asked_by=subject.applied_by_id)
    turn.record(after=data["after"], last=data["last"], facts=counts)


def undo(turn: Turn) -> None:
    """Have everything that the file brought superseded, and what it replaced speak again."""
    turn.set(state=ImportState.UNDOING, undone_by=turn.actor, undone_at=turn.now.at)
    turn.record(reason=turn.data["reason"])
    turn.passage.defer("undo_fact_import", import_id=turn.subject.pk)


def undo_chunk(turn: Turn) -> None:
    subject: FactImport = turn.subject
    companies: list[int] = turn.data["companies"] or []
    if not companies:
        turn.set(state=ImportState.UNDONE)
        turn.record(finished=True, asked_by=subject.undone_by_id)
        return
    if companies[0] <= subject.undone_to:
        raise WrongState(_("This part of the file was taken already."))
    ended, back = undo_of(subject, companies, by_id=subject.undone_by_id or turn.actor.pk, now=turn.now)
    turn.set(undone_to=companies[-1])
    turn.record(companies=len(companies), last=companies[-1], ended=ended, restored=back)


def discard(turn: Turn) -> None:
    turn.set(state=ImportState.DISCARDED)
    turn.record(sha256=turn.subject.sha256)


def resume(turn: Turn) -> None:
    """Have the work go on where it stopped; harmless when it has not stopped."""
    subject: FactImport = turn.subject
    turn.record(state=subject.state, read_to=subject.read_to, applied_to=subject.applied_to)
    if subject.state == ImportState.UPLOADED:
        turn.passage.defer("check_fact_import", import_id=subject.pk)
    elif subject.state == ImportState.APPLYING:
        turn.passage.defer("apply_fact_import", import_id=subject.pk)
    else:
        turn.passage.defer("undo_fact_import", import_id=subject.pk)
