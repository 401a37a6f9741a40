"""Single rows of a round: held while somebody objects or a list speaks against them, freed again, or struck."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from subsidy.decisions.enums import NoticeEntryKind, RoundState, RowState
from subsidy.decisions.models import RoundRow
from subsidy.decisions.selectors import open_objections
from subsidy.decisions.services import rows_move
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn
from workflows.round.leaving import leave, leave_objected
from workflows.round.noticing import append
from workflows.round.reserving import fall

HOLDS = frozenset({RoundState.ON_NOTICE})
SETTLES = frozenset({RoundState.ON_NOTICE, RoundState.AWAITING_DECREE, RoundState.PART_DECREED})


def hold_row(turn: Turn) -> None:
    """An objection came: its row waits, the others go on. A row that is held already stays so."""
    row = _row(turn)
    if row.state not in (RowState.LISTED, RowState.HELD):
        raise WrongState(_("This row is no longer on the list, so that nothing is to be held."))
    if row.state == RowState.LISTED:
        hold(turn, [(row, turn.data["reason"])])
    turn.record(rank=row.rank, case=row.case.number, reason=turn.data["reason"])


def hold(turn: Turn, rows: Sequence[tuple[RoundRow, str]]) -> None:
    """Hold rows, each for its reason; what is reserved for them stays reserved."""
    if rows:
        rows_move([(row, RowState.HELD, reason) for row, reason in rows])
        append(turn, [(row, NoticeEntryKind.HELD, reason, "") for row, reason in rows])


def free_row(turn: Turn) -> None:
    """The last open objection to the row was dismissed: it goes on, to this decree or a supplementary one."""
    row = _row(turn)
    turn.record(rank=row.rank, case=row.case.number, reason=turn.data["reason"])
    if row.state != RowState.HELD or open_objections([row.pk]):
        return
    _free(turn, row, turn.data["reason"])


def strike_row(turn: Turn) -> None:
    """An objection was upheld: the row is struck, its reservation falls, the case ends or its amount is checked again."""
    row = _row(turn)
    turn.record(rank=row.rank, case=row.case.number, reason=turn.data["reason"], then=turn.data["then"])
    if row.state != RowState.HELD:
        return
    _strike(turn, row, turn.data["reason"])
    leave_objected(
        turn,
        row.case_id,
        objection=turn.data["objection"],
        reason=turn.data["reason"],
        then=turn.data["then"],
    )


def settle_row(turn: Turn) -> None:
    """Decide a row that is held without an objection, because a list speaks against the company."""
    row: RoundRow = turn.data["rank"]
    if open_objections([row.pk]):
        raise WrongState(_("An objection to this row is open. Decide the objection; the row follows."))
    turn.record(rank=row.rank, case=row.case.number, reason=turn.data["reason"], goes_on=turn.data["goes_on"])
    if turn.data["goes_on"]:
        _free(turn, row, turn.data["reason"])
    else:
        _strike(turn, row, turn.data["reason"])
        leave(turn, {row.case_id: turn.data["reason"]})


def _row(turn: Turn) -> RoundRow:
    return RoundRow.objects.select_related("case", "round").get(pk=turn.data["row"], round=turn.subject)


def _free(turn: Turn, row: RoundRow, reason: str) -> None:
    rows_move([(row, RowState.LISTED, "")])
    append(turn, [(row, NoticeEntryKind.FREED, reason, "")])


def _strike(turn: Turn, row: RoundRow, reason: str) -> None:
    rows_move([(row, RowState.STRUCK, reason)])
    append(turn, [(row, NoticeEntryKind.STRUCK, reason, "")])
    fall(turn, {row.case_id: row.case})
