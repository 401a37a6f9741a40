"""What a company does with the lists of its application while it may change it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.cases.enums import CaseState
from subsidy.work.enums import Duty
from workflows.case.list_forms import ConfirmListForm, RecordForm, RemoveRecordForm
from workflows.case.lists import confirm_list, remove_record, save_record
from workflows.case.stage import FILE_FOR
from workflows.common.acts import Act

_WHILE_FILING = frozenset({CaseState.DRAFT, CaseState.AWAITING_CORRECTION})

LISTS = (
    Act(
        "save_record",
        _("Save the record"),
        save_record,
        member=FILE_FOR,
        duty=Duty.FILES,
        form=RecordForm,
        versioned=False,
        states=_WHILE_FILING,
    ),
    Act(
        "remove_record",
        _("Remove the record"),
        remove_record,
        member=FILE_FOR,
        duty=Duty.FILES,
        form=RemoveRecordForm,
        versioned=False,
        states=_WHILE_FILING,
        danger=True,
    ),
    Act(
        "confirm_list",
        _("Confirm the list"),
        confirm_list,
        member=FILE_FOR,
        duty=Duty.FILES,
        form=ConfirmListForm,
        versioned=False,
        states=_WHILE_FILING,
    ),
)
