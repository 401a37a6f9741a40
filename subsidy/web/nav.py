"""The main navigation: each screen room adds its entries when it starts, and people see those meant for them.

    add(NavEntry(order=10, label=_("Queue"), url_name="console:queue", kinds=(UserKind.OFFICER,)))    # in AppConfig.ready

The first entry of a person is also where they land after signing in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse

from subsidy.accounts.enums import Role
from subsidy.web.components import Text


@dataclass(frozen=True)
class NavEntry:
    """An entry: for whom by kind of person (empty: not signed in) and, when given, by role; `public` is for everybody."""

    order: int
    label: Text
    url_name: str
    kinds: Collection[str] = ()
    roles: Collection[Role] = ()
    public: bool = False

    def is_for(self, kind: str, roles: Collection[str]) -> bool:
        if self.kinds and kind not in self.kinds:
            return False
        if self.roles and not set(self.roles) & set(roles):
            return False
        return bool(self.kinds or self.roles or self.public)

    @property
    def url(self) -> str:
        return reverse(self.url_name)


@dataclass(frozen=True)
class NavLink:
    label: Text
    url: str
    current: bool


_entries: dict[str, NavEntry] = {}


def add(entry: NavEntry) -> None:
    """Add an entry. Raises ValueError when another entry leads to the same place."""
    if _entries.setdefault(entry.url_name, entry) != entry:
        raise ValueError(f"The navigation already has an entry for {entry.url_name}; change that one.")


def entries_for(kind: str, roles: Collection[str]) -> list[NavEntry]:
    """What a person sees, in order; an empty kind is somebody not signed in."""
    return sorted((entry for entry in _entries.values() if entry.is_for(kind, roles)), key=lambda entry: entry.order)


def links_for(kind: str, roles: Collection[str], *, path: str) -> list[NavLink]:
    """The same as links; the longest address that begins this page's path is the current one."""
    found = [(entry.label, entry.url) for entry in entries_for(kind, roles)]
    current = max(
        (url for _, url in found if path == url or (url != "/" and path.startswith(url))), key=len, default=""
    )
    return [NavLink(label, url, url == current) for label, url in found]
