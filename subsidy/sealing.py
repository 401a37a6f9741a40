"""Values that the database holds sealed: numbers of bank accounts, secrets of code apps.

AES-256 in SIV mode (RFC 5297): one text gives one sealed text under one key, so that equal numbers can be found and
compared without opening them, and a changed byte is noticed. A sealed text names its key; the first key of the ring
seals, all of them open. The ring is SUBSIDY_FIELD_KEYS, or the file `keys/fields` of the data folder.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.apps import apps
from django.conf import settings
from django.db import models

MARK = "s1"
_BYTES = 64
_USE = b"subsidy field"


class SealError(Exception):
    """A value cannot be opened, or there is no ring to seal with; the message says what to do."""


@dataclass(frozen=True)
class Key:
    """One key of 64 bytes; `name` is the beginning of its hash, which tells nothing of it."""

    secret: bytes

    @cached_property
    def name(self) -> str:
        return hashlib.sha256(_USE + self.secret).hexdigest()[:8]

    @cached_property
    def cipher(self) -> AESSIV:
        return AESSIV(self.secret)


def new_key() -> str:
    """A key as the ring writes it."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_BYTES)).decode()


def parse(texts: Sequence[str]) -> tuple[Key, ...]:
    """The keys of a ring (SealError for what is none)."""
    found = []
    for text in texts:
        try:
            secret = base64.b64decode(text.strip(), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            secret = b""
        if len(secret) != _BYTES:
            raise SealError(
                f"字段密钥须为 {_BYTES} 字节的 base64；用 manage.py secrets new 生成。 / "
                f"A field key must be {_BYTES} bytes in base64; make one with: manage.py secrets new"
            )
        found.append(Key(secret))
    return tuple(found)


def key_file() -> Path:
    return Path(settings.LOG_KEYS_DIR) / "fields"


_rings: dict[str, tuple[Key, ...]] = {}


def ring() -> tuple[Key, ...]:
    """The keys in use, newest first; the file is made with the first value that is sealed."""
    given = settings.FIELD_KEYS or _of_file()
    if given not in _rings:
        _rings[given] = parse(given.replace(",", "\n").split())
    return _rings[given]


def _of_file() -> str:
    path = key_file()
    if not path.exists():
        _begin(path)
    return path.read_text(encoding="ascii")


def _begin(path: Path) -> None:
    """Make the file whole or not at all: of two processes that begin at once one is first, and both read its key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = path.with_name(f".fields-{os.getpid()}-{secrets.token_hex(4)}")
    made.touch(mode=0o600)
    made.write_text(new_key() + "\n", encoding="ascii")
    try:
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        made.unlink()


def seal(text: str) -> str:
    """The text under the newest key; the same text gives the same."""
    key = ring()[0]
    closed = key.cipher.encrypt(text.encode(), [_USE]) if text else b""
    return f"{MARK}:{key.name}:{base64.b64encode(closed).decode()}"


def unseal(sealed: str) -> str:
    """The text that was sealed. Raises SealError for a changed value, one that was never sealed, or an unknown key."""
    mark, _colon, rest = sealed.partition(":")
    name, _colon, content = rest.partition(":")
    if mark != MARK:
        raise SealError("未加密的值出现在加密字段中 / a value that was never sealed stands in a sealed field")
    key = next((one for one in ring() if one.name == name), None)
    if key is None:
        raise SealError(
            f"缺少字段密钥 {name}：请恢复数据目录中的 keys/fields 或 SUBSIDY_FIELD_KEYS。 / "
            f"The field key {name} is missing: bring back keys/fields of the data folder, or SUBSIDY_FIELD_KEYS."
        )
    if not content:
        return ""
    try:
        return key.cipher.decrypt(base64.b64decode(content), [_USE]).decode()
    except InvalidTag:
        raise SealError("加密字段的值被改动 / the value of a sealed field was changed") from None


class SealedField(models.TextField):
    """A text that the database holds sealed. It can be found by the whole value and by nothing less."""

    LOOKUPS = frozenset({"exact", "in", "isnull"})

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return text if text is None else seal(text)

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        return value if value is None else unseal(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in self.LOOKUPS:
            raise TypeError(f"{self.name} is sealed; a search by {lookup_name} would find nothing")
        return super().get_lookup(lookup_name)


def sealed_fields() -> list[tuple[type[models.Model], str]]:
    """Every sealed column of the program, by model and name."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, SealedField)
    ]
