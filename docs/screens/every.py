"""Takes every page that a person of the demo comes to by a link, in Chinese and English, wide beside narrow, on sheets.

    make demo ARGS="--port 8313"                                    # in one terminal
    .venv/bin/python -m docs.screens.every http://localhost:8313     # in another; needs chromium

It signs in as people of every desk, follows their links as the test of the demo does (tests/harness/walking.py), and takes
each page once, where it first meets it: an act on a case is a page of its own, two cases are not. It also looks at each
page as axe does, at its console, and at its width in windows of 320 px and more. What it finds, and links that do not open,
are told at the end, with exit 1. It only reads. `--keep FOLDER` keeps every picture whole.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import django
from PIL import Image
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from docs.screens import take
from tests.harness.looking import too_wide, violations
from tests.harness.walking import PEOPLE, Answer, page_of, walk

NARROWEST = 320
SCALE, COLUMNS, CELLS = 0.3, 4, 48
"""Pages are shown smaller than on the main sheets, and so many to a sheet."""
FIRST = (
    "company12", "company1", "company9", "company10", "company2", "company1-legal", "company29-legal", "company59",
    "acceptance", "amount", "finance1", "finance2", "leader",
)  # fmt: skip
"""Those in whose pages there is something come before those whose pages are empty; some of them the test does not send."""
ROOMS = (
    ("portal", ("portal:",)),
    ("finance", ("console:finance", "console:suspense", "console:propose-suspense", "console:recover")),
    ("audit", ("console:audit",)),
    ("console", ("console:",)),
)


@dataclass
class Found:
    """The pages taken so far, by room and language, and what was wrong with them."""

    cells: dict[tuple[str, str], list[tuple[str, Image.Image, Image.Image]]] = field(default_factory=dict)
    pages: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


def room_of(page: str) -> str:
    return next((room for room, beginnings in ROOMS if page.startswith(beginnings)), "public")


def asker(page: Page, base_url: str) -> Callable[[str], Answer]:
    """Asks the demo for an address as the person of that tab, without drawing it."""

    def get(address: str) -> Answer:
        answer = page.context.request.get(base_url + address)
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        here = answer.url.removeprefix(base_url)
        return Answer(answer.status, here, answer.text() if is_page else "")

    return get


def taken(page: Page, address: str, name: str, found: Found) -> Iterator[Image.Image]:
    """The page wide and narrow; what is wrong with it goes to the faults."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(f"{name} {address}: {message.text}")

    page.on("console", note)
    take.go(page, address)
    for width in (take.DESKTOP, take.PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        found.faults += too_wide(page, f"{name} {address}")
        yield take.pictured(page)
    found.faults += violations(page, f"{name} {address}")
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    found.faults += [*too_wide(page, f"{name} {address}"), *said]
    page.remove_listener("console", note)


def go_round(tabs: take.Tabs, account: str, base_url: str, found: Found, keep: Path | None) -> None:
    """Everything that this person's pages lead to, as far as nobody before came there."""
    tab = tabs.of(account, take.LANGUAGES["zh"])
    for stop in walk(asker(tab, base_url)):
        if stop.answer.status != 200:
            found.faults.append(f"{account}: {stop.came_from} → {stop.address}: {stop.answer.status}")
        leads_elsewhere = page_of(stop.answer.address) != stop.page
        if stop.answer.status != 200 or not stop.answer.html or leads_elsewhere or stop.page in found.pages:
            continue
        found.pages.add(stop.page)
        for short, language in take.LANGUAGES.items():
            pictures = list(taken(tabs.of(account, language), stop.address, f"{stop.page} ({short})", found))
            if keep:
                for width, picture in zip((take.DESKTOP, take.PHONE), pictures, strict=True):
                    picture.save(
                        keep / f"{stop.page.replace(':', '-').replace(' ', '_').replace('/', '_')}-{short}-{width}.png"
                    )
            found.cells.setdefault((room_of(stop.page), short), []).append((stop.page, *_small(pictures)))


def _small(pictures: list[Image.Image]) -> tuple[Image.Image, Image.Image]:
    """Both pictures as a sheet shows them; whole ones of hundreds of pages would fill the memory."""
    desktop, phone = (take.small(picture, scale=SCALE) for picture in pictures)
    return desktop, phone


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("base_url")
    reader.add_argument("--keep", type=Path, default=None, metavar="FOLDER")
    given = reader.parse_args()
    base_url = given.base_url.rstrip("/")
    program = shutil.which("chromium")
    if program is None or not urlsplit(base_url).netloc:
        print("chromium is not installed (Debian: apt-get install chromium), or that is no address", file=sys.stderr)  # noqa: T201
        return 2
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "subsidy.settings")
    django.setup()
    found = Found()
    with sync_playwright() as playwright:
        tabs = take.Tabs(playwright.chromium.launch(executable_path=program), base_url)
        for account in ("", *FIRST, *(one for one in PEOPLE if one not in FIRST)):
            before = len(found.pages)
            go_round(tabs, account, base_url, found, given.keep)
            print(f"{account or 'nobody'}: {len(found.pages) - before} pages that nobody before came to", flush=True)  # noqa: T201
    for (room, short), cells in found.cells.items():
        for place in range(0, len(cells), CELLS):
            sheet = take.sheet(
                sorted(cells, key=lambda cell: cell[0])[place : place + CELLS], scale=SCALE, columns=COLUMNS
            )
            take.save(sheet, take.HERE / "every" / f"{room}-{place // CELLS + 1}-{short}.png")
    print(*found.faults, sep="\n")  # noqa: T201
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
