"""What becomes of the title that a case was given: changed by a decision of two people, about to end, ended by its date."""

from __future__ import annotations

import datetime as dt
import logging

from django import forms
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.programmes.packs import pack_of
from subsidy.registers.enums import Change
from subsidy.registers.models import RegisterEntry
from subsidy.registers.selectors import current_entries
from subsidy.work.models import Hand
from workflows.common import door
from workflows.common.acts import Act, ActForm
from workflows.common.jobs import ORIGIN
from workflows.common.refusals import NotFound, Refused, WrongState
from workflows.common.turn import Turn

EXPIRING, EXPIRED = "title_expiring", "title_expired"
LONGEST_REMINDER = 999
"""Calendar days: no policy reminds earlier than that."""

log = logging.getLogger(__name__)


class EntryForm(ActForm):
    entry = forms.IntegerField()


def title_changed(turn: Turn) -> None:
    """Two people have decided it; the company gets the decision with its reasons."""
    turn.record(**turn.data)
    turn.passage.defer("issue_letter", case_id=turn.subject.pk, kind=turn.data["paper"], about=turn.data["entry"])


def expiring(turn: Turn) -> None:
    """Record that the company is reminded of the last day of its title."""
    entry = _entry(turn)
    assert entry.valid_to is not None  # only what has a last day is found
    if entry.valid_to < turn.now.on:
        raise WrongState(_("This title has ended already."))
    turn.record(entry=entry.pk, certificate=entry.certificate_number, valid_to=entry.valid_to)


def expired(turn: Turn) -> None:
    """Record that the last day of the title has passed; the register says so by itself."""
    entry = _entry(turn)
    if entry.valid_to is None or entry.valid_to >= turn.now.on:
        raise WrongState(_("This title still runs."))
    turn.record(entry=entry.pk, certificate=entry.certificate_number, valid_to=entry.valid_to)


def _entry(turn: Turn) -> RegisterEntry:
    """The title as it stands last (NotFound for one of another case, or one that was changed since)."""
    entry: RegisterEntry | None = current_entries().filter(pk=turn.data["entry"], case_key=turn.subject.pk).first()
    if entry is None or entry.change == Change.ENDED:
        raise NotFound
    return entry


_GRANTED = frozenset(
    {
        CaseState.RECOGNISED,
        CaseState.AWAITING_AGREEMENT,
        CaseState.AGREEMENT_SIGNED,
        CaseState.AWAITING_ACCOUNT,
        CaseState.AWAITING_PAYMENT,
        CaseState.AWAITING_MILESTONE,
        CaseState.COMPLETION_CHECK,
        CaseState.SAMPLE_CHECK,
        CaseState.PAID,
        CaseState.IRREGULAR,
        CaseState.LAPSED,
    }
)
TITLES = (
    Act("title_changed", _("The title was changed"), title_changed, system=True, versioned=False, states=_GRANTED),
    Act(EXPIRING, _("Remind of the end of a title"), expiring, system=True, versioned=False, form=EntryForm),
    Act(EXPIRED, _("The title has ended by its date"), expired, system=True, versioned=False, form=EntryForm),
)


def run_titles(now: Moment) -> list[tuple[str, int]]:
    """Remind of titles that end soon, each as early as its policy says, and note those whose last day has passed.

    Returns (act, case). Safe to repeat: once a title and last day. Each is a transaction of its own; one that is refused
    holds up no other, and is reported at the end.
    """
    done, faults = [], []
    for act, entry in (*_due(now, EXPIRING), *_due(now, EXPIRED)):
        assert entry.case_key is not None  # only titles that a case was given are found
        try:
            door.perform(
                "case",
                entry.case_key,
                act,
                actor=system_actor("system:clock"),
                now=now,
                key=_key(act, entry),
                data={"entry": entry.pk},
                origin=ORIGIN,
            )
        except Refused as refusal:
            log.error("%s of title %s: %s", act, entry.pk, refusal)
            faults.append(refusal)
        else:
            done.append((act, entry.case_key))
    if faults:
        raise ExceptionGroup("some titles could not be looked after; see the log", faults)
    return done


def _key(act: str, entry: RegisterEntry) -> str:
    return f"{act}:{entry.pk}"


def _due(now: Moment, act: str) -> list[tuple[str, RegisterEntry]]:
    """The titles of which this is still to be told, oldest first."""
    rows = current_entries().filter(case_key__isnull=False).exclude(change=Change.ENDED)
    if act == EXPIRED:
        found = list(rows.filter(valid_to__lt=now.on).order_by("pk"))
    else:
        until = now.on + dt.timedelta(days=LONGEST_REMINDER)
        found = list(rows.filter(valid_to__gte=now.on, valid_to__lte=until).order_by("pk"))
        days = _reminders({entry.case_key for entry in found if entry.case_key is not None})
        found = [one for one in found if one.valid_to and (one.valid_to - now.on).days <= days[one.case_key or 0]]
    told = set(Hand.objects.filter(key__in=[_key(act, entry) for entry in found]).values_list("key", flat=True))
    return [(act, entry) for entry in found if _key(act, entry) not in told]


def _reminders(case_ids: set[int]) -> dict[int, int]:
    """How many days before its end the policy of each case reminds; 0 where it confers no title any more."""
    cases = Case.objects.filter(pk__in=case_ids).select_related("policy_version")
    titles = {case.pk: pack_of(case.policy_version).recognition for case in cases}
    return {pk: title.reminder if title is not None else 0 for pk, title in titles.items()}


@app.periodic(cron="47 * * * *")
@app.task(name="run_titles", queueing_lock="run_titles")
def run_titles_job(timestamp: int) -> None:
    """Once an hour, which is more often than days change; what one run could not do is still due in the next."""
    run_titles(business_now())
