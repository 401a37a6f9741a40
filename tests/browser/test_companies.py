"""A new company comes in, once online on a telephone and once at the counter, and its people are shown, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from subsidy.applicants.models import Company, Registration
from subsidy.demo.uscc import generated_uscc
from subsidy.web import person
from tests.browser.steps.registration import ask_online, newcomer, register_at_counter
from tests.browser.test_portal import PHONE, look, sign_in
from tests.harness.browser import LiveServer
from tests.world import PDF, World

pytestmark = pytest.mark.long

CODE = generated_uscc(95_001, region="330106")


@pytest.fixture
def world(live_server: object, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(person, "business_now", lambda: made.now)
    return made


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.pdf"
    path.write_bytes(PDF)
    return path


def test_online_asked_confirmed_and_begun(page: Page, live_server: LiveServer, world: World, paper: Path) -> None:
    company = Company.objects.create(
        authority=world.authority,
        uscc=CODE,
        name="杭州新芽科技有限公司",
        region="330106",
        founded_on="2020-05-01",
        representative="李法人",
    )
    clerk, legal, call = newcomer(world, "wang", "王经办"), newcomer(world, "li", "李法人"), world.call()
    page.set_viewport_size({"width": PHONE, "height": 900})
    sign_in(page, clerk, live_server.url)
    page.goto(f"{live_server.url}/my/companies/")
    look(page, "company-none")
    page.get_by_role("link", name="登记企业").click()
    look(page, "company-ask")
    ask_online(page, CODE, paper, confirmer="li")
    expect(page.get_by_text("待法定代表人确认")).to_be_visible()
    look(page, "company-asked")
    look(page, "company-asked", 1280)
    sign_in(page, legal, live_server.url)
    page.goto(f"{live_server.url}/my/registrations/{Registration.objects.get().pk}/")
    page.get_by_role("link", name="确认此人代表本企业办理").click()
    look(page, "company-confirm")
    page.get_by_role("button", name="确认此人代表本企业办理").click()
    expect(page.get_by_text("已准予登记")).to_be_visible()
    page.goto(f"{live_server.url}/my/companies/{company.pk}/team/")
    look(page, "company-team")
    look(page, "company-team", 1280)
    sign_in(page, clerk, live_server.url)
    page.goto(f"{live_server.url}/my/apply/{call.number}/")
    expect(page.get_by_text(company.name).first).to_be_visible()


def test_at_the_counter_registered_renamed_and_shown(
    page: Page, live_server: LiveServer, world: World, paper: Path
) -> None:
    newcomer(world, "wang", "王经办")
    sign_in(page, world.people["counter"], live_server.url)
    page.goto(f"{live_server.url}/console/companies/")
    look(page, "counter-companies", 1280)
    page.get_by_role("link", name="登记企业", exact=True).click()
    look(page, "counter-register", 1280)
    register_at_counter(page, CODE, paper, clerk="wang")
    expect(page.get_by_text("王经办").first).to_be_visible()
    page.get_by_role("link", name="录入新名称").click()
    page.get_by_label("新名称").fill("杭州二名科技有限公司")
    page.get_by_label("生效日期").fill("2024-03-01")
    page.get_by_label("文书编号").fill("杭市监〔2024〕1号")
    page.get_by_role("button", name="录入新名称").click()
    expect(page.get_by_role("heading", name="杭州二名科技有限公司")).to_be_visible()
    for width in (1280, PHONE):
        look(page, "counter-company", width)
    sign_in(page, world.people["counter"], live_server.url, language="en")
    page.reload()
    look(page, "counter-company-en", 1280)
