"""An award whose payee account is not confirmed in time lapses, where its policy says so; its money falls back to the line.

The days run from service of the award letter, or from the agreement where one is signed after it, and never before.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.audit.moment import ZONE, Moment
from subsidy.calendars.clock import business_now
from subsidy.calendars.working import Due
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.correspondence.models import LetterKind, Serving
from subsidy.decisions.models import Award
from subsidy.decisions.services import award_lapse
from subsidy.programmes.packs import pack_of
from subsidy.work.models import NO_DUE, WorkItem
from workflows.common import door
from workflows.common.acts import Act
from workflows.common.deadlines import working_days_after
from workflows.common.jobs import ORIGIN
from workflows.common.refusals import Refused, WrongState
from workflows.common.turn import Turn
from workflows.round.reserving import correct

ACCOUNT_NODE = "account"
log = logging.getLogger(__name__)


def confirmation_days(case: Case) -> int | None:
    """The policy's working days for confirming an account after the award; None: no end."""
    return pack_of(case.policy_version).route.confirmation_days


def confirmation_due(turn: Turn) -> Due:
    """No day before the award letter is served; then the policy's working days from the later of that and now."""
    case: Case = turn.subject
    # The act that awards comes before the letter is printed: nothing can be served yet, and nothing is asked per case.
    if confirmation_days(case) is None or turn.act.name == "award":
        return Due(NO_DUE, provisional=False)
    served_on = award_served_on(case)
    return Due(NO_DUE, provisional=False) if served_on is None else _due_from(case, max(served_on, turn.now.on))


def _due_from(case: Case, start: dt.date) -> Due:
    days = confirmation_days(case)
    assert days is not None, "asked only where the policy sets a time"
    return working_days_after(start, days)


def award_served_on(case: Case) -> dt.date | None:
    """The day on which the award letter of the case was served; None while it was not."""
    servings = Serving.objects.filter(letter__case=case, letter__kind=LetterKind.AWARD)
    return servings.order_by("-id").values_list("served_on", flat=True).first()


def start_confirmation(turn: Turn, served_on: dt.date) -> None:
    """The award letter is served: the days of the task that waits for the account begin, if they are to."""
    item = waiting(turn.subject)
    if item is None or item.due_on != NO_DUE or confirmation_days(turn.subject) is None:
        return
    due = _due_from(turn.subject, max(served_on, item.created_at.astimezone(ZONE).date()))
    item.due_on, item.due_provisional = due.on, due.provisional
    item.save(update_fields=["due_on", "due_provisional"])
    turn.record(due_on=due.on)


def waiting(case: Case) -> WorkItem | None:
    """What waits for the company to confirm its account; None when it is done or not asked yet."""
    return WorkItem.objects.filter(subject_kind="case", subject_id=case.pk, node=ACCOUNT_NODE).first()


def is_over(item: WorkItem | None, on: dt.date) -> bool:
    """Whether the last day for confirming has passed. A provisional day never has."""
    return item is not None and not item.due_provisional and item.due_on < on


def refuse_when_over(turn: Turn) -> None:
    """Nobody confirms after the last day, whether or not the award has been ended yet. Raises WrongState."""
    item = waiting(turn.subject)
    if item is not None and is_over(item, turn.now.on):
        raise WrongState(
            _(
                "The time to confirm the account ended on %(day)s, and the award lapses. The letter about it says how to "
                "object; ask the bureau if you could not act in time."
            )
            % {"day": item.due_on.isoformat()}
        )


def lapse(turn: Turn) -> None:
    """The last day has passed without a confirmed account: the award ends, and what was bound falls back to its lines."""
    case: Case = turn.subject
    item = waiting(case)
    if item is None or not is_over(item, turn.now.on):
        raise WrongState(_("The time to confirm the account is not over yet."))
    award = Award.objects.select_related("decree").get(case=case)
    bound = award_lapse(award)
    correct(turn, case.call, case, before_fen=bound, after_fen=0)
    turn.record(
        decree=award.decree.number,
        amount_fen=bound,
        served_on=award_served_on(case),
        days=confirmation_days(case),
        due_on=item.due_on,
    )
    turn.passage.defer("issue_letter", case_id=case.pk, kind=LetterKind.LAPSE)


LAPSE = Act(
    "lapse",
    _("The award lapses"),
    lapse,
    system=True,
    states=frozenset({CaseState.AWAITING_ACCOUNT}),
    exits=CaseState.LAPSED,
    danger=True,
    versioned=False,
)


def lapse_due(now: Moment) -> list[int]:
    """End every award whose time to confirm is over; returns the cases. Safe to repeat.

    Each is a transaction of its own; one that is refused holds up no other, and is reported when all have been tried.
    A company that confirms at the same moment either comes first, or is refused.
    """
    over = WorkItem.objects.filter(subject_kind="case", node=ACCOUNT_NODE, due_provisional=False, due_on__lt=now.on)
    done, faults = [], []
    for task, case in over.order_by("due_on", "id").values_list("task_id", "subject_id"):
        try:
            door.perform(
                "case",
                case,
                LAPSE.name,
                actor=system_actor("system:clock"),
                now=now,
                key=f"{LAPSE.name}:{task}",
                origin=ORIGIN,
            )
        except Refused as refusal:
            log.error("the award of case %s did not lapse: %s", case, refusal)
            faults.append(refusal)
        else:
            done.append(case)
    if faults:
        raise ExceptionGroup("some awards could not be ended; see the log for their cases", faults)
    return done


@app.periodic(cron="5,35 * * * *")
@app.task(name="lapse_due", queueing_lock="lapse_due")
def lapse_due_job(timestamp: int) -> None:
    """Twice an hour, after the calendar is counted and before overdue work is reported."""
    lapse_due(business_now())
