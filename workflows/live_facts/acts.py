"""Asking live sources about a company, and keeping what they answer: what was said, and what stays unknown and why."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.applicants.enums import AskState, FactSource
from subsidy.applicants.models import SourceAsk
from subsidy.applicants.services import ask_end, ask_note, facts_supersede
from subsidy.sources import LAYOUTS
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn

ANSWERS_WITHIN = dt.timedelta(hours=1)
"""A source that was asked and has not answered by then may be asked again: its job was lost."""


def services_in_words() -> list[tuple[str, str]]:
    """The layouts for which a service is set up, each with its name in the reader's language."""
    chinese = (get_language() or "zh").startswith("zh")
    named = [LAYOUTS[name] for name in settings.FACT_SERVICES if name in LAYOUTS]
    return [(layout.name, layout.zh if chinese else layout.en) for layout in named]


class AskForm(ActForm):
    """Which service to ask; the choices are those that are set up at this moment."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["layout"] = forms.ChoiceField(
            label=_("Source"),
            help_text=_("It is asked now; its answer comes in a few seconds."),
            choices=services_in_words(),
            error_messages={"invalid_choice": _("No service is set up for this source. Import its file instead.")},
        )


class AnswerForm(ActForm):
    """`said` is a list of {name, kind, value, unit, period, raw, as_of}; `unknown` gives a reason by name."""

    source = forms.ChoiceField(choices=FactSource.choices)
    said = forms.JSONField(required=False)
    unknown = forms.JSONField(required=False)
    ask = forms.IntegerField(required=False)


class RefusalForm(ActForm):
    ask = forms.IntegerField()
    reason = forms.CharField(max_length=500)


def ask_source(turn: Turn) -> None:
    """Have a service asked in the background; twice at once it is not asked."""
    layout = turn.data["layout"]
    waiting = SourceAsk.objects.filter(
        company=turn.subject.pk, layout=layout, state=AskState.ASKED, asked_at__gt=turn.now.at - ANSWERS_WITHIN
    )
    if waiting.exists():
        raise WrongState(_("This source is being asked about the company already. Wait for its answer."))
    ask = ask_note(turn.subject, layout=layout, actor=turn.actor, now=turn.now)
    turn.record(layout=layout, ask=ask.pk)
    turn.passage.defer("ask_live_source", ask_id=ask.pk)


def keep_answer(turn: Turn) -> None:
    """Keep what was said, a day at a time; what is held as of a later day stays. The unknown is noted, never filled."""
    said, unknown = turn.data["said"] or [], turn.data["unknown"] or {}
    by_day: dict[str, list[dict[str, Any]]] = {}
    for one in said:
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
    if turn.data["ask"]:
        ask_end(_ask_of(turn), now=turn.now, said=len(said), unknown=unknown)
        turn.record(ask=turn.data["ask"])
    turn.record(source=turn.data["source"], said={one["name"]: one["value"] for one in said}, unknown=unknown)


def note_refused(turn: Turn) -> None:
    """Note that an answer could not be asked for or kept, and why; the facts stay as they were."""
    ask_end(_ask_of(turn), now=turn.now, refusal=turn.data["reason"])
    turn.record(ask=turn.data["ask"], reason=turn.data["reason"])


def _ask_of(turn: Turn) -> int:
    """The asking that is answered: of this company, and open still."""
    ask = SourceAsk.objects.filter(pk=turn.data["ask"], company=turn.subject.pk, state=AskState.ASKED).first()
    if ask is None:
        raise WrongState(_("This asking has ended already."))
    return ask.pk


ACTS = (
    Act(
        "ask_source",
        _("Ask a source now"),
        ask_source,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        form=AskForm,
        versioned=False,
    ),
    Act("ask_on_schedule", _("Ask a source by schedule"), ask_source, system=True, form=AskForm, versioned=False),
    Act("keep_answer", _("Keep what a source answered"), keep_answer, system=True, form=AnswerForm, versioned=False),
    Act(
        "note_refused_answer",
        _("Note that an answer was not kept"),
        note_refused,
        system=True,
        form=RefusalForm,
        versioned=False,
    ),
)
