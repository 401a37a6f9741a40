"""What each act of a round changes: many cases are decided on one list."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from policies.language.award.apportion import Allotment, Candidate, rank
from subsidy.audit.canonical import canonical
from subsidy.audit.moment import Moment
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.correspondence.models import LetterKind
from subsidy.correspondence.services import decree_issue, notice_issue
from subsidy.decisions.enums import RoundState, RowState
from subsidy.decisions.models import Decree, Finding, Notice, Round, RoundRow
from subsidy.decisions.services import awards_grant, checked_amount, rows_rank, rows_set
from subsidy.ledger.enums import Kind as LedgerKind
from subsidy.ledger.enums import ReservationState
from subsidy.ledger.models import Reservation
from subsidy.ledger.posting import Posting
from subsidy.programmes.enums import Allocation
from subsidy.programmes.models import Call
from subsidy.programmes.packs import pack_of
from subsidy.programmes.selectors import shares_of
from subsidy.programmes.window import collected_until, round_may_open
from workflows.common.deadlines import working_days_after
from workflows.common.recount import recount_items
from workflows.common.refusals import NotFound, WrongState
from workflows.common.turn import Turn

LIVE = (RowState.LISTED, RowState.BELOW_CUT)
WAITING = CaseState.AWAITING_ROUND


def make(turn: Turn) -> Round:
    call = Call.objects.select_related("policy_version").filter(pk=turn.data["call"]).first()
    if call is None:
        raise NotFound
    states = list(Round.objects.filter(call=call).values_list("state", flat=True))
    if set(states) - {RoundState.DECREED}:
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
    """Rank the cases that wait, cut where the call's budget ends, and reserve for the listed in one fold."""
    round_: Round = turn.subject
    call = round_.call
    waiting = list(waiting_for(round_).values_list("pk", flat=True))
    if not waiting:
        raise WrongState(_("No case of this call waits for a round. Finish the amount checks first."))
    turns = turn.passage.also("case", waiting, "enter_round", {"round": round_.number})
    cases = {str(one.subject.pk): one.subject for one in turns if one.subject.state == CaseState.AWAITING_ROUND}
    places = ranking(list(cases.values()), call)
    funded = [cases[place.key] for place in places if not place.cut]
    if not funded:
        raise WrongState(_("The call's budget does not reach the first case of the ranking. Have the budget checked."))
    rows_rank(round_, [(cases[place.key], place.rank, not place.cut) for place in places])
    reserve(turn, call, funded)
    turn.record(
        ranking=[[cases[place.key].number, place.rank, place.granted, place.tied] for place in places],
        listed=len(funded),
        total_fen=sum(checked_amount(case) for case in funded),
    )


def waiting_for(round_: Round) -> QuerySet[Case]:
    """The cases that this round decides: those of its call that wait, of a call with cut-offs those filed before its own."""
    waiting = Case.objects.filter(call=round_.call_id, state=CaseState.AWAITING_ROUND)
    earlier = Round.objects.filter(call=round_.call_id, pk__lt=round_.pk).count() if round_.call.cut_offs else 0
    until = collected_until(round_.call, earlier)
    return waiting if until is None else waiting.filter(submitted_at__lt=until)


def ranking(cases: list[Case], call: Call) -> tuple[Allotment, ...]:
    """By panel mean (first come: by filing alone), ties by the policy's rule, cut off where the call's budget ends.

    Who filed first is told by the database: its clock, and its sequence where the clock stood still.
    """
    allocation = pack_of(call.policy_version).allocation
    first_come = call.allocation == Allocation.FIRST_COME
    return rank(
        [
            Candidate(
                key=str(case.pk),
                amount=checked_amount(case),
                score=Fraction(0 if first_come else case.score or 0, 100),
                filed_at=case.submitted_at or case.opened_at,
                place=case.filing_number or 0,
            )
            for case in cases
        ],
        budget=call.budget_fen - granted_before(call),
        ties=allocation.ties if allocation is not None and not first_come else "earliest_filed",
    )


def granted_before(call: Call) -> int:
    """What the rounds of a call have listed or awarded already, in fen: later rounds share what is left."""
    rows = RoundRow.objects.filter(round__call=call, state__in=(RowState.LISTED, RowState.AWARDED))
    return rows.aggregate(total=Sum("amount_fen"))["total"] or 0


