"""Matching the companies of a bureau with a call of route R0: asked for by an officer, done by a job in chunks.

Each company is judged in memory first, so that one who is not entitled costs no transaction; the door judges the others
again, under the lock of the authorisation. The key of an offer is its call and company: no run makes a second one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from policies.language import Pack, decide
from subsidy.accounts.services import system_actor
from subsidy.applicants.enums import CompanyState
from subsidy.applicants.models import Company
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.cases.models import Case
from subsidy.decisions.facts import facts_of_company
from subsidy.decisions.models import OfferRun, StandingAuthorisation
from subsidy.decisions.services import offer_run_add, offer_run_start, offer_run_stop
from subsidy.programmes.enums import CallState
from subsidy.programmes.models import Call
from subsidy.programmes.packs import pack_of
from subsidy.programmes.window import state_of
from workflows.case.window import closed_words, why_not
from workflows.common import door
from workflows.common.acts import ActForm
from workflows.common.jobs import ORIGIN, RETRY
from workflows.common.parts import refuse_out_of_turn
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn

COMPANIES = 200
"""Companies in one chunk, after which progress is noted."""

ACTOR = "system:offers"


class OffersForm(ActForm):
    """What came of the companies of one chunk, the last of which is `last`."""

    run = forms.IntegerField()
    after = forms.IntegerField(min_value=0)
    last = forms.IntegerField(min_value=0)
    final = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in OfferRun.COUNTS:
            self.fields[name] = forms.IntegerField(min_value=0)


def make_offers(turn: Turn) -> None:
    """Have every active company matched with the call; a run that was interrupted is taken up where it stopped."""
    call: Call = turn.subject
    _refuse_unless_offered(call, turn.now)
    run = OfferRun.objects.filter(call=call, finished_at__isnull=True).first()
    taken_up = run is not None
    if run is None:
        run = offer_run_start(call, companies=_active(call).count(), actor=turn.actor, now=turn.now)
    turn.record(run=run.pk, companies=run.companies, taken_up=taken_up)
    turn.passage.defer("make_offers", run_id=run.pk)


def stop_offers(turn: Turn) -> None:
    """End the matching under way where it is; offers that were made stand, and a later matching goes over the rest."""
    run = OfferRun.objects.select_for_update(no_key=True).filter(call=turn.subject, finished_at__isnull=True).first()
    if run is None:
        raise WrongState(_("No matching of this call is under way."))
    offer_run_stop(run, actor=turn.actor, now=turn.now)
    turn.record(run=run.pk, looked_at=run.looked_at, companies=run.companies)


def _refuse_unless_offered(call: Call, now: Moment) -> None:
    if call.route != "R0":
        raise WrongState(_("Under this policy companies apply; only a call of the route R0 is offered from data."))
    state = state_of(call, now.at)
    if state != CallState.OPEN:
        raise WrongState(closed_words(call, state))
    in_force = StandingAuthorisation.objects.filter(
        call=call, valid_from__lte=now.on, valid_to__gte=now.on, ended_on__isnull=True
    )
    if not in_force.exists():
        raise WrongState(
            _(
                "No standing authorisation covers this call today. Have one proposed and approved, then make the offers."
            )
        )


def note_offers(turn: Turn) -> None:
    """Add what came of one chunk to its run."""
    data = dict(turn.data)
    run = OfferRun.objects.select_for_update(no_key=True).get(pk=data.pop("run"), call=turn.subject)
    if run.finished_at is not None:
        raise WrongState(_("This matching has ended."))
    refuse_out_of_turn(data["after"], run.done_to)
    counts = {name: data[name] for name in OfferRun.COUNTS}
    offer_run_add(run, counts, done_to=data["last"], finished_at=turn.now.at if data["final"] else None)
    turn.record(run=run.pk, **data)
    if data["final"]:
        turn.record(asked_by=run.asked_by_id)


def run_offers(run_id: int, *, now: Callable[[], Moment]) -> None:
    """Walk over the companies from where the run stands until its end or until it is stopped.

    Raises Busy as the door does; safe to repeat.
    """
    run = (
        OfferRun.objects.select_related("call__policy_version", "call__authority")
        .filter(pk=run_id, finished_at__isnull=True)
        .first()
    )
    if run is None:
        return
    pack, after, final = pack_of(run.call.policy_version), run.done_to, False
    while not final and not _is_stopped(run):
        companies = list(_active(run.call).filter(pk__gt=after).order_by("pk")[:COMPANIES])
        counts = _offered_to(run, pack, companies, now)
        final = len(companies) < COMPANIES
        last = companies[-1].pk if companies else after
        try:
            door.perform(
                "call",
                run.call_id,
                "note_offers",
                actor=system_actor(ACTOR),
                now=now(),
                key=f"offers:{run.pk}:{after}",
                data={"run": run.pk, "after": after, "last": last, "final": final, **counts},
                origin=ORIGIN,
            )
        except WrongState:
            if _is_stopped(run):  # while these companies were looked at: their offers stand, they are not counted
                return
            raise
        after = last


def _is_stopped(run: OfferRun) -> bool:
    return OfferRun.objects.filter(pk=run.pk, stopped_by__isnull=False).exists()


def _active(call: Call) -> QuerySet[Company]:
    return Company.objects.filter(authority=call.authority_id, state=CompanyState.ACTIVE)


def _offered_to(run: OfferRun, pack: Pack, companies: Sequence[Company], now: Callable[[], Moment]) -> dict[str, int]:
    """Offer to those who are entitled; how many came to what. Offers that this very run made before count as made."""
    before = Case.objects.filter(call=run.call_id, company__in=companies, pk__lte=run.cases_to)
    had_one = set(before.values_list("company", flat=True))
    counts = Counter(
        "had_one" if company.pk in had_one else _came_to(run, pack, company, now()) for company in companies
    )
    return {name: counts[name] for name in OfferRun.COUNTS}


def _came_to(run: OfferRun, pack: Pack, company: Company, now: Moment) -> str:
    call = run.call
    if why_not(pack, company, call.authority.region):
        return "unfit"
    decision = decide(pack, facts_of_company(company.pk, pack, route=call.route, on=now.on))
    if decision.outcome != "met":
        return "unknown" if decision.outcome == "unknown" else "not_met"
    if pack.program.amount is not None and not decision.amount:
        return "not_met"
    try:
        door.open_matter(
            "case",
            "offer",
            actor=system_actor(ACTOR),
            now=now,
            key=f"offer:{call.pk}:{company.pk}",
            authority_id=call.authority_id,
            data={"call": call.pk, "company": company.pk},
            origin=ORIGIN,
        )
    except WrongState:
        return "not_covered"
    return "offered"


@app.task(name="make_offers", retry=RETRY)
def make_offers_job(run_id: int) -> None:
    run_offers(run_id, now=business_now)
