"""A round is decided: each row by the level that its amount needs, with a minute that says who was there for it."""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext_lazy as _

from subsidy.audit.canonical import canonical
from subsidy.cases.models import Recusal
from subsidy.decisions.enums import RowDecision, RowState
from subsidy.decisions.models import Meeting, Round, RoundRow
from subsidy.decisions.selectors import listed
from subsidy.decisions.services import rows_move, rows_set
from subsidy.programmes.enums import Allocation
from workflows.common.refusals import BadData, WrongState
from workflows.common.turn import Turn
from workflows.round import rules
from workflows.round.leaving import leave
from workflows.round.reserving import fall

LIVE = (RowState.LISTED, RowState.BELOW_CUT)


def sign(turn: Turn) -> None:
    """The head of the division decides what its limit allows; the sheet needs no quorum."""
    _decide(turn, rules.DIVISION, members=1, quorum=1, present=[turn.actor.name])


def approve(turn: Turn) -> None:
    """The meeting decides the rows of the highest level."""
    data = turn.data
    _decide(turn, rules.LEADER, members=data["members"], quorum=data["quorum"], present=data["present"])


def _decide(turn: Turn, level: str, *, members: int, quorum: int, present: list[str]) -> None:
    round_, decisions = turn.subject, turn.data["decisions"]
    rows = listed(round_, level=level)
    if not rows:
        raise WrongState(_("Nothing is left on the list to decide. Send the round back."))
    _refuse_conflict(turn, rows)
    text = canonical(
        [
            {
                "rank": row.rank,
                "case": row.case.number,
                "name": row.listed_name,
                "amount_fen": row.amount_fen,
                "decision": decisions[row.pk][0],
                "reason": decisions[row.pk][1],
                "left": decisions[row.pk][2],
            }
            for row in rows
        ]
    )
    meeting = Meeting.objects.create(
        authority_id=round_.authority_id,
        round=round_,
        level=level,
        minute_number=turn.data["minute_number"],
        statement=turn.data["statement"],
        members=members,
        quorum=quorum,
        present=present,
        rows_text=text,
        rows_hash=hashlib.sha256(text.encode()).hexdigest(),
        recorded_by=turn.actor,
        decided_at=turn.now.at,
    )
    approved = [row for row in rows if decisions[row.pk][0] == RowDecision.APPROVE]
    turn.set(minute_number=meeting.minute_number, approved_at=turn.now.at)
    turn.record(
        meeting=meeting.pk,
        level=level,
        minute=meeting.minute_number,
        statement=meeting.statement,
        members=members,
        quorum=quorum,
        present=present,
        rows_hash=meeting.rows_hash,
        count=len(approved),
        total_fen=sum(row.amount_fen for row in approved),
        no_notice_reason=rules.waives_notice(round_),
    )
    _strike(turn, [row for row in rows if decisions[row.pk][0] == RowDecision.STRIKE])
    _put_off(turn, [row for row in rows if decisions[row.pk][0] == RowDecision.PUT_OFF])


def _refuse_conflict(turn: Turn, rows: list[RoundRow]) -> None:
    """Whoever is recused from a case does not decide its row: the minute must say that they left for it."""
    cases = {row.case_id: row for row in rows}
    recused = Recusal.objects.filter(user=turn.actor, case__in=cases).values_list("case", flat=True)
    wrong = [cases[pk] for pk in recused if turn.actor.name not in turn.data["decisions"][cases[pk].pk][2]]
    if wrong:
        raise BadData(
            fields={
                f"left_{row.pk}": [str(_("You are recused from this case. Record that you left the room for it."))]
                for row in wrong
            }
        )


def _strike(turn: Turn, rows: list[RoundRow]) -> None:
    if not rows:
        return
    reasons = {row.case_id: turn.data["decisions"][row.pk][1] for row in rows}
    rows_move([(row, RowState.STRUCK, reasons[row.case_id]) for row in rows])
    fall(turn, {row.case_id: row.case for row in rows})
    leave(turn, reasons)


def _put_off(turn: Turn, rows: list[RoundRow]) -> None:
    """The cases wait for the next round; what a ranking had reserved falls back (first come keeps its place)."""
    if not rows:
        return
    rows_move([(row, RowState.PUT_OFF, turn.data["decisions"][row.pk][1]) for row in rows])
    if turn.subject.call.allocation != Allocation.FIRST_COME:
        fall(turn, {row.case_id: row.case for row in rows})


def send_back(turn: Turn) -> None:
    """Back to collecting: what the ranking reserved falls back to the line, the ranking is made anew."""
    round_: Round = turn.subject
    rows = listed(round_)
    if round_.call.allocation != Allocation.FIRST_COME:
        fall(turn, {row.case_id: row.case for row in rows})
    rows_set(round_, RowState.REMOVED, of=LIVE, reason=turn.data["reason"])
    turn.record(reason=turn.data["reason"], released=len(rows))