def reserve(turn: Turn, call: Call, cases: list[Case]) -> None:
    """Reserve each amount on the lines of the call, a line when the one before is used up."""
    parts = list(_parts(call, cases))
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
        turn.passage.post(_posting(turn, LedgerKind.RESERVE, case, line_id, amount))


def _parts(call: Call, cases: list[Case]) -> Iterator[tuple[Case, int, int]]:
    """(case, line, fen): which line bears what of each case."""
    shares = [(line.pk, share) for line, share in shares_of(call)]
    live = Reservation.objects.filter(case_id__in=Case.objects.filter(call=call).values("pk"))
    used = dict(
        live.exclude(state=ReservationState.FALLEN).values_list("line_id").annotate(total=Sum("amount_fen"))
        if len(shares) > 1
        else ()
    )
    left = {line_id: share - used.get(line_id, 0) for line_id, share in shares}
    for case in cases:
        rest = checked_amount(case)
        for line_id, _share in shares:
            part = rest if len(shares) == 1 else min(rest, max(left[line_id], 0))
            if part:
                left[line_id] -= part
                rest -= part
                yield case, line_id, part


def _posting(turn: Turn, kind: LedgerKind, case: Case, line_id: int, amount_fen: int) -> Posting:
    return Posting(
        kind=kind,
        key=f"{kind.value}:{turn.subject.number}:{turn.subject.head_seq + 1}:{case.number}:{line_id}",
        amount_fen=amount_fen,
        authority_id=case.authority_id,
        subject_kind="case",
        subject_id=case.pk,
        line_id=line_id,
    )


def listed(round_: Round) -> list[RoundRow]:
    """The rows that are to be awarded, by rank, with their cases."""
    return list(
        RoundRow.objects.filter(round=round_, state=RowState.LISTED)
        .select_related("case", "case__company")
        .order_by("rank")
    )


def approve(turn: Turn) -> None:
    round_: Round = turn.subject
    rows = listed(round_)
    if not rows:
        raise WrongState(_("Nothing is left on the list. Send the round back."))
    turn.set(minute_number=turn.data["minute_number"], approved_at=turn.now.at)
    turn.record(
        minute=turn.data["minute_number"],
        statement=turn.data["statement"],
        count=len(rows),
        total_fen=sum(row.amount_fen for row in rows),
    )


def send_back(turn: Turn) -> None:
    """Back to collecting: what was reserved falls back to the line, the ranking is made anew."""
    round_: Round = turn.subject
    rows = listed(round_)
    by_case = {row.case_id: row.case for row in rows}
    live = Reservation.objects.filter(case_id__in=by_case, state=ReservationState.RESERVED).order_by("line_id", "pk")
    for reservation in live:
        case = by_case[reservation.case_id]
        turn.passage.post(_posting(turn, LedgerKind.UNRESERVE, case, reservation.line_id, reservation.amount_fen))
    live.order_by().update(state=ReservationState.FALLEN)
    rows_set(round_, RowState.REMOVED, of=LIVE, reason=turn.data["reason"])
    turn.record(reason=turn.data["reason"], released=len(by_case))


def publish(turn: Turn) -> None:
    """Freeze the masked list and open it to objection for the policy's working days."""
    round_: Round = turn.subject
    spec = pack_of(round_.call.policy_version).notice
    if spec is None:
        raise WrongState(_("This policy has no public notice; its version says why. Have the route corrected."))
    due = working_days_after(turn.now.on, spec.days, count=spec.count)
    text = canonical(
        [
            {"rank": row.rank, "name": row.case.company_name, "tier": row.case.tier, "amount_fen": row.amount_fen}
            for row in listed(round_)
        ]
    )
    notice = Notice.objects.create(
        authority_id=round_.authority_id,
        round=round_,
        title_zh=turn.data["title_zh"],
        title_en=turn.data["title_en"],
        starts_on=turn.now.on,
        ends_on=due.on,
        ends_provisional=due.provisional,
        list_text=text,
        list_hash=hashlib.sha256(text.encode()).hexdigest(),
        published_at=turn.now.at,
    )
    turn.record(notice=notice.pk, list_hash=notice.list_hash, starts_on=notice.starts_on, ends_on=notice.ends_on)
    turn.passage.defer("issue_notice_papers", round_id=round_.pk)


