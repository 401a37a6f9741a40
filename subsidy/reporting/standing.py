"""By when the one who holds a case must act, read from the work items and, while it waits, from its round."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subsidy.calendars.selectors import working_calendar
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.enums import RoundState, RowState
from subsidy.decisions.models import Objection, RoundRow
from subsidy.programmes.packs import pack_of
from subsidy.work.models import NO_DUE, WorkItem

ON_NOTICE = _("The list is public and open to objection.")
HELD = _("The row of this case is held until it is decided.")
UNSERVED = _("The days for correction begin when the letter that asks for it is opened or served in another way.")
UNSERVED_AWARD = _("The days to confirm the account begin when the award letter is opened or served in another way.")
NOTHING: str | Promise = ""


@dataclass(frozen=True)
class Standing:
    """`days_left` counts working days to `due_on` (negative: overdue); both None where no deadline runs."""

    due_on: dt.date | None = None
    provisional: bool = False
    days_left: int | None = None
    note: str | Promise = NOTHING


def standing_of(case: Case, *, on: dt.date) -> Standing:
    """The deadline that runs on the case now; of several open tasks the earliest. At most two queries."""
    if case.state == CaseState.AWAITING_ROUND:
        return _of_round(case, on)
    item = WorkItem.objects.filter(subject_kind="case", subject_id=case.pk).order_by("due_on", "id").first()
    if item is None or item.due_on == NO_DUE:
        return Standing(note=_before_service(case))
    return Standing(item.due_on, item.due_provisional, days_left(on, item.due_on))


def _before_service(case: Case) -> str | Promise:
    """That days will run as soon as a letter is served, where they will."""
    if case.state == CaseState.AWAITING_CORRECTION:
        return UNSERVED
    if case.state == CaseState.AWAITING_ACCOUNT and pack_of(case.policy_version).route.confirmation_days is not None:
        return UNSERVED_AWARD
    return NOTHING


def days_left(on: dt.date, due_on: dt.date) -> int:
    """Working days from `on` to `due_on`, negative when it is over."""
    return working_calendar().working_days_between(on, due_on)


def _of_round(case: Case, on: dt.date) -> Standing:
    row = (
        RoundRow.objects.filter(Q(state=RowState.HELD) | Q(state=RowState.LISTED, round__state=RoundState.ON_NOTICE))
        .filter(case=case)
        .select_related("round__notice")
        .first()
    )
    if row is None:
        return Standing()
    if row.state == RowState.HELD:
        return _held(case, on)
    notice = row.round.notice
    return Standing(notice.ends_on, notice.ends_provisional, days_left(on, notice.ends_on), ON_NOTICE)


def _held(case: Case, on: dt.date) -> Standing:
    """The row waits for the decision of an objection, or of what a list says of the company."""
    mine = Objection.objects.filter(case=case).values("pk")
    item = WorkItem.objects.filter(subject_kind="objection", subject_id__in=mine).order_by("due_on").first()
    if item is None or item.due_on == NO_DUE:
        return Standing(note=HELD)
    return Standing(item.due_on, item.due_provisional, days_left(on, item.due_on), HELD)
