"""Titles in a real browser, wide and narrow, in both languages: the register, the company's page, the officer's test."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from subsidy.web import person
from tests.browser.test_console import Desk
from tests.harness.browser import LiveServer
from tests.titles import MODEL, SPACE, TitleBureau

pytestmark = pytest.mark.long


def test_the_pages_of_titles(page: Page, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    world = TitleBureau()
    monkeypatch.setattr(person, "business_now", lambda: world.now)
    desk = Desk(page, live_server, world)
    model, _standard = world.conferred(MODEL, SPACE)
    decree = model.award.decree
    for language in ("zh-hans", "en"):
        desk.sit(world.filer(model.company), language)
        desk.look(f"/my/companies/{model.company_id}/", "title-company", language=language)
        desk.look("/recognitions/", "title-register", language=language)
        desk.look(f"/decrees/{decree.pk}/", "title-decree", language=language)
        desk.sit("amount", language)
        desk.look(f"/console/cases/{model.number}/title-test/", "title-test", language=language)
    desk.sit("supervision")
    desk.look(f"/console/cases/{model.number}/title/", "title-change")
    desk.look(f"/console/rounds/{decree.round.number}/", "title-round")
