"""One case per state, read from its page alone: where it stands, who holds it, the date, what happened last and why.

A helper, because filling a database with every state takes minutes: the test of the seeded demo calls it with its own.
`SUBSIDY_PICTURES` names a folder that takes a picture of each page at both widths.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from subsidy.accounts.models import User
from subsidy.applicants.models import CompanyUserObjectPermission
from subsidy.cases.enums import FINAL_STATES, CaseState
from subsidy.cases.models import Case
from subsidy.cases.words import words_of
from tests.harness.browser import LiveServer

WIDTHS = (390, 1280)
YEAR = re.compile(r"20\d\d年\d")
# Somebody brought the case here by a word of their own, which its history must tell.
REASONED = frozenset(
    {
        CaseState.NOT_ACCEPTED,
        CaseState.REJECTED,
        CaseState.WITHDRAWN,
        CaseState.REVOKED,
        CaseState.DECLINED,
        CaseState.IRREGULAR,
        CaseState.REFUSED_ABOVE,
    }
)


def silent_pages(page: Page, server: LiveServer) -> list[tuple[str, str]]:
    """What a page keeps silent about, as (state, what): drafts are read by their company, the others by an auditor."""
    by_state = {case.state: case for case in Case.objects.filter(authority__code="xh").order_by("state", "-pk")}
    assert len(by_state) > 25, "the bureau has a case in nearly every state"
    draft = by_state.pop(CaseState.DRAFT)
    member = CompanyUserObjectPermission.objects.filter(content_object=draft.company_id).order_by("pk")[0].user
    _sit(page, server, member)
    missing = [(draft.state, what) for what, said in _of_draft(page, server, draft).items() if not said]
    _sit(page, server, User.objects.get(username="auditor"))
    for case in by_state.values():
        missing += [(case.state, what) for what, said in _of_case(page, server, case).items() if not said]
    return missing


def _of_draft(page: Page, server: LiveServer, case: Case) -> dict[str, bool]:
    _look(page, f"{server}{reverse('portal:case', args=[case.number])}", case.state)
    text, words = page.locator("main").inner_text(), words_of(case)
    return {
        "state": str(words.label) in text,
        "holder": str(words.holder) in text,
        "date": YEAR.search(text) is not None,
        "fits": _fits(page),
    }


def _of_case(page: Page, server: LiveServer, case: Case) -> dict[str, bool]:
    _look(page, f"{server}{reverse('console:case', args=[case.number])}", case.state)
    facts = page.locator(".step-facts")
    last = page.locator(".timeline .entry").first
    return {
        "state": case.get_state_display() in page.locator("main").inner_text(),
        "holder": case.state in FINAL_STATES or (facts.count() == 1 and facts.locator("dd").first.inner_text() != ""),
        "date": YEAR.search(last.locator(".entry-when").inner_text()) is not None,
        "who": last.locator(".entry-who").inner_text().strip() != "",
        "reason": case.state not in REASONED or page.locator("main blockquote").count() > 0,
        "rules": page.locator("#rules").count() == 1 and page.locator("section[aria-labelledby=rules] li").count() > 0,
        "fits": _fits(page),
    }


def _look(page: Page, address: str, name: str) -> None:
    """Open the page; the last of the widths stays."""
    answer = page.goto(address)
    assert answer is not None and answer.ok, address
    for width in reversed(WIDTHS):
        page.set_viewport_size({"width": width, "height": 900})
        folder = os.environ.get("SUBSIDY_PICTURES", "")
        if folder:
            page.screenshot(path=Path(folder) / f"state-{name}-{width}.png", full_page=True)


def _fits(page: Page) -> bool:
    wide: int = page.evaluate("document.documentElement.scrollWidth")
    return wide <= WIDTHS[0]


def _sit(page: Page, server: LiveServer, user: User) -> None:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.clear_cookies()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
