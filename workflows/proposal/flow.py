"""A proposal, version 1: one proposes, another approves or refuses, and what was proposed happens in the same act."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow.base import Flow
from viewflow.workflow.lock import SelectForUpdateLock

from subsidy.accounts.enums import Role
from subsidy.decisions.models import ProposalState
from subsidy.work.enums import Duty
from workflows.budget.forms import MoveForm, ReduceForm, YearEndForm
from workflows.common.acts import Act, ActForm, ReasonForm
from workflows.common.nodes import End, Human, Start, Switch, verdict
from workflows.common.refusals import Message
from workflows.proposal import erasing, giving_up, refunding, steps, titles
from workflows.proposal.suspense import SuspenseForm


def _decision(role: Role) -> Human:
    """Another person than who proposed approves or refuses."""
    return Human(
        state=ProposalState.PROPOSED,
        title=_("Decide on the proposal"),
        role=role,
        acts=(
            Act("approve", _("Approve"), steps.approve, role=role, duty=Duty.APPROVES_PROPOSAL),
            Act(
                "refuse",
                _("Refuse"),
                steps.refuse,
                role=role,
                duty=Duty.APPROVES_PROPOSAL,
                form=ReasonForm,
                danger=True,
            ),
        ),
    )


class ProposalV1(Flow):
    """Proposal

    What two people must want: standing authorisations, the reopening of a case, what becomes of a title, erasures.
    """

    lock_impl = SelectForUpdateLock(nowait=False, attempts=1)
    opening_state = ProposalState.PROPOSED

    start = Start().Next(this.decision)

    decision = _decision(Role.LEADER).Next(this.decided)

    decided = (
        Switch()
        .Case(this.approved, verdict("approve"), label=_("approved"))
        .Case(this.refused, verdict("refuse"), label=_("refused"))
    )

    approved = End(state=ProposalState.APPROVED, title=_("Approved"))
    refused = End(state=ProposalState.REFUSED, title=_("Refused"))


class FinanceProposalV1(Flow):
    """Proposal of finance

    What two people of finance must want: changes of the budget, the end of its year, what an item in suspense is.
    """

    lock_impl = SelectForUpdateLock(nowait=False, attempts=1)
    opening_state = ProposalState.PROPOSED

    start = Start().Next(this.decision)

    decision = _decision(Role.FINANCE_CHECK).Next(this.decided)

    decided = (
        Switch()
        .Case(this.approved, verdict("approve"), label=_("approved"))
        .Case(this.refused, verdict("refuse"), label=_("refused"))
    )

    approved = End(state=ProposalState.APPROVED, title=_("Approved"))
    refused = End(state=ProposalState.REFUSED, title=_("Refused"))


FREE_ACTS = (
    Act(
        "end_authorisation",
        _("End the authorisation"),
        steps.end_authorisation,
        role=Role.LEADER,
        duty=Duty.APPROVES_PROPOSAL,
        form=ReasonForm,
        states=frozenset({ProposalState.APPROVED}),
        danger=True,
    ),
)
PROPOSE_AUTHORISATION = Act(
    "propose_authorisation",
    _("Propose a standing authorisation"),
    steps.proposed,
    role=Role.AMOUNT,
    duty=Duty.PROPOSES,
    form=steps.AuthorisationForm,
)
PROPOSE_REOPENING = Act(
    "propose_reopening",
    _("Propose to reopen a case"),
    steps.proposed,
    role=Role.SUPERVISION,
    duty=Duty.PROPOSES,
    form=steps.ReopeningForm,
)
PROPOSE_ERASURE = Act(
    "propose_erasure",
    _("Propose to erase personal values"),
    steps.proposed,
    role=Role.SUPERVISION,
    duty=Duty.PROPOSES,
    form=erasing.ErasureForm,
)
PROPOSE_TITLE_CHANGE = Act(
    "propose_title_change",
    _("Propose to take back or lower a title"),
    steps.proposed,
    role=Role.SUPERVISION,
    duty=Duty.PROPOSES,
    form=titles.TitleChangeForm,
)
PROPOSE_TITLE_TEST = Act(
    "propose_title_test",
    _("Test a title again"),
    steps.proposed,
    role=Role.AMOUNT,
    duty=Duty.PROPOSES,
    form=titles.TitleTestForm,
)


def _proposed_by_finance(name: str, title: Message, form: type[ActForm]) -> Act:
    return Act(name, title, steps.proposed, role=Role.FINANCE_PREPARE, duty=Duty.PROPOSES, form=form)


PROPOSE_REDUCTION = _proposed_by_finance("propose_reduction", _("Propose a reduction"), ReduceForm)
PROPOSE_MOVE = _proposed_by_finance("propose_move", _("Propose a move to another line"), MoveForm)
PROPOSE_YEAR_END = _proposed_by_finance("propose_year_end", _("Propose the end of the year"), YearEndForm)
PROPOSE_SUSPENSE = _proposed_by_finance("propose_suspense", _("Propose what an item in suspense is"), SuspenseForm)
PROPOSE_WRITE_OFF = Act(
    "propose_write_off",
    _("Propose to write a recovery off"),
    steps.proposed,
    role=Role.FINANCE_CHECK,
    duty=Duty.PROPOSES,
    form=giving_up.WriteOffForm,
)
PROPOSE_RECOVERY_LESS = Act(
    "propose_recovery_less",
    _("Propose to reduce a recovery"),
    steps.proposed,
    role=Role.AMOUNT,
    duty=Duty.PROPOSES,
    form=giving_up.ReductionForm,
)
PROPOSE_RECOVERY_REFUND = Act(
    "propose_recovery_refund",
    _("Propose the refund of a recovery"),
    steps.proposed,
    role=Role.FINANCE_CHECK,
    duty=Duty.PROPOSES,
    form=refunding.RefundForm,
)
MUST_PASS = ("decision",)
