"""The page frame, its components and signing in, in a real browser: accessibility, reflow and what a screen reader finds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import Authority, RoleGrant, User
from subsidy.calendars.clock import business_now
from tests.harness import looking
from tests.harness.browser import LiveServer

PASSWORD = "a long pass phrase 7"
PAGES = ["/_components/", "/sign-in/", "/sign-up/", "/sign-up/received/", "/source/", "/start/"]
WIDTHS = [320, 390, 1280]


def make_person() -> None:
    """An officer with a role today."""
    bureau = Authority.objects.create(
        code="xk", name_zh="西科局", name_en="Bureau", short_name="西科", region="610100"
    )
    officer = User.objects.create_user(
        "acceptance", password=PASSWORD, name="张敏", kind=UserKind.OFFICER, authority=bureau
    )
    RoleGrant.objects.create(user=officer, authority=bureau, role=Role.ACCEPTANCE, valid_from=business_now().on)


def open_in(page: Page, language: str, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url_base}])  # type: ignore[attr-defined]
    page.goto(address)
    page.evaluate("document.fonts.ready")


@pytest.fixture
def tab(page: Page, live_server: object) -> Page:
    page.url_base = str(live_server)  # type: ignore[attr-defined]
    return page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_are_accessible_and_fit_every_width(tab: Page, language: str) -> None:
    for address in PAGES:
        for width in WIDTHS:
            open_in(tab, language, address, width)
            looking.look(tab, f"{address.strip('/').replace('/', '-')}-{language}")
            assert tab.evaluate("document.documentElement.lang") == ("zh-Hans" if language == "zh-hans" else "en")


def test_wrong_password_puts_the_focus_on_the_errors(tab: Page) -> None:
    make_person()
    open_in(tab, "zh-hans", "/sign-in/", 390)
    tab.get_by_label("用户名").fill("acceptance")
    tab.get_by_label("密码").fill("something else")
    tab.get_by_role("main").get_by_role("button", name="登录").click()
    tab.locator(".error-summary").wait_for()
    assert tab.evaluate("document.activeElement.className") == "error-summary"
    assert tab.title().startswith("错误：")
    _keep(tab, "sign-in-wrong-zh-hans-390")


def test_language_switch_keeps_the_page(tab: Page) -> None:
    open_in(tab, "zh-hans", "/_components/?sort=-model", 1280)
    tab.get_by_role("button", name="English").click()
    tab.wait_for_function("document.documentElement.lang === 'en'")
    assert tab.url.endswith("/_components/?sort=-model")


def test_sign_in_and_out(tab: Page) -> None:
    make_person()
    open_in(tab, "zh-hans", "/sign-in/", 1280)
    tab.get_by_label("用户名").fill("acceptance")
    tab.get_by_label("密码").fill(PASSWORD)
    tab.get_by_role("main").get_by_role("button", name="登录").click()
    _keep(tab, "signed-in-zh-hans-1280")
    tab.get_by_role("button", name="退出").click()
    tab.wait_for_url("**/sign-in/")


def test_an_error_answer_to_a_part_of_a_page_is_shown_whole(browser: Browser, live_server: LiveServer) -> None:
    """htmx drops error answers unless told otherwise; the reader would see nothing happen."""
    context = browser.new_context(base_url=live_server.url, locale="zh-CN")
    tab = context.new_page()
    tab.goto("/source/")
    tab.evaluate("htmx.ajax('GET', '/nowhere/', {target: '#main'})")
    tab.get_by_role("heading", name="没有此页面或事项").wait_for()
    assert tab.locator("header.site-header").count() == 1
    context.close()


def _keep(page: Page, name: str) -> None:
    """A picture for those who look, when they ask for it with SUBSIDY_PICTURES=folder."""
    folder = os.environ.get("SUBSIDY_PICTURES", "")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
