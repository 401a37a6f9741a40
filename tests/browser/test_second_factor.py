"""A security key in a real browser: added, used to sign in, used to confirm; and the code page as people see it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from subsidy.accounts.models import User
from tests.browser.steps.tabs import PASSWORD, PHONE, Tab
from tests.harness.browser import LiveServer
from tests.harness.second_factor import give_app
from tests.world import World

pytestmark = pytest.mark.long

KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def officer(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> User:
    world = World()
    monkeypatch.setattr("subsidy.web.person.business_now", lambda: world.now)
    found = world.people["finance3"]
    found.set_password(PASSWORD)
    found.save(update_fields=["password"])
    return found


def send_password(page: Page, site: str) -> None:
    page.goto(f"{site}/sign-in/")
    page.get_by_label("用户名").fill("finance3")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()


def test_a_security_key_opens_the_account(page: Page, live_server: LiveServer, officer: User, settings: Any) -> None:
    settings.SECOND_FACTOR_KINDS = frozenset({"officer"})
    site = live_server.url.replace("127.0.0.1", "localhost")  # a key belongs to a name, never to a number
    driver = page.context.new_cdp_session(page)
    driver.send("WebAuthn.enable")
    driver.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    send_password(page, site)
    page.wait_for_url("**/second-factor/")
    page.get_by_role("link", name="添加安全密钥").click()
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="确认").click()
    page.wait_for_url("**/webauthn/add/")
    page.locator("#add_key").wait_for()
    Tab(page).look("mfa-add-key")
    page.locator("#add_key").click()
    page.wait_for_url("**/recovery-codes/")
    page.get_by_role("button", name="退出").click()

    send_password(page, site)
    page.wait_for_url("**/second-factor/authenticate/")
    Tab(page, width=PHONE).look("mfa-authenticate")
    page.locator("#use_key").click()
    page.get_by_role("button", name="退出").wait_for()
    page.goto(f"{site}/account/second-factor/webauthn/reauthenticate/?next=/account/second-factor/webauthn/")
    Tab(page).look("mfa-reauthenticate-key")
    # The address before ends in this one too, as where to go next.
    with page.expect_navigation(url=lambda address: "reauthenticate" not in address):
        page.locator("#use_key").click()
    Tab(page, width=PHONE).look("mfa-keys")


def test_the_page_of_the_code(page: Page, live_server: LiveServer, officer: User, settings: Any) -> None:
    settings.DEMO_TOTP_SECRET = "ASECRETOFTESTSALONEASECRETOFTEST"
    give_app(officer)
    send_password(page, live_server.url)
    page.wait_for_url("**/second-factor/authenticate/")
    tab = Tab(page)
    tab.look("mfa-code-zh")
    tab.speak_english()
    tab.look("mfa-code-en")
    page.get_by_role("main").get_by_role("textbox").fill(page.locator("main strong").inner_text())
    tab.press("Sign in")
    page.get_by_role("button", name="Sign out").wait_for()
