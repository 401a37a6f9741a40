"""Looks at a page in the browser as it stands: accessible by axe, no wider than its window, kept as a picture if asked."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from axe_playwright_python.base import AXE_SCRIPT, AxeResults

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# As text: what passed is long, and as an object each of its values would be taken apart on its way out of the browser.
_ASK = """async tags => JSON.stringify((await axe.run(
    {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})).violations)"""
HEIGHT = 900


def width_of(page: Page) -> int:
    size = page.viewport_size
    assert size is not None, "the page has no window of its own"
    return size["width"]


def violations(page: Page, name: str) -> list[str]:
    """What axe finds wrong with the page in its window."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = AxeResults({"violations": json.loads(page.evaluate(_ASK, AXE_TAGS))})
    return [f"{name} at {width_of(page)} px: {found.generate_report()}"] if found.violations_count else []


def too_wide(page: Page, name: str) -> list[str]:
    """Whether the page must be pushed sideways in its window; `SUBSIDY_PICTURES` names a folder that keeps a picture."""
    width = width_of(page)
    page.evaluate("document.fonts.ready")
    folder = os.environ.get("SUBSIDY_PICTURES", "")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"{name} is {wide} px wide in a window of {width}"] if wide > width else []


def look(page: Page, name: str, *, width: int | None = None) -> None:
    """The page must be without faults, in the window it has or in one of `width`."""
    if width is not None:
        page.set_viewport_size({"width": width, "height": HEIGHT})
    found = too_wide(page, name) + violations(page, name)
    assert not found, "\n".join(found)


def faults_everywhere(page: Page, address: str, name: str, *, url: str, widths: list[int]) -> list[str]:
    """What is wrong with the page in both languages at each width.

    What axe looks at does not change with the language: it is asked in English at the widest and in
    Chinese at phone width. The page is left in Chinese at the widest.
    """
    found: list[str] = []
    for language, asked_at in (("en", widths[-1]), ("zh-hans", 390)):
        page.context.add_cookies([{"name": "django_language", "value": language, "url": url}])
        page.goto(address)
        for width in widths:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            found += too_wide(page, f"{name}-{language}")
            if width == asked_at:
                found += violations(page, f"{name}-{language}")
    return found
