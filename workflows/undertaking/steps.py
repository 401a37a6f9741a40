"""What the acts on an undertaking change: dated, answered, found to be kept or not, waived by two people."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from policies.language.award.undertakings import due_after
from policies.language.model import Undertaking as Said
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.cases.papers import UNDERTAKING
from subsidy.decisions.models import Award, Undertaking, UndertakingState
from subsidy.decisions.undertakings import Breach
from subsidy.payouts.enums import HoldScope
from subsidy.payouts.models import PayoutHold
from subsidy.payouts.owing import asked_back, paid_of
from subsidy.programmes.packs import pack_of
from subsidy.registers.enums import Change
from subsidy.registers.selectors import current_entries
from workflows.common.refusals import BadData, NotFound, WrongState
from workflows.common.turn import Turn
from workflows.common.uploads import upload_keep
from workflows.recovery.steps import by_term
from workflows.undertaking.forms import reported

REMIND_DAYS = 30
"""Calendar days before its day on which the company is reminded; assumed, no published rule was found."""


def make(turn: Turn) -> Undertaking:
    """A check that the award brings with it. Raises NotFound for a term that the version does not name."""
    case, said = _said(turn)
    return _new(turn, case, said, turn.data["due_on"])


def make_after(turn: Turn) -> Undertaking:
    """A check that begins with what happened. Raises BadData where the version has no such undertaking, or too early."""
    case, said = _said(turn)
    awarded_on = Award.objects.filter(case=case).values_list("decree__issued_on", flat=True).first()
    if said.after != "event":
        known = ", ".join(one.id for one in reported(case)) or str(_("none"))
        raise BadData(
            fields={
                "term": [
                    str(_("Of this policy these undertakings begin with what happened: %(known)s.") % {"known": known})
                ]
            }
        )
    happened: dt.date = turn.data["occurred_on"]
    if awarded_on is None or not awarded_on <= happened <= turn.now.on:
        raise BadData(
            fields={
                "occurred_on": [
                    str(_("Enter a day from the award (%(day)s) until today.") % {"day": awarded_on or "—"})
                ]
            }
        )
    return _new(turn, case, said, due_after(said, happened), happened)


def _said(turn: Turn) -> tuple[Case, Said]:
    case = Case.objects.select_related("policy_version__policy", "company").filter(pk=turn.data["case"]).first()
    if case is None or case.authority_id != turn.authority_id:
        raise NotFound
    terms = {one.id: one for one in pack_of(case.policy_version).undertakings}
    found = terms.get(turn.data["term"])
    if found is None:
        known = ", ".join(terms) or str(_("none"))
        raise BadData(
            fields={
                "term": [str(_("This version of the policy names these undertakings: %(known)s.") % {"known": known})]
            }
        )
    return case, found


def _new(turn: Turn, case: Case, said: Said, due_on: dt.date, occurred_on: dt.date | None = None) -> Undertaking:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('undertaking_number')")
        number = cursor.fetchone()[0]
    return Undertaking(
        authority_id=case.authority_id,
        number=f"U{turn.now.on.year}-{number:05d}",
        case=case,
        company=case.company,
        company_name=case.company_name,
        term=said.id,
        breach=said.breach,
        due_on=due_on,
        occurred_on=occurred_on,
        opened_at=turn.now.at,
    )


def begun(turn: Turn) -> None:
    one: Undertaking = turn.subject
    turn.record(case=one.case.number, term=one.term, due_on=one.due_on, occurred_on=one.occurred_on)


def remind(turn: Turn) -> None:
    """Record that the company is reminded of the day."""
    if turn.subject.due_on < turn.now.on:
        raise WrongState(_("This day is over already."))
    turn.record(due_on=turn.subject.due_on)


def fall_overdue(turn: Turn) -> None:
    """The day has passed without an answer: it stands in the queue of the bureau. Nothing else follows by itself."""
    if turn.subject.due_on >= turn.now.on:
        raise WrongState(_("This deadline is not over yet."))
    turn.set(state=UndertakingState.OVERDUE)
    turn.record(due_on=turn.subject.due_on)


def without_cause(rows: QuerySet[Undertaking]) -> QuerySet[Undertaking]:
    """Those whose award was revoked or lapsed, or whose title was taken back: there is nothing left to keep a word for."""
    taken_back = current_entries().filter(case_key=OuterRef("case_id"), change=Change.ENDED)
    return rows.filter(Q(case__state__in=[CaseState.REVOKED, CaseState.LAPSED]) | Exists(taken_back))


def end(turn: Turn) -> None:
    """It ends with the award or title that brought it. Raises WrongState while that stands."""
    one: Undertaking = turn.subject
    if not without_cause(Undertaking.objects.filter(pk=one.pk)).exists():
        raise WrongState(_("What brought this undertaking still stands."))
    turn.set(state=UndertakingState.ENDED, decided_by=turn.actor, decided_at=turn.now.at)
    turn.record(case=one.case.number, case_state=one.case.state)


def report(turn: Turn) -> None:
    """The company says what it did, with its proofs if it sends any; late answers are taken too."""
    turn.set(state=UndertakingState.REPORTED, answer=turn.data["answer"], answered_at=turn.now.at)
    late = turn.now.on > turn.subject.due_on
    turn.record(answer=turn.data["answer"], late=late)
    if turn.data.get("document"):
        stored = upload_keep(turn, "document", slot=UNDERTAKING, owner=("case", turn.subject.case_id))
        turn.set(document=stored)
        turn.record(document=stored.sha256)


def send_back(turn: Turn) -> None:
    """What the company says does not do: it must answer again."""
    turn.set(state=_standing(turn), note=turn.data["note"])
    turn.record(note=turn.data["note"])


def _standing(turn: Turn) -> UndertakingState:
    """How it stands without an answer."""
    return UndertakingState.OVERDUE if turn.subject.due_on < turn.now.on else UndertakingState.AWAITED


def keep(turn: Turn) -> None:
    _decide(turn, UndertakingState.KEPT)


def _decide(turn: Turn, state: UndertakingState) -> None:
    turn.set(state=state, note=turn.data["note"], decided_by=turn.actor, decided_at=turn.now.at)
    turn.record(note=turn.data["note"], decision=state.value)


def propose_waiver(turn: Turn) -> None:
    turn.set(state=UndertakingState.WAIVER, note=turn.data["note"], waiver_proposed_by=turn.actor)
    turn.record(note=turn.data["note"])


def waive(turn: Turn) -> None:
    """A second person waives it. Raises WrongState for whoever proposed the waiver."""
    if turn.subject.waiver_proposed_by_id == turn.actor.pk:
        raise WrongState(_("Who proposed a waiver may not approve it."))
    _decide(turn, UndertakingState.WAIVED)


def refuse_waiver(turn: Turn) -> None:
    answered = turn.subject.answered_at is not None
    turn.set(state=UndertakingState.REPORTED if answered else _standing(turn), note=turn.data["note"])
    turn.record(note=turn.data["note"])


def find_breach(turn: Turn) -> None:
    """It was not kept: what the policy says follows, a recovery proposed, payments stopped, or a warning.

    Raises BadData where the ground does not fit the day, or the day lies ahead.
    """
    one: Undertaking = turn.subject
    happened: dt.date = turn.data["occurred_on"]
    if happened > turn.now.on:
        raise BadData(fields={"occurred_on": [str(_("This day lies ahead. Enter when it happened."))]})
    _decide(turn, UndertakingState.BREACHED)
    turn.record(breach=one.breach, occurred_on=happened)
    if one.breach == Breach.SUSPENSION:
        hold = PayoutHold.objects.create(
            authority_id=one.authority_id,
            scope=HoldScope.PAYEE,
            company=one.company,
            reason=f"{one.number}: {turn.data['note']}"[:500],
            placed_by=turn.actor,
            placed_at=turn.now.at,
        )
        turn.record(hold=hold.pk)
    elif one.breach == Breach.RECOVERY and turn.data.get("term"):
        left = paid_of(one.case) - asked_back(one.case)
        amount = min(by_term(one.case, turn.data["term"], happened), max(left, 0))
        turn.record(ground=turn.data["term"], amount_fen=amount)
        if amount:
            turn.passage.defer(
                "propose_recovery_of_breach",
                undertaking_id=one.pk,
                term=turn.data["term"],
                occurred_on=happened.isoformat(),
            )
