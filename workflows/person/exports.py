"""Long lists taken along: a person asks for the file of a list, stops its writing, and is told when it is ready."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.reporting.models import ListExport
from subsidy.reporting.services import export_ask, export_fail, export_keep, export_stop, exports_under_way
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import NotFound, WrongState
from workflows.common.turn import Turn

AT_ONCE_MAX = 3
"""Files of one person that are written at the same time."""


class AskForm(ActForm):
    """The address of the list with its filters, as the page offered it, and the language of the file."""

    address = forms.CharField(max_length=2_000, widget=forms.HiddenInput)
    language = forms.CharField(max_length=10, widget=forms.HiddenInput)


class StopForm(ActForm):
    export = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class FailForm(StopForm):
    why = forms.CharField(max_length=200)


class KeepForm(StopForm):
    name = forms.CharField(max_length=120)
    media_type = forms.CharField(max_length=100)
    path = forms.CharField(max_length=200)
    sha256 = forms.RegexField(r"\A[0-9a-f]{64}\Z")
    size = forms.IntegerField(min_value=0)
    rows = forms.IntegerField(min_value=0)


def ask(turn: Turn) -> None:
    """Have the list written after this is committed."""
    if exports_under_way().filter(person=turn.subject).count() >= AT_ONCE_MAX:
        raise WrongState(
            _("%(n)d lists of yours are being written. Wait until one is ready, or stop one.") % {"n": AT_ONCE_MAX}
        )
    data = turn.data
    made = export_ask(
        turn.subject,
        authority_id=turn.authority_id,
        address=data["address"],
        language=data["language"],
        now=turn.now,
    )
    turn.record(export=made.pk, address=made.address)
    turn.passage.defer("make_list_export", export_id=made.pk)


def _under_way(turn: Turn) -> ListExport:
    mine = exports_under_way().select_for_update().filter(person=turn.subject)
    found = mine.filter(pk=turn.data["export"]).first()
    if found is None:
        raise NotFound(_("There is no such list of yours that is being written. Reload the page."))
    return found


def stop(turn: Turn) -> None:
    """Have the list not written; what is there of it is thrown away."""
    found = _under_way(turn)
    export_stop(found, now=turn.now)
    turn.record(export=found.pk, rows=found.rows, total=found.total)


def fail(turn: Turn) -> None:
    """Note that the list cannot be written for its person any more."""
    found = _under_way(turn)
    export_fail(found, now=turn.now)
    turn.record(export=found.pk, why=turn.data["why"], asked_by=found.person_id)


def keep(turn: Turn) -> None:
    """Keep the file that the job has written."""
    found = _under_way(turn)
    made: dict[str, Any] = {name: turn.data[name] for name in KeepForm.base_fields if name != "export"}
    export_keep(found, **made, now=turn.now)
    turn.record(export=found.pk, rows=made["rows"], sha256=made["sha256"], asked_by=found.person_id)


ACTS = (
    Act("ask_export", _("Have the list written to a file"), ask, own=True, form=AskForm, versioned=False),
    Act("stop_export", _("Stop writing the list"), stop, own=True, form=StopForm, versioned=False),
    Act("fail_export", _("Note that a list cannot be written"), fail, system=True, form=FailForm, versioned=False),
    Act("keep_export", _("Keep the file of a list"), keep, system=True, form=KeepForm, versioned=False),
)
