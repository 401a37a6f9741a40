"""Delivered lists and earlier awards as the door knows them: compared, shown, applied, discarded, undone."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.registers.enums import RegisterImportState
from subsidy.registers.models import RegisterImport
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ReasonForm
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.registers import steps
from workflows.registers.forms import CompaniesForm, LinesForm, NumbersForm, PartForm, UnreadableForm, UploadForm

COMPARING, CHECKED = frozenset({RegisterImportState.UPLOADED}), frozenset({RegisterImportState.CHECKED})
APPLYING, UNDOING = frozenset({RegisterImportState.APPLYING}), frozenset({RegisterImportState.UNDOING})

UPLOAD = Act("upload", _("Import a list"), steps.uploaded, role=Role.COUNTER, duty=Duty.KEEPS_RECORDS, form=UploadForm)
ACTS = (
    Act("apply", _("Apply the list"), steps.apply, role=Role.COUNTER, duty=Duty.KEEPS_RECORDS, states=CHECKED),
    Act(
        "discard",
        _("Discard the list"),
        steps.discard,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        states=COMPARING | CHECKED,
    ),
    Act(
        "undo",
        _("Undo the list"),
        steps.undo,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        form=ReasonForm,
        states=APPLYING | {RegisterImportState.APPLIED},
        danger=True,
        versioned=False,
    ),
    Act(
        "resume",
        _("Take the import up again"),
        steps.resume,
        role=Role.COUNTER,
        states=COMPARING | APPLYING | UNDOING,
        versioned=False,
    ),
    Act(
        "compare_part",
        _("Compare"),
        steps.compare_part,
        system=True,
        form=LinesForm,
        states=COMPARING,
        versioned=False,
    ),
    Act(
        "compare_gone",
        _("Find what the list no longer has"),
        steps.compare_gone,
        system=True,
        form=NumbersForm,
        states=COMPARING,
        versioned=False,
    ),
    Act(
        "note_unreadable",
        _("Note that the file cannot be read"),
        steps.note_unreadable,
        system=True,
        form=UnreadableForm,
        states=COMPARING,
    ),
    Act("apply_part", _("Write"), steps.apply_part, system=True, form=PartForm, states=APPLYING, versioned=False),
    Act(
        "undo_part", _("Take back"), steps.undo_part, system=True, form=CompaniesForm, states=UNDOING, versioned=False
    ),
)


def _card(about: RegisterImport) -> Card:
    return Card(title=about.file_name)


REGISTER_IMPORT = register(
    Kind(
        name="register_import",
        model=RegisterImport,
        card=_card,
        free_acts=ACTS,
        opens={"upload": Opening(act=UPLOAD, make=steps.make)},
    )
)
