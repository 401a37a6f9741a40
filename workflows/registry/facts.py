"""Keeping what a source says of a company, and setting a value against the sources with a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from policies.language import ABSENT, FactDef
from subsidy.accounts.enums import Role
from subsidy.applicants.enums import FactSource
from subsidy.applicants.models import CompanyFact
from subsidy.applicants.services import fact_end, facts_supersede
from subsidy.cases.values import as_json
from subsidy.decisions.facts import fact_definitions
from subsidy.work.enums import Duty
from workflows.case.fields import field_for, stored
from workflows.common.acts import Act, ActForm, ReasonForm
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn
from workflows.live_facts import acts as live

_NEEDED = {"name", "kind", "value"}
_POSSIBLE = {*_NEEDED, "period", "unit", "list_name", "record_key", "raw"}


class FactsForm(ActForm):
    """Facts of one source as of one day: a list of {name, kind, value} with the value in its stored column form.

    A fact may also carry period, unit, list_name and record_key (a field of a record), and raw.
    """

    source = forms.ChoiceField(choices=FactSource.choices)
    as_of = forms.DateField()
    facts = forms.JSONField()

    def clean_facts(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.cleaned_data["facts"]
        for row in rows:
            if not _NEEDED <= set(row) <= _POSSIBLE:
                raise ValidationError(
                    _("Each fact needs name, kind and value, and may have period, unit, list, record and raw value.")
                )
        return rows


def keep_facts(turn: Turn) -> None:
    rows = facts_supersede(
        turn.subject,
        source=FactSource(turn.data["source"]),
        as_of=turn.data["as_of"],
        facts=turn.data["facts"],
        now=turn.now,
        actor=turn.actor,
    )
    scalars = [row for row in turn.data["facts"] if not row.get("list_name")]
    records = [row for row in turn.data["facts"] if row.get("list_name")]
    turn.record(
        source=turn.data["source"],
        as_of=turn.data["as_of"],
        facts={row["name"]: row["value"] for row in scalars},
        superseded=rows,
    )
    if records:
        turn.record(records=records)


class OverrideForm(ActForm):
    """One fact, named by `name`: its value in the form field of its kind, since when it holds, and why."""

    name = forms.CharField(max_length=60, widget=forms.HiddenInput)
    period = forms.RegexField(r"^\d{4}$", label=_("Year of the figure"), required=False)
    as_of = forms.DateField(label=_("As of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(label=_("Reason and evidence"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definition = self._definition()
        if self.definition is not None:
            self.fields = {"value": field_for(self.definition), **self.fields}

    def _definition(self) -> FactDef | None:
        name = self.data.get("name") or self.initial.get("name")
        found = fact_definitions(self.subject.authority_id).get(name) if name else None
        return found if isinstance(found, FactDef) and found.source != FactSource.SYSTEM else None

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self.definition is None:
            raise ValidationError(_("No policy of this bureau asks for this fact. Open the fact from a case."))
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.definition is not None and "value" in data:
            data["value"] = stored(self.definition, data["value"])
            if data["value"] is None:
                self.add_error("value", _("Enter the value that is to count."))
            data["kind"] = self.definition.kind
        return data


def override_fact(turn: Turn) -> None:
    """Set one value against what the sources say; their values stay beside it and are shown."""
    data = turn.data
    value = None if data["value"] is ABSENT else as_json(data["value"])
    fact = {"name": data["name"], "kind": data["kind"], "value": value, "period": data["period"]}
    facts_supersede(
        turn.subject,
        source=FactSource.OFFICER,
        as_of=data["as_of"],
        facts=[fact],
        now=turn.now,
        actor=turn.actor,
        reason=data["reason"],
    )
    turn.record(name=data["name"], value=value, period=data["period"], as_of=data["as_of"], reason=data["reason"])


class EndOverrideForm(ReasonForm):
    fact = forms.IntegerField(widget=forms.HiddenInput)


def end_override(turn: Turn) -> None:
    """Let the sources speak again."""
    fact = CompanyFact.objects.filter(
        pk=turn.data["fact"], company=turn.subject, source=FactSource.OFFICER, superseded_at__isnull=True
    ).first()
    if fact is None or not fact.is_override:
        raise WrongState(_("This override has ended already. Look at the history of the fact."))
    fact_end(fact, now=turn.now)
    turn.record(name=fact.name, fact=fact.pk, reason=turn.data["reason"])


ACTS = (
    *live.ACTS,
    Act("keep_facts", _("Keep facts"), keep_facts, role=Role.COUNTER, duty=Duty.KEEPS_RECORDS, form=FactsForm),
    Act(
        "override_fact",
        _("Override a fact"),
        override_fact,
        role=Role.ACCEPTANCE,
        duty=Duty.KEEPS_RECORDS,
        form=OverrideForm,
    ),
    Act(
        "end_override",
        _("End an override"),
        end_override,
        role=Role.ACCEPTANCE,
        duty=Duty.KEEPS_RECORDS,
        form=EndOverrideForm,
    ),
)