def refuse_before_end(notice: Notice, now: Moment) -> None:
    """A notice closes after its last day, and never on a day that may still move."""
    if notice.ends_provisional:
        raise WrongState(_("The end of this notice is provisional until the calendar of that year is published."))
    if now.on <= notice.ends_on:
        raise WrongState(_("The notice is still open to objection. It closes after its last day."))


def recount_due(turn: Turn) -> None:
    """Count the provisional end of the round's notice again, from its first day, then the deadlines of its work."""
    notice = Notice.objects.filter(round=turn.subject, ends_provisional=True, closed_at__isnull=True).first()
    spec = pack_of(turn.subject.call.policy_version).notice
    if notice is not None and spec is not None:
        due = working_days_after(notice.starts_on, spec.days, count=spec.count)
        turn.record(notice=[notice.ends_on, due.on])
        notice.ends_on, notice.ends_provisional = due.on, due.provisional
        notice.save(update_fields=["ends_on", "ends_provisional"])
    recount_items(turn)


def close_notice(turn: Turn) -> None:
    notice = turn.subject.notice
    refuse_before_end(notice, turn.now)
    notice.closed_at = turn.now.at
    notice.save(update_fields=["closed_at"])
    turn.record(notice=notice.pk, ends_on=notice.ends_on)


def issue_decree(turn: Turn) -> None:
    """Grant every listed case what was reserved for it, under one document number; the others end unfunded."""
    round_: Round = turn.subject
    live = _with_finding(round_)
    rows = [row for row in live if row.state == RowState.LISTED]
    below = [row.case_id for row in live if row.state == RowState.BELOW_CUT and row.case.state == WAITING]
    if not rows:
        raise WrongState(_("Nothing is left on the list to decree."))
    decree = Decree.objects.create(
        authority_id=round_.authority_id,
        round=round_,
        number=turn.data["number"],
        issued_on=turn.now.on,
        issued_at=turn.now.at,
    )
    granted = turn.passage.also(
        "case",
        [row.case_id for row in rows],
        "award",
        {"decree": decree.number, "amounts": {row.case_id: row.amount_fen for row in rows}},
    )
    if len(granted) != len(rows):
        raise WrongState
    awards_grant(decree, rows, {row.case_id: row.finding_id for row in rows})
    rows_set(round_, RowState.AWARDED, of=[RowState.LISTED])
    _obligate(turn, {row.case_id: row.case for row in rows})
    if below:
        turn.passage.also("case", below, "leave_unfunded", {"decree": decree.number})
    turn.record(
        decree=decree.number, count=len(rows), total_fen=sum(row.amount_fen for row in rows), unfunded=len(below)
    )
    turn.passage.defer("issue_decree_papers", round_id=round_.pk)


def _with_finding(round_: Round) -> list[Any]:
    """The ranked rows with their cases, each with the finding that its amount comes from: the last of its case."""
    last = Finding.objects.filter(case=OuterRef("case")).order_by("-id").values("pk")[:1]
    rows = RoundRow.objects.filter(round=round_, state__in=LIVE).select_related("case", "case__company")
    return list(rows.annotate(finding_id=Subquery(last)).order_by("rank"))


def _obligate(turn: Turn, cases: dict[int, Case]) -> None:
    reserved = Reservation.objects.filter(case_id__in=cases, state=ReservationState.RESERVED).order_by("line_id", "pk")
    held: dict[int, int] = {}
    for reservation in reserved:
        held[reservation.case_id] = held.get(reservation.case_id, 0) + reservation.amount_fen
        turn.passage.post(
            _posting(
                turn, LedgerKind.OBLIGATE, cases[reservation.case_id], reservation.line_id, reservation.amount_fen
            )
        )
    short = [case.number for pk, case in cases.items() if held.get(pk, 0) != case.computed_fen]
    if short:
        raise WrongState(_("The reservation of %(cases)s does not equal the award.") % {"cases": ", ".join(short)})
    reserved.order_by().update(state=ReservationState.OBLIGATED)


def issue_paper(turn: Turn) -> None:
    """Render the notice list or the decree and keep its bytes."""
    issue = {LetterKind.NOTICE_LIST: notice_issue, LetterKind.DECREE: decree_issue}[LetterKind(turn.data["kind"])]
    letter = issue(turn.subject, now=turn.now)
    turn.record(letter=letter.pk, kind=letter.kind, number=letter.number, sha256=letter.sha256)
