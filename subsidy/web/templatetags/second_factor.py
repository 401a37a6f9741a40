"""For the pages of signing in: identity providers, and what a demo shows where a one-time code is asked for."""

from __future__ import annotations

import time
from dataclasses import dataclass

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django import template
from django.conf import settings

register = template.Library()


@dataclass(frozen=True)
class DemoCode:
    """The code of this moment and the secret that a code app takes."""

    code: str
    secret: str


@register.simple_tag
def identity_providers() -> list[tuple[str, str]]:
    """Id and name of each identity provider by which people may sign in."""
    return [(one["provider_id"], one["name"]) for one in settings.IDENTITY_PROVIDERS]


@register.simple_tag
def demo_code() -> DemoCode | None:
    """The demo's code now; None outside a demo."""
    secret = settings.DEMO_TOTP_SECRET
    if not secret:
        return None
    counter = int(time.time()) // app_settings.TOTP_PERIOD
    return DemoCode(format_hotp_value(hotp_value(secret, counter)), secret)
