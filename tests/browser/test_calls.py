"""Calls in a real browser: opened after a look at what would be announced, extended, read by everybody, cancelled."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from subsidy.programmes.models import Call
from subsidy.web import person
from tests.browser.test_console import Desk
from tests.harness.browser import LiveServer
from tests.world import World, fresh

pytestmark = pytest.mark.long


@pytest.fixture
def desk(page: Page, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Desk:
    world = World()
    monkeypatch.setattr(person, "business_now", lambda: world.now)
    return Desk(page, live_server, world)


def test_a_call_from_opening_to_cancelling(desk: Desk) -> None:
    world, page = desk.world, desk.page
    version = world.policy()
    lines = [world.line(), world.line(30_000_000_00)]
    desk.sit("policy2")
    page.goto("/console/calls/")
    page.get_by_role("link", name="发布申报通知").click()
    page.get_by_label("政策版本").select_option(str(version.pk))
    page.get_by_label("申报通知编号").fill("XH-2024-1")
    page.get_by_label("中文标题").fill("2024年飞天计划申报")
    page.get_by_label("英文标题").fill("Flying-Sky call of 2024")
    page.get_by_label("申报开始").fill("2024-03-04T09:00")
    page.get_by_label("申报截止").fill("2024-03-15T23:59")
    page.locator("[name=filing]").select_option("rounds")
    page.locator("[name=budget_line]").select_option(str(lines[0].pk))
    page.locator("[name=budget_fen]").fill("50,000,000")
    page.locator("[name=line_2]").select_option(str(lines[1].pk))
    page.locator("[name=share_2]").fill("20,000,000")
    page.locator("[name=cut_offs]").fill("2024-03-08")
    page.get_by_role("button", name="查看将公布的内容").click()
    assert "2024年3月15日 23:59" in page.locator(".preview").inner_text()
    page.get_by_role("button", name="发布申报通知").click()
    call = Call.objects.get()
    assert (call.budget_fen, len(call.cut_offs), call.further_lines.count()) == (50_000_000_00, 1, 1)

    world.filled(call)
    draft = call.cases.get()
    page.get_by_role("link", name="延长申报期").click()
    page.locator("[name=closes_at]").fill("2024-03-20T23:59")
    page.locator("[name=cause]").select_option("other")
    page.locator("[name=reason_zh]").fill("应企业要求")
    page.locator("form.confirm button").first.click()
    assert "申报期已延长" in page.inner_text("main")
    assert fresh(call).closes_at.isoformat() == "2024-03-20T16:00:00+00:00"

    for language in ("zh-hans", "en"):
        desk.sit("policy2", language)
        desk.look("/console/calls/", "calls", language=language)
        desk.look("/console/calls/open/", "call-open", language=language)
        desk.look(f"/console/calls/call/{call.number}/", "call", language=language)
        desk.look(f"/console/calls/call/{call.number}/acts/extend/", "call-extend", language=language)
        desk.look(f"/calls/{call.number}/", "public-call", language=language)
        desk.look(f"/calls/{call.number}/guide/", "guide", language=language)
    world.act("call", call, "cancel", "policy2", data={"reason_zh": "资金调整", "reason_en": "The budget was changed"})
    desk.sit(world.filer(draft.company))
    desk.look("/my/", "home-cancelled")
    desk.look(f"/my/applications/{draft.number}/tasks/", "tasks-cancelled")
    desk.look(f"/my/apply/{call.number}/", "start-cancelled")
    desk.look(f"/calls/{call.number}/", "public-call-cancelled")
