"""What the page frame shows on every page."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.models import User
from subsidy.correspondence.notifying import unread_count
from subsidy.web import nav
from subsidy.web.notifications import UNREAD_CAP
from subsidy.web.person import acting_of, moment_of

SITE_NAME = _("Grants and subsidies")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: site name, who acts, navigation, and the day of the demo's clock in demo mode."""
    acting = acting_of(request)
    return {
        "site_name": SITE_NAME,
        "acting": acting,
        "nav_links": nav.links_for(acting.kind, acting.roles, path=request.path),
        "unread": unread_count(cast(User, request.user), cap=UNREAD_CAP) if acting.name else 0,
        "unread_cap": UNREAD_CAP,
        "demo_clock": moment_of(request).on if settings.DEMO_MODE else None,
    }
