"""What each act on a delivered list does. A list of up to AT_ONCE lines is worked through in one act, a longer one in
parts by jobs, with the same steps."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from contextlib import AbstractContextManager, closing
from typing import Any, BinaryIO

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from subsidy.documents.checks import check_table
from subsidy.registers.columns import ListLine, read_list, said_as_json, said_from_json
from subsidy.registers.differences import Difference, differences, gone
from subsidy.registers.enums import Change, ImportKind, LineOutcome, RegisterImportState
from subsidy.registers.models import RegisterImport, RegisterImportLine
from subsidy.registers.services import award_note, entry_follow, entry_note
from subsidy.registers.undoing import companies_of_import, import_undo
from subsidy.sources import fault_words
from subsidy.sources.faults import SourceFault
from subsidy.sources.tables import rows_of
from workflows.common.parts import kept_file, refuse_out_of_turn
from workflows.common.refusals import BadData, WrongState
from workflows.common.turn import Turn
from workflows.common.uploads import upload_keep
from workflows.registers.forms import PRIOR_AWARDS

AT_ONCE = 20_000
"""Lines of a file that one act compares and applies; a longer one is worked through by jobs."""
_COUNTED = (LineOutcome.ADDED, LineOutcome.CHANGED, LineOutcome.GONE, LineOutcome.BAD)
COUNTS = ("added", "changed", "gone", "same", "bad")


def make(turn: Turn) -> RegisterImport:
    data = turn.data
    awards = data["register"] == PRIOR_AWARDS
    return RegisterImport(
        authority_id=turn.authority_id,
        kind=ImportKind.PRIOR_AWARDS if awards else ImportKind.ENTRIES,
        register="" if awards else data["register"],
        as_of=data["as_of"],
        complete=data["complete"],
        file_name=data["file"].name[:200],
        uploaded_by=turn.actor,
        uploaded_at=turn.now.at,
    )


def uploaded(turn: Turn) -> None:
    """Keep the file, compare it with what is held, and keep what it would change; nothing counts before it is applied."""
    about: RegisterImport = turn.subject
    stored = upload_keep(turn, "file", slot="list", look=check_table)
    turn.set(document=stored, sha256=stored.sha256)
    turn.record(kind=about.kind, register=about.register, as_of=about.as_of, complete=about.complete)
    turn.record(sha256=stored.sha256)
    try:
        if is_long(about):
            turn.set(state=RegisterImportState.UPLOADED)
            turn.passage.defer("compare_register_import", import_id=about.pk)
            return
        with opened(about) as stream:
            found = list(differences(read_list(stream, about.kind, about.register), about))
    except SourceFault as fault:
        raise BadData(fields={"file": [_in_words(fault)]}) from fault
    _keep(turn, found)
    turn.set(read_to=max((one.line.number for one in found), default=0))
    turn.record(**_counts(about))


def _in_words(fault: SourceFault) -> str:
    return fault_words(fault.code, fault.detail, chinese=(get_language() or "zh").startswith("zh"))


def is_long(about: RegisterImport) -> bool:
    """Whether the file has more lines than one act works through. Raises SourceFault for what is no table."""
    with opened(about) as stream, closing(rows_of(stream)) as rows:
        return sum(1 for _row in itertools.islice(rows, AT_ONCE + 2)) > AT_ONCE + 1


def opened(about: RegisterImport) -> AbstractContextManager[BinaryIO]:
    """The kept file, proved to be the one that was uploaded (SourceFault when it is not)."""
    return kept_file(about.document, about.sha256)


def _keep(turn: Turn, found: Iterable[Difference]) -> None:
    """Keep the lines that would change something or cannot be taken, and count all of them."""
    about: RegisterImport = turn.subject
    found = list(found)
    counts = Counter(one.outcome for one in found)
    turn.set(same=about.same + counts[None])
    turn.set(**{name.value: getattr(about, name.value) + counts[name] for name in _COUNTED})
    RegisterImportLine.objects.bulk_create(_line(about, one, one.outcome) for one in found if one.outcome)


def _line(about: RegisterImport, one: Difference, outcome: LineOutcome) -> RegisterImportLine:
    return RegisterImportLine(
        register_import=about,
        line=one.line.number,
        outcome=outcome,
        uscc=one.line.uscc,
        company=one.company,
        said=said_as_json(one.line.said),
        before=one.before[:300],
        code=one.code,
        detail=one.detail[:200],
    )


def _counts(about: RegisterImport) -> dict[str, int]:
    return {name: getattr(about, name) for name in COUNTS}


def compare_part(turn: Turn) -> None:
    """Compare the next lines of a long file."""
    about, data = turn.subject, turn.data
    refuse_out_of_turn(data["after"], about.read_to)
    lines = [ListLine.from_json(one, about.kind) for one in data["lines"] or []]
    _keep(turn, differences(lines, about, part=True))
    turn.set(read_to=data["last"])
    _compared(turn)


def compare_gone(turn: Turn) -> None:
    """Find what a complete list no longer has of the next companies of the register."""
    about, data = turn.subject, turn.data
    refuse_out_of_turn(data["after"], about.gone_to)
    _keep(turn, gone(about, dict(data["numbers"] or [])))
    turn.set(gone_to=data["last"])
    _compared(turn)


def _compared(turn: Turn) -> None:
    data = turn.data
    if data["final"]:
        turn.set(state=RegisterImportState.CHECKED)
        turn.record(asked_by=turn.subject.uploaded_by_id)
    turn.record(after=data["after"], last=data["last"], **_counts(turn.subject))


def note_unreadable(turn: Turn) -> None:
    turn.set(state=RegisterImportState.UNREADABLE, fault=f"{turn.data['code']}:{turn.data['detail']}")
    turn.record(code=turn.data["code"], detail=turn.data["detail"], asked_by=turn.subject.uploaded_by_id)


def apply(turn: Turn) -> None:
    """Write what was shown: at once and whole, or, of a long list, in parts by a job."""
    about: RegisterImport = turn.subject
    turn.set(applied_by=turn.actor, applied_at=turn.now.at)
    turn.record(sha256=about.sha256, **_counts(about))
    if about.added + about.changed + about.gone > AT_ONCE:
        turn.set(state=RegisterImportState.APPLYING)
        turn.passage.defer("apply_register_import", import_id=about.pk)
        return
    shown = {_ident_of(row) for row in about.rows.exclude(outcome=LineOutcome.BAD)}
    due = [one for one in _compared_anew(about) if one.outcome not in (None, LineOutcome.BAD)]
    if {_ident(one) for one in due} != shown:
        raise WrongState(
            _("The registers have changed since this list was compared. Discard it and upload the file again.")
        )
    for one in due:
        _write(turn, one)
    turn.set(state=RegisterImportState.APPLIED, applied=len(due))
    turn.record(applied=len(due))


def _compared_anew(about: RegisterImport) -> list[Difference]:
    try:
        with opened(about) as stream:
            return list(differences(read_list(stream, about.kind, about.register), about))
    except SourceFault as fault:
        raise WrongState(_in_words(fault)) from fault


def apply_part(turn: Turn) -> None:
    """Write the next lines; one beside which the register says something else by now is passed over and counted."""
    about, data = turn.subject, turn.data
    refuse_out_of_turn(data["after"], about.applied_to)
    rows = about.rows.exclude(outcome=LineOutcome.BAD).filter(pk__gt=data["after"], pk__lte=data["last"])
    written, passed = _written(turn, rows.order_by("pk"))
    turn.set(applied=about.applied + written, passed_over=about.passed_over + passed, applied_to=data["last"])
    if data["final"]:
        turn.set(state=RegisterImportState.APPLIED)
        turn.record(asked_by=about.applied_by_id)
    turn.record(after=data["after"], last=data["last"], applied=written, passed_over=passed)


def _written(turn: Turn, rows: Iterable[RegisterImportLine]) -> tuple[int, int]:
    """Write the lines that still change what was shown; (written, passed over)."""
    about: RegisterImport = turn.subject
    rows = list(rows)
    shown = {_ident_of(row) for row in rows}
    in_file = [row for row in rows if row.outcome != LineOutcome.GONE]
    lines = [ListLine(row.line, row.uscc, said_from_json(row.said, about.kind)) for row in in_file]
    due = list(differences(lines, about, part=True))
    left_out = {row.company_id: () for row in rows if row.outcome == LineOutcome.GONE and row.company_id is not None}
    ended = [one for one in gone(about, left_out) if _ident(one) in shown] if left_out else []
    good = [one for one in due if _ident(one) in shown] + ended
    for one in good:
        _write(turn, one)
    return len(good), len(rows) - len(good)


def _ident_of(row: RegisterImportLine) -> tuple[int, int | None, str | None, str]:
    return (row.line, row.company_id, row.outcome, row.before)


def _ident(one: Difference) -> tuple[int, int | None, str | None, str]:
    return (one.line.number, one.company.pk if one.company else None, one.outcome, one.before[:300])


def _write(turn: Turn, one: Difference) -> None:
    about: RegisterImport = turn.subject
    by: dict[str, Any] = {"now": turn.now, "actor": about.applied_by, "brought_by": about}
    assert one.company is not None and one.change is not None
    said: dict[str, Any] = {name: value for name, value in one.line.said.items() if value is not None}
    if about.kind == ImportKind.PRIOR_AWARDS:
        award_note(one.company, **said, follows=one.award, **by)
    elif one.entry is None:
        entry_note(one.company, kind=about.register, valid_to=said.pop("valid_to", None), **said, **by)
    elif one.change == Change.ENDED:
        entry_follow(one.entry, change=Change.ENDED, effective_on=about.as_of, **by)
    else:
        on = said["valid_from"] if one.change == Change.RENEWED else about.as_of
        entry_follow(one.entry, change=one.change, effective_on=on, **said, **by)


def discard(turn: Turn) -> None:
    turn.set(state=RegisterImportState.DISCARDED)
    turn.record(sha256=turn.subject.sha256)


def undo(turn: Turn) -> None:
    """Have everything that the list brought count no more, by rows that follow: at once, or in parts by a job."""
    about: RegisterImport = turn.subject
    turn.set(undone_by=turn.actor, undone_at=turn.now.at, undo_reason=turn.data["reason"])
    turn.record(reason=turn.data["reason"], sha256=about.sha256)
    if about.applied > AT_ONCE or about.state != RegisterImportState.APPLIED:
        turn.set(state=RegisterImportState.UNDOING)
        turn.passage.defer("undo_register_import", import_id=about.pk)
        return
    _undone(turn, companies_of_import(about, after=0, n=AT_ONCE))
    turn.set(state=RegisterImportState.UNDONE)


def undo_part(turn: Turn) -> None:
    about, data = turn.subject, turn.data
    refuse_out_of_turn(data["after"], about.undone_to)
    _undone(turn, data["companies"] or [])
    turn.set(undone_to=data["last"])
    if data["final"]:
        turn.set(state=RegisterImportState.UNDONE)
        turn.record(asked_by=about.undone_by_id)


def _undone(turn: Turn, companies: list[int]) -> None:
    about: RegisterImport = turn.subject
    assert about.undone_by is not None  # set when it was asked for
    reason = f"{about.file_name}: {about.undo_reason}"[:500]
    restored, left = import_undo(about, companies, reason=reason, actor=about.undone_by, now=turn.now)
    turn.set(undone=about.undone + restored, left_alone=about.left_alone + left)
    turn.record(companies=len(companies), restored=restored, left_alone=left)


def resume(turn: Turn) -> None:
    """Have the work go on where it stopped; harmless when it has not stopped."""
    about: RegisterImport = turn.subject
    turn.record(state=about.state, read_to=about.read_to, applied_to=about.applied_to, undone_to=about.undone_to)
    if about.state == RegisterImportState.UPLOADED:
        turn.passage.defer("compare_register_import", import_id=about.pk)
    elif about.state == RegisterImportState.APPLYING:
        turn.passage.defer("apply_register_import", import_id=about.pk)
    else:
        turn.passage.defer("undo_register_import", import_id=about.pk)
