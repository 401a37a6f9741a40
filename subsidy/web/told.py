"""Who is told of an act, said before it is done: from the same table by which the door tells them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import User
from subsidy.audit.moment import Moment
from subsidy.correspondence.telling import Audience, Tell, tells
from workflows.common.subjects import kind_named
from workflows.common.telling import Asked, audience


def told_lines(kind: str, action: str, subject: Any, *, actor_id: int, now: Moment) -> list[str]:
    """A line for each audience of the act that has anybody in it; what depends on the act's outcome is left out.

    A company is not told how many people of the bureau, or of another company, there are.
    """
    asked = Asked(kind_named(kind), subject, {}, actor_id, (), now.on)
    counted = not User.objects.filter(pk=actor_id, kind=UserKind.COMPANY).exists()
    people: dict[str, set[int]] = {}
    for entry in tells(kind, action):
        if entry.fits({}):
            people.setdefault(who_of(entry), set()).update(audience(entry, asked))
    return [_line(who, len(found), counted=counted) for who, found in people.items() if found]


def _line(who: str, n: int, *, counted: bool) -> str:
    if not counted:
        return _("%(who)s, in the app, and by e-mail as chosen") % {"who": who}
    said = ngettext(
        "%(who)s (%(n)d person), in the app, and by e-mail as chosen",
        "%(who)s (%(n)d people), in the app, and by e-mail as each has chosen",
        n,
    )
    return said % {"who": who, "n": n}


def who_of(entry: Tell) -> str:
    """The audience of an entry in words."""
    if entry.role is not None:
        return str(Role(entry.role).label)
    return {
        Audience.COMPANY: _("Everybody who may act for the company"),
        Audience.CONFIRMERS: _("Who may confirm accounts for the company"),
        Audience.LISTED: _("The people of the companies on the list"),
        Audience.ASKER: _("Who asked"),
        Audience.LEADER: _("The leader of the unit"),
        Audience.NAMED: _("The people concerned"),
    }.get(entry.to, _("Who holds the matter now"))
