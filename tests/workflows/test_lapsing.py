"""An award whose account is not confirmed in time lapses: once, by rule, and its money is back on the line."""

from __future__ import annotations

import datetime as dt

import pytest

from subsidy.applicants.models import PayeeAccount
from subsidy.audit.models import Event
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.correspondence.serving import review_until
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Instalment
from subsidy.ledger.enums import ReservationState
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import BudgetLine, Reservation
from subsidy.work.models import NO_DUE, Hand, WorkItem
from tests.harness.database import FreshDatabase
from tests.harness.together import Together
from tests.subsidy.letters.reading import flat, text_of
from tests.workflows.test_stages import Bureau
from tests.world import days_later, fresh
from workflows.case.jobs import issue_letter, look_after_service
from workflows.case.lapsing import lapse_due
from workflows.common.refusals import NotFound, Refused, WrongState
from workflows.common.reminders import run_reminders

DAYS = "  kind: R2\n  co_review: no\n  confirmation: 10 working days\n"
ENDLESS = "  kind: R2\n  co_review: no\n"


def awarded(bureau: Bureau, route: str = DAYS) -> Case:
    """A case that its decree has granted and whose letter is printed, on Tuesday 26 March 2024."""
    call = bureau.call_by(route)
    case = bureau.submitted(call)
    bureau.act("case", case, "accept", "acceptance")
    bureau.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    bureau.decreed(call)
    issue_letter(case.pk, LetterKind.AWARD, now=bureau.now)
    return fresh(case)


def confirmed_account(bureau: Bureau, case: Case) -> int:
    """The company's account, entered and confirmed by two of its people, not yet chosen for the case."""
    data = {
        "holder_name": case.company.name,
        "account_number": f"62220000{case.company_id:08d}",
        "bank_name": "招商银行杭州分行",
        "bank_code": "308584000013",
    }
    bureau.act("company", case.company, "propose_account", bureau.filer(case.company), data=data)
    account = PayeeAccount.objects.get(company=case.company_id)
    bureau.act("company", case.company, "confirm_account", bureau.legal(case.company), data={"account": account.pk})
    return account.pk


def serve(bureau: Bureau, case: Case) -> None:
    letter = Letter.objects.get(case=case, kind=LetterKind.AWARD, language="zh")
    bureau.act("case", case, "serve_letter", bureau.filer(case.company), data={"letter": letter.pk})


def due_of(case: Case) -> dt.date:
    return WorkItem.objects.get(subject_kind="case", subject_id=case.pk, node="account").due_on


@pytest.fixture
def bureau(db: None) -> Bureau:
    return Bureau()


def test_the_days_begin_with_service_and_nothing_lapses_before_they_are_over(bureau: Bureau) -> None:
    case = awarded(bureau)
    assert due_of(case) == NO_DUE
    assert lapse_due(days_later(bureau.now, 300)) == []
    serve(bureau, case)
    # Ten working days from Tuesday 26 March: 4 and 5 April are the festival, Sunday 7 April is worked.
    assert (bureau.now.on, due_of(case)) == (dt.date(2024, 3, 26), dt.date(2024, 4, 10))
    bureau.now = days_later(bureau.now, 15)
    assert bureau.now.on == due_of(case) and lapse_due(bureau.now) == []
    assert ("remind_due", "case", case.pk) in run_reminders(bureau.now)
    with pytest.raises(WrongState, match=r"not over yet|尚未"):
        bureau.act("case", case, "lapse", bureau.system)
    account = confirmed_account(bureau, case)
    bureau.act("case", case, "choose_account", bureau.legal(case.company), data={"account": account})
    assert lapse_due(days_later(bureau.now, 300)) == []
    assert fresh(case).state == CaseState.AWAITING_PAYMENT


