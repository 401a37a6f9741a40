"""Background steps of a case: its letters are printed after the act that calls for them, and looked after until served."""

from __future__ import annotations

import datetime as dt
import logging

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.calendars.selectors import working_calendar
from subsidy.cases.enums import CaseState
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.correspondence.serving import ADVERSE
from subsidy.work.models import Hand
from workflows.common import door
from workflows.common.door import Outcome
from workflows.common.jobs import ORIGIN, RETRY
from workflows.common.refusals import Refused

log = logging.getLogger(__name__)

UNSERVED_DAYS = 5
"""Working days after which a letter that nobody has opened is served in another way."""

# Letters from whose service a period runs.
STARTS_PERIOD = (LetterKind.CORRECTION, *sorted(ADVERSE))


def issue_letter(case_id: int, kind: str, *, now: Moment, about: int = 0) -> Outcome:
    """Issue one letter, once a case and kind (and what it is `about`) however often it is asked for.

    Raises Refused as the door does.
    """
    return door.perform(
        "case",
        case_id,
        "issue_letter",
        actor=system_actor("system:letters"),
        now=now,
        key=f"issue_letter:{case_id}:{kind}" + (f":{about}" if about else ""),
        data={"kind": kind, **({"about": about} if about else {})},
        origin=ORIGIN,
    )


@app.task(name="issue_letter", retry=RETRY)
def issue_letter_job(case_id: int, kind: str, about: int = 0) -> None:
    issue_letter(case_id, kind, now=business_now(), about=about)


def look_after_service(now: Moment) -> list[tuple[str, int]]:
    """Serve what has been announced long enough, and remind of letters that nobody opens. Safe to repeat.

    Returns (act, letter). Each is a transaction of its own; one that is refused holds up no other.
    """
    unserved = Letter.objects.filter(served_at__isnull=True, case__isnull=False, language="zh").defer("content")
    over = unserved.filter(announcement__ends_on__lt=now.on)
    late = unserved.filter(_starts_period(), announcement__isnull=True, issued_at__date__lt=_unserved_since(now))
    done, faults = [], []
    for act, letters in (("announcement_over", over), ("remind_unserved", _not_reminded(late))):
        for letter in letters.order_by("id"):
            try:
                _about_letter(act, letter, now)
            except Refused as refusal:
                log.error("%s of letter %s: %s", act, letter.pk, refusal)
                faults.append(refusal)
            else:
                done.append((act, letter.pk))
    if faults:
        raise ExceptionGroup("some letters could not be looked after; see the log", faults)
    return done


def _starts_period() -> Q:
    """Letters from whose service a period runs; that of an award until the account is confirmed, for it may be one."""
    return Q(kind__in=STARTS_PERIOD) | Q(kind=LetterKind.AWARD, case__state=CaseState.AWAITING_ACCOUNT)


def _unserved_since(now: Moment) -> dt.date:
    """The first day so near that a letter issued on it may still be opened."""
    calendar, day, left = working_calendar(), now.on, UNSERVED_DAYS
    while left:
        left -= calendar.is_working(day)
        day -= dt.timedelta(days=1)
    return day + dt.timedelta(days=1)


def _not_reminded(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    key = Concat(Value("remind_unserved:"), Cast("pk", CharField()))
    marked = Hand.objects.filter(key=OuterRef("reminder_key"))
    return letters.annotate(reminder_key=key).exclude(Exists(marked))


def _about_letter(act: str, letter: Letter, now: Moment) -> Outcome:
    assert letter.case_id is not None, "only letters of cases are looked after"
    return door.perform(
        "case",
        letter.case_id,
        act,
        actor=system_actor("system:letters"),
        now=now,
        key=f"{act}:{letter.pk}",
        data={"letter": letter.pk},
        origin=ORIGIN,
    )


@app.periodic(cron="22 * * * *")
@app.task(name="look_after_service", queueing_lock="look_after_service")
def look_after_service_job(timestamp: int) -> None:
    """Once an hour; what one run could not do is still due in the next."""
    look_after_service(business_now())
