"""How a person handles a page: pointing, or by the keyboard alone, which must reach all and show where it is."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Locator

# More stops than any page of the program has; who has gone round without meeting a thing does not meet it.
MOST_STOPS = 400
HERE = "node => node === document.activeElement"
# Everything is drawn with an outline where the focus is; a file's input is drawn by its button.
SHOWN = "node => { const drawn = getComputedStyle(node); return drawn.outlineStyle !== 'none' && drawn.outlineWidth !== '0px' }"


class Hand(Protocol):
    """What a hand can do with one thing on a page."""

    def press(self, place: Locator, *, leads_on: bool = True) -> None:
        """Follow a link, push a button, and wait for the page it leads to (a download leads to none)."""

    def tick(self, place: Locator) -> None:
        """Switch on a box, or one of several choices."""

    def write(self, place: Locator, text: str) -> None:
        """Put this into a field instead of what stands there."""

    def give(self, place: Locator, path: Path) -> None:
        """Choose a file."""


def _next_page(place: Locator, *, leads_on: bool) -> AbstractContextManager[object]:
    """What happens within leads to another page, which is there, whole, at the end; neither a click nor a key waits for it."""
    return place.page.expect_navigation() if leads_on else nullcontext()


class Pointer:
    """Points at things: a mouse, or a finger on a telephone."""

    def press(self, place: Locator, *, leads_on: bool = True) -> None:
        with _next_page(place, leads_on=leads_on):
            place.click()

    def tick(self, place: Locator) -> None:
        place.check()

    def write(self, place: Locator, text: str) -> None:
        place.fill(text)

    def give(self, place: Locator, path: Path) -> None:
        place.set_input_files(path)


class Keyboard:
    """Never points: goes from stop to stop with Tab, and sees at each thing that it has the focus."""

    def _reach(self, place: Locator) -> None:
        place.wait_for()
        for _stop in range(MOST_STOPS):
            if place.evaluate(HERE):
                assert place.evaluate(SHOWN), f"nothing shows that {place} has the focus"
                return
            place.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {place}")

    def press(self, place: Locator, *, leads_on: bool = True) -> None:
        self._reach(place)
        with _next_page(place, leads_on=leads_on):
            place.page.keyboard.press("Enter")

    def tick(self, place: Locator) -> None:
        place.wait_for()
        if place.is_checked():
            return
        if place.get_attribute("type") == "radio":
            self._choose(place)
        else:
            self._reach(place)
            place.page.keyboard.press("Space")
        assert place.is_checked(), f"the keyboard does not switch {place} on"

    def _choose(self, place: Locator) -> None:
        """One of several: Tab stops at the group, arrows go through it."""
        name = place.get_attribute("name")
        group = place.page.locator(f"input[type=radio][name='{name}']")
        for _stop in range(MOST_STOPS):
            if group.evaluate_all("nodes => nodes.includes(document.activeElement)"):
                break
            place.page.keyboard.press("Tab")
        else:
            raise AssertionError(f"the keyboard does not reach the choices of {place}")
        place.page.keyboard.press("Space")
        for _choice in range(group.count()):
            if place.is_checked():
                return
            place.page.keyboard.press("ArrowDown")

    def write(self, place: Locator, text: str) -> None:
        self._reach(place)
        place.page.keyboard.press("Control+A")
        place.page.keyboard.type(text)

    def give(self, place: Locator, path: Path) -> None:
        """Up to the button; what the system's own window then asks is not the page's."""
        self._reach(place)
        place.set_input_files(path)
