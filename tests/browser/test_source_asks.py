"""In a real browser: a live source is asked on the page of a company, and an applied list is taken back on its page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from subsidy.applicants.models import SourceAsk
from subsidy.applicants.services import ask_end
from subsidy.web import person
from tests.browser.test_console import Desk
from tests.harness.browser import LiveServer
from tests.subsidy.registers.lists import apply, deliver, said
from tests.world import World

pytestmark = pytest.mark.long


@pytest.fixture
def world(fresh_db: object) -> World:
    return World()


@pytest.fixture
def desk(page: Page, live_server: LiveServer, world: World, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(person, "business_now", lambda: world.now)
    return Desk(page, live_server, world)


def test_a_source_is_asked_and_a_list_is_taken_back(desk: Desk, world: World, settings: Any) -> None:
    settings.FACT_SERVICES = {"credit": {"url": "http://127.0.0.1:9/facts"}}
    company, page = world.company(), desk.page
    about = apply(world, deliver(world, said(company)))
    desk.sit("counter")
    page.goto(desk.server + f"/console/companies/{company.pk}/")
    page.get_by_role("link", name="立即查询数据源").click()
    desk.look(page.url, "ask-source")
    page.get_by_role("button", name="立即查询数据源").click()
    expect(page.get_by_text("查看是否已答复")).to_be_visible()
    ask_end(SourceAsk.objects.get().pk, now=world.now, said=1, unknown={"is_dishonest": "slow"})
    expect(page.get_by_text("数据源答复过慢")).to_be_visible(timeout=15_000)
    for language in ("zh-hans", "en"):
        desk.sit("counter", language)
        desk.look(page.url, "company-asked", language=language)
    desk.sit("counter")
    page.goto(desk.server + f"/console/registers/imports/{about.pk}/")
    page.get_by_role("link", name="撤销名单").click()
    page.get_by_label("理由").or_(page.get_by_label("原因")).first.fill("发错文件")
    page.get_by_role("button", name="撤销名单").click()
    expect(page.get_by_text("发错文件")).to_be_visible()
    for language in ("zh-hans", "en"):
        desk.sit("counter", language)
        desk.look(page.url, "list-undone", language=language)
