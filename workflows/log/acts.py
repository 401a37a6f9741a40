"""An export is an event like any other: it names the case, who took it along, and the hash of all that left."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.cases.models import Case
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import NotFound
from workflows.common.turn import Turn


class ExportForm(ActForm):
    case = forms.CharField(max_length=40)
    manifest = forms.RegexField(r"\A[0-9a-f]{64}\Z")
    asked_by = forms.IntegerField(required=False)


def export(turn: Turn) -> None:
    """Record that the file of a case of this bureau leaves, under the hash of its list of files."""
    if not Case.objects.filter(authority=turn.subject, number=turn.data["case"]).exists():
        raise NotFound
    turn.record(case=turn.data["case"], manifest=turn.data["manifest"], asked_by=turn.data["asked_by"])


# A system actor's: whoever may read everything may act on nothing, and it is the reading that is recorded here.
EXPORTS = (Act("export_case", _("Export the file of a case"), export, system=True, form=ExportForm, versioned=False),)
