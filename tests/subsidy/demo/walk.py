"""Walks the pages of a filled bureau by their links, as people of every desk: what a page leads its reader to opens.

A helper, because filling a database takes minutes: the test of the seeded demo calls it with its own.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve

from subsidy.accounts.models import User

PEOPLE = (
    "counter", "acceptance", "township", "dept1", "amount", "expert1", "leader", "supervision", "finance1", "finance2",
    "policy1", "policy2", "auditor", "auditadmin", "sysadmin", "secadmin", "newcomer", "company1", "company9", "company12",
)  # fmt: skip
BEGINNINGS = ("/", "/start/", "/notifications/", "/account/details/")
OF_A_PAGE = 2
"""So many addresses of one page are opened; of a case more, for what it leads to depends on where it stands."""
OF_A_CASE = 12
LINK = re.compile(r'<a\b[^>]*\bhref="([^"#]+)')
CHOOSES = frozenset({"action", "tab", "kind", "wanted", "account", "reading", "dataset"})
"""Words in an address that choose a page; other words in it choose what the page is about."""


def broken_links() -> list[str]:
    """Each address to which a page leads its reader, but which does not open for them: who, from where, to where, what."""
    return [fault for name in PEOPLE for fault in _Walk(name).faults()]


class _Walk:
    """One person's way through everything that their pages lead to."""

    def __init__(self, username: str) -> None:
        self.username = username
        self.client = Client(raise_request_exception=False)
        user = User.objects.get(username=username)
        self.client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        self.came_from = dict.fromkeys(BEGINNINGS, "")
        self.opened: Counter[str] = Counter()

    def faults(self) -> list[str]:
        found: list[str] = []
        waiting = deque(BEGINNINGS)
        while waiting:
            address = waiting.popleft()
            if not self._is_wanted(address):
                continue
            answer = self.client.get(address, follow=True)
            here = answer.redirect_chain[-1][0] if answer.redirect_chain else address
            if answer.status_code != 200:
                found.append(f"{self.username}: {self.came_from[address]} → {address}: {answer.status_code}")
            if answer.streaming:
                answer.close()
            if answer.streaming or not answer["Content-Type"].startswith("text/html"):
                continue
            for link in LINK.findall(answer.content.decode()):
                parts = urlsplit(urljoin(here, unescape(link)))
                leads = parts.path + (f"?{parts.query}" if parts.query else "")
                if not parts.netloc and leads not in self.came_from:
                    self.came_from[leads] = address
                    waiting.append(leads)
        return found

    def _is_wanted(self, address: str) -> bool:
        parts = urlsplit(address)
        if parts.path.startswith((settings.STATIC_URL, "/api/")):
            return False
        try:
            match = resolve(parts.path)
        except Resolver404:
            return True  # the answer will say so
        words = (str(value) for name, value in match.kwargs.items() if name in CHOOSES)
        export = "export" if "export=" in parts.query else ""
        page = " ".join((match.view_name, *words, export))
        self.opened[page] += 1
        return self.opened[page] <= (OF_A_CASE if match.view_name == "console:case" else OF_A_PAGE)
