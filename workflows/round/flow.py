"""The round, version 1: collect and share, approval by level, public notice, decrees."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow.base import Flow
from viewflow.workflow.lock import SelectForUpdateLock

from subsidy.accounts.enums import Role
from subsidy.calendars.working import Due
from subsidy.decisions.enums import RoundState, RowState
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm, ReasonForm, Step
from workflows.common.nodes import End, Human, Start, Switch, Wait, verdict
from workflows.common.refusals import Message
from workflows.common.turn import Turn
from workflows.round import collecting, deciding, decreeing, forms, holding, noticing, rules


def notice_due(turn: Turn) -> Due:
    """The last day of the notice, by the policy's working days."""
    notice = turn.subject.notice
    return Due(on=notice.ends_on, provisional=notice.ends_provisional)


def _act(
    name: str,
    title: Message,
    step: Step,
    role: Role,
    duty: Duty,
    form: type[ActForm] | None = None,
    *,
    danger: bool = False,
) -> Act:
    return Act(name, title, step, role=role, duty=duty, form=form, danger=danger)


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
            _act("close_collection", _("Rank and reserve"), collecting.close_collection, Role.AMOUNT, Duty.RANKS),
            _act(
                "close_empty",
                _("Close, no case waits"),
                collecting.close_empty,
                Role.AMOUNT,
                Duty.RANKS,
                danger=True,
            ),
        ),
    ).Next(this.who_decides)

    who_decides = (
        Switch()
        .Case(this.closed, verdict("close_empty"), label=_("no case"))
        .Case(this.authorised, rules.is_authorised, label=_("every case was decided under a standing authorisation"))
        .Case(this.division, rules.waits_for(rules.DIVISION), label=_("amounts within the division's limit"))
        .Default(this.meeting, label=_("amounts above it"))
    )

    authorised = Switch().Default(this.needs_notice, label=_("two people have signed beforehand"))

    division = Human(
        state=RoundState.AWAITING_DIVISION,
        title=_("Decide small amounts"),
        role=Role.DIVISION_HEAD,
        acts=(
            _act("sign", _("Sign"), deciding.sign, Role.DIVISION_HEAD, Duty.APPROVES, forms.SignForm),
            _act(
                "return_ranking",
                _("Send back"),
                deciding.send_back,
                Role.DIVISION_HEAD,
                Duty.APPROVES,
                ReasonForm,
                danger=True,
            ),
        ),
    ).Next(this.after_division)

    after_division = (
        Switch()
        .Case(this.collect, verdict("return_ranking"), label=_("sent back"))
        .Case(this.meeting, rules.waits_for(rules.LEADER), label=_("larger amounts are left"))
        .Case(this.needs_notice, rules.any_row(RowState.LISTED), label=_("approved"))
        .Default(this.closed, label=_("nothing is left on the list"))
    )

    meeting = Human(
        state=RoundState.AWAITING_MEETING,
        title=_("Decide at the meeting"),
        role=Role.LEADER,
        acts=(
            _act("approve", _("Approve"), deciding.approve, Role.LEADER, Duty.APPROVES, forms.ApproveForm),
            _act(
                "send_back",
                _("Send back"),
                deciding.send_back,
                Role.LEADER,
                Duty.APPROVES,
                ReasonForm,
                danger=True,
            ),
        ),
    ).Next(this.after_meeting)

    after_meeting = (
        Switch()
        .Case(this.collect, verdict("send_back"), label=_("sent back"))
        .Case(this.needs_notice, rules.any_row(RowState.LISTED), label=_("approved"))
        .Default(this.closed, label=_("nothing is left on the list"))
    )

    needs_notice = (
        Switch()
        .Case(this.decree, rules.without_notice, label=_("the policy has no notice and says why"))
        .Default(this.publication, label=_("public notice"))
    )

    publication = Human(
        state=RoundState.AWAITING_NOTICE,
        title=_("Publish the notice"),
        role=Role.NOTICE,
        acts=(
            _act("publish", _("Publish"), noticing.publish, Role.NOTICE, Duty.PUBLISHES, forms.PublishForm),
            _act(
                "close_unpublished",
                _("Close without a decree"),
                decreeing.end_round,
                Role.NOTICE,
                Duty.PUBLISHES,
                danger=True,
            ),
        ),
    ).Next(this.after_publication)

    after_publication = (
        Switch()
        .Case(this.closed, verdict("close_unpublished"), label=_("nothing is left on the list"))
        .Default(this.notice, label=_("published"))
    )

    notice = Wait(
        state=RoundState.ON_NOTICE,
        title=_("On public notice"),
        due=notice_due,
        acts=(Act("close_notice", _("Close the notice"), noticing.close_notice, system=True),),
    ).Next(this.decree)

    decree = Human(
        state=RoundState.AWAITING_DECREE,
        title=_("Issue the decree"),
        role=Role.NOTICE,
        acts=(
            _act(
                "issue_decree",
                _("Issue the decree"),
                decreeing.issue_decree,
                Role.NOTICE,
                Duty.DECREES,
                forms.DecreeForm,
            ),
            _act(
                "close_undecreed",
                _("Close without a decree"),
                decreeing.end_round,
                Role.NOTICE,
                Duty.DECREES,
                danger=True,
            ),
        ),
    ).Next(this.after_decree)

    after_decree = (
        Switch()
        .Case(this.closed, verdict("close_undecreed"), label=_("nothing is left on the list"))
        .Case(this.supplement, rules.any_row(RowState.HELD), label=_("rows are held"))
        .Default(this.decreed, label=_("all decreed"))
    )

    supplement = Human(
        state=RoundState.PART_DECREED,
        title=_("Issue the supplementary decree"),
        role=Role.NOTICE,
        acts=(
            _act(
                "issue_supplement",
                _("Issue a supplementary decree"),
                decreeing.issue_supplement,
                Role.NOTICE,
                Duty.DECREES,
                forms.DecreeForm,
            ),
            _act("finish", _("Close the round"), decreeing.end_round, Role.NOTICE, Duty.DECREES),
        ),
    ).Next(this.after_supplement)

    after_supplement = (
        Switch()
        .Case(this.supplement, rules.any_row(RowState.HELD), label=_("rows are held"))
        .Default(this.decreed, label=_("all decreed"))
    )

    decreed = End(state=RoundState.DECREED, title=_("Decreed"))
    closed = End(state=RoundState.CLOSED, title=_("Closed without a decree"))