def test_a_lapse_gives_the_money_back_once_and_says_how_to_object(bureau: Bureau) -> None:
    case = awarded(bureau)
    line = BudgetLine.objects.get(pk=Reservation.objects.get(case_id=case.pk).line_id)
    amount = case.amount_fen or 0
    assert amount > 0
    serve(bureau, case)
    bureau.now = days_later(bureau.now, 16)
    assert lapse_due(bureau.now) == [case.pk]
    assert lapse_due(bureau.now) == [] and Hand.objects.filter(key__startswith="lapse:").count() == 1
    case = fresh(case)
    assert case.state == CaseState.LAPSED and case.closed_at is not None
    after = fresh(line)
    assert (after.available - line.available, line.obligated - after.obligated) == (amount, amount)
    assert {one.state for one in Reservation.objects.filter(case_id=case.pk)} == {ReservationState.FALLEN}
    assert {one.state for one in Instalment.objects.filter(award__case=case)} == {InstalmentState.FALLEN}
    assert list(violations()) == []
    issue_letter(case.pk, LetterKind.LAPSE, now=bureau.now)
    letter = Letter.objects.get(case=case, kind=LetterKind.LAPSE, language="zh")
    read = flat(text_of(bytes(letter.content)))
    assert "奖补失效通知书" in read and "2024年4月10日前" in read and "六十日" in read and "西科〔2024〕8号" in read
    bureau.act("case", case, "serve_letter", bureau.filer(case.company), data={"letter": letter.pk})
    assert review_until(fresh(letter)) == bureau.now.on + dt.timedelta(days=60)


def test_whoever_confirms_after_the_last_day_is_told_why_not(bureau: Bureau) -> None:
    case = awarded(bureau)
    account = confirmed_account(bureau, case)
    serve(bureau, case)
    bureau.now = days_later(bureau.now, 16)
    with pytest.raises(WrongState, match="2024-04-10"):
        bureau.act("case", case, "choose_account", bureau.legal(case.company), data={"account": account})
    lapse_due(bureau.now)
    with pytest.raises(WrongState):
        bureau.act("case", case, "choose_account", bureau.legal(case.company), data={"account": account})
    assert fresh(case).payee_account_id is None


def test_without_a_time_in_the_policy_an_award_waits(bureau: Bureau) -> None:
    case = awarded(bureau, ENDLESS)
    serve(bureau, case)
    assert due_of(case) == NO_DUE
    assert lapse_due(days_later(bureau.now, 600)) == []
    assert fresh(case).state == CaseState.AWAITING_ACCOUNT


def test_nothing_lapses_on_a_provisional_day(bureau: Bureau) -> None:
    case = awarded(bureau)
    serve(bureau, case)
    WorkItem.objects.filter(subject_kind="case", subject_id=case.pk).update(due_provisional=True)
    bureau.now = days_later(bureau.now, 60)
    assert lapse_due(bureau.now) == []
    account = confirmed_account(bureau, case)
    bureau.act("case", case, "choose_account", bureau.legal(case.company), data={"account": account})


def test_the_bureau_is_reminded_of_an_award_letter_that_nobody_opens(bureau: Bureau) -> None:
    case = awarded(bureau)
    letter = Letter.objects.get(case=case, kind=LetterKind.AWARD, language="zh")
    assert ("remind_unserved", letter.pk) in look_after_service(days_later(bureau.now, 20))


@pytest.mark.parametrize("who", ["finance1", "leader", "acceptance", "policy2"])
def test_no_person_can_have_an_award_lapse(bureau: Bureau, who: str) -> None:
    case = awarded(bureau)
    serve(bureau, case)
    bureau.now = days_later(bureau.now, 16)
    with pytest.raises((Refused, NotFound)):
        bureau.act("case", case, "lapse", who)
    assert fresh(case).state == CaseState.AWAITING_ACCOUNT


def test_of_a_confirmation_and_a_lapse_at_the_same_moment_one_is_done(
    fresh_db: FreshDatabase, together: Together
) -> None:
    bureau = Bureau()
    case = awarded(bureau)
    account = confirmed_account(bureau, case)
    serve(bureau, case)
    last, after = days_later(bureau.now, 15), days_later(bureau.now, 16)

    def confirm() -> None:
        bureau.act("case", case, "choose_account", bureau.legal(case.company), data={"account": account}, now=last)

    outcomes = together([confirm, lambda: lapse_due(after), lambda: lapse_due(after)])
    state = fresh(case).state
    assert state == (CaseState.AWAITING_PAYMENT if outcomes[0].ok else CaseState.LAPSED)
    done = Event.objects.filter(stream="case", stream_id=case.pk, action__in=["choose_account", "lapse"])
    assert done.count() == 1
    assert list(violations()) == []
