"""Takes the main screens of a running demo, in Chinese and English, wide and narrow, and lays them out on sheets.

    make demo ARGS="--port 8313"                                   # in one terminal
    .venv/bin/python docs/screens/take.py http://localhost:8313     # in another; needs chromium

It signs in as the demo's accounts, only reads, and overwrites the pictures beside it. `--keep FOLDER` also keeps
every page whole. A page that answers with an error, or that is wider than its window, ends the run with exit 1.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

HERE = Path(__file__).resolve().parent
PASSWORD = "FeiTian-2024-demo"
EXPERTS = tuple(f"expert{number}" for number in range(1, 10))
DESKTOP, PHONE = 1280, 390
LANGUAGES = {"zh": "zh-hans", "en": "en"}
LOCALES = {"zh-hans": "zh-CN", "en": "en-GB"}
POLICY = "/policies/xh/flying_sky/2023.1/"
FIGURES = (
    "?calculate=1&registered_in_district=yes&taxed_in_district=yes&founded_on=2017-04-18&sales_y1=49%2C000%2C000"
    "&sales_y3=25%2C000%2C000&rd_y1=3%2C920%2C000&high_tech_until=2025-12-23&none_valuation=on"
    "&contribution_y1=3%2C000%2C000&contribution_y2=1%2C200%2C000&is_dishonest=no&serious_violation=no"
    "&abnormal_operation=no&major_incident=no&commitment_signed=yes&submitted_on=2024-03-04"
)

WITH_NUMBER = 4
"""Parts of an address up to the number of its matter: `/console/cases/N`, `/my/applications/N`."""

Way = Callable[[Page], None]
"""Leads a signed-in tab to the page that is wanted."""


@dataclass(frozen=True)
class Shot:
    """One page: on which sheet, called what, seen by whom, and how to get there."""

    sheet: str
    name: str
    account: str
    way: Way
    saved_as: str = ""


class TakeError(RuntimeError):
    """A page could not be taken; the text says which and what to look at."""


def at(address: str) -> Way:
    """The page of an address."""
    return lambda page: go(page, address)


def first(address: str, part: str, more: str = "", within: str = "main") -> Way:
    """The page behind the first link, on the page of `address`, whose address contains `part`; `more` is put after the
    number in it, in place of what stands there."""

    def way(page: Page) -> None:
        go(page, address)
        found = page.locator(f'{within} a[href*="{part}"]').first.get_attribute("href") or ""
        if more:
            found = "/".join(found.split("/")[:WITH_NUMBER]) + "/" + more
        go(page, found.split("#")[0])

    return way


def go(page: Page, address: str) -> None:
    answer = page.goto(address)
    if answer is None or not answer.ok:
        raise TakeError(f"{address} answers {answer.status if answer else 'nothing'}; look at the demo's log")


def open_scores(page: Page) -> None:
    """The first sheet that this expert has still to fill in."""
    first("/console/scoring/", "/console/scoring/XH")(page)


SHOTS = (
    Shot("public", "start page", "", at("/")),
    Shot("public", "policy", "", at(POLICY), saved_as="policy-zh.png"),
    Shot("public", "calculator, result", "", at(f"{POLICY}calculator/{FIGURES}")),
    Shot("public", "open call", "", first("/calls/", "/calls/")),
    Shot("public", "notice list", "", first("/notices/", "/notices/")),
    Shot("public", "decree", "", first("/decrees/", "/decrees/")),
    Shot("public", "verification", "", at("/verify/")),
    Shot("public", "the log", "", at("/log/")),
    Shot("public", "open data", "", at("/open-data/")),
    Shot("portal", "home", "company1", at("/my/")),
    Shot("portal", "start an application", "company1", first("/my/", "/my/apply/")),
    Shot("portal", "task list", "company10", first("/my/", "/my/applications/XH", "tasks/")),
    Shot("portal", "section", "company10", first("/my/", "/my/applications/XH", "sections/growth/")),
    Shot("portal", "check answers", "company10", first("/my/", "/my/applications/XH", "answers/")),
    Shot("portal", "correction", "company9", first("/my/", "/my/applications/XH", "correction/")),
    Shot("portal", "case, paid", "company12", first("/my/", "/my/applications/XH"), saved_as="case-zh.png"),
    Shot("portal", "company", "company12", at("/my/companies/")),
    Shot("portal", "what fits us", "company1", first("/my/companies/", "/my/companies/", "policies/")),
    Shot("portal", "team", "company1", first("/my/companies/", "/my/companies/", "team/")),
    Shot("console", "queue", "acceptance", at("/console/queue/pools/"), saved_as="queue-zh.png"),
    Shot("console", "review", "acceptance", first("/console/queue/pools/", "/console/cases/")),
    Shot("console", "return, previewed", "acceptance",
         first("/console/queue/pools/", "/console/cases/", "acts/return_for_correction/")),
    Shot("console", "score", "|".join(EXPERTS), open_scores),
    Shot("console", "confirm the amount, previewed", "amount",
         first("/console/queue/pools/", "/console/cases/", "acts/confirm_amount/")),
    Shot("console", "rounds", "amount", at("/console/rounds/")),
    Shot("console", "round, decreed", "leader", first("/console/rounds/", "/console/rounds/XH")),
    Shot("console", "route of a case", "acceptance", first("/console/queue/pools/", "/console/cases/", "route/")),
    Shot("finance", "budget", "finance2", at("/console/finance/")),
    Shot("finance", "to pay", "finance1", at("/console/finance/pay/")),
    Shot("finance", "batches", "finance1", at("/console/finance/batches/")),
    Shot("finance", "batch", "finance1", first("/console/finance/batches/", "/console/finance/batches/B")),
    Shot("finance", "answers", "finance1", at("/console/finance/answers/")),
    Shot("finance", "one answer", "finance1", first("/console/finance/answers/?sort=id", "/console/finance/answers/", within="main table")),
    Shot("finance", "how a year ended", "finance2", at("/console/finance/budget/years/2023/")),
    Shot("finance", "reconciliation", "finance2", at("/console/finance/reconciliation/")),
    Shot("finance", "holds", "finance1", at("/console/finance/holds/")),
    Shot("finance", "recoveries", "finance1", at("/console/recoveries/")),
    Shot("audit", "search", "auditor", at("/console/audit/")),
    Shot("audit", "cases", "auditor", at("/console/audit/cases/")),
    Shot("audit", "case as a story", "auditor", first("/console/audit/cases/?sort=number", "/console/audit/cases/XH")),
    Shot("offices", "an expert's list", "expert1", at("/console/scoring/")),
    Shot("offices", "experts", "acceptance", at("/console/experts/")),
    Shot("offices", "overview", "leader", at("/console/overview/")),
    Shot("offices", "time by stage", "leader", at("/console/times/")),
    Shot("offices", "proposals", "leader", at("/console/proposals/")),
    Shot("offices", "people", "secadmin", at("/console/staff/")),
    Shot("offices", "jobs", "sysadmin", at("/console/operations/jobs/")),
    Shot("offices", "objections", "supervision", at("/console/objections/")),
    Shot("offices", "registers", "policy1", at("/console/registers/")),
)  # fmt: skip


def sign_in(page: Page, account: str) -> None:
    go(page, "/sign-in/")
    page.locator('main input[name="login"]').fill(account)
    page.locator('main input[name="password"]').fill(PASSWORD)
    page.locator('main form button[type="submit"], main form button').last.click()
    page.wait_for_url(lambda address: "/sign-in/" not in address)
    code = page.locator("main .hint strong")
    if code.count():
        # The demo says which code its app would show; a person reads it from a telephone.
        page.locator('main input[name="code"]').fill(code.first.inner_text())
        page.locator("main form button").first.click()
        page.wait_for_url(lambda address: "/second-factor/" not in address)
    if "/second-factor/" in page.url:
        raise TakeError(f"{account} stands before {page.url}; look whether the demo still says its code")


class Tabs:
    """One context a person and language; everybody signs in once, for a one-time code serves once."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self._browser, self._base_url = browser, base_url
        self._signed_in: dict[str, StorageState] = {}
        self._tabs: dict[tuple[str, str], Page] = {}

    def of(self, account: str, language: str) -> Page:
        if (account, language) not in self._tabs:
            context = self._browser.new_context(
                base_url=self._base_url, locale=LOCALES[language], storage_state=self._signed_in.get(account)
            )
            context.add_cookies([{"name": "django_language", "value": language, "url": self._base_url}])
            page = context.new_page()
            if account and account not in self._signed_in:
                sign_in(page, account)
                self._signed_in[account] = context.storage_state()
            self._tabs[account, language] = page
        return self._tabs[account, language]

    def led(self, shot: Shot, language: str) -> Page:
        """The tab that shows the page: of the first of the shot's accounts that has it."""
        *others, last = shot.account.split("|")
        for account in others:
            page = self.of(account, language)
            page.set_default_timeout(1500)
            try:
                shot.way(page)
            except Exception as error:  # the driver has one class for every fault; the last account's is not caught
                print(f"{account} has no {shot.name}: {type(error).__name__}", file=sys.stderr)  # noqa: T201
                continue
            return page
        page = self.of(last, language)
        shot.way(page)
        return page


