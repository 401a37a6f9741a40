"""Background steps of undertakings: dated when the award is made, reminded of, overdue, and what a breach proposes."""

from __future__ import annotations

import datetime as dt
import logging

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from procrastinate.contrib.django import app

from policies.language.award.undertakings import checks
from subsidy.accounts.services import system_actor
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.decisions.models import Award, Undertaking, UndertakingState
from subsidy.decisions.undertakings import OPEN_UNDERTAKINGS
from subsidy.programmes.packs import pack_of
from subsidy.work.models import Hand
from workflows.common import door
from workflows.common.jobs import ORIGIN, RETRY
from workflows.common.refusals import Refused
from workflows.undertaking.kind import END, FALL_OVERDUE, REMIND
from workflows.undertaking.steps import REMIND_DAYS, without_cause

CLOCK = "system:clock"

log = logging.getLogger(__name__)


def begin_undertakings(case_id: int, *, now: Moment) -> int:
    """Date every undertaking that the award of a case brings with it; returns how many. Safe to repeat."""
    award = Award.objects.select_related("case__policy_version__policy", "decree").get(case=case_id)
    found = checks(pack_of(award.case.policy_version), awarded_on=award.decree.issued_on)
    for check in found:
        term, due = check.undertaking.id, check.due.isoformat()
        door.open_matter(
            "undertaking",
            "begin",
            actor=system_actor(CLOCK),
            now=now,
            key=f"undertaking:{case_id}:{term}:{due}",
            authority_id=award.authority_id,
            data={"case": case_id, "term": term, "due_on": due},
            origin=ORIGIN,
        )
    return len(found)


@app.task(name="begin_undertakings", retry=RETRY)
def begin_undertakings_job(case_id: int) -> None:
    begin_undertakings(case_id, now=business_now())


def propose_recovery_of_breach(undertaking_id: int, *, term: str, occurred_on: str, now: Moment) -> None:
    """Propose what the policy takes back for a breach that an officer found; once a breach. A person decides on it."""
    one = Undertaking.objects.get(pk=undertaking_id)
    door.open_matter(
        "recovery",
        "propose_breach",
        actor=system_actor(CLOCK),
        now=now,
        key=f"breach:{undertaking_id}",
        authority_id=one.authority_id,
        data={"undertaking": undertaking_id, "term": term, "occurred_on": occurred_on},
        origin=ORIGIN,
    )


@app.task(name="propose_recovery_of_breach", retry=RETRY)
def propose_recovery_of_breach_job(undertaking_id: int, term: str, occurred_on: str) -> None:
    propose_recovery_of_breach(undertaking_id, term=term, occurred_on=occurred_on, now=business_now())


def run_undertakings(now: Moment) -> list[tuple[str, int]]:
    """End what lost its award or title, remind of what is due soon, note what is overdue; returns (act, undertaking).

    Safe to repeat: each once.

    Each is a transaction of its own; one that is refused holds up no other, and is reported at the end.
    """
    ended = without_cause(Undertaking.objects.filter(state__in=OPEN_UNDERTAKINGS))
    awaited = Undertaking.objects.filter(state=UndertakingState.AWAITED)
    soon = awaited.filter(due_on__gte=now.on, due_on__lte=now.on + dt.timedelta(days=REMIND_DAYS))
    done, faults = [], []
    late = awaited.filter(due_on__lt=now.on)
    for act, rows in ((END, ended), (REMIND, _unmarked(soon, REMIND)), (FALL_OVERDUE, late)):
        for pk in rows.order_by("pk").values_list("pk", flat=True):
            try:
                door.perform(
                    "undertaking", pk, act, actor=system_actor(CLOCK), now=now, key=f"{act}:{pk}", origin=ORIGIN
                )
            except Refused as refusal:
                log.error("%s of undertaking %s: %s", act, pk, refusal)
                faults.append(refusal)
            else:
                done.append((act, pk))
    if faults:
        raise ExceptionGroup("some undertakings could not be looked after; see the log", faults)
    return done


def _unmarked(rows: QuerySet[Undertaking], act: str) -> QuerySet[Undertaking]:
    key = Concat(Value(f"{act}:"), Cast("pk", CharField()))
    return rows.annotate(told_key=key).exclude(Exists(Hand.objects.filter(key=OuterRef("told_key"))))


@app.periodic(cron="22 * * * *")
@app.task(name="run_undertakings", queueing_lock="run_undertakings")
def run_undertakings_job(timestamp: int) -> None:
    """Once an hour, which is more often than days change."""
    run_undertakings(business_now())
