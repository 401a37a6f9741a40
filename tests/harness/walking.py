"""Walks the pages of a filled bureau by their links, as people of every desk: what a page leads its reader to opens.

The test of the seeded demo walks in its own process; `docs/screens/every.py` walks a running demo to take a picture of
every page.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

PEOPLE = (
    "counter", "acceptance", "township", "dept1", "amount", "expert1", "leader", "supervision", "finance1", "finance2",
    "policy1", "policy2", "auditor", "auditadmin", "sysadmin", "secadmin", "newcomer", "company1", "company9", "company12",
)  # fmt: skip
BEGINNINGS = ("/", "/start/", "/notifications/", "/account/details/")
OF_A_PAGE = 2
"""So many addresses of one page are opened; of a case more, for what it leads to depends on where it stands."""
OF_A_CASE = 12
LINK = re.compile(r'<a\b[^>]*\bhref="([^"#]+)')
CHOOSES = frozenset({"action", "tab", "kind", "wanted", "account", "reading", "dataset", "section"})
"""Words in an address that choose a page; other words in it choose what the page is about."""


@dataclass(frozen=True)
class Answer:
    """What came of asking for an address: where it led, and the page where it is one (`html` is empty otherwise)."""

    status: int
    address: str
    html: str


@dataclass(frozen=True)
class Stop:
    """One address on the way: the name of its page, and where the link to it stood."""

    page: str
    address: str
    came_from: str
    answer: Answer


def walk(get: Callable[[str], Answer]) -> Iterator[Stop]:
    """Every address that one reader's pages lead to, a few of each page."""
    came_from = dict.fromkeys(BEGINNINGS, "")
    opened: Counter[str] = Counter()
    waiting = deque(BEGINNINGS)
    while waiting:
        address = waiting.popleft()
        page = page_of(address)
        opened[page] += 1
        if not page or opened[page] > (OF_A_CASE if page == "console:case" else OF_A_PAGE):
            continue
        answer = get(address)
        yield Stop(page, address, came_from[address], answer)
        for link in LINK.findall(answer.html):
            leads = _within(urljoin(answer.address, unescape(link)), urlsplit(answer.address).netloc)
            if leads and leads not in came_from:
                came_from[leads] = address
                waiting.append(leads)


def page_of(address: str) -> str:
    """The name of the page at an address, with the words of the address that choose it; empty for what is no page of ours
    (files of the look, the API); for an address that the program does not know the address itself.
    """
    parts = urlsplit(address)
    if parts.path.startswith((settings.STATIC_URL, "/api/")):
        return ""
    try:
        match = resolve(parts.path)
    except Resolver404:
        return address
    words = (value for name, value in match.kwargs.items() if name in CHOOSES and isinstance(value, str))
    return " ".join((match.view_name, *words, *(["export"] if "export=" in parts.query else [])))


def _within(address: str, host: str) -> str:
    """The path and query of an address on the same host; empty for any other."""
    parts = urlsplit(address)
    if parts.netloc not in ("", host):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")
