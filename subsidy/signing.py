"""Signatures between programs that share a secret: HMAC-SHA256 over id, time and body, as Standard Webhooks has them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

SECRET_PREFIX = "whsec_"
_SECRET_OCTETS = 32


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_OCTETS)).decode()


def signature(secret: str, message_id: str, at: int, body: bytes) -> str:
    """The signature, its scheme in front; `at` is in seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b".".join((message_id.encode(), str(at).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
