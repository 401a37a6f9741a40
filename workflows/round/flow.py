"""The round, version 1: collect and rank, meeting, public notice, decree."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow.base import Flow
from viewflow.workflow.lock import SelectForUpdateLock

from subsidy.accounts.enums import Role
from subsidy.calendars.working import Due
from subsidy.decisions.enums import RoundState
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ReasonForm
from workflows.common.nodes import End, Human, Start, Switch, Wait, verdict
from workflows.common.turn import Turn
from workflows.round import forms, steps


def notice_due(turn: Turn) -> Due:
    """The last day of the notice, by the policy's working days."""
    notice = turn.subject.notice
    return Due(on=notice.ends_on, provisional=notice.ends_provisional)


class RoundV1(Flow):
    """Round

    Cases of one call, decided together on one list.
    """

    lock_impl = SelectForUpdateLock(nowait=False, attempts=1)
    opening_state = RoundState.COLLECTING

    start = Start().Next(this.collect)

    collect = Human(
        state=RoundState.COLLECTING,
        title=_("Rank the cases"),
        role=Role.AMOUNT,
        acts=(
            Act(
                "close_collection",
                _("Rank and reserve"),
                steps.close_collection,
                role=Role.AMOUNT,
                duty=Duty.RANKS,
            ),
        ),
    ).Next(this.meeting)

    meeting = Human(
        state=RoundState.AWAITING_MEETING,
        title=_("Decide at the meeting"),
        role=Role.LEADER,
        acts=(
            Act("approve", _("Approve"), steps.approve, role=Role.LEADER, duty=Duty.APPROVES, form=forms.ApproveForm),
            Act(
                "send_back",
                _("Send back"),
                steps.send_back,
                role=Role.LEADER,
                duty=Duty.APPROVES,
                form=ReasonForm,
                danger=True,
            ),
        ),
    ).Next(this.after_meeting)

    after_meeting = (
        Switch()
        .Case(this.publication, verdict("approve"), label=_("approved"))
        .Case(this.collect, verdict("send_back"), label=_("sent back"))
    )

    publication = Human(
        state=RoundState.AWAITING_NOTICE,
        title=_("Publish the notice"),
        role=Role.NOTICE,
        acts=(
            Act(
                "publish",
                _("Publish"),
                steps.publish,
                role=Role.NOTICE,
                duty=Duty.PUBLISHES,
                form=forms.PublishForm,
            ),
        ),
    ).Next(this.notice)

    notice = Wait(
        state=RoundState.ON_NOTICE,
        title=_("On public notice"),
        due=notice_due,
        acts=(Act("close_notice", _("Close the notice"), steps.close_notice, system=True),),
    ).Next(this.decree)

    decree = Human(
        state=RoundState.AWAITING_DECREE,
        title=_("Issue the decree"),
        role=Role.NOTICE,
        acts=(
            Act(
                "issue_decree",
                _("Issue the decree"),
                steps.issue_decree,
                role=Role.NOTICE,
                duty=Duty.DECREES,
                form=forms.DecreeForm,
            ),
        ),
    ).Next(this.decreed)

    decreed = End(state=RoundState.DECREED, title=_("Decreed"))


OPEN = Act("open", _("Open a round"), steps.opened, role=Role.AMOUNT, duty=Duty.RANKS, form=forms.OpenForm)
FREE_ACTS = (
    Act("recount_due", _("Count the deadlines again"), steps.recount_due, system=True, versioned=False),
    Act("issue_paper", _("Issue paper"), steps.issue_paper, system=True, versioned=False, form=forms.PaperForm),
)
MUST_PASS = ("collect", "meeting", "publication", "notice", "decree")
