"""What people and the clock do with a panel beside scoring: declare, replace, draw further, explain, conclude."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.audit.moment import ZONE
from subsidy.calendars.working import Due
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.enums import RowState
from subsidy.decisions.models import RoundRow
from subsidy.reviews.enums import SeatState
from subsidy.reviews.models import Panel, Seat
from subsidy.reviews.selectors import seats_sitting
from subsidy.reviews.services import panel_note, panel_reopen, recusal_record
from subsidy.work.enums import Duty
from workflows.case import seating
from workflows.case.drawing import fill
from workflows.case.panel import leave, open_panel, own_seat, panel_spec, settle
from workflows.case.panel_forms import BoundForm, ConflictForm, NoteForm, SeatForm
from workflows.common.acts import Act
from workflows.common.deadlines import working_days_after
from workflows.common.refusals import NotFound, WrongState
from workflows.common.turn import Turn
from workflows.round.reserving import fall

SITTING = frozenset({CaseState.UNDER_REVIEW})
# Where a panel that has concluded can still sit again without undoing what others have decided on its result.
BEFORE_DECISION = frozenset({CaseState.AWAITING_VISIT, CaseState.AMOUNT_CHECK, CaseState.AWAITING_ROUND})

# Rows of a round that leave their case to a later one.
OUT_OF_ROUND = (RowState.PUT_OFF, RowState.STRUCK, RowState.REMOVED)


def due_of(panel: Panel, days: int) -> Due:
    """By when the panel's scores are due: that many working days from its newest draw that seated somebody."""
    drawn_at = panel.draws.exclude(taken="[]").order_by("-number").values_list("drawn_at", flat=True).first()
    return working_days_after((drawn_at or panel.drawn_at).astimezone(ZONE).date(), days)


def is_overdue(turn: Turn, panel: Panel) -> bool:
    """Whether the time to score is over; on a provisional day it never is."""
    due = due_of(panel, panel_spec(turn.subject.policy_version).days)
    return due.on < turn.now.on and not due.provisional


def go_on(turn: Turn, panel: Panel, *, short: bool) -> None:
    """Settle the panel; if that concludes it, the case moves on."""
    if settle(turn, panel, short=short):
        seating.walk_on(turn)


def declare_conflict(turn: Turn) -> None:
    """The expert leaves the panel, sees nothing of the case from now on, and the next of the draw is seated.

    A sheet that was sealed already is set aside. What binds the expert is personal and stands beside the event.
    """
    case: Case = turn.subject
    seat = own_seat(case, turn.actor)
    turn.record(declared=turn.data["kind"])
    turn.record_private(reason=turn.data["reason"])
    _leave_bound(turn, seat, why=f"{turn.data['kind']}: {turn.data['reason']}")


def expert_bound(turn: Turn) -> None:
    """A record of the pool binds an expert of this case to its applicant."""
    seat = (
        Seat.objects.filter(panel__case=turn.subject, expert=turn.data["expert"], state=SeatState.SEATED)
        .select_related("panel")
        .order_by("-panel_id")
        .first()
    )
    if seat is None:
        raise NotFound
    turn.record(expert=turn.data["expert"])
    _leave_bound(turn, seat, why=turn.data.get("why", ""))


def _leave_bound(turn: Turn, seat: Seat, *, why: str) -> None:
    case, panel = turn.subject, seat.panel
    if panel.concluded_at is not None and not _may_reopen(case):
        # Others have decided on the result. The bond is recorded; only a remand or an objection reopens the case.
        recusal_record(case, seat.expert_id, reason=why, now=turn.now)
        turn.record(counted_in_a_decision=True, seat=seat.position)
        return
    if panel.concluded_at is not None:
        panel_reopen(panel, now=turn.now)
        seating.leave_what_stands(turn)
        fall(turn, {case.pk: case})
        turn.record(reopened=True, mean_before=case.score)
        turn.set(state=CaseState.UNDER_REVIEW, score=None, computed_fen=None, tier="")
    state = SeatState.RECUSED if seat.scored_at is None else SeatState.SET_ASIDE
    leave(turn, panel, seat, state, why=why)
    go_on(turn, panel, short=False)


def _may_reopen(case: Case) -> bool:
    if case.state not in BEFORE_DECISION:
        return False
    return not RoundRow.objects.filter(case=case).exclude(state__in=OUT_OF_ROUND).exists()


