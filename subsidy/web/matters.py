"""Where a matter is read, by its kind and by the kind of person who reads it: one table for lists and notifications."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from subsidy.accounts.enums import UserKind

BY_NUMBER: Mapping[tuple[str, str], str] = {
    ("case", UserKind.COMPANY): "portal:case",
    ("case", UserKind.EXPERT): "console:score",
    ("case", UserKind.OFFICER): "console:case",
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


def page_of(kind: str, reader: str, number: str) -> str:
    """The address of a matter for a reader of that kind (KeyError where they have no page of it)."""
    return reverse(BY_NUMBER[kind, reader], args=[number])
