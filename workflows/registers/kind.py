"""Delivered lists and earlier awards as the door knows them: compared, shown, applied or discarded as a whole."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.documents.checks import check_table
from subsidy.documents.refusals import UploadRefused
from subsidy.documents.services import file_store, folder
from subsidy.registers.columns import read_list
from subsidy.registers.differences import Difference, differences
from subsidy.registers.enums import Change, ImportKind, LineOutcome, Register, RegisterImportState
from subsidy.registers.models import RegisterImport, RegisterImportLine
from subsidy.registers.services import award_note, entry_follow, entry_note
from subsidy.sources import fault_words
from subsidy.sources.faults import SourceFault
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import BadData, WrongState
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.common.turn import Turn

PRIOR_AWARDS = ImportKind.PRIOR_AWARDS.value
CHECKED = frozenset({RegisterImportState.CHECKED})
_COUNTED = (LineOutcome.ADDED, LineOutcome.CHANGED, LineOutcome.GONE, LineOutcome.BAD)


class UploadForm(ActForm):
    register = forms.ChoiceField(
        label=_("What the list is"), choices=[*Register.choices, (PRIOR_AWARDS, ImportKind.PRIOR_AWARDS.label)]
    )
    as_of = forms.DateField(
        label=_("As of"),
        help_text=_("The day on which the list says who stands on it."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    complete = forms.BooleanField(
        label=_("The list is complete"),
        help_text=_(
            "Whoever is held and does not stand in the file is then taken off as of that day. Of awards from before this "
            "system: the file names every one of them; none is taken back."
        ),
        required=False,
    )
    file = forms.FileField(label=_("File (CSV or XLSX)"), allow_empty_file=True)


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
    try:
        stored = file_store(
            turn.data["file"],
            authority_id=about.authority_id,
            owner_kind="register_import",
            owner_id=about.pk,
            slot="list",
            actor=turn.actor,
            now=turn.now,
            look=check_table,
        )
    except UploadRefused as refusal:
        raise BadData(fields={"file": [str(refusal.message)]}) from refusal
    turn.set(document=stored, sha256=stored.sha256)
    found = compared(about)
    counts = Counter(one.outcome for one in found)
    turn.set(**{outcome.value: counts[outcome] for outcome in _COUNTED}, same=counts[None])
    RegisterImportLine.objects.bulk_create(_kept(about, one, one.outcome) for one in found if one.outcome)
    turn.record(kind=about.kind, register=about.register, as_of=about.as_of, complete=about.complete)
    turn.record(sha256=stored.sha256, **_counts(about))


def compared(about: RegisterImport) -> list[Difference]:
    """The kept file beside what is held now (BadData when it is no such list)."""
    assert about.document is not None  # kept before it is compared
    try:
        with (folder() / about.document.path).open("rb") as stream:
            return list(differences(read_list(stream, about.kind, about.register), about))
    except SourceFault as fault:
        chinese = (get_language() or "zh").startswith("zh")
        raise BadData(fields={"file": [fault_words(fault.code, fault.detail, chinese=chinese)]}) from fault


def _kept(about: RegisterImport, one: Difference, outcome: LineOutcome) -> RegisterImportLine:
    return RegisterImportLine(
        register_import=about,
        line=one.line.number,
        outcome=outcome,
        uscc=one.line.uscc,
        company=one.company,
        said={name: _plain(value) for name, value in one.line.said.items() if value not in (None, "")},
        before=one.before[:300],
        code=one.code,
        detail=one.detail[:200],
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _counts(about: RegisterImport) -> dict[str, int]:
    return {name: getattr(about, name) for name in ("added", "changed", "gone", "same", "bad")}


def apply(turn: Turn) -> None:
    """Write what was shown. A line that says something else by now refuses: the list is then compared anew."""
    about: RegisterImport = turn.subject
    shown = set(about.rows.values_list("line", "outcome", "company", "before"))
    due = [one for one in compared(about) if one.outcome not in (None, LineOutcome.BAD)]
    for one in due:
        if (one.line.number, one.outcome, one.company and one.company.pk, one.before[:300]) not in shown:
            raise WrongState(
                _("The registers have changed since this list was compared. Discard it and upload the file again.")
            )
    for one in due:
        _write(turn, one)
    turn.set(state=RegisterImportState.APPLIED, applied_by=turn.actor, applied_at=turn.now.at, applied=len(due))
    turn.record(applied=len(due), sha256=about.sha256, **_counts(about))


def _write(turn: Turn, one: Difference) -> None:
    about: RegisterImport = turn.subject
    by: dict[str, Any] = {"now": turn.now, "actor": turn.actor, "brought_by": about}
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


def _card(about: RegisterImport) -> Card:
    return Card(title=about.file_name)


UPLOAD = Act(
    "upload",
    _("Import a list"),
    uploaded,
    role=Role.COUNTER,
    duty=Duty.KEEPS_RECORDS,
    form=UploadForm,
)
ACTS = (
    Act("apply", _("Apply the list"), apply, role=Role.COUNTER, duty=Duty.KEEPS_RECORDS, states=CHECKED),
    Act("discard", _("Discard the list"), discard, role=Role.COUNTER, duty=Duty.KEEPS_RECORDS, states=CHECKED),
)
REGISTER_IMPORT = register(
    Kind(
        name="register_import",
        model=RegisterImport,
        card=_card,
        free_acts=ACTS,
        opens={"upload": Opening(act=UPLOAD, make=make)},
    )
)
