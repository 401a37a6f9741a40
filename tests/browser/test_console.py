"""Reviewers in a real browser: an officer returns and accepts, an expert scores; accessible, and fitting every width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from subsidy.accounts.models import User
from subsidy.cases.enums import CaseState
from subsidy.decisions.models import Round
from subsidy.web import person
from tests.harness import looking
from tests.harness.browser import LiveServer
from tests.world import MINUTE, World, days_later, fresh, scores

pytestmark = pytest.mark.long

WIDTHS = [390, 1280]


class Desk:
    """One tab at which the world's people sit down in turn."""

    def __init__(self, page: Page, server: LiveServer, world: World) -> None:
        self.page, self.server, self.world = page, server, world

    def sit(self, who: str | User, language: str = "zh-hans") -> None:
        client = Client()
        user = who if isinstance(who, User) else self.world.people[who]
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        cookies = {
            settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
            "django_language": language,
        }
        self.page.context.clear_cookies()
        self.page.context.add_cookies(
            [{"name": name, "value": value, "url": self.server.url} for name, value in cookies.items()]
        )

    def look(self, address: str, name: str, *, language: str = "zh-hans") -> None:
        """Open a page at both widths: no fault that axe finds, nothing wider than the window."""
        self.page.goto(address)
        for width in WIDTHS:
            looking.look(self.page, f"{name}-{language}", width=width)


@pytest.fixture
def world(fresh_db: object) -> World:
    return World()


@pytest.fixture
def desk(page: Page, live_server: LiveServer, world: World, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(person, "business_now", lambda: world.now)
    return Desk(page, live_server, world)


def test_an_officer_returns_and_accepts_and_an_expert_scores(desk: Desk, world: World) -> None:
    case = world.submitted(world.call())
    page, number = desk.page, case.number
    desk.sit("acceptance")
    desk.look("/console/queue/pools/", "queue")
    page.get_by_role("link", name=number).click()
    page.get_by_role("button", name="接办").click()
    desk.look(f"/console/cases/{number}/", "case")
    page.get_by_role("link", name="退回补正").click()
    desk.look(f"/console/cases/{number}/acts/return_for_correction/", "return")
    page.get_by_label("给企业的说明").fill("请更正研发费用")
    page.get_by_label("上年度研发费用", exact=False).first.fill("与辅助账不符")
    page.get_by_role("button", name="退回补正").click()
    page.wait_for_url(f"**/console/cases/{number}/")
    assert fresh(case).state == CaseState.AWAITING_CORRECTION
    world.act("case", case, "resubmit", world.filer(case.company), data={"declaration": True})

    page.goto(f"/console/cases/{number}/acts/accept/")
    page.get_by_role("main").get_by_role("button", name="受理", exact=True).click()
    page.wait_for_url(f"**/console/cases/{number}/")
    case = fresh(case)
    assert case.state == CaseState.UNDER_REVIEW

    first, *others = world.experts(case)
    desk.sit(first)
    desk.look("/console/scoring/", "scoring")
    desk.look(f"/console/scoring/{number}/", "score")
    for name, points in scores(case).items():
        if name.startswith("points_"):
            page.locator(f"input[name={name}]").fill(str(points))
    page.get_by_label("意见", exact=True).fill("材料完整")
    page.locator("input[name=no_conflict]").check()
    page.get_by_role("button", name="提交评分").click()
    page.get_by_text("材料完整").wait_for()
    desk.look(f"/console/scoring/{number}/", "scored")
    for expert in others:
        world.act("case", case, "score", expert, data=scores(case))

    desk.sit("amount", "en")
    desk.look(f"/console/cases/{number}/", "case-amount", language="en")
    desk.look(f"/console/cases/{number}/acts/confirm_amount/", "confirm", language="en")
    desk.look(f"/console/cases/{number}/route/", "route", language="en")


def test_the_pages_of_a_round(desk: Desk, world: World) -> None:
    call = world.call()
    world.ready(call)
    world.ready(call, points=0.8)
    look: Callable[..., None] = desk.look
    round_ = world.round_on(call)
    address = f"/console/rounds/{round_.number}/"
    desk.sit("amount")
    look("/console/rounds/", "rounds")
    look(f"{address}acts/close_collection/", "rank")
    world.act("round", round_, "close_collection", "amount")
    desk.sit("leader", "en")
    look(f"{address}acts/approve/", "approve", language="en")
    world.act("round", round_, "approve", "leader", data=MINUTE)
    world.act("round", round_, "publish", "notice", data={"title_zh": "拟奖补名单公示", "title_en": "Proposed awards"})
    desk.sit("notice")
    look(address, "round")
    look(f"{address}route/", "round-route")
    world.now = days_later(world.now, 10)
    world.act("round", round_, "close_notice", world.system)
    look(f"{address}acts/issue_decree/", "decree")
    desk.page.get_by_label("文号").fill("西科〔2024〕8号")
    desk.page.get_by_role("button", name="发文", exact=True).click()
    desk.page.wait_for_url(f"**{address}")
    assert Round.objects.get(pk=round_.pk).decree.number == "西科〔2024〕8号"
