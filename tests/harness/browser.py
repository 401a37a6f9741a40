"""A real browser before a real server on a database of the test's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

    from tests.harness.database import FreshDatabase

BROWSER_PROGRAM = "chromium"
ABSENT = "chromium is not installed: browser tests did not run (Debian: apt-get install chromium)"


def browser_program() -> str | None:
    return shutil.which(BROWSER_PROGRAM)


class LiveServer:
    """Address of the running server; `live_server + "/path"` joins."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __str__(self) -> str:
        return self.url

    def __add__(self, path: str) -> str:
        return self.url + path


@pytest.fixture
def live_server(fresh_db: FreshDatabase) -> Iterator[LiveServer]:
    """The whole site on a free port, in threads, on a fresh database."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield LiveServer(f"http://127.0.0.1:{thread.port}")
    thread.terminate()


@pytest.fixture(autouse=True)
def _live_server_helper() -> None:
    """Switches off the helper of pytest-django, which would flush the database."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of this machine; skips where there is none, fails when CI has none."""
    program = browser_program()
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A tab whose console must stay free of errors (which catches faults of the content security policy)."""
    context = browser.new_context(base_url=live_server.url, locale="zh-CN")
    context.set_default_timeout(15_000)
    tab = context.new_page()
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(f"{message.text} ({message.location.get('url', '')})")

    tab.on("console", note)
    tab.on("pageerror", lambda error: faults.append(str(error)))
    yield tab
    context.close()
    assert not faults, "the browser's console reports: " + "; ".join(faults)
