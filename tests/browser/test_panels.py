"""The panel in a real browser: an expert scores blind, the chair explains, officers read the result; at every width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from subsidy.web import person
from tests.browser.test_console import Desk
from tests.harness.browser import LiveServer
from tests.world import World, fresh, scores

pytestmark = pytest.mark.long

CONFLICT = {"kind": "kin", "reason": "配偶在该企业任职"}


@pytest.fixture
def world(fresh_db: object) -> World:
    return World()


@pytest.fixture
def desk(page: Page, live_server: LiveServer, world: World, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(person, "business_now", lambda: world.now)
    return Desk(page, live_server, world)


def test_a_panel_from_its_draw_to_its_result(desk: Desk, world: World) -> None:
    page = desk.page
    case = world.accepted(world.call())
    number, people = case.number, world.experts(case)
    world.act("case", case, "declare_conflict", people[1], data=CONFLICT)
    people = world.experts(case)

    desk.sit(people[0])
    for language in ("zh-hans", "en"):
        desk.sit(people[0], language)
        desk.look("/console/scoring/", "scoring", language=language)
        desk.look(f"/console/scoring/{number}/", "score", language=language)
        assert case.company_name not in page.content()
        desk.look("/console/declarations/", "declarations", language=language)
    desk.look(f"/console/scoring/{number}/conflict/", "conflict", language="en")
    world.act("case", case, "score", people[0], data=scores(case))
    for language in ("zh-hans", "en"):
        desk.sit("acceptance", language)
        desk.look(f"/console/panels/{number}/", "panel-sealed", language=language)
        desk.look("/console/panels/", "panels", language=language)
        desk.look("/console/experts/", "experts", language=language)
        desk.look(f"/console/panels/{number}/draws/2/", "draw", language=language)
    desk.look("/console/experts/import/", "expert-import", language="en")
    desk.look(f"/console/panels/{number}/acts/replace_expert/?seat=3", "replace", language="en")

    for expert in people[1:4]:
        world.act("case", case, "score", expert, data=scores(case))
    world.act("case", case, "score", people[4], data=scores(case, 0.4))
    desk.sit(people[0])
    desk.look(f"/console/scoring/{number}/note/", "note")
    page.locator("textarea[name=note]").fill("第五席对市场前景判断不同，专家组维持多数意见。")
    page.locator("form.confirm button").click()
    page.wait_for_load_state()
    assert fresh(case).state == "amount_check"
    for language in ("zh-hans", "en"):
        desk.sit("amount", language)
        desk.look(f"/console/panels/{number}/", "panel-concluded", language=language)
