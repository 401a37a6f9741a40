"""A round collects: it opens, ranks or apportions the cases that wait, and reserves for the listed in one fold."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from policies.language.award.apportion import Allotment, Candidate, pro_rata, rank
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.enums import FINAL_ROUNDS
from subsidy.decisions.models import Round
from subsidy.decisions.services import RankedRow, checked_amount, rows_rank
from subsidy.programmes.enums import Allocation
from subsidy.programmes.models import Call
from subsidy.programmes.packs import pack_of
from subsidy.programmes.window import collected_until, round_may_open
from workflows.common.refusals import NotFound, WrongState
from workflows.common.turn import Turn
from workflows.round import rules
from workflows.round.reserving import left_of, reserve, reserved_of


def make(turn: Turn) -> Round:
    call = Call.objects.select_related("policy_version").filter(pk=turn.data["call"]).first()
    if call is None:
        raise NotFound
    states = list(Round.objects.filter(call=call).values_list("state", flat=True))
    if set(states) - set(FINAL_ROUNDS):
        raise WrongState(_("A round of this call is still under way. Bring it to its decree, then open the next."))
    count = len(states)
    if not round_may_open(call, pack_of(call.policy_version), count, turn.now.at):
        raise WrongState(_("The filing window is still open. Open the round when it has closed."))
    return Round(authority_id=call.authority_id, call=call, number=f"{call.number}-R{count + 1}")


def opened(turn: Turn) -> None:
    turn.record(call=turn.subject.call.number)


def route_of(_turn: Turn) -> tuple[str, int]:
    return "round", 1


def close_collection(turn: Turn) -> None:
    """Share the call's budget among the cases that wait, as its mode says, and reserve for the listed in one fold."""
    round_: Round = turn.subject
    call = round_.call
    waiting = list(waiting_for(round_).values_list("pk", flat=True))
    if not waiting:
        raise WrongState(_("No case of this call waits for a round. Finish the amount checks first."))
    turns = turn.passage.also("case", waiting, "enter_round", {"round": round_.number})
    cases = {str(one.subject.pk): one.subject for one in turns if one.subject.state == CaseState.AWAITING_ROUND}
    places = ranking(list(cases.values()), call)
    funded = {cases[place.key].pk: place.granted for place in places if is_listed(place, cases[place.key])}
    if not funded:
        raise WrongState(_("The call's budget does not reach the first case of the ranking. Have the budget checked."))
    pack = pack_of(call.policy_version)
    rows = []
    for place in places:
        case = cases[place.key]
        amount = place.granted or checked_amount(case)
        rows.append(RankedRow(case, place.rank, amount, rules.level_of(pack, amount), listed=case.pk in funded))
    rows_rank(round_, rows)
    held = reserved_of(cases.values()) if call.allocation == Allocation.FIRST_COME else {}
    open_ones = [case for case in cases.values() if funded.get(case.pk) and case.pk not in held]
    if open_ones:
        reserve(turn, call, open_ones, funded)
    turn.record(
        allocation=call.allocation,
        ranking=[[cases[place.key].number, place.rank, place.granted, place.tied] for place in places],
        listed=len(funded),
        total_fen=sum(funded.values()),
    )


def is_listed(place: Allotment, case: Case) -> bool:
    """Whether the round gives the case what it asks for, or a part; a recognition without money asks for none."""
    return place.granted > 0 or (checked_amount(case) == 0 and not place.cut)


def close_empty(turn: Turn) -> None:
    """End a round for which no case waits (all were withdrawn, put off or struck)."""
    if waiting_for(turn.subject).exists():
        raise WrongState(_("Cases wait for this round. Rank them instead of closing it."))


def waiting_for(round_: Round) -> QuerySet[Case]:
    """The cases that this round decides: those of its call that wait, of a call with cut-offs those filed before its own."""
    waiting = Case.objects.filter(call=round_.call_id, state=CaseState.AWAITING_ROUND)
    earlier = Round.objects.filter(call=round_.call_id, pk__lt=round_.pk).count() if round_.call.cut_offs else 0
    until = collected_until(round_.call, earlier)
    return waiting if until is None else waiting.filter(submitted_at__lt=until)


def ranking(cases: Sequence[Case], call: Call) -> tuple[Allotment, ...]:
    """What each case gets of what is left of the call's budget, by the mode of the call; 0 for those below the cut-off.

    Ranked: by panel mean, ties by the policy's rule. Pro rata: in order of filing, each its part to the fen, and a
    fen that two have equal claim to goes to who filed first. First come: each what was reserved for it at its amount
    check; what has no reservation follows in order of filing.
    Who filed first is told by the database: its clock, and its sequence where the clock stood still.
    """
    if call.allocation == Allocation.FIRST_COME:
        return _first_come(cases, call)
    left = left_of(call)
    if call.allocation == Allocation.PRO_RATA:
        return _pro_rata(cases, left)
    allocation = pack_of(call.policy_version).allocation
    return rank(
        [_candidate(case, score=case.score or 0) for case in cases],
        budget=left,
        ties=allocation.ties if allocation is not None else "earliest_filed",
    )


def _first_come(cases: Sequence[Case], call: Call) -> tuple[Allotment, ...]:
    held = {str(pk): fen for pk, fen in reserved_of(cases).items()}
    order = rank([_candidate(case) for case in cases], budget=sum(map(checked_amount, cases)))
    rest = rank([_candidate(case) for case in cases if str(case.pk) not in held], budget=left_of(call))
    granted = {**held, **{one.key: one.granted for one in rest}}
    return tuple(
        Allotment(one.key, one.rank, granted[one.key], cut=granted[one.key] < one.granted, tied=one.tied)
        for one in order
    )


def _pro_rata(cases: Sequence[Case], budget: int) -> tuple[Allotment, ...]:
    order = rank([_candidate(case) for case in cases], budget=sum(map(checked_amount, cases)))
    parts = pro_rata({one.key: one.granted for one in order}, budget=max(budget, 0))
    return tuple(
        Allotment(one.key, one.rank, parts[one.key], cut=parts[one.key] < one.granted, tied=one.tied) for one in order
    )


def _candidate(case: Case, *, score: int = 0) -> Candidate:
    return Candidate(
        key=str(case.pk),
        amount=checked_amount(case),
        score=Fraction(score, 100),
        filed_at=case.submitted_at or case.opened_at,
        place=case.filing_number or 0,
    )
