"""The payout batch, version 1: prepared, checked and released by three people, exported, answered by the bank."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow.base import Flow
from viewflow.workflow.lock import SelectForUpdateLock

from subsidy.accounts.enums import Role
from subsidy.payouts.enums import BatchState
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ReasonForm
from workflows.common.nodes import End, Human, Start, Switch, Wait, verdict
from workflows.payout_batch import forms, steps


class BatchV1(Flow):
    """Payout batch

    Payments that leave together, with three people before the bank sees them.
    """

    lock_impl = SelectForUpdateLock(nowait=False, attempts=1)
    opening_state = BatchState.PREPARED

    start = Start().Next(this.check)

    check = Human(
        state=BatchState.PREPARED,
        title=_("Check the batch"),
        role=Role.FINANCE_CHECK,
        acts=(
            Act("check", _("Checked"), steps.check, role=Role.FINANCE_CHECK, duty=Duty.CHECKS_BATCH),
            Act(
                "give_up",
                _("Return"),
                steps.take_apart,
                role=Role.FINANCE_CHECK,
                duty=Duty.CHECKS_BATCH,
                form=ReasonForm,
                danger=True,
            ),
        ),
    ).Next(this.after_check)

    after_check = (
        Switch()
        .Case(this.release, verdict("check"), label=_("checked"))
        .Case(this.withdrawn, verdict("give_up"), label=_("returned"))
    )

    release = Human(
        state=BatchState.CHECKED,
        title=_("Release the batch"),
        role=Role.FINANCE_RELEASE,
        acts=(
            Act(
                "release",
                _("Release"),
                steps.release,
                role=Role.FINANCE_RELEASE,
                duty=Duty.RELEASES,
                step_up=True,
            ),
            Act(
                "refuse_release",
                _("Return"),
                steps.take_apart,
                role=Role.FINANCE_RELEASE,
                duty=Duty.RELEASES,
                form=ReasonForm,
                danger=True,
            ),
        ),
    ).Next(this.after_release)

    after_release = (
        Switch()
        .Case(this.export, verdict("release"), label=_("released"))
        .Case(this.given_up, verdict("refuse_release"), label=_("returned"))
    )

    export = Human(
        state=BatchState.RELEASED,
        title=_("Export the file"),
        role=Role.FINANCE_PREPARE,
        acts=(Act("export", _("Export"), steps.export, role=Role.FINANCE_PREPARE, duty=Duty.EXPORTS),),
    ).Next(this.answers)

    answers = Wait(
        state=BatchState.EXPORTED,
        title=_("Awaits the bank's answers"),
        acts=(Act("take_answers", _("Answered"), steps.take_answers, system=True),),
    ).Next(this.settled)

    settled = End(state=BatchState.SETTLED, title=_("Settled"))
    withdrawn = End(state=BatchState.WITHDRAWN, title=_("Withdrawn"))
    given_up = End(state=BatchState.WITHDRAWN, title=_("Withdrawn"))


PREPARE = Act(
    "prepare",
    _("Prepare a batch"),
    steps.prepared,
    role=Role.FINANCE_PREPARE,
    duty=Duty.PREPARES,
    form=forms.PrepareForm,
)
FREE_ACTS = (
    Act(
        "issue_cover",
        _("Issue cover sheet"),
        steps.issue_cover,
        system=True,
        versioned=False,
        states=frozenset({BatchState.RELEASED, BatchState.EXPORTED, BatchState.ANSWERED, BatchState.SETTLED}),
    ),
    Act(
        "note_transfer",
        _("Noted how far the file is on its way"),
        steps.note_transfer,
        system=True,
        versioned=False,
        form=forms.TransferForm,
        states=frozenset({BatchState.EXPORTED, BatchState.ANSWERED, BatchState.SETTLED}),
    ),
    Act(
        "note_answers",
        _("Answered once more"),
        steps.note_answers,
        system=True,
        states=frozenset({BatchState.SETTLED}),
    ),
)
MUST_PASS = ("check", "release", "export", "answers")
