"""The money of the cases of a call: reserved, fallen back, obligated, corrected. Nothing else moves it before payment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from subsidy.cases.models import Case
from subsidy.decisions.services import checked_amount
from subsidy.ledger.enums import Kind as LedgerKind
from subsidy.ledger.enums import ReservationState
from subsidy.ledger.models import Reservation
from subsidy.ledger.posting import Posting
from subsidy.ledger.selectors import bearing
from subsidy.payouts.offsets import borne
from subsidy.programmes.models import Call
from subsidy.programmes.selectors import shares_of
from workflows.common.refusals import InsufficientFunds, WrongState
from workflows.common.turn import Turn

HUNDRED = 100


def reserve(turn: Turn, call: Call, cases: Sequence[Case], amounts: Mapping[int, int] | None = None) -> None:
    """Reserve for each case on the lines of the call, the next line when one is used up.

    `amounts` gives fen by the key of the case: a round says what it has shared out of the call's budget, of which it
    is the only one. Without it the checked amounts are wanted by several people at once (first come), so the call is
    locked and its budget looked at here.
    Raises InsufficientFunds when the call's budget does not reach: nothing is reserved, the cases stay where they are.
    """
    wanted = amounts if amounts is not None else {case.pk: checked_amount(case) for case in cases}
    if amounts is None:
        _refuse_used_up(call, sum(wanted.values()))
    parts = list(_parts(call, cases, wanted))
    Reservation.objects.bulk_create(
        [
            Reservation(
                authority_id=case.authority_id,
                case_id=case.pk,
                line_id=line_id,
                amount_fen=amount,
                reserved_at=turn.now.at,
            )
            for case, line_id, amount in parts
        ]
    )
    for case, line_id, amount in parts:
        post(turn, LedgerKind.RESERVE, case, line_id, amount)


def _refuse_used_up(call: Call, need: int) -> None:
    _lock(call)
    left = left_of(call)
    if need > left:
        raise InsufficientFunds(
            _(
                "The budget of this call is used up: %(left)s yuan are left, %(need)s are needed. Nothing was changed and "
                "the case keeps its place. Confirm it again when money has fallen back or the budget is raised."
            )
            % {"left": _yuan(left), "need": _yuan(need)}
        )


def _lock(call: Call) -> None:
    """Whoever else takes from this call's budget waits until this transaction is over."""
    Call.objects.select_for_update(no_key=True).filter(pk=call.pk).values_list("pk", flat=True).get()


def left_of(call: Call) -> int:
    """What the call's budget still holds, in fen: its live reservations, before and after the decree, taken off."""
    return call.budget_fen - sum(_live_by_line(call).values())


def reserved_of(cases: Iterable[Case]) -> dict[int, int]:
    """What is set aside and not yet decreed for each case that has anything, in fen."""
    rows = Reservation.objects.filter(case_id__in=[case.pk for case in cases], state=ReservationState.RESERVED)
    return dict(rows.values_list("case_id").annotate(total=Sum("amount_fen")))


def fall(turn: Turn, cases: Mapping[int, Case]) -> int:
    """What is reserved for the cases falls back to its lines; returns how many reservations fell."""
    live = Reservation.objects.filter(case_id__in=cases, state=ReservationState.RESERVED).order_by("line_id", "pk")
    found = list(live)
    for one in found:
        post(turn, LedgerKind.UNRESERVE, cases[one.case_id], one.line_id, one.amount_fen)
    live.order_by().update(state=ReservationState.FALLEN)
    return len(found)


def obligate(turn: Turn, cases: Mapping[int, Case], amounts: Mapping[int, int]) -> None:
    """The decree binds what was reserved, which must be exactly what it grants (WrongState names the cases)."""
    live = Reservation.objects.filter(case_id__in=cases, state=ReservationState.RESERVED).order_by("line_id", "pk")
    held: dict[int, int] = defaultdict(int)
    for one in live:
        held[one.case_id] += one.amount_fen
        post(turn, LedgerKind.OBLIGATE, cases[one.case_id], one.line_id, one.amount_fen)
    short = [case.number for pk, case in cases.items() if held.get(pk, 0) != amounts[pk]]
    if short:
        raise WrongState(_("The reservation of %(cases)s does not equal the award.") % {"cases": ", ".join(short)})
    live.order_by().update(state=ReservationState.OBLIGATED)


