"""Registers, delivered lists and payee accounts in a real browser: accessible, and fitting every width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from subsidy.web import person
from tests.browser.test_console import Desk
from tests.harness.browser import LiveServer
from tests.subsidy.registers.lists import apply, deliver, note, said
from tests.world import World, pdf

pytestmark = pytest.mark.long

LANGUAGES = ["zh-hans", "en"]


@pytest.fixture
def world(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(person, "business_now", lambda: made.now)
    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_registers(page: Page, live_server: LiveServer, world: World, language: str) -> None:
    desk = Desk(page, live_server, world)
    held, gone = world.company("杭州云栖量子智能装备研究院有限公司"), world.company()
    entry = note(world, gone)
    lines = [said(held), "91330106749495027X,GR202333000009,,2023-01-01,2025-12-31"]
    about = deliver(world, *lines, complete=True)
    desk.sit("counter", language)
    desk.look(f"{live_server}/console/registers/", "registers", language=language)
    desk.look(f"{live_server}/console/registers/imports/{about.pk}/", "register-import", language=language)
    desk.look(f"{live_server}/console/registers/imports/{about.pk}/apply/", "register-apply", language=language)
    apply(world, about)
    desk.look(f"{live_server}/console/registers/high_tech/", "register", language=language)
    desk.look(f"{live_server}/console/registers/imports/", "register-imports", language=language)
    desk.look(f"{live_server}/console/registers/imports/new/", "register-upload", language=language)
    desk.look(f"{live_server}/console/registers/entries/{entry.pk}/", "register-entry", language=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_payee_accounts(page: Page, live_server: LiveServer, world: World, language: str) -> None:
    desk = Desk(page, live_server, world)
    company = world.company("杭州云栖量子智能装备研究院有限公司")
    filer, legal = world.filer(company), world.legal(company)
    entry = {"bank_name": "招商银行杭州分行", "bank_code": "308584000013", "holder_name": company.name}
    for number in ("622200001234", "622200009999"):
        world.act("company", company, "propose_account", filer, data={**entry, "account_number": number})
        account = company.accounts.get(state="proposed")
        world.act("company", company, "confirm_account", legal, data={"account": account.pk})
    order = {"account": account.pk, "issuer": "杭州市西湖区人民法院", "number": "（2024）浙0106执保128号"}
    world.act("company", company, "freeze_account", "supervision", data=order, files={"order": pdf("裁定书.pdf")})
    other = {**entry, "account_number": "622200007777", "bank_code": "308584000014", "holder_name": "云栖控股有限公司"}
    world.act("company", company, "propose_account", filer, data=other, files={"explanation": pdf("户名说明.pdf")})
    waiting = company.accounts.get(state="proposed")
    desk.sit("counter", language)
    accounts = f"{live_server}/console/companies/{company.pk}/accounts/"
    desk.look(f"{live_server}/console/accounts/", "accounts", language=language)
    desk.look(accounts, "company-accounts", language=language)
    desk.look(f"{accounts}{waiting.pk}/accept_explanation/", "account-accept", language=language)
    desk.sit("supervision", language)
    desk.look(f"{accounts}{account.pk}/lift_freeze/", "account-lift", language=language)
    desk.sit(filer, language)
    desk.look(f"{live_server}/my/companies/{company.pk}/accounts/history/", "own-accounts", language=language)
    desk.look(f"{live_server}/my/companies/{company.pk}/accounts/", "own-enter", language=language)
