"""What the acts of a recovery change: proposed, answered, decided, paid in parts, reduced, written off.

Every change of what is owed is a posting on the recovery's own receivable; nothing is clipped and nothing is edited.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from policies.language.award.payment import interest_on
from policies.language.terms import Interest
from policies.language.terms import Recovery as Term
from subsidy.accounts.models import User
from subsidy.calendars.working import Due
from subsidy.cases.models import Case
from subsidy.correspondence.services import recovery_issue
from subsidy.decisions.models import Award, Undertaking, UndertakingState
from subsidy.ledger.enums import CashAccountKind as C
from subsidy.ledger.enums import Kind as LedgerKind
from subsidy.ledger.models import Transaction
from subsidy.ledger.posting import Posting
from subsidy.ledger.table import cash_legs
from subsidy.payouts.offsets import pending_of
from subsidy.payouts.owing import asked_back, owed_by_recovery, paid_days, paid_of
from subsidy.payouts.recoveries import Recovery, RecoveryGround, RecoveryState
from subsidy.programmes.packs import pack_of
from workflows.common.deadlines import working_days_after
from workflows.common.refusals import BadData, NotFound, WrongState
from workflows.common.turn import Turn

OWNER = "recovery"
DAYS_TO_ANSWER = 10
"""Working days that the company has to answer before anything is decided; assumed, no published rule was found."""
DAYS_TO_PAY = 30
"""Working days from the decision to the day of payment; assumed, no published rule was found."""
HUNDRED = 100


def make(turn: Turn) -> Recovery:
    """The recovery as proposed; at most what was paid and not asked back yet. Raises NotFound, BadData or WrongState."""
    case = Case.objects.select_related("policy_version__policy", "company").filter(pk=turn.data["case"]).first()
    if case is None or case.authority_id != turn.authority_id:
        raise NotFound
    left = _left(case)
    amount = turn.data["amount_fen"]
    if turn.data["term"]:
        amount = min(by_term(case, turn.data["term"], turn.data["occurred_on"]), left)
    if amount > left:
        raise BadData(
            fields={
                "amount_fen": [
                    str(
                        _("%(left)s yuan were paid and are not asked back yet; no more can be recovered.")
                        % {"left": yuan(left)}
                    )
                ]
            }
        )
    said = {name: turn.data[name] for name in ("ground", "term", "occurred_on", "reason")}
    return _new(turn, case, proposed_fen=amount, proposed_by=turn.actor, **said)


def make_of_breach(turn: Turn) -> Recovery:
    """What the policy takes back for an undertaking that an officer found broken, in that officer's name.

    Raises NotFound, BadData or WrongState as `make` does.
    """
    related = Undertaking.objects.select_related("case__policy_version__policy", "case__company", "decided_by")
    broken = related.filter(pk=turn.data["undertaking"], state=UndertakingState.BREACHED).first()
    if broken is None or broken.authority_id != turn.authority_id or broken.decided_by is None:
        raise NotFound
    term, happened = turn.data["term"], turn.data["occurred_on"]
    return _new(
        turn,
        broken.case,
        ground=RecoveryGround.TERM,
        term=term,
        occurred_on=happened,
        reason=f"{broken.number}: {broken.note}",
        proposed_fen=min(by_term(broken.case, term, happened), _left(broken.case)),
        proposed_by=broken.decided_by,
    )


def make_of_difference(turn: Turn) -> Recovery:
    """What was paid beyond the total that a rating or a paper states, in the name of whoever stated it.

    Each paper is a ground of its own: a second corrigendum is not kept back by the recovery of the first.

    Raises NotFound or WrongState as `make` does, and WrongState where less than that is left to be asked back.
    """
    case = Case.objects.select_related("policy_version__policy", "company").filter(pk=turn.data["case"]).first()
    proposer = User.objects.filter(pk=turn.data["proposer"]).first()
    if case is None or case.authority_id != turn.authority_id or proposer is None:
        raise NotFound
    amount = turn.data["amount_fen"]
    if amount > _left(case):
        raise WrongState(_("Nothing of this case was paid that is not asked back already."))
    return _new(
        turn,
        case,
        ground=RecoveryGround.CORRECTED if turn.data["paper"] else RecoveryGround.RATED,
        term=turn.data["paper"],
        occurred_on=turn.data["occurred_on"],
        reason=turn.data["reason"],
        proposed_fen=amount,
        proposed_by=proposer,
    )


def _left(case: Case) -> int:
    left = paid_of(case) - asked_back(case)
    if left <= 0:
        raise WrongState(_("Nothing of this case was paid that is not asked back already."))
    return left


def _new(turn: Turn, case: Case, **said: Any) -> Recovery:
    return Recovery(
        authority_id=case.authority_id,
        number=_number(turn.now.on.year),
        case=case,
        company=case.company,
        company_name=case.company_name,
        answer_until=working_days_after(turn.now.on, DAYS_TO_ANSWER).on,
        **said,
    )


def _number(year: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('recovery_number')")
        return f"R{year}-{cursor.fetchone()[0]:05d}"


def by_term(case: Case, name: str, occurred_on: dt.date) -> int:
    """What the ground of the pinned version takes back of all that was paid, in whole fen, rounded down.

    Raises BadData at `term` or `occurred_on` for a ground that the version does not name, or that came too late.
    """
    terms = {one.term.id: one for one in pack_of(case.policy_version).recovery}
    found = terms.get(name)
    if found is None:
        known = ", ".join(terms) or str(_("none"))
        raise BadData(
            fields={"term": [str(_("This version of the policy names these grounds: %(known)s.") % {"known": known})]}
        )
    _refuse_too_late(case, found, occurred_on)
    return int(paid_of(case) * found.share)


def interest_terms(recovery: Recovery) -> Interest | None:
    """What interest the ground in the pinned version asks for."""
    terms = {one.term.id: one.interest for one in pack_of(recovery.case.policy_version).recovery}
    return terms.get(recovery.term) if recovery.ground == RecoveryGround.TERM else None


def interest_of(recovery: Recovery, principal: int, until: dt.date) -> int:
    """The interest on so much of what was paid (fen), from the day of each payment until that day."""
    terms = interest_terms(recovery)
    return interest_on(terms, principal, paid=paid_days(recovery.case), until=until) if terms else 0


def _refuse_too_late(case: Case, term: Term, occurred_on: dt.date) -> None:
    if term.within is None:
        return
    awarded_on = Award.objects.filter(case=case).values_list("decree__issued_on", flat=True).first()
    last = _after(awarded_on, *term.within) if awarded_on else None
    if awarded_on is None or last is None or not awarded_on <= occurred_on <= last:
        raise BadData(
            fields={
                "occurred_on": [
                    str(
                        _("By the policy this ground holds from the award (%(award)s) until %(last)s.")
                        % {"award": awarded_on, "last": last}
                    )
                ]
            }
        )


def _after(day: dt.date, months: int, days: int) -> dt.date:
    """The same day `months` later (the month's last where it has no such day), and `days` more."""
    years, month = divmod(day.month - 1 + months, 12)
    first = dt.date(day.year + years, month + 1, 1)
    following = (first + dt.timedelta(days=31)).replace(day=1)
    last = (following - dt.timedelta(days=1)).day
    return first.replace(day=min(day.day, last)) + dt.timedelta(days=days)


def route_of(_turn: Turn) -> tuple[str, int]:
    return OWNER, 1


def proposed(turn: Turn) -> None:
    recovery: Recovery = turn.subject
    turn.record(
        case=recovery.case.number,
        ground=recovery.ground,
        term=recovery.term,
        occurred_on=recovery.occurred_on,
        amount_fen=recovery.proposed_fen,
        reason=recovery.reason,
        answer_until=recovery.answer_until,
    )


def answer(turn: Turn) -> None:
    """What the company has to say before anything is decided; said anew until the day is over."""
    if turn.now.on > turn.subject.answer_until:
        raise WrongState(
            _("The time to answer was over on %(day)s. After the decision you may ask for reconsideration.")
            % {"day": turn.subject.answer_until}
        )
    turn.set(answer=turn.data["answer"], answered_at=turn.now.at)
    turn.record(answer=turn.data["answer"])


def decision_due(turn: Turn) -> Due:
    """A decision is due as soon as the company has had its time to answer."""
    return working_days_after(turn.now.on, DAYS_TO_ANSWER + DAYS_TO_ANSWER)


def decide(turn: Turn) -> None:
    """The company owes the amount from now on. Raises WrongState while the company may still answer and has not."""
    recovery: Recovery = turn.subject
    if recovery.answered_at is None and turn.now.on <= recovery.answer_until:
        raise WrongState(
            _("The company may answer until %(day)s. Decide when it has answered, or when that day is over.")
            % {"day": recovery.answer_until}
        )
    principal = turn.data["amount_fen"]
    interest = interest_of(recovery, principal, turn.now.on)
    amount = principal + interest
    due = working_days_after(turn.now.on, DAYS_TO_PAY).on
    turn.set(
        amount_fen=amount,
        interest_fen=interest,
        decision_text=turn.data["reasons"],
        decided_by=turn.actor,
        decided_on=turn.now.on,
        due_on=due,
    )
    _post(turn, LedgerKind.RECOVER, amount, "decided")
    turn.record(amount_fen=amount, reasons=turn.data["reasons"], due_on=due)
    if bears := interest_terms(recovery):
        turn.record(
            interest_fen=interest,
            interest={
                "principal_fen": principal,
                "rate": f"{bears.rate.numerator}/{bears.rate.denominator}",
                "year_days": bears.days,
                "until": turn.now.on.isoformat(),
                "paid": [[day.isoformat(), fen] for day, fen in paid_days(recovery.case)],
            },
        )
    turn.passage.defer("issue_recovery_notice", recovery_id=recovery.pk)


def issue_notice(turn: Turn) -> None:
    """Render the notice of recovery and keep its bytes."""
    issued = recovery_issue(turn.subject, now=turn.now)
    turn.record(**issued.recorded())


def drop(turn: Turn) -> None:
    turn.set(decision_text=turn.data["reasons"], decided_on=turn.now.on)
    turn.record(reasons=turn.data["reasons"])


def payment_due(turn: Turn) -> Due:
    return working_days_after(turn.now.on, DAYS_TO_PAY)


def taken_at_most(recovery: Recovery) -> int:
    """How much money the recovery can take now, in fen: what is owed, or what was written off and did not come in since."""
    if recovery.state == RecoveryState.WRITTEN_OFF:
        return _posted(recovery, LedgerKind.WRITE_OFF) - _posted(recovery, LedgerKind.RECEIVED_AFTER)
    return owed_now(recovery)


def take_payment(turn: Turn) -> None:
    """Money came in; the recovery is over when nothing is owed any more. Raises BadData for more than is owed.

    `turn.data` says the amount and the bank's reference, and the account that it came to, or that it was in suspense.
    """
    _less(turn, LedgerKind.RECOVERY_RECEIVED, turn.data["amount_fen"], _came_in(turn, LedgerKind.RECOVERY_RECEIVED))
    turn.record(**turn.data)


def take_late_payment(turn: Turn) -> None:
    """Money came in although it was written off: it lessens the loss. Raises BadData for more than was written off."""
    kind, amount = LedgerKind.RECEIVED_AFTER, turn.data["amount_fen"]
    given_up = taken_at_most(turn.subject)
    if amount > given_up:
        raise _too_much(given_up)
    _post(turn, kind, amount, _came_in(turn, kind))
    turn.record(**turn.data)


def _came_in(turn: Turn, kind: LedgerKind) -> str:
    """What makes this payment of the bank the same one, wherever it is entered again (WrongState when it was before)."""
    key = f"{turn.data.get('paying_account', 'suspense')}:{turn.data['reference']}"
    if Transaction.objects.filter(key=_key(turn.subject, kind, key)).exists():
        raise WrongState(_("This payment of the bank was entered already. Nothing was changed."))
    return key


def reduce(turn: Turn) -> None:
    """Less is owed than was decided: two people wanted it (the proposal says why).

    Raises BadData for more than is still owed: what came in beyond the new total is refunded.
    """
    owed, _pending = _balance(turn)
    if turn.data["amount_fen"] > owed:
        raise BadData(
            fields={
                "amount_fen": [
                    str(
                        _(
                            "%(owed)s yuan are still owed. Reduce by at most that; what came in beyond what is owed is paid "
                            "back as the refund of the recovery."
                        )
                        % {"owed": yuan(owed)}
                    )
                ]
            }
        )
    _less(turn, LedgerKind.RECOVER_LESS, turn.data["amount_fen"], turn.data["proposal"])
    turn.record(**turn.data)


def write_off(turn: Turn) -> None:
    """What is still owed is given up: two people wanted it (the proposal says why)."""
    owed, pending = _balance(turn)
    if pending:
        raise WrongState(
            _("%(fen)s yuan are set off in a payment that the bank has not answered. Write off when it has.")
            % {"fen": yuan(pending)}
        )
    _less(turn, LedgerKind.WRITE_OFF, owed, turn.data["proposal"])
    turn.record(**turn.data, amount_fen=owed)


def set_off(turn: Turn) -> None:
    """A payment to the company was released, answered or refused, of which a part is set off against this recovery.

    The batch has posted it; here it is recorded, and the recovery is over when nothing is owed and nothing is on its
    way. Raises WrongState when less is owed by now than the batch was to set off.
    """
    owed, pending = _balance(turn)
    if owed < 0:
        raise WrongState(
            _(
                "Of recovery %(number)s less is owed than this batch was to set off: a payment came in since it was "
                "prepared. Return the batch and prepare it again."
            )
            % {"number": turn.subject.number}
        )
    turn.record(**turn.data["amounts"][turn.subject.pk], owed_fen=owed, pending_fen=pending)
    if owed or pending:
        turn.hold()


def owed_now(recovery: Recovery) -> int:
    """What is still owed, in fen; what is on its way by offset is not."""
    return owed_by_recovery([recovery.pk]).get(recovery.pk, 0)


def _balance(turn: Turn) -> tuple[int, int]:
    """What is owed and what of it is set off in payments on their way (fen), with all that this passage has posted."""
    found = {C.RECEIVABLE: owed_now(turn.subject), C.OFFSET_PENDING: pending_of(turn.subject.pk)}
    for posting in turn.passage.postings:
        if posting.recovery_id == turn.subject.pk:
            debit, credit = cash_legs(posting.kind, from_suspense=posting.from_suspense) or (None, None)
            for account, sign in ((debit, 1), (credit, -1)):
                if account in found:
                    found[account] += sign * posting.amount_fen
    return found[C.RECEIVABLE], found[C.OFFSET_PENDING]


def _less(turn: Turn, kind: LedgerKind, amount: int, key: str) -> None:
    """Lessen what is owed; as long as something is left, or on its way by offset, the matter stays where it is."""
    owed, pending = _balance(turn)
    if amount > owed:
        raise _too_much(owed)
    _post(turn, kind, amount, key)
    if amount < owed or pending:
        turn.hold()


def _too_much(most: int) -> BadData:
    return BadData(
        fields={
            "amount_fen": [
                str(
                    _(
                        "%(most)s yuan are open here. Enter at most that; what the bank booked beyond it stays in "
                        "suspense until two people say whose it is."
                    )
                    % {"most": yuan(most)}
                )
            ]
        }
    )


def _key(recovery: Recovery, kind: LedgerKind, key: str) -> str:
    return f"{kind.value}:{recovery.number}:{key}"


def _posted(recovery: Recovery, kind: LedgerKind) -> int:
    """What was posted of one kind for the recovery, in fen."""
    found = Transaction.objects.filter(subject_kind=OWNER, subject_id=recovery.pk, kind=kind, legs__amount__gt=0)
    return sum(found.values_list("legs__amount", flat=True))


def _post(turn: Turn, kind: LedgerKind, amount: int, key: str) -> None:
    recovery: Recovery = turn.subject
    account = turn.data.get("paying_account")
    turn.passage.post(
        Posting(
            kind=kind,
            key=_key(recovery, kind, key),
            amount_fen=amount,
            authority_id=recovery.authority_id,
            subject_kind=OWNER,
            subject_id=recovery.pk,
            recovery_id=recovery.pk,
            year=recovery.decided_on.year if recovery.decided_on else turn.now.on.year,
            paying_account_id=account,
            from_suspense=account is None,
            memo=recovery.number,
        )
    )


def yuan(fen: int) -> str:
    return f"{fen // HUNDRED:,}.{fen % HUNDRED:02d}"
