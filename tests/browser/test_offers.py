"""The pages of routes without people at the start: a proposal, offers from data, an agreement with its parts; in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from subsidy.cases.models import Case
from subsidy.decisions.models import OfferRun
from subsidy.programmes.models import Call
from subsidy.web import person
from tests.browser.test_console import Desk
from tests.harness.browser import LiveServer
from tests.workflows.test_by_rule import authorised, by_agreement
from tests.workflows.test_offers import call as call
from tests.workflows.test_offers import on_the_list
from tests.workflows.test_stages import Bureau
from tests.world import pdf
from workflows.case.offering import run_offers

pytestmark = pytest.mark.long


@pytest.fixture
def bureau(fresh_db: object) -> Bureau:
    return Bureau()


@pytest.fixture
def desk(page: Page, live_server: LiveServer, bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(person, "business_now", lambda: bureau.now)
    return Desk(page, live_server, bureau)


def test_the_pages_of_an_offer_and_its_authorisation(desk: Desk, bureau: Bureau, call: Call) -> None:
    found = authorised(bureau, call)
    company = on_the_list(bureau)
    bureau.act("call", call, "make_offers", "amount")
    run_offers(OfferRun.objects.get().pk, now=lambda: bureau.now)
    case = Case.objects.get(company=company)
    for language in ("zh-hans", "en"):
        desk.sit("amount", language)
        desk.look("/console/proposals/", "proposals", language=language)
        desk.look(f"/console/proposals/{found.proposal.number}/", "proposal", language=language)
        desk.look(f"/console/calls/call/{call.number}/authorise/", "authorise", language=language)
        desk.look(f"/console/calls/call/{call.number}/", "call-offers", language=language)
        desk.look(f"/console/calls/call/{call.number}/acts/make_offers/", "make-offers", language=language)
        desk.sit(bureau.legal(company), language)
        desk.look(f"/my/applications/{case.number}/", "offer", language=language)
        desk.look(f"/my/applications/{case.number}/acts/decline_offer/", "decline", language=language)


def test_the_pages_of_an_agreement_and_its_parts(desk: Desk, bureau: Bureau) -> None:
    call, case = by_agreement(bureau)
    bureau.decreed(call)
    desk.sit(bureau.legal(case.company))
    desk.look(f"/my/applications/{case.number}/acts/sign_agreement/", "sign-agreement")
    bureau.act("case", case, "sign_agreement", bureau.legal(case.company), files={"document": pdf("agreement.pdf")})
    for language in ("zh-hans", "en"):
        desk.sit("leader", language)
        desk.look(f"/console/cases/{case.number}/acts/countersign/", "countersign", language=language)
        desk.look(f"/console/cases/{case.number}/", "case-parts", language=language)
        desk.sit(bureau.legal(case.company), language)
        desk.look(f"/my/applications/{case.number}/", "portal-parts", language=language)
