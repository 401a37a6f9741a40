"""Notifications, messages, service of letters and failed jobs in a real browser: accessible, and fitting every width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from subsidy.accounts.enums import Role
from subsidy.correspondence.enums import MailState
from subsidy.correspondence.models import Letter, LetterKind, MailOut
from subsidy.web import person
from tests.browser.test_console import Desk
from tests.harness.browser import LiveServer
from tests.workflows.test_telling import run_jobs
from tests.world import World
from workflows.case.jobs import issue_letter

pytestmark = pytest.mark.long

LANGUAGES = ["zh-hans", "en"]


@pytest.fixture
def world(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(person, "business_now", lambda: made.now)
    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_are_told(page: Page, live_server: LiveServer, world: World, language: str) -> None:
    desk = Desk(page, live_server, world)
    case = world.submitted(world.call())
    filer = world.filer(case.company)
    asked = {"message": "请补正", "reason_rd_y1": "与审计报告不一致"}
    world.act("case", case, "return_for_correction", "acceptance", data=asked)
    issue_letter(case.pk, LetterKind.CORRECTION, now=world.now)
    world.act("case", case, "answer_company", "acceptance", data={"text": "请先核对研发投入。"})
    world.act("case", case, "write_to_bureau", filer, data={"text": "已核对，稍后补正。"})
    run_jobs(world)
    letter = Letter.objects.get(case=case, kind=LetterKind.CORRECTION, language="zh")
    desk.sit(filer, language)
    desk.look(f"{live_server}/notifications/", "notifications", language=language)
    desk.look(f"{live_server}/notifications/settings/", "notification-settings", language=language)
    desk.look(f"{live_server}/my/applications/{case.number}/messages/", "own-messages", language=language)
    desk.look(f"{live_server}/my/applications/{case.number}/correction/", "own-unserved", language=language)
    desk.sit("acceptance", language)
    desk.look(f"{live_server}/console/cases/{case.number}/messages/", "case-messages", language=language)
    desk.look(f"{live_server}/console/letters/{letter.pk}/serve/serve_by_post/", "letter-post", language=language)
    world.person("sys", Role.SYSTEM_ADMIN)
    failed = MailOut.objects.create(
        key="event:case:1:1:1",
        recipient=filer,
        made_at=world.now.at,
        state=MailState.FAILED,
        tries=6,
        last_error="SMTPServerDisconnected",
    )
    desk.sit("sys", language)
    desk.look(f"{live_server}/console/operations/jobs/", "jobs", language=language)
    desk.look(f"{live_server}/console/operations/mails/", "mails", language=language)
    desk.look(f"{live_server}/console/operations/mails/{failed.pk}/retry/", "mail-retry", language=language)
