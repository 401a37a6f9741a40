"""People before browsers: each has a tab of their own, signs in by the form, and finds things by their words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Browser, ConsoleMessage, Download, Locator, Page

from subsidy.accounts.models import User
from tests.browser.steps.hands import Hand, Pointer
from tests.harness import looking

PASSWORD = "a long pass phrase 7"
DESKTOP, PHONE = 1280, 390


class Tab:
    """One person's browser. Words are given as the program's English texts and looked for in the tab's language."""

    def __init__(self, page: Page, *, width: int = DESKTOP, hand: Hand | None = None) -> None:
        self.page = page
        self.hand = hand or Pointer()
        self.language = "zh-hans"
        self.width = width
        page.set_viewport_size({"width": width, "height": 900})

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def words(self, text: str, **values: Any) -> str:
        """The program's text as this tab shows it."""
        with translation.override(self.language):
            found = gettext(text)
        assert self.language == "en" or found != text or not text.isascii(), f"the catalogue has no text {text!r}"
        return found % values if values else found

    def open(self, address: str) -> None:
        self.page.goto(address)

    def link(self, text: str, *, within: Locator | None = None) -> Locator:
        return (within or self.main).get_by_role("link", name=self.words(text))

    def follow(self, text: str, *, within: Locator | None = None) -> None:
        self.hand.press(self.link(text, within=within).first)

    def follow_name(self, name: str, *, exact: bool = False) -> None:
        """Follow the first link of that name, in words that are not the program's."""
        self.hand.press(self.main.get_by_role("link", name=name, exact=exact).first)

    def press(self, text: str, *, within: Locator | None = None, leads_on: bool = True) -> None:
        """Press the button that says these words; after a space more may follow, for those who do not see the page."""
        name = re.compile(rf"^\s*{re.escape(self.words(text))}(\s|$)")
        self.hand.press((within or self.main).get_by_role("button", name=name).first, leads_on=leads_on)

    def choose(self, title: str) -> None:
        """Open the page of an act that is on offer, by its whole title."""
        self.hand.press(self.main.get_by_role("link", name=re.compile(f"^{re.escape(self.words(title))}…?$")))

    def field(self, label: str) -> Locator:
        """The field of that label, as the program's English or as shown; a unit and "(optional)" may follow."""
        return self.main.get_by_label(re.compile(rf"^\s*{re.escape(self.words(label))}\s*([（(][^）)]*[）)]\s*)*$"))

    def fill(self, label: str, value: str) -> None:
        self.hand.write(self.field(label), value)

    def tick(self, place: Locator) -> None:
        self.hand.tick(place)

    def reads(self, text: str) -> None:
        """Wait until the page says this, in words that are not the program's (names, numbers)."""
        self.main.get_by_text(text).first.wait_for()

    def says(self, text: str, **values: Any) -> None:
        """Wait until the page says this text of the program, in its part or in its message."""
        self.page.get_by_text(self.words(text, **values)).first.wait_for()

    def speak_english(self) -> None:
        self.hand.press(self.page.get_by_role("button", name="English"))
        self.page.wait_for_function("document.documentElement.lang === 'en'")
        self.language = "en"

    def takes(self, link: Locator) -> Download:
        """The file that a link downloads."""
        with self.page.expect_download() as waiting:
            self.hand.press(link, leads_on=False)
        return waiting.value

    def fetched(self, address: str) -> tuple[str, bytes]:
        """Media type and bytes of an address, asked for as this person."""
        answer = self.page.request.get(address)
        assert answer.ok, f"{address} answers {answer.status}"
        return answer.headers["content-type"], answer.body()

    def look(self, name: str) -> None:
        """The page is accessible and fits its window; kept as a picture where SUBSIDY_PICTURES names a folder."""
        looking.look(self.page, f"path-{name}")


class Players:
    """Everyone's tabs, and what their consoles complained of."""

    def __init__(self, browser: Browser, address: str, *, width: int = DESKTOP, hand: Hand | None = None) -> None:
        self._browser, self._address = browser, address
        self._width, self._hand = width, hand
        self._contexts: list[Any] = []
        self._signed_in: dict[str, Tab] = {}
        self.faults: list[str] = []

    def visitor(self, *, width: int | None = None) -> Tab:
        """Somebody whom nobody knows."""
        context = self._browser.new_context(base_url=self._address, locale="zh-CN")
        context.set_default_timeout(20_000)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return Tab(page, width=width or self._width, hand=self._hand)

    def tab(self, user: User, *, width: int | None = None) -> Tab:
        """The tab of this person, who signs in the first time."""
        if user.username not in self._signed_in:
            tab = self.visitor(width=width)
            tab.open("/sign-in/")
            sign_in(tab, user)
            self._signed_in[user.username] = tab
        return self._signed_in[user.username]

    def keep(self, tab: Tab, user: User) -> None:
        """This tab is that person's from now on."""
        self._signed_in[user.username] = tab

    def keep_pictures(self) -> None:
        """What everybody saw last, for whoever looks into a failure with SUBSIDY_PICTURES=folder."""
        folder = os.environ.get("SUBSIDY_PICTURES", "")
        for place, context in enumerate(self._contexts if folder else ()):
            context.pages[0].screenshot(path=Path(folder) / f"failed-{place}.png", full_page=True)

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _note(self, message: ConsoleMessage) -> None:
        # The browser's own page for a PDF asks for an icon that no page of ours names.
        if message.type == "error" and not message.location.get("url", "").endswith("/favicon.ico"):
            self.faults.append(f"{message.text} ({message.location.get('url', '')})")


def sign_in(tab: Tab, user: User) -> None:
    """Fill in the form of the page that is open, with a password that the person is given first."""
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    tab.hand.write(tab.page.get_by_label("用户名"), user.username)
    tab.hand.write(tab.page.get_by_label("密码"), PASSWORD)
    tab.hand.press(tab.main.get_by_role("button", name="登录"))
    tab.page.get_by_role("button", name="退出").wait_for()


@contextmanager
def players_of(browser: Browser, address: str, *, width: int = DESKTOP, hand: Hand | None = None) -> Iterator[Players]:
    """Tabs for everyone; at the end they are closed and no console may have reported an error."""
    players = Players(browser, address, width=width, hand=hand)
    try:
        yield players
    except Exception as error:
        players.keep_pictures()
        error.add_note(f"consoles report: {players.faults}")
        raise
    finally:
        players.close()
    assert not players.faults, "a browser's console reports: " + "; ".join(players.faults)