def taken(page: Page, width: int) -> Image.Image:
    """The whole page in that width."""
    here = page.url
    page.set_viewport_size({"width": width, "height": 900})
    go(page, here)
    page.evaluate("document.fonts.ready")
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        raise TakeError(f"{here} is {wide} px wide in a window of {width}")
    return pictured(page)


def pictured(page: Page) -> Image.Image:
    """The whole page as it stands."""
    return Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")


GAP, CAPTION, COLUMNS = 24, 28, 2
SCALE = 0.5
TALL = 1500
"""So much of a page, in its own pixels, is shown on a sheet."""
SHEET_OCTETS_MAX = 600_000


def sheet(
    cells: list[tuple[str, Image.Image, Image.Image]], *, scale: float = SCALE, columns: int = COLUMNS
) -> Image.Image:
    """Pages with their captions, made small to that scale: wide beside narrow, `columns` pages a row."""
    wide, narrow, tall = (round(size * scale) for size in (DESKTOP, PHONE, TALL))
    cell_width, cell_height = wide + GAP // 2 + narrow, CAPTION + tall
    rows = -(-len(cells) // columns)
    size = (columns * (cell_width + GAP) + GAP, rows * (cell_height + GAP) + GAP)
    paper = Image.new("RGB", size, "#d9dde3")
    draw, font = ImageDraw.Draw(paper), ImageFont.load_default(size=17)
    for place, (caption, desktop, phone) in enumerate(cells):
        left = GAP + place % columns * (cell_width + GAP)
        top = GAP + place // columns * (cell_height + GAP)
        draw.text((left, top), caption, fill="#1b1f24", font=font)
        paper.paste(desktop, (left, top + CAPTION))
        paper.paste(phone, (left + wide + GAP // 2, top + CAPTION))
    return paper


def small(picture: Image.Image, *, scale: float = SCALE) -> Image.Image:
    """A picture as a sheet of that scale shows it: cut at its foot."""
    shown = picture.crop((0, 0, picture.width, min(picture.height, TALL)))
    return shown.resize((round(shown.width * scale), round(shown.height * scale)), Image.Resampling.LANCZOS)


def save(picture: Image.Image, path: Path) -> None:
    """A PNG with as many colours as fit into the size that a repository should carry."""
    for colours in (128, 64, 32, 16):
        content = io.BytesIO()
        reduced = picture.quantize(colors=colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        reduced.save(content, "PNG", optimize=True)
        if content.tell() <= SHEET_OCTETS_MAX:
            break
    path.write_bytes(content.getvalue())


def take(
    browser: Browser, base_url: str, shots: list[Shot], keep: Path | None
) -> Iterator[tuple[str, Shot, list[Image.Image]]]:
    """Every page in every language, wide then narrow."""
    tabs = Tabs(browser, base_url)
    for shot in shots:
        for short, language in LANGUAGES.items():
            page = tabs.led(shot, language)
            page.set_default_timeout(15_000)
            pictures = [taken(page, width) for width in (DESKTOP, PHONE)]
            if keep:
                for width, picture in zip((DESKTOP, PHONE), pictures, strict=True):
                    picture.save(
                        keep / f"{shot.sheet}-{shot.name.replace(' ', '_').replace(',', '')}-{short}-{width}.png"
                    )
            yield short, shot, pictures


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("base_url")
    reader.add_argument("--keep", type=Path, default=None, metavar="FOLDER")
    reader.add_argument("--only", default="", metavar="SHEET", help="one sheet alone")
    given = reader.parse_args()
    program = shutil.which("chromium")
    if program is None:
        print("chromium is not installed (Debian: apt-get install chromium)", file=sys.stderr)  # noqa: T201
        return 2
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    shots = [shot for shot in SHOTS if given.only in ("", shot.sheet)]
    cells: dict[tuple[str, str], list[tuple[str, Image.Image, Image.Image]]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        try:
            for short, shot, (desktop, phone) in take(browser, given.base_url, shots, given.keep):
                cells.setdefault((shot.sheet, short), []).append((shot.name, small(desktop), small(phone)))
                if shot.saved_as and short == "zh":
                    save(desktop.crop((0, 0, desktop.width, min(desktop.height, TALL))), HERE / shot.saved_as)
        except TakeError as error:
            print(error, file=sys.stderr)  # noqa: T201
            return 1
    for (name, short), found in cells.items():
        save(sheet(found), HERE / f"{name}-{short}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
