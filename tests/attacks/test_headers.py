"""What every answer says to browsers, and what production adds."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from django.test import Client
from django.urls import reverse

from tests.attacks.test_table import ROOT
from tests.world import World

READ = """
import json
from subsidy import settings as s
print(json.dumps({name: getattr(s, name) for name in (
    "DEBUG", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS",
    "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME",
    "DEMO_MODE", "DEMO_TOTP_SECRET", "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN")}
    | {"kinds": sorted(s.SECOND_FACTOR_KINDS)}))
"""


def test_every_page_tells_the_browser_what_it_may_do(world: World) -> None:
    answer = Client().get(reverse("account_login"))
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy and "*" not in policy
    for part in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ):
        assert part in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in answer["Permissions-Policy"] and "midi=()" in answer["Permissions-Policy"]
    assert answer.cookies["csrftoken"]["samesite"] == "Lax" and answer.cookies["csrftoken"]["httponly"]


def test_what_a_signed_in_person_sees_is_kept_in_no_cache(world: World) -> None:
    client = Client()
    client.force_login(world.people["acceptance"])
    assert "no-store" in client.get(reverse("own-details"))["Cache-Control"]
    assert "no-store" not in Client().get(reverse("public:help")).get("Cache-Control", "")


def test_production_is_https_alone_and_loosens_nothing() -> None:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SUBSIDY_", "DATABASE_", "DJANGO_"))
    }
    given = {
        "SUBSIDY_DATA_DIR": "/nonexistent",
        "SUBSIDY_SECRET_KEY": "k" * 60,
        "SUBSIDY_ALLOWED_HOSTS": "grants.example",
    }
    done = subprocess.run(
        [sys.executable, "-c", READ], env={**kept, **given}, cwd=ROOT, capture_output=True, check=True
    )
    found = json.loads(done.stdout)
    assert found == {
        "DEBUG": False,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "DEMO_MODE": False,
        "DEMO_TOTP_SECRET": "",
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
        "kinds": ["expert", "officer"],
    }
