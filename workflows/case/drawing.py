"""Drawing people for the seats of a panel: whom the pool offers, whom it may not, and the draw as recorded."""

from __future__ import annotations

import secrets

from django.utils.translation import gettext as _

from policies.language.model import PanelDef
from subsidy.cases.models import Case
from subsidy.cases.values import value_of
from subsidy.reviews.conflicts import candidates
from subsidy.reviews.draw import Inputs, fingerprint, lacking
from subsidy.reviews.enums import Branch, SeatState
from subsidy.reviews.models import Panel, Seat
from subsidy.reviews.services import panel_open, seats_draw
from subsidy.work.models import Hand
from workflows.case import seating
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn


def first_draw(turn: Turn, spec: PanelDef) -> list[int]:
    """Draw a new panel for the case of this turn (WrongState when the pool has not enough people for it)."""
    case: Case = turn.subject
    seed = secrets.token_hex(16)
    inputs = inputs_for(turn, spec, seed=seed, seats=[])
    short = shortage(inputs)
    if short:
        raise WrongState(
            _(
                "The pool has too few experts without a conflict for this panel: %(lacking)s. "
                "Have more experts admitted to the pool, then try again."
            )
            % {"lacking": short}
        )
    panel = panel_open(case, seed=seed, seats=spec.seats, quorum=spec.quorum, now=turn.now)
    seats = seats_draw(panel, inputs, number=1, first=1, why="", now=turn.now)
    people = [seat.expert_id for seat in seats]
    turn.record(panel=panel.pk, seed=seed, draw=fingerprint(inputs.text()), drawn=people)
    return people


def fill(turn: Turn, panel: Panel, spec: PanelDef, *, why: str) -> list[Seat]:
    """Draw people for the empty seats of a panel that sits, by its own seed; none where the pool has nobody left."""
    known = list(panel.seats.order_by("position"))
    inputs = inputs_for(turn, spec, seed=panel.seed, seats=known)
    number = panel.draws.count() + 1
    seats = seats_draw(panel, inputs, number=number, first=known[-1].position + 1, why=why, now=turn.now)
    for seat in seats:
        seating.open_seat(turn, seat.expert_id)
    vacant = panel.seats_wanted - len(inputs.seated) - len(seats)
    turn.record(panel=panel.pk, draw=fingerprint(inputs.text()), drawn=[seat.expert_id for seat in seats])
    seating.keep_empty(turn, vacant)
    if vacant:
        turn.record(vacant=vacant)
    return seats


def inputs_for(turn: Turn, spec: PanelDef, *, seed: str, seats: list[Seat]) -> Inputs:
    """Everybody in the pool, sorted into those who can be drawn, those who sit, and those who may not, and why."""
    case: Case = turn.subject
    pool = candidates(case, on=turn.now.on)
    acted = set(Hand.objects.filter(subject_kind="case", subject_id=case.pk).values_list("actor_id", flat=True))
    acted.add(turn.actor.pk)
    sitting = {seat.expert_id for seat in seats if seat.state == SeatState.SEATED}
    gone = {seat.expert_id for seat in seats} - sitting
    field = _field_of(case, spec)
    branches = {one.user_id: one.branch for one in pool}
    free: dict[int, str] = {}
    excluded: dict[int, str] = {}
    for one in pool:
        if one.user_id in sitting:
            continue
        reasons = list(one.bonds)
        if one.user_id in gone:
            reasons.append("left_the_panel")
        if one.user_id in acted:
            reasons.append("acted_on_the_case")
        if field and one.branch == Branch.TECHNICAL and one.fields and field not in one.fields:
            reasons.append("other_field")
        if reasons:
            excluded[one.user_id] = ", ".join(reasons)
        else:
            free[one.user_id] = one.branch
    return Inputs(
        seed=seed,
        seats=spec.seats,
        least={least.branch: least.of(spec.seats) for least in spec.composition},
        candidates=free,
        # Somebody who sits and has left the pool meanwhile fills a seat of no branch.
        seated={user_id: branches.get(user_id, "") for user_id in sitting},
        excluded=excluded,
    )


def _field_of(case: Case, spec: PanelDef) -> str:
    """What the application chose under the fact that the panel goes by; empty when it goes by none."""
    answer = case.answers.filter(name=spec.field).first() if spec.field else None
    return str(value_of(answer)) if answer is not None else ""


def shortage(inputs: Inputs) -> str:
    """What the pool lacks for a whole panel, in words; empty when nothing."""
    words = [
        _("%(n)d more: %(branch)s") % {"n": missing, "branch": Branch(branch).label}
        for branch, missing in lacking(inputs).items()
    ]
    missing = inputs.seats - len(inputs.seated) - len(inputs.candidates)
    if missing > 0 and not words:
        words = [_("%(n)d more of any branch") % {"n": missing}]
    return "; ".join(words)
