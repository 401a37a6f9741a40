"""The objection, version 1: filed, then decided by the supervision desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow.base import Flow
from viewflow.workflow.lock import SelectForUpdateLock

from subsidy.accounts.enums import Role
from subsidy.decisions.enums import ObjectionState
from subsidy.work.enums import Duty
from workflows.common.acts import Act
from workflows.common.nodes import End, Human, Start, Switch, verdict
from workflows.objection import forms, steps


class ObjectionV1(Flow):
    """Objection

    Somebody objects to one row of a public list; that row waits for the decision, the others go on.
    """

    lock_impl = SelectForUpdateLock(nowait=False, attempts=1)
    opening_state = ObjectionState.OPEN

    start = Start().Next(this.decision)

    decision = Human(
        state=ObjectionState.OPEN,
        title=_("Decide the objection"),
        role=Role.SUPERVISION,
        due=steps.decision_due,
        acts=(
            Act(
                "dismiss",
                _("Dismiss"),
                steps.dismiss,
                role=Role.SUPERVISION,
                duty=Duty.DECIDES_OBJECTION,
                form=forms.DismissForm,
            ),
            Act(
                "uphold",
                _("Uphold"),
                steps.uphold,
                role=Role.SUPERVISION,
                duty=Duty.DECIDES_OBJECTION,
                form=forms.UpholdForm,
                danger=True,
            ),
        ),
    ).Next(this.after_decision)

    after_decision = (
        Switch()
        .Case(this.dismissed, verdict("dismiss"), label=_("dismissed"))
        .Case(this.upheld, verdict("uphold"), label=_("upheld"))
    )

    dismissed = End(state=ObjectionState.DISMISSED, title=_("Dismissed"))
    upheld = End(state=ObjectionState.UPHELD, title=_("Upheld"))


FILE = Act("file", _("Object"), steps.filed, system=True, form=forms.FileForm)
MUST_PASS = ("decision",)