def replace_expert(turn: Turn) -> None:
    """An officer replaces somebody who cannot or does not score; a sealed sheet is never replaced."""
    panel = open_panel(turn.subject)
    seat = panel.seats.filter(position=turn.data["seat"], state=SeatState.SEATED).first()
    if seat is None:
        raise WrongState(_("Nobody holds this seat any more. Open the panel again and look who sits."))
    if seat.scored_at is not None:
        raise WrongState(_("This seat has scored; its sheet counts. Record a link in the pool if there is one."))
    turn.record(seat=seat.position, reason=turn.data["reason"])
    leave(turn, panel, seat, SeatState.REPLACED, why=turn.data["reason"])
    if not _is_filled(panel):
        raise WrongState(
            _("The pool has nobody left for this seat. Have more experts admitted first; the expert stays until then.")
        )


def _is_filled(panel: Panel) -> bool:
    return panel.seats.filter(state=SeatState.SEATED).count() == panel.seats_wanted


def draw_further(turn: Turn) -> None:
    """Draw people for seats that stand empty."""
    panel = open_panel(turn.subject)
    if _is_filled(panel):
        raise WrongState(_("No seat of this panel is empty."))
    if not fill(turn, panel, panel_spec(turn.subject.policy_version), why="draw_further"):
        raise WrongState(_("The pool has nobody left for the empty seats. Have more experts admitted, then draw."))


def note_panel(turn: Turn) -> None:
    """The chair explains totals that lie far apart; the panel then concludes."""
    case: Case = turn.subject
    seat, asked = own_seat(case, turn.actor), seating.note_task(turn)
    if asked is None or asked.data[seating.SEAT] != turn.actor.pk:
        raise NotFound
    panel_note(seat.panel, turn.data["note"], now=turn.now)
    turn.record(note=turn.data["note"])
    go_on(turn, seat.panel, short=is_overdue(turn, seat.panel))


def conclude_panel(turn: Turn) -> None:
    """Close a panel whose time is over on the scores that are in, if they are a quorum."""
    panel = open_panel(turn.subject)
    if not is_overdue(turn, panel):
        raise WrongState(_("The experts still have time. A panel is closed early only when every seat has scored."))
    scored = [seat for seat in seats_sitting(turn.subject) if seat.scored_at is not None]
    if len(scored) < panel.quorum:
        raise WrongState(
            _("%(n)d of the %(quorum)d scores needed are in: no quorum. Replace the experts who have not scored.")
            % {"n": len(scored), "quorum": panel.quorum}
        )
    if seating.note_task(turn) is not None:
        raise WrongState(_("The chair has been asked to explain totals that lie far apart. Wait for the note."))
    go_on(turn, panel, short=True)


PANEL_ACTS = (
    Act(
        "declare_conflict",
        _("Declare a conflict of interest"),
        declare_conflict,
        role=Role.EXPERT,
        form=ConflictForm,
        states=SITTING,
        danger=True,
        versioned=False,
    ),
    Act(
        "note_panel",
        _("Explain the totals"),
        note_panel,
        role=Role.EXPERT,
        duty=Duty.SCORES,
        form=NoteForm,
        states=SITTING,
        versioned=False,
    ),
    Act(
        "replace_expert",
        _("Replace an expert"),
        replace_expert,
        role=Role.ACCEPTANCE,
        duty=Duty.KEEPS_RECORDS,
        form=SeatForm,
        states=SITTING,
        danger=True,
    ),
    Act(
        "draw_further",
        _("Draw for the empty seats"),
        draw_further,
        role=Role.ACCEPTANCE,
        duty=Duty.KEEPS_RECORDS,
        states=SITTING,
    ),
    Act(
        "conclude_panel",
        _("Conclude the panel"),
        conclude_panel,
        role=Role.ACCEPTANCE,
        duty=Duty.KEEPS_RECORDS,
        states=SITTING,
    ),
    Act("close_panel", _("Conclude at the deadline"), conclude_panel, system=True, states=SITTING, versioned=False),
    Act(
        "expert_bound",
        _("An expert is bound to the applicant"),
        expert_bound,
        system=True,
        form=BoundForm,
        versioned=False,
    ),
)
