"""One text for one value: what is hashed is stored as it was hashed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any


def _plain(value: Any) -> str:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    raise TypeError(
        f"{type(value).__name__} has no canonical form; pass text, whole numbers, dates, lists or mappings"
    )


def canonical(value: Any) -> str:
    """Canonical JSON of `value`: keys sorted, no spaces, UTF-8 characters as they are. Floats are refused (TypeError)."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no exact canonical form; use whole minor units or text")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)


def digest(text: str) -> bytes:
    """SHA-256 of the UTF-8 bytes of `text`."""
    return hashlib.sha256(text.encode()).digest()
