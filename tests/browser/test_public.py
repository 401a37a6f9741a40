"""The public site and the auditor's pages in a real browser: accessible, at every width, in both languages; the calculator."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from subsidy.audit.log.checkpoints import checkpoint_make
from subsidy.calendars.models import BusinessClock
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.decisions.models import Decree, Notice
from tests.harness import looking
from tests.harness.browser import LiveServer
from tests.world import World, days_later
from workflows.round.jobs import issue_round_paper

pytestmark = pytest.mark.long

PASSWORD = "a long pass phrase 7"
WIDTHS = [320, 390, 1280]


@pytest.fixture
def published(live_server: LiveServer, settings: Any, tmp_path: Path) -> dict[str, str]:
    """A bureau with an older version, a decreed and paid round and an open call; name to address of each page."""
    settings.DEMO_MODE = True
    settings.LOG_KEYS_DIR = tmp_path / "keys"
    world = World()
    world.policy("2022.1")
    line = world.line()
    decided = world.call(line=line)
    case = world.ready(decided)
    round_ = world.decreed(decided)
    issue_round_paper(round_.pk, LetterKind.DECREE, now=world.now)
    world.released([world.accounted(case)])
    world.now = days_later(world.now, 1)
    opened = world.call(line=line)
    BusinessClock.objects.update_or_create(pk=1, defaults={"now": world.now.at})
    for _head in range(2):  # the newest, and an earlier one for the list
        world.submitted(opened)
        checkpoint_make(now=world.now, by="test")
    auditor = world.people["auditor"]
    auditor.set_password(PASSWORD)
    auditor.save()
    policy = "/policies/xh/flying_sky/"
    return {
        "home": "/",
        "policies": "/policies/",
        "policy": policy,
        "calculator": f"{policy}2023.1/calculator/",
        "policy-changes": f"{policy}2023.1/changes/2022.1/",
        "calls": "/calls/",
        "call": f"/calls/{opened.number}/",
        "notices": "/notices/",
        "notice": f"/notices/{Notice.objects.get().pk}/",
        "decrees": "/decrees/",
        "decree": f"/decrees/{Decree.objects.get().pk}/",
        "verify": "/verify/",
        "verify-genuine": f"/verify/{Letter.objects.get(kind=LetterKind.DECREE, language='zh').code}/",
        # A mistyped code is answered 404, of which the browser complains; tests/subsidy/public/test_verify.py looks at it.
        "log": "/log/",
        "open-data": "/open-data/",
        "api": "/api/v1/docs/",
        "api-kind": "/api/v1/docs/cases/",
        "api-problems": "/api/v1/problems/",
        "help": "/help/",
        "accessibility": "/accessibility/",
        "data-use": "/data-use/",
        "audit-search": "/console/audit/",
        "audit-cases": "/console/audit/cases/",
        "audit-case": f"/console/audit/cases/{case.number}/",
        "own-sessions": "/account/sessions/",
    }


def test_every_page_is_accessible_and_fits(page: Page, live_server: LiveServer, published: dict[str, str]) -> None:
    faults: list[str] = []
    for name, address in published.items():
        if name == "audit-search":
            _sign_in(page)
        faults += looking.faults_everywhere(page, address, name, url=live_server.url, widths=WIDTHS)
    assert not faults, "\n".join(faults)


def test_the_calculator_leads_from_figures_to_the_policy(page: Page, published: dict[str, str]) -> None:
    page.goto(published["policy"])
    page.get_by_role("link", name="测算能得到多少").click()
    page.get_by_label("上年度营业收入").fill("12万")
    page.get_by_role("button", name="测算").click()
    page.locator(".error-summary").wait_for()
    page.get_by_label("上年度营业收入").fill("120,000,000")
    page.get_by_role("button", name="测算").click()
    page.get_by_text("尚不能确定：").wait_for()
    assert page.get_by_label("上年度营业收入").input_value() == "120,000,000"
    page.get_by_role("link", name="返回政策").click()
    page.get_by_role("heading", level=1, name="飞天计划").wait_for()


def _sign_in(page: Page) -> None:
    page.goto("/sign-in/")
    page.locator("#id_login").fill("auditor")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url("**/console/**")


def _keep(page: Page, name: str) -> None:
    """A picture for those who look, when they ask for it with SUBSIDY_PICTURES=folder."""
    folder = os.environ.get("SUBSIDY_PICTURES", "")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
