"""Undertakings as the door knows them: each is one check, whose state its acts set."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.applicants.rights import FILE_FOR
from subsidy.decisions.models import Undertaking, UndertakingState
from subsidy.decisions.undertakings import OPEN_UNDERTAKINGS
from subsidy.work.enums import Duty
from workflows.common.acts import Act
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.undertaking import forms, steps

State = UndertakingState
AWAITED, REPORTED, WAIVER = frozenset({State.AWAITED}), frozenset({State.REPORTED}), frozenset({State.WAIVER})
UNANSWERED = frozenset({State.AWAITED, State.OVERDUE})
UNDECIDED = UNANSWERED | REPORTED

BEGIN = Act("begin", _("Date an undertaking"), steps.begun, system=True, form=forms.BeginForm)
BEGIN_AFTER = Act(
    "begin_after",
    _("Date an undertaking from what happened"),
    steps.begun,
    role=Role.AMOUNT,
    duty=Duty.CHECKS_COMPLETION,
    form=forms.BeginAfterForm,
)
REMIND, FALL_OVERDUE, END = "remind_undertaking", "fall_overdue", "end_undertaking"


def _checks(name: str, title: Any, step: Any, *, states: frozenset[State] = UNDECIDED, **more: Any) -> Act:
    given = {"role": Role.AMOUNT, "duty": Duty.CHECKS_COMPLETION, "form": forms.NoteForm, **more}
    return Act(name, title, step, states=frozenset(states), **given)


ACTS = (
    Act("report", _("Answer"), steps.report, member=FILE_FOR, form=forms.ReportForm, states=UNDECIDED),
    _checks("keep", _("Found kept"), steps.keep),
    _checks("send_back", _("Ask for more"), steps.send_back, states=REPORTED),
    _checks(
        "find_breach",
        _("Found not kept"),
        steps.find_breach,
        duty=Duty.PROPOSES,
        form=forms.BreachForm,
        danger=True,
    ),
    _checks("propose_waiver", _("Propose to waive it"), steps.propose_waiver, duty=Duty.PROPOSES),
    _checks(
        "waive", _("Waive it"), steps.waive, states=WAIVER, role=Role.LEADER, duty=Duty.APPROVES_PROPOSAL, danger=True
    ),
    _checks(
        "refuse_waiver",
        _("Refuse the waiver"),
        steps.refuse_waiver,
        states=WAIVER,
        role=Role.LEADER,
        duty=Duty.APPROVES_PROPOSAL,
    ),
    Act(REMIND, _("Remind of an undertaking"), steps.remind, system=True, versioned=False, states=AWAITED),
    Act(FALL_OVERDUE, _("The day of an undertaking has passed"), steps.fall_overdue, system=True, states=AWAITED),
    Act(
        END,
        _("Ends with what brought it"),
        steps.end,
        system=True,
        versioned=False,
        states=frozenset(OPEN_UNDERTAKINGS),
    ),
)


def card(one: Undertaking) -> Card:
    return Card(title=one.company_name, company_id=one.company_id)


def kin(ids: Iterable[int]) -> Q:
    """Acts on the cases that brought them, and help given to their companies at the counter."""
    found = Undertaking.objects.filter(pk__in=list(ids))
    return Q(subject_kind="case", subject_id__in=found.values("case")) | Q(
        subject_kind="company", subject_id__in=found.values("company"), duty=Duty.ASSISTS
    )


def pins(one: Undertaking) -> dict[str, Any]:
    return {"policy_version": one.case.policy_version.content_hash}


UNDERTAKING = register(
    Kind(
        name="undertaking",
        model=Undertaking,
        card=card,
        free_acts=ACTS,
        opens={
            "begin": Opening(act=BEGIN, make=steps.make),
            "begin_after": Opening(act=BEGIN_AFTER, make=steps.make_after),
        },
        kin=kin,
        pins=pins,
        company_path="company_id",
        related=("case", "case__policy_version"),
        deferred=tuple(f"case__policy_version__{name}" for name in ("policy_text", "source_text", "cases_text")),
    )
)
