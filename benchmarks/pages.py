"""The main pages of a running demo: the weight of a first visit, and the time to the first byte.

    make demo ARGS="--port 8313"                            # in one terminal
    .venv/bin/python -m benchmarks.pages http://localhost:8313

Weight is what comes over the wire when a browser without a cache opens the page (headers and compressed bodies), fonts
apart; the limit is 250 KB. The first byte is the median of ROUNDS requests on one connection; the limit is 100 ms. Peer: the
statement on accessibility, a page of text alone through the same server and middleware, asked in turn with each.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import requests
from playwright.sync_api import Browser, sync_playwright

from benchmarks.rows import Row, table
from docs.screens import take

KB_MAX, FIRST_BYTE_MAX, ROUNDS = 250.0, 100.0, 21
PEER = "/accessibility/"
OCTETS_OF_A_KB = 1000
PAGES = (
    ("", "/"),
    ("", "/policies/"),
    ("", take.POLICY),
    ("", f"{take.POLICY}calculator/{take.FIGURES}"),
    ("", "/notices/"),
    ("", "/open-data/"),
    ("company12", "/my/"),
    ("company12", "a case of the company"),
    ("company1", "what fits the company"),
    ("acceptance", "/console/queue/pools/"),
    ("acceptance", "a case under review"),
    ("finance1", "/console/finance/pay/"),
    ("finance2", "/console/finance/"),
    ("finance2", "/console/finance/reconciliation/"),
    ("leader", "/console/overview/"),
    ("auditor", "/console/audit/"),
)
WAYS = {
    "a case of the company": take.first("/my/", "/my/applications/XH"),
    "what fits the company": take.first("/my/companies/", "/my/companies/", "policies/"),
    "a case under review": take.first("/console/queue/pools/", "/console/cases/"),
}


def weight(browser: Browser, state: Any, address: str) -> tuple[float, float]:
    """What a first visit to the page brings over the wire, in KB: everything but fonts, and fonts."""
    context = browser.new_context(storage_state=state)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    kinds: dict[str, str] = {}
    octets = {True: 0.0, False: 0.0}
    wire.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))

    def arrived(event: dict[str, Any]) -> None:
        octets[kinds.get(event["requestId"]) == "Font"] += event["encodedDataLength"]

    wire.on("Network.loadingFinished", arrived)
    page.goto(address, wait_until="networkidle")
    context.close()
    return octets[False] / OCTETS_OF_A_KB, octets[True] / OCTETS_OF_A_KB


def first_bytes(state: Any, base_url: str, address: str) -> tuple[float, float]:
    """Medians in ms until the answer to the page begins, and that of the peer, asked in turn."""
    session = requests.Session()
    for cookie in state["cookies"]:
        session.cookies.set(cookie["name"], cookie["value"])
    found: dict[str, list[float]] = {address: [], base_url + PEER: []}
    for _ in range(ROUNDS):
        for one, times in found.items():
            begun = time.perf_counter()
            answer = session.get(one, stream=True, timeout=60)
            times.append((time.perf_counter() - begun) * 1000)
            answer.raise_for_status()
            answer.close() if answer.headers.get("Connection") == "close" else answer.content
    page, peer = (statistics.median(times[1:]) for times in found.values())
    return page, peer


def rows(browser: Browser, base_url: str) -> list[Row]:
    tabs, found = take.Tabs(browser, base_url), []
    for account, place in PAGES:
        tab = tabs.of(account, take.LANGUAGES["zh"])
        (WAYS.get(place) or take.at(place))(tab)
        state, name = tab.context.storage_state(), f"{account or 'nobody'} {place.partition('?')[0]}"
        wire, fonts = weight(browser, state, tab.url)
        page, peer = first_bytes(state, base_url, tab.url)
        found.append(Row(f"{name}: weight", wire, "KB", KB_MAX, at_least=False, peer=f"fonts {fonts:,.0f} KB"))
        found.append(
            Row(f"{name}: first byte", page, "ms", FIRST_BYTE_MAX, at_least=False, peer=f"text alone {peer:,.0f} ms", times=peer / page)
        )  # fmt: skip
    return found


def main() -> int:
    program = shutil.which("chromium")
    if program is None or len(sys.argv) != 2 or not urlsplit(sys.argv[1]).netloc:
        print(
            "usage: python -m benchmarks.pages http://localhost:PORT (needs chromium and a running demo)",
            file=sys.stderr,
        )
        return 2
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        print(table(rows(browser, sys.argv[1].rstrip("/"))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
