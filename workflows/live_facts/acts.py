"""What a live source answered about a company, kept through the door: what was said, and what stays unknown and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.applicants.enums import FactSource
from subsidy.applicants.services import facts_supersede
from workflows.common.acts import Act, ActForm
from workflows.common.turn import Turn


class AnswerForm(ActForm):
    """`said` is a list of {name, kind, value, unit, period, raw, as_of}; `unknown` gives a reason by name."""

    source = forms.ChoiceField(choices=FactSource.choices)
    said = forms.JSONField(required=False)
    unknown = forms.JSONField(required=False)


def keep_answer(turn: Turn) -> None:
    """Keep what was said, a day at a time; what is held as of a later day stays. The unknown is noted, never filled."""
    by_day: dict[str, list[dict[str, Any]]] = {}
    for one in turn.data["said"] or []:
        by_day.setdefault(one["as_of"], []).append({name: one[name] for name in one if name != "as_of"})
    for day in sorted(by_day):
        facts_supersede(
            turn.subject,
            source=FactSource(turn.data["source"]),
            as_of=dt.date.fromisoformat(day),
            facts=by_day[day],
            now=turn.now,
            actor=turn.actor,
            never_older=True,
        )
    turn.record(
        source=turn.data["source"],
        said={one["name"]: one["value"] for one in turn.data["said"] or []},
        unknown=turn.data["unknown"] or {},
    )


ACTS = (
    Act("keep_answer", _("Keep what a source answered"), keep_answer, system=True, form=AnswerForm, versioned=False),
)
