"""A list on the public site in a real browser: somebody objects to an entry, the supervision desk decides, the page says so."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from subsidy.decisions.models import Objection, RoundRow
from subsidy.web import person
from tests.browser.test_console import Desk
from tests.harness.browser import LiveServer
from tests.world import PDF, World, days_later, fresh

pytestmark = pytest.mark.long


@pytest.fixture
def world(fresh_db: object) -> World:
    return World()


@pytest.fixture
def desk(page: Page, live_server: LiveServer, world: World, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(person, "business_now", lambda: world.now)
    return Desk(page, live_server, world)


def test_somebody_objects_and_the_desk_decides(desk: Desk, world: World) -> None:
    call = world.call()
    first, _second = world.ready(call), world.ready(call)
    round_ = world.published(call)
    rank = RoundRow.objects.get(round=round_, case=first).rank
    page, notice = desk.page, f"/notices/{round_.notice.pk}/"
    page.goto(notice)
    page.get_by_role("link", name="对名单提出异议").click()
    page.get_by_label("对名单哪一项").select_option(str(rank))
    page.get_by_label("个人").check()
    page.get_by_label("真实姓名或单位名称").fill("李真名")
    page.get_by_label("联系方式").fill("13900001111")
    page.get_by_label("异议内容及依据").fill("该企业的研发费用与年报不一致，附年报第12页。")
    page.get_by_label("签名或单位盖章的异议书").set_input_files(
        {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="提交异议").click()
    page.get_by_text("异议已收到").first.wait_for()
    objection = Objection.objects.get()
    desk.look(page.url, "objected")
    desk.look(notice, "notice-held")
    desk.look(f"{notice}object/", "objection-form")

    desk.sit("supervision")
    desk.look(f"/console/objections/{objection.number}/", "objection")
    desk.look("/console/objections/", "objections")
    desk.look(f"/console/objections/{objection.number}/acts/uphold/", "objection-uphold")
    page.goto(f"/console/objections/{objection.number}/acts/dismiss/")
    page.get_by_label("理由").fill("经核查不属实")
    page.get_by_role("main").get_by_role("button", name="驳回").click()
    page.wait_for_url(f"**/console/objections/{objection.number}/")
    assert fresh(objection).state == "dismissed"

    world.now = days_later(world.now, 10)
    world.act("round", round_, "close_notice", world.system)
    world.act("round", round_, "issue_decree", "notice", data={"number": "西科〔2024〕8号"})
    said = {"rank": rank, "number": "西科〔2024〕9号", "reason": "名称有误", "name": "杭州更名科技有限公司"}
    world.act("round", round_, "correct_award", "notice", data=said)
    desk.sit("notice", "en")
    desk.look(f"/console/rounds/{round_.number}/", "round", language="en")
    desk.look(f"/console/rounds/{round_.number}/acts/correct_award/", "corrigendum", language="en")
    desk.look(f"/decrees/{fresh(round_).decree.pk}/", "decree", language="en")
    desk.look(notice, "notice", language="en")
