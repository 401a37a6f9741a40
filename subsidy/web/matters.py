"""Where a matter is read, by its kind and by the kind of person who reads it: one table for lists and notifications."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.urls import reverse

from subsidy.accounts.enums import UserKind
from subsidy.decisions.selectors import SEES_OBJECTIONS
from subsidy.payouts.selectors import SEES_MONEY

BY_NUMBER: Mapping[tuple[str, str], str] = {
    ("case", UserKind.COMPANY): "portal:case",
    ("case", UserKind.EXPERT): "console:score",
    ("case", UserKind.OFFICER): "console:case",
    ("call", UserKind.OFFICER): "console:call",
    ("round", UserKind.OFFICER): "console:round",
    ("batch", UserKind.OFFICER): "console:finance_batch",
    ("objection", UserKind.OFFICER): "console:objection",
    ("proposal", UserKind.OFFICER): "console:proposal",
    ("recovery", UserKind.OFFICER): "console:recovery",
    ("recovery", UserKind.COMPANY): "portal:recovery",
    ("undertaking", UserKind.OFFICER): "console:undertaking",
    ("undertaking", UserKind.COMPANY): "portal:undertaking",
}
"""Pages whose address holds the number of the matter."""


OFFICERS: Mapping[str, Collection[str]] = {"objection": SEES_OBJECTIONS, "batch": SEES_MONEY}
"""Roles that open the matters of a kind, where not every officer who meets one in a list does."""


def page_of(kind: str, reader: str, number: str, *, roles: Collection[str]) -> str:
    """The address of a matter for a reader of that kind who holds those roles; empty where these do not open it.

    KeyError where readers of that kind have no page of such matters at all.
    """
    name = BY_NUMBER[kind, reader]
    if reader == UserKind.OFFICER and kind in OFFICERS and not set(OFFICERS[kind]).intersection(roles):
        return ""
    return reverse(name, args=[number])
