"""The panel of a case: drawn at random, scored under seal, concluded when all are in.

`settle` is the one place where a panel goes on: after a score, after somebody has left it, after the chair's note, and
at the deadline. A panel without enough scores never concludes; it stays where it is, and its page says so.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from policies.language import panel as rules
from policies.language.model import PanelDef
from subsidy.accounts.models import User
from subsidy.cases.models import Case
from subsidy.programmes.models import PolicyVersion
from subsidy.programmes.packs import pack_of
from subsidy.reviews.conflicts import candidates
from subsidy.reviews.enums import SeatState
from subsidy.reviews.models import Panel, Seat
from subsidy.reviews.selectors import seats_sitting
from subsidy.reviews.services import (
    opened,
    panel_conclude,
    recusal_record,
    seat_leave,
    seat_seal,
    sheets_of,
)
from workflows.case import seating
from workflows.case.drawing import fill, first_draw
from workflows.common.refusals import NotFound, Recused, WrongState
from workflows.common.turn import Turn

HUNDREDTHS = rules.HUNDREDTHS


def panel_spec(version: PolicyVersion) -> PanelDef:
    """Seats, quorum, rubric and pass mark of the policy version (ValueError when its route has no panel)."""
    panel = pack_of(version).route.panel
    if panel is None:
        raise ValueError(
            f"{version} has no panel, but its call sends cases through one; correct the route of the call"
        )
    return panel


def drawn(turn: Turn) -> list[int]:
    """Draw a panel for the case of this turn; the people of its seats."""
    turn.seated = first_draw(turn, panel_spec(turn.subject.policy_version))
    return turn.seated


def open_panel(case: Case) -> Panel:
    """The panel of the case that sits (NotFound if none does)."""
    panel = Panel.objects.filter(case=case, concluded_at__isnull=True).first()
    if panel is None:
        raise NotFound
    return panel


def own_seat(case: Case, user: User) -> Seat:
    """The seat that the person holds in the case's panel, open or concluded (NotFound if none)."""
    held = Seat.objects.filter(panel__case=case, expert=user, state=SeatState.SEATED)
    seat = held.select_related("panel").order_by("-panel_id").first()
    if seat is None:
        raise NotFound
    return seat


def score(turn: Turn) -> None:
    """Seal one seat's sheet; the event carries its seal alone."""
    case: Case = turn.subject
    seats = seats_sitting(case)
    seat = next((one for one in seats if one.expert_id == turn.actor.pk), None)
    if seat is None:
        raise NotFound
    if seat.scored_at is not None:
        raise WrongState(_("Your scores are sealed already. What is asked of you now is a note on the totals."))
    is_last = len(seats) == seat.panel.seats_wanted and all(one.scored_at is not None for one in seats if one != seat)
    bound = bound_among(turn, seats if is_last else [seat])
    if seat.expert_id in bound:
        raise Recused(
            _(
                "The records of the bureau show a link between you and this applicant. Declare it; you will be replaced."
            )
        )
    pack, spec = pack_of(case.policy_version), panel_spec(case.policy_version)
    points = {line.name: turn.data[f"points_{line.name}"] for line in rules.lines(pack)}
    comments = {name: text for name in points if (text := turn.data.get(f"comment_{name}", ""))}
    seal = seat_seal(
        seat,
        points=points,
        comments=comments,
        comment=turn.data["comment"],
        total=rules.total(spec, points),
        now=turn.now,
    )
    turn.record(seat=seat.position, seal=seal, no_conflict=True)
    if is_last:
        settle(turn, seat.panel, seats=seats, bound=bound)


def bound_among(turn: Turn, seats: Iterable[Seat]) -> dict[int, tuple[str, ...]]:
    """Who of these people the records bind to the applicant as of today, and how."""
    found = candidates(turn.subject, on=turn.now.on, among=[seat.expert_id for seat in seats])
    return {one.user_id: one.bonds for one in found if one.bonds}


def settle(
    turn: Turn,
    panel: Panel,
    *,
    short: bool = False,
    seats: list[Seat] | None = None,
    bound: dict[int, tuple[str, ...]] | None = None,
) -> bool:
    """Conclude the panel when everything for it is there; whether it did.

    Every seat must be filled and have scored, or with `short` (its time is over) a quorum. Totals far apart first go to
    the chair. Somebody whom the records by now bind to the applicant leaves, with the score, before anything counts.
    `seats` and `bound` are given where they have been read.
    """
    seats = seats_sitting(turn.subject) if seats is None else seats
    scored = [seat for seat in seats if seat.scored_at is not None]
    if len(scored) < (panel.quorum if short else panel.seats_wanted):
        return False
    bound = bound_among(turn, scored) if bound is None else bound
    leaving = [seat for seat in scored if seat.expert_id in bound]
    for seat in leaving:
        leave(turn, panel, seat, SeatState.SET_ASIDE, why=", ".join(bound[seat.expert_id]))
    if leaving:
        return False
    flagged = flagged_of(panel_spec(turn.subject.policy_version), scored)
    if flagged and not panel.note:
        _ask_chair(turn, scored[0])
        return False
    for seat in seats:
        if seat.scored_at is None:
            seating.close_seat(turn, seat.expert_id)
            seat_leave(seat, SeatState.MISSED, why=str(turn.act.name), now=turn.now)
    conclude(turn, panel, scored, flagged)
    return True


def flagged_of(spec: PanelDef, scored: list[Seat]) -> list[int]:
    """Positions of the seats whose totals lie far from the others."""
    return rules.outliers(spec, {seat.position: seat.total or 0 for seat in scored})


def _ask_chair(turn: Turn, chair: Seat) -> None:
    """Open a task for the chair, who is the first of the drawn order that scored; once."""
    if seating.note_task(turn) is None:
        seating.open_seat(turn, chair.expert_id, note=True)
        turn.record(note_asked_of=chair.position)


def conclude(turn: Turn, panel: Panel, scored: list[Seat], flagged: list[int]) -> None:
    """Open the sheets, give the case its mean, and keep what the experts together say of facts."""
    case: Case = turn.subject
    pack, spec = pack_of(case.policy_version), panel_spec(case.policy_version)
    totals = [seat.total or 0 for seat in scored]
    mean, values = rules.mean(spec, totals), rules.agreed(pack, sheets_of(scored))
    panel_conclude(panel, values, now=turn.now)
    turn.set(score=mean)
    turn.record(
        panel=panel.pk,
        panel_mean=mean,
        totals=sorted(totals),
        sheets=[opened(seat) for seat in scored],
        flagged=flagged,
        values=values,
    )


def leave(turn: Turn, panel: Panel, seat: Seat, state: SeatState, *, why: str) -> None:
    """Take a person off the panel and seat the next of the draw; whoever is bound is kept from the case for good."""
    seat_leave(seat, state, why=why, now=turn.now)
    seating.close_seat(turn, seat.expert_id)
    if state in (SeatState.RECUSED, SeatState.SET_ASIDE):
        recusal_record(turn.subject, seat.expert_id, reason=why or str(state), now=turn.now)
    left = turn.details.setdefault("left", [])
    left.append({"seat": seat.position, "state": str(state), "total": None})
    asked = seating.note_task(turn)
    if asked is not None:
        turn.cancelled_tasks.append(asked)
    fill(turn, panel, panel_spec(turn.subject.policy_version), why=str(state))
