"""Keeping what a source says of a company."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.applicants.enums import FactSource
from subsidy.applicants.services import facts_supersede
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.turn import Turn


class FactsForm(ActForm):
    """Facts of one source as of one day: a list of {name, kind, value} with the value in its stored column form."""

    source = forms.ChoiceField(choices=FactSource.choices)
    as_of = forms.DateField()
    facts = forms.JSONField()

    def clean_facts(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.cleaned_data["facts"]
        for row in rows:
            if set(row) != {"name", "kind", "value"}:
                raise ValidationError(_("Each fact needs exactly name, kind and value."))
        return rows


def keep_facts(turn: Turn) -> None:
    rows = facts_supersede(
        turn.subject,
        source=FactSource(turn.data["source"]),
        as_of=turn.data["as_of"],
        facts=turn.data["facts"],
        now=turn.now,
    )
    turn.record(
        source=turn.data["source"],
        as_of=turn.data["as_of"],
        facts={row["name"]: row["value"] for row in turn.data["facts"]},
        superseded=rows,
    )


ACTS = (Act("keep_facts", _("Keep facts"), keep_facts, role=Role.COUNTER, duty=Duty.KEEPS_RECORDS, form=FactsForm),)
