"""The recovery, version 1: proposed, answered, decided by another, then paid back, written off or dropped."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow.base import Flow
from viewflow.workflow.lock import SelectForUpdateLock

from subsidy.accounts.enums import Role
from subsidy.payouts.recoveries import RecoveryState
from subsidy.work.enums import Duty
from workflows.common.acts import ANY_MEMBER, Act
from workflows.common.nodes import End, Human, Start, Switch, Wait, verdict
from workflows.recovery import forms, refunding, steps


class RecoveryV1(Flow):
    """Recovery

    Money that was paid comes back: the company is heard, another person decides, and every yuan is accounted for.
    """

    lock_impl = SelectForUpdateLock(nowait=False, attempts=1)
    opening_state = RecoveryState.PROPOSED

    start = Start().Next(this.decision)

    decision = Human(
        state=RecoveryState.PROPOSED,
        title=_("Decide on the recovery"),
        role=Role.LEADER,
        due=steps.decision_due,
        acts=(
            Act(
                "decide",
                _("Order the recovery"),
                steps.decide,
                role=Role.LEADER,
                duty=Duty.APPROVES_PROPOSAL,
                form=forms.DecideForm,
                danger=True,
            ),
            Act(
                "drop",
                _("Drop the recovery"),
                steps.drop,
                role=Role.LEADER,
                duty=Duty.APPROVES_PROPOSAL,
                form=forms.DropForm,
            ),
        ),
    ).Next(this.decided)

    decided = (
        Switch()
        .Case(this.payment, verdict("decide"), label=_("ordered"))
        .Case(this.dropped, verdict("drop"), label=_("dropped"))
    )

    payment = Wait(
        state=RecoveryState.OPEN,
        title=_("Awaits the money"),
        due=steps.payment_due,
        acts=(
            Act("take_payment", _("Paid"), steps.take_payment, system=True),
            Act("set_off", _("Set off against a payment"), steps.set_off, system=True),
            Act("reduce", _("Less is owed"), steps.reduce, system=True),
            Act("write_off", _("Written off"), steps.write_off, system=True),
        ),
    ).Next(this.after_payment)

    after_payment = (
        Switch()
        .Case(this.paid, verdict("take_payment", "set_off", "reduce"), label=_("nothing is owed any more"))
        .Case(this.written_off, verdict("write_off"), label=_("written off"))
    )

    paid = End(state=RecoveryState.PAID, title=_("Paid back"))
    dropped = End(state=RecoveryState.DROPPED, title=_("Dropped"))
    written_off = End(state=RecoveryState.WRITTEN_OFF, title=_("Written off"))


PROPOSE = Act(
    "propose",
    _("Propose a recovery"),
    steps.proposed,
    role=Role.AMOUNT,
    duty=Duty.PROPOSES,
    form=forms.ProposeForm,
)
PROPOSE_DIFFERENCE = Act(
    "propose_difference",
    _("Propose to recover the difference"),
    steps.proposed,
    system=True,
    form=forms.DifferenceForm,
)
PROPOSE_BREACH = Act(
    "propose_breach",
    _("Propose what a broken undertaking costs"),
    steps.proposed,
    system=True,
    form=forms.BreachForm,
)
FREE_ACTS = (
    Act(
        "answer",
        _("Answer"),
        steps.answer,
        member=ANY_MEMBER,
        form=forms.AnswerForm,
        states=frozenset({RecoveryState.PROPOSED}),
    ),
    Act(
        "take_late_payment",
        _("Paid after it was written off"),
        steps.take_late_payment,
        system=True,
        states=frozenset({RecoveryState.WRITTEN_OFF}),
    ),
    Act(
        "refund",
        _("Refunded"),
        refunding.refund,
        system=True,
        states=frozenset(refunding.ENDED),
    ),
    Act(
        "issue_notice",
        _("Issue the notice of recovery"),
        steps.issue_notice,
        system=True,
        versioned=False,
        states=frozenset({RecoveryState.OPEN, RecoveryState.PAID, RecoveryState.WRITTEN_OFF}),
    ),
)
MUST_PASS = ("decision",)
