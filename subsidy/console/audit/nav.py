"""The auditor's entries of the main navigation; the console adds them when it starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role, UserKind
from subsidy.web.nav import NavEntry, add


def add_entries() -> None:
    kinds, roles = (UserKind.OFFICER,), (Role.AUDITOR,)
    add(NavEntry(12, _("Cases"), "console:audit-cases", kinds=kinds, roles=roles))
    add(NavEntry(14, _("Audit search"), "console:audit", kinds=kinds, roles=roles))