OPEN = Act("open", _("Open a round"), collecting.opened, role=Role.AMOUNT, duty=Duty.RANKS, form=forms.OpenForm)
_CORRECTS = frozenset({RoundState.ON_NOTICE, RoundState.AWAITING_DECREE})
_AFTER = frozenset({RoundState.PART_DECREED, RoundState.DECREED})
FREE_ACTS = (
    Act(
        "correct_name",
        _("Correct a name on the list"),
        noticing.correct_name,
        role=Role.NOTICE,
        duty=Duty.PUBLISHES,
        form=forms.NameForm,
        states=_CORRECTS,
    ),
    Act(
        "settle_row",
        _("Decide a held row"),
        holding.settle_row,
        role=Role.SUPERVISION,
        duty=Duty.DECIDES_OBJECTION,
        form=forms.SettleForm,
        states=holding.SETTLES,
    ),
    Act(
        "correct_award",
        _("Issue a corrigendum"),
        decreeing.correct_award,
        role=Role.NOTICE,
        duty=Duty.DECREES,
        form=forms.CorrectForm,
        states=_AFTER,
    ),
    Act(
        "revoke_award",
        _("Revoke an award"),
        decreeing.revoke_award,
        role=Role.NOTICE,
        duty=Duty.DECREES,
        form=forms.AwardForm,
        states=_AFTER,
        danger=True,
    ),
    Act("hold_row", _("Hold a row"), holding.hold_row, system=True, versioned=False, states=holding.HOLDS),
    Act("free_row", _("Free a row"), holding.free_row, system=True, versioned=False, states=holding.SETTLES),
    Act("strike_row", _("Strike a row"), holding.strike_row, system=True, versioned=False, states=holding.SETTLES),
    Act("recount_due", _("Count the deadlines again"), noticing.recount_due, system=True, versioned=False),
    Act("issue_paper", _("Issue paper"), decreeing.issue_paper, system=True, versioned=False, form=forms.PaperForm),
)
MUST_PASS = ("collect", "needs_notice", "decree")
APPROVED_BY = ("division", "meeting", "authorised")
"""One of these must lie on every way to the decree: whose it is, the amount says, or two people signed beforehand."""
NOTICE = ("publication", "notice")
"""What only a policy without a notice, that says why, may leave out."""
