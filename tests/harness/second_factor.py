"""Second factors for tests: a code app whose codes the test knows, and sessions in which one was just shown."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from subsidy.accounts.models import User

SECRET = "ASECRETOFTESTSALONEASECRETOFTEST"


def give_app(user: User) -> Authenticator:
    """Set up a code app for the person."""
    return TOTP.activate(user, SECRET).instance


def code_now() -> str:
    """What the app shows at this moment."""
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def shown(session: Any, *, ago: float = 0) -> None:
    """Note in a session that its person showed a second factor so many seconds ago."""
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time() - ago, "type": "totp"}]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = session[SESSION_KEY]
    session.save()


def prove(client: Client, *, ago: float = 0) -> Client:
    """This client's person has shown a second factor so many seconds ago."""
    shown(client.session, ago=ago)
    return client


def prove_cookies(cookies: Any) -> None:
    """The same for a browser, by its cookies as the driver gives them."""
    keys = [one["value"] for one in cookies if one["name"] == settings.SESSION_COOKIE_NAME]
    shown(SessionStore(session_key=keys[0]))
