"""What the end of a budget year moves: what lapses, what the next year takes over, and what stands in the way.

Read by the rehearsal page and, under the lock on the year's lines, by the act itself: one calculation for both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _

from subsidy.ledger.enums import ReservationState
from subsidy.ledger.models import BudgetLine, Reservation
from subsidy.payouts.enums import LineState
from subsidy.payouts.models import Batch, LineOffset, LineShare

# Of these the bank has not said what became of them.
UNANSWERED = (LineState.IN_FLIGHT, LineState.ACCEPTED)
NAMED_MAX = 5


@dataclass(frozen=True)
class Carried:
    """What of one reservation the next year takes over (fen): all that is not paid yet."""

    reservation: Reservation
    fen: int

    @property
    def whole(self) -> bool:
        return self.fen == self.reservation.amount_fen


@dataclass(frozen=True)
class LineEnd:
    """One line at the end of its year: what lapses and what goes over, in fen, and the line that takes it over.

    `successor` is None when next year has no line with this code yet; one is established with the year's end.
    """

    line: BudgetLine
    successor: BudgetLine | None
    lapse_fen: int
    available_fen: int
    carried: Sequence[Carried]

    @property
    def committed_fen(self) -> int:
        return self._sum(ReservationState.RESERVED)

    @property
    def obligated_fen(self) -> int:
        return self._sum(ReservationState.OBLIGATED)

    @property
    def over_fen(self) -> int:
        return self.available_fen + self.committed_fen + self.obligated_fen

    def _sum(self, state: ReservationState) -> int:
        return sum(one.fen for one in self.carried if one.reservation.state == state)

    def terms(self) -> dict[str, int]:
        """The figures that are proposed and must still hold when they are approved."""
        return {
            "line": self.line.pk,
            "lapse_fen": self.lapse_fen,
            "available_fen": self.available_fen,
            "committed_fen": self.committed_fen,
            "obligated_fen": self.obligated_fen,
        }


@dataclass(frozen=True)
class YearEnd:
    year: int
    ends: Sequence[LineEnd]
    obstacles: Sequence[str]

    @property
    def lapse_fen(self) -> int:
        return sum(end.lapse_fen for end in self.ends)

    @property
    def over_fen(self) -> int:
        return sum(end.over_fen for end in self.ends)


def open_lines(authority_id: int, year: int) -> list[BudgetLine]:
    return list(BudgetLine.objects.filter(authority=authority_id, year=year, closed_at=None).order_by("code"))


def year_end(authority_id: int, year: int, *, carry: Collection[int]) -> YearEnd:
    """The end of the year as it would be now; of the lines in `carry` (keys) what is available goes over, else it lapses.

    Six statements, whatever the number of lines and cases.
    """
    lines = open_lines(authority_id, year)
    successors = {
        line.code: line
        for line in BudgetLine.objects.filter(
            authority=authority_id, year=year + 1, code__in=[one.code for one in lines]
        )
    }
    carried = _carried(lines)
    ends = [
        LineEnd(
            line=line,
            successor=successors.get(line.code),
            lapse_fen=0 if line.pk in carry else line.available,
            available_fen=line.available if line.pk in carry else 0,
            carried=carried[line.pk],
        )
        for line in lines
    ]
    return YearEnd(year, ends, [*_in_flight(lines), *_unfit(ends), *_disagreeing(ends)])


def _carried(lines: Sequence[BudgetLine]) -> dict[int, list[Carried]]:
    """By line what of its live reservations is not paid."""
    paid = {
        (case_id, line_id): fen
        for case_id, line_id, fen in LineShare.objects.filter(
            budget_line__in=lines, batch_line__state=LineState.SETTLED
        )
        .values_list("batch_line__case", "budget_line")
        .annotate(fen=Sum("amount_fen"))
    }
    # What was set off in a payment that came back stands: only what was sent is bound again.
    kept = LineOffset.objects.filter(budget_line__in=lines, batch_line__state=LineState.RETURNED)
    for case_id, line_id, fen in kept.values_list("batch_line__case", "budget_line", "amount_fen"):
        paid[(case_id, line_id)] = paid.get((case_id, line_id), 0) + fen
    found: dict[int, list[Carried]] = defaultdict(list)
    live = Reservation.objects.filter(line__in=lines).exclude(state=ReservationState.FALLEN)
    for one in live.order_by("line_id", "pk"):
        rest = one.amount_fen
        if one.state == ReservationState.OBLIGATED:
            rest -= paid.get((one.case_id, one.line_id), 0)
        if rest > 0:
            found[one.line_id].append(Carried(one, rest))
    return found


def _in_flight(lines: Sequence[BudgetLine]) -> list[str]:
    """Lines with money in a released file that the bank has not answered, with the batches."""
    flying = [line for line in lines if line.in_flight]
    if not flying:
        return []
    by_line: dict[int, list[str]] = defaultdict(list)
    batches = Batch.objects.filter(lines__state__in=UNANSWERED, lines__shares__budget_line__in=flying)
    for number, line_id in batches.values_list("number", "lines__shares__budget_line").distinct().order_by("number"):
        by_line[line_id].append(number)
    return [
        _("%(line)s: in flight in %(batches)s. Wait for the bank's answer, or enquire, before the year ends.")
        % {"line": line.code, "batches": _named(by_line[line.pk])}
        for line in flying
    ]


def _unfit(ends: Sequence[LineEnd]) -> list[str]:
    """Lines whose successor cannot take over: closed, of other money, or somebody's successor already."""
    said = []
    for end in ends:
        after = end.successor
        if after is None or not end.over_fen:
            continue
        if after.closed_at is not None:
            said.append(_("%(line)s: the line of the next year is closed already.") % {"line": end.line.code})
        elif (after.currency, after.source) != (end.line.currency, end.line.source):
            said.append(
                _("%(line)s: the line of the next year with this code holds other money (source or currency).")
                % {"line": end.line.code}
            )
    return said


def _disagreeing(ends: Sequence[LineEnd]) -> list[str]:
    """Lines whose reservations do not add up to their account: nothing is moved on a guess."""
    return [
        _("%(line)s: reservations and books do not agree. Run ledger check and report this.") % {"line": end.line.code}
        for end in ends
        if (end.committed_fen, end.obligated_fen) != (end.line.committed, end.line.obligated)
        and not end.line.in_flight
    ]


def _named(numbers: Sequence[str]) -> str:
    more = f" … (+{len(numbers) - NAMED_MAX})" if len(numbers) > NAMED_MAX else ""
    return ", ".join(numbers[:NAMED_MAX]) + more
