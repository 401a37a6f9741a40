"""Files of facts as the door knows them: uploaded, checked, applied in chunks, undone."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.applicants.enums import ImportState
from subsidy.applicants.models import FactImport
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ReasonForm
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.fact_import import steps
from workflows.fact_import.forms import ChunkForm, CompaniesForm, UnreadableForm, UploadForm

CHECKING, CHECKED = frozenset({ImportState.UPLOADED}), frozenset({ImportState.CHECKED})
APPLYING, UNDOING = frozenset({ImportState.APPLYING}), frozenset({ImportState.UNDOING})

UPLOAD = Act("upload", _("Import facts"), steps.uploaded, role=Role.COUNTER, duty=Duty.KEEPS_RECORDS, form=UploadForm)
ACTS = (
    Act("apply", _("Apply the import"), steps.apply, role=Role.COUNTER, duty=Duty.KEEPS_RECORDS, states=CHECKED),
    Act("discard", _("Discard the import"), steps.discard, role=Role.COUNTER, states=CHECKING | CHECKED),
    Act(
        "undo",
        _("Undo the import"),
        steps.undo,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        form=ReasonForm,
        states=APPLYING | {ImportState.APPLIED},
        danger=True,
        versioned=False,
    ),
    Act(
        "resume",
        _("Take the import up again"),
        steps.resume,
        role=Role.COUNTER,
        states=CHECKING | APPLYING | UNDOING,
        versioned=False,
    ),
    Act("check_chunk", _("Check"), steps.check_chunk, system=True, form=ChunkForm, states=CHECKING, versioned=False),
    Act(
        "note_unreadable",
        _("Note that the file cannot be read"),
        steps.note_unreadable,
        system=True,
        form=UnreadableForm,
        states=CHECKING | APPLYING,
    ),
    Act("apply_chunk", _("Write"), steps.apply_chunk, system=True, form=ChunkForm, states=APPLYING, versioned=False),
    Act(
        "undo_chunk",
        _("Take back"),
        steps.undo_chunk,
        system=True,
        form=CompaniesForm,
        states=UNDOING,
        versioned=False,
    ),
)


def _card(fact_import: FactImport) -> Card:
    return Card(title=fact_import.file_name)


FACT_IMPORT = register(
    Kind(
        name="fact_import",
        model=FactImport,
        card=_card,
        free_acts=ACTS,
        opens={"upload": Opening(act=UPLOAD, make=steps.make)},
    )
)
