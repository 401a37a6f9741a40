"""The queue in a real browser: rows ticked, an act looked at and done; accessible, and fitting every width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from subsidy.accounts.enums import Role
from subsidy.cases.enums import CaseState
from subsidy.web import person
from tests.browser.test_console import Desk
from tests.harness.browser import LiveServer
from tests.workflows.copies import copies
from tests.world import World, fresh

pytestmark = pytest.mark.long


def test_an_act_on_many_rows(page: Page, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    monkeypatch.setattr(person, "business_now", lambda: world.now)
    chosen = copies(world.submitted(world.call()), 3)
    world.person("acceptance2", Role.ACCEPTANCE)
    desk = Desk(page, live_server, world)
    desk.sit("acceptance")
    queue = f"{live_server.url}/console/queue/pools/"
    desk.look(queue, "queue")
    for case in chosen[:2]:
        page.get_by_label(f"选择 {case.number}").check()
    page.locator("#bulk-act").select_option("refuse")
    page.get_by_role("button", name="预览结果").click()
    page.get_by_label("理由").fill("材料不符")
    page.get_by_role("button", name="预览结果").click()
    page.get_by_text("目前尚未发生任何变化。").wait_for()
    assert fresh(chosen[0]).state == CaseState.AWAITING_ACCEPTANCE
    page.locator("button[name=confirm]").click()
    page.get_by_role("status").get_by_text("2/2").wait_for()
    assert [fresh(case).state for case in chosen] == [
        CaseState.NOT_ACCEPTED,
        CaseState.NOT_ACCEPTED,
        CaseState.AWAITING_ACCEPTANCE,
    ]
    desk.sit("leader", "en")
    for address, name in (
        ("queue/others/", "others"),
        ("bulk/?act=reassign&all=yes&about=others&list=", "bulk"),
        ("delegations/", "delegations"),
        ("delegations/lend/", "lend"),
        ("hand-over/", "hand-over"),
        ("times/", "times"),
    ):
        desk.look(f"{live_server.url}/console/{address}", name, language="en")
