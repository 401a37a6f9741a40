"""What an objection changes: its own row waits, then goes on or is struck; the rest of the round is untouched."""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext_lazy as _

from subsidy.calendars.working import Due
from subsidy.decisions.enums import ObjectionState, RoundState, RowState
from subsidy.decisions.models import Notice, Objection, Round, RoundRow
from workflows.common.deadlines import working_days_after
from workflows.common.refusals import BadData, NotFound, WrongState
from workflows.common.turn import Turn
from workflows.common.uploads import upload_keep
from workflows.round.noticing import is_open

OWNER = "objection"
DAYS_TO_DECIDE = 15
"""Working days for the decision; assumed, no published rule was found (domain.md, step 11)."""


def make(turn: Turn) -> Objection:
    """The objection to a row that stands on an open notice. Raises NotFound, BadData, or WrongState once it is over."""
    data = turn.data
    known = Notice.objects.filter(pk=data["notice"], authority=turn.authority_id).values_list("round", flat=True)
    # The round first, as every act on it: the notice cannot close between this look at it and the hold of its row.
    round_ = Round.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=list(known)).first()
    if round_ is None:
        raise NotFound
    if round_.state != RoundState.ON_NOTICE or not is_open(round_.notice, turn.now):
        raise WrongState(
            _(
                "The time for objections to this list is over. A company that was refused, or anybody whose rights the "
                "decree touches, may apply for administrative reconsideration (行政复议) within 60 days of learning of "
                "it; facts that speak against an award may be reported to the bureau's supervision desk at any time."
            )
        )
    row = RoundRow.objects.filter(round=round_, rank=data["rank"]).select_related("case").first()
    if row is None or row.state not in (RowState.LISTED, RowState.HELD):
        raise BadData(fields={"rank": [str(_("This entry no longer stands on the list. Look at the list again."))]})
    count = Objection.objects.filter(round=round_).count()
    return Objection(
        authority_id=round_.authority_id,
        number=f"{round_.number}-O{count + 1}",
        round=round_,
        row=row,
        case=row.case,
        objector_kind=data["objector_kind"],
        grounds=data["grounds"],
    )


def route_of(_turn: Turn) -> tuple[str, int]:
    return OWNER, 1


def filed(turn: Turn) -> None:
    """Keep the paper, keep who it is apart from everything that others read, and hold the row."""
    objection: Objection = turn.subject
    paper = upload_keep(turn, "document", slot="signed")
    turn.record(
        rank=objection.row.rank,
        case=objection.case.number,
        objector_kind=objection.objector_kind,
        grounds_sha256=hashlib.sha256(objection.grounds.encode()).hexdigest(),
        paper=paper.sha256,
    )
    turn.record_private(name=turn.data["name"], contact=turn.data["contact"])
    turn.passage.also(
        "round",
        [objection.round_id],
        "hold_row",
        {"row": objection.row_id, "reason": str(_("objection %(number)s") % {"number": objection.number})},
    )


def decision_due(turn: Turn) -> Due:
    return working_days_after(turn.now.on, DAYS_TO_DECIDE)


def dismiss(turn: Turn) -> None:
    """The objection changes nothing: the row goes on when no other objection to it is open."""
    _decided(turn, ObjectionState.DISMISSED)
    _tell_round(turn, "free_row", {})


def uphold(turn: Turn) -> None:
    """The objection is right: the row is struck, what was reserved for it falls back, the case ends or is checked again."""
    turn.set(consequence=turn.data["consequence"])
    turn.record(consequence=turn.data["consequence"])
    _decided(turn, ObjectionState.UPHELD)
    _tell_round(turn, "strike_row", {"then": turn.data["consequence"]})


def _decided(turn: Turn, state: ObjectionState) -> None:
    turn.set(reasons=turn.data["reasons"], decided_at=turn.now.at)
    turn.record(reasons=turn.data["reasons"], decision=state.value)
    # The row counts the objections that are still open; this one is not, as soon as it is decided.
    Objection.objects.filter(pk=turn.subject.pk).update(state=state)


def _tell_round(turn: Turn, action: str, data: dict[str, str]) -> None:
    """The round is told unless the row has left it meanwhile (the company withdrew, another objection struck it)."""
    objection: Objection = turn.subject
    held = RoundRow.objects.filter(pk=objection.row_id, state=RowState.HELD).exists()
    turn.record(row_held=held)
    if held:
        about = {"row": objection.row_id, "objection": objection.number, "reason": turn.data["reasons"][:500]}
        turn.passage.also("round", [objection.round_id], action, {**about, **data})
