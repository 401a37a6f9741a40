"""What a company reads of an offer that the bureau's data made, and what it may answer."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.models import OfferRun
from subsidy.programmes.models import Call
from subsidy.web import person
from tests.subsidy.portal.conftest import SignIn
from tests.workflows.test_by_rule import authorised
from tests.workflows.test_offers import call as call
from tests.workflows.test_offers import on_the_list
from tests.workflows.test_stages import Bureau
from tests.world import fresh
from workflows.case.offering import run_offers


@pytest.fixture
def bureau(db: None, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    made = Bureau()
    monkeypatch.setattr(person, "business_now", lambda: made.now)
    return made


@pytest.fixture
def case(bureau: Bureau, call: Call, sign_in: SignIn) -> Case:
    """An offer, made through the page of the call."""
    found = authorised(bureau, call)
    company = on_the_list(bureau)
    officer = sign_in(bureau.people["amount"])
    page = reverse("console:call", args=[call.number])
    url = reverse("console:call-act", args=[call.number, "make_offers"])
    shown = officer.get(page).text
    assert url in shown and found.proposal.number in shown
    assert officer.get(url).status_code == 200
    assert sign_in(bureau.people["leader"]).post(url, {"key": "no"}).status_code == 403
    assert officer.post(url, {"key": "offers-1"}).status_code == 302
    assert "<progress" in officer.get(page).text
    run_offers(OfferRun.objects.get().pk, now=lambda: bureau.now)
    assert "已完成" in officer.get(page).text
    return Case.objects.get(company=company)


def act(case: Case, name: str) -> str:
    return reverse("portal:case-act", args=[case.number, name])


def page(client: Client, case: Case) -> str:
    return client.get(reverse("portal:case", args=[case.number])).text


def test_the_offer_says_why_from_which_data_and_is_declined(bureau: Bureau, case: Case, sign_in: SignIn) -> None:
    legal = sign_in(bureau.legal(case.company))
    shown = page(legal, case)
    assert "10,000.00" in shown and "我公司已列入省科技型中小企业名单" in shown
    assert "2024年1月10日" in shown, "the fact itself"
    assert "由您在确认账户时表示" in shown, "what the company is yet to say"
    assert reverse("portal:withdraw", args=[case.number]) not in shown
    assert act(case, "decline_offer") in shown and act(case, "question_offer") in shown
    home = legal.get(reverse("portal:home")).text
    assert reverse("portal:start", args=[case.call.number]) not in home

    without = legal.post(act(case, "decline_offer"), {"key": "d0", "version": case.head_seq, "reason": ""})
    assert without.status_code == 422
    filer = sign_in(bureau.filer(case.company))
    kept_out = filer.post(act(case, "decline_offer"), {"key": "d1", "version": case.head_seq, "reason": "不需要"})
    assert kept_out.status_code == 403
    done = legal.post(act(case, "decline_offer"), {"key": "d2", "version": case.head_seq, "reason": "不需要"})
    assert done.status_code == 302 and fresh(case).state == CaseState.DECLINED
    assert act(case, "question_offer") not in page(legal, case)
    assert legal.get(act(case, "question_offer")).status_code == 302


def test_a_questioned_offer_goes_to_people(bureau: Bureau, case: Case, sign_in: SignIn) -> None:
    foreign = sign_in(bureau.legal(bureau.company()))
    assert foreign.get(act(case, "question_offer")).status_code == 404
    filer = sign_in(bureau.filer(case.company))
    said = {"key": "q1", "version": case.head_seq, "reason": "认定日期有误"}
    assert filer.post(act(case, "question_offer"), said).status_code == 302
    assert fresh(case).state == CaseState.AMOUNT_CHECK
    checker = sign_in(bureau.people["amount"])
    url = reverse("console:case-act", args=[case.number, "confirm_amount"])
    sent = {"key": "a1", "version": fresh(case).head_seq, "remark": "已核实"}
    assert checker.post(url, sent).status_code == 302, "people decide on the same facts"
    assert fresh(case).state == CaseState.AWAITING_ROUND


def test_an_application_is_no_offer(bureau: Bureau, sign_in: SignIn) -> None:
    applied = bureau.ready(bureau.call())
    legal = sign_in(bureau.legal(applied.company))
    assert act(applied, "decline_offer") not in page(legal, applied)
    assert legal.get(act(applied, "decline_offer")).status_code == 302
    said = {"key": "d", "version": applied.head_seq, "reason": "不需要"}
    assert legal.post(act(applied, "decline_offer"), said).status_code == 409
    assert fresh(applied).state == CaseState.AWAITING_ROUND