def correct(turn: Turn, call: Call, case: Case, *, before_fen: int, after_fen: int) -> None:
    """Change what is bound for a case and not yet paid; `after_fen` 0 gives all of it back.

    Raises InsufficientFunds when more is wanted than the call's budget holds.
    """
    if after_fen > before_fen:
        _raise_by(turn, call, case, after_fen - before_fen)
    else:
        _lower_by(turn, case, before_fen - after_fen)


def _raise_by(turn: Turn, call: Call, case: Case, more: int) -> None:
    _lock(call)
    left = left_of(call)
    if more > left:
        raise InsufficientFunds(
            _("The budget of this call holds %(left)s yuan more, %(need)s are needed. Have the budget raised first.")
            % {"left": _yuan(left), "need": _yuan(more)}
        )
    for _case, line_id, amount in _parts(call, [case], {case.pk: more}):
        post(turn, LedgerKind.CORRECT_UP, case, line_id, amount)
        grown, made = Reservation.objects.get_or_create(
            case_id=case.pk,
            line_id=line_id,
            state=ReservationState.OBLIGATED,
            defaults={"authority_id": case.authority_id, "amount_fen": amount, "reserved_at": turn.now.at},
        )
        if not made:
            grown.amount_fen += amount
            grown.save(update_fields=["amount_fen"])


def _lower_by(turn: Turn, case: Case, less: int) -> None:
    bound = Reservation.objects.filter(case_id=case.pk, state=ReservationState.OBLIGATED).order_by("-line_id", "-pk")
    spent: dict[int, int] = defaultdict(int)
    for _case, line_id, fen in borne([case.pk]):
        spent[line_id] += fen
    for one in bound:
        part = min(less, one.amount_fen - spent[one.line_id])
        if part <= 0:
            continue
        less -= part
        post(turn, LedgerKind.CORRECT_DOWN, case, one.line_id, part)
        if part == one.amount_fen:
            one.state = ReservationState.FALLEN
        else:
            one.amount_fen -= part
        one.save(update_fields=["state", "amount_fen"])
    if less:
        raise WrongState(
            _("Less is bound for %(case)s than is to be taken back. Report this.") % {"case": case.number}
        )


def _live_by_line(call: Call) -> dict[int, int]:
    live = Reservation.objects.filter(case_id__in=Case.objects.filter(call=call).values("pk"))
    live = live.exclude(state=ReservationState.FALLEN)
    return dict(live.values_list("line_id").annotate(total=Sum("amount_fen")))


def _parts(call: Call, cases: Iterable[Case], wanted: Mapping[int, int]) -> Iterator[tuple[Case, int, int]]:
    """(case, line, fen): which line bears what of each case, the next one when the share of one is used up.

    A line whose year has ended stands for the line that took it over; what it bore itself counts against its share.
    Raises InsufficientFunds when the shares do not reach: never is less reserved than was wanted.
    """
    shares = [(bearing(line), share) for line, share in shares_of(call)]
    used = _live_by_line(call) if len(shares) > 1 else {}
    left: dict[int, int] = defaultdict(int)
    counted: set[int] = set()
    for years, share in shares:
        left[years[-1]] += share - sum(used.get(line_id, 0) for line_id in years if line_id not in counted)
        counted.update(years)
    for case in cases:
        rest = wanted[case.pk]
        for years, _share in shares:
            line_id = years[-1]
            part = rest if len(shares) == 1 else min(rest, max(left[line_id], 0))
            if part:
                left[line_id] -= part
                rest -= part
                yield case, line_id, part
        if rest:
            raise InsufficientFunds(
                _(
                    "The budget lines of this call hold %(short)s yuan too little for %(case)s. Have a line raised first."
                )
                % {"short": _yuan(rest), "case": case.number}
            )


def post(turn: Turn, kind: LedgerKind, case: Case, line_id: int, amount_fen: int) -> None:
    """Have the books move it, under a key that names the act and the case: once."""
    turn.passage.post(
        Posting(
            kind=kind,
            key=f"{kind.value}:{turn.subject.number}:{turn.subject.head_seq + 1}:{case.number}:{line_id}",
            amount_fen=amount_fen,
            authority_id=case.authority_id,
            subject_kind="case",
            subject_id=case.pk,
            line_id=line_id,
        )
    )


def _yuan(fen: int) -> str:
    return f"{fen // HUNDRED:,}.{fen % HUNDRED:02d}"
