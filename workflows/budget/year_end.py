"""The end of a budget year, as two people want it: what is free lapses or goes over, what is promised goes over, the
year closes. All of it in one transaction, or nothing.

The books move here and not at the end of the passage as elsewhere: a year can only be closed when its accounts are
empty. The year's lines are locked before anything is read, so that nobody reserves or pays from them meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from subsidy.decisions.models import Proposal, ProposalKind
from subsidy.ledger.enums import Kind as LedgerKind
from subsidy.ledger.enums import ReservationState
from subsidy.ledger.models import BudgetLine
from subsidy.ledger.posting import Posting
from subsidy.ledger.services import close_year, line_continue, post, reservation_carry
from subsidy.reporting.year_end import LineEnd, YearEnd, open_lines, year_end
from workflows.common.refusals import BadData, NotFound, WrongState
from workflows.common.turn import Turn
from workflows.proposal.drafts import draft

CARRY = {
    ReservationState.RESERVED.value: (LedgerKind.CARRY_COMMITTED, LedgerKind.BRING_COMMITTED),
    ReservationState.OBLIGATED.value: (LedgerKind.CARRY_OBLIGATED, LedgerKind.BRING_OBLIGATED),
}


def make_year_end(turn: Turn) -> Proposal:
    """What would move now, frozen into the proposal; refused while anything stands in the way."""
    year, carry = turn.data["year"], list(turn.data["carry"])
    if any(line.authority_id != turn.authority_id for line in carry):
        raise NotFound
    if any(line.year != year for line in carry):
        raise BadData(fields={"carry": [str(_("Choose lines of the year that ends."))]})
    if year > turn.now.on.year:
        raise WrongState(_("A year that has not begun cannot end."))
    found = year_end(turn.authority_id, year, carry={line.pk for line in carry})
    _refuse(found)
    terms = {"year": year, "document": turn.data["document"], "lines": [end.terms() for end in found.ends]}
    return draft(turn, ProposalKind.YEAR_END, str(year), "authority", turn.authority_id, terms)


def _refuse(found: YearEnd) -> None:
    if not found.ends:
        raise WrongState(_("The year %(year)d has no open line: it is closed already.") % {"year": found.year})
    if found.obstacles:
        raise WrongState(
            _("The year %(year)d cannot end yet. %(reasons)s")
            % {"year": found.year, "reasons": " ".join(found.obstacles)}
        )


def end_year(turn: Turn, proposal: Proposal, terms: dict[str, Any]) -> None:
    """Move and close what was proposed. Raises WrongState when a figure has changed since."""
    said = {"proposal": proposal.number, "document": terms["document"]}
    lines = open_lines(proposal.authority_id, terms["year"])
    old = turn.passage.also("budget_line", [line.pk for line in lines], "close_year", said)
    turns = {one.subject.pk: one for one in old}
    carry = {row["line"] for row in terms["lines"] if row["available_fen"]}
    found = year_end(proposal.authority_id, terms["year"], carry=carry)
    _refuse(found)
    _refuse_changed(found, terms["lines"])
    heirs = _heirs(turn, found, said)
    post([one for end in found.ends for one in _postings(end, heirs, terms["document"])], now=turn.now)
    _move_reservations(found, heirs)
    for end in found.ends:
        close_year(end.line, now=turn.now)
        turns[end.line.pk].record(**end.terms())
        heir = heirs.get(end.line.pk)
        if heir is not None:
            turns[end.line.pk].set(carried_to=heir.subject)
            heir.record(**{"from": end.line.pk}, **end.terms())
    turn.record(year=terms["year"], lapse_fen=found.lapse_fen, over_fen=found.over_fen)


def _refuse_changed(found: YearEnd, shown: Sequence[Mapping[str, int]]) -> None:
    """Nobody approves figures that nobody saw."""
    before = {row["line"]: row for row in shown}
    changed = [end.line.code for end in found.ends if before.get(end.line.pk) != end.terms()]
    if changed or len(before) != len(found.ends):
        raise WrongState(
            _("The figures changed after this was proposed: %(lines)s. Refuse it and have it proposed anew.")
            % {"lines": ", ".join(changed)}
        )


def _heirs(turn: Turn, found: YearEnd, said: Mapping[str, Any]) -> dict[int, Turn]:
    """By old line the turn of the line that takes over; one that next year lacks is established now."""
    after: dict[int, BudgetLine] = {
        end.line.pk: end.successor or line_continue(end.line) for end in found.ends if end.over_fen
    }
    if not after:
        return {}
    taken = turn.passage.also("budget_line", [line.pk for line in after.values()], "take_over", said)
    by_line = {one.subject.pk: one for one in taken}
    return {old: by_line[line.pk] for old, line in after.items()}


def _postings(end: LineEnd, heirs: Mapping[int, Turn], document: str) -> Iterator[Posting]:
    """Each part leaves the old line and comes to the new one; what is promised to a case under the case's name."""
    line = end.line
    if end.lapse_fen:
        yield _posting(LedgerKind.LAPSE, line, end.lapse_fen, "budget_line", line.pk, document)
    if not end.over_fen:
        return
    heir: BudgetLine = heirs[line.pk].subject
    if end.available_fen:
        yield _posting(LedgerKind.CARRY_AVAILABLE, line, end.available_fen, "budget_line", line.pk, document)
        yield _posting(LedgerKind.BRING_AVAILABLE, heir, end.available_fen, "budget_line", line.pk, document)
    for one in end.carried:
        out, into = CARRY[one.reservation.state]
        case_id = one.reservation.case_id
        yield _posting(out, line, one.fen, "case", case_id, document, f":{one.reservation.pk}")
        yield _posting(into, heir, one.fen, "case", case_id, document, f":{one.reservation.pk}")


def _posting(
    kind: LedgerKind, line: BudgetLine, fen: int, subject_kind: str, subject_id: int, memo: str, suffix: str = ""
) -> Posting:
    return Posting(
        kind=kind,
        key=f"{kind.value}:{line.pk}{suffix}",
        amount_fen=fen,
        authority_id=line.authority_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        line_id=line.pk,
        currency=line.currency,
        memo=memo,
    )


def _move_reservations(found: YearEnd, heirs: Mapping[int, Turn]) -> None:
    for end in found.ends:
        parts = {one.reservation: one.fen for one in end.carried}
        if parts:
            reservation_carry(parts, to=heirs[end.line.pk].subject)
