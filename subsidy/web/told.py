"""Who is told of an act, said before it is done: from the same table by which the door tells them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subsidy.accounts.enums import Role
from subsidy.audit.moment import Moment
from subsidy.correspondence.telling import Audience, Tell, tells
from workflows.common.subjects import kind_named
from workflows.common.telling import Asked, audience


def told_lines(kind: str, action: str, subject: Any, *, actor_id: int, now: Moment) -> list[str]:
    """A line for each audience of the act that has anybody in it; what depends on the act's outcome is left out."""
    asked = Asked(kind_named(kind), subject, {}, actor_id, (), now.on)
    lines = []
    for entry in tells(kind, action):
        people = audience(entry, asked) if entry.fits({}) else set()
        if people:
            said = ngettext(
                "%(who)s (%(n)d person), in the app, and by e-mail as chosen",
                "%(who)s (%(n)d people), in the app, and by e-mail as each has chosen",
                len(people),
            )
            lines.append(said % {"who": _who(entry), "n": len(people)})
    return lines


def _who(entry: Tell) -> str:
    if entry.role is not None:
        return str(Role(entry.role).label)
    return {
        Audience.COMPANY: _("Everybody who may act for the company"),
        Audience.CONFIRMERS: _("Who may confirm accounts for the company"),
        Audience.LISTED: _("The people of the companies on the list"),
        Audience.ASKER: _("Who asked"),
        Audience.LEADER: _("The leader of the unit"),
    }.get(entry.to, _("Who holds the matter now"))
