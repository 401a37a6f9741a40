"""The keys that sign checkpoints. The private half is a file that only its owner may read, in `keys` of the data folder.

Any host that signs (a worker, or whoever runs `audit checkpoint` or `audit export`) needs the file; web servers do not.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from subsidy.audit.log.refusals import LogRefused
from subsidy.audit.log.sequencer import lock_log
from subsidy.audit.models import LogKey, LogKeyEnd
from subsidy.audit.moment import Moment
from subsidy.audit.offline.note import VerifierKey, signature_line


def keys_folder() -> Path:
    return Path(settings.LOG_KEYS_DIR)


def key_in_use() -> LogKey | None:
    """The key that signs now; None before the first one and after the last was revoked."""
    return LogKey.objects.filter(end=None).order_by("-pk").first()


def public_of(key: LogKey) -> VerifierKey:
    return VerifierKey(key.name, bytes(key.public))


@transaction.atomic
def key_make(*, now: Moment, by: str, origin: str = "") -> LogKey:
    """Make the key of a log that has none in use (LogRefused when it has). The file is there before the row."""
    lock_log(wait=True)
    if key_in_use() is not None:
        raise LogRefused(_("A key is in use already. Replace it with: audit key rotate"))
    return _make(origin or settings.LOG_ORIGIN, now=now, by=by)


@transaction.atomic
def key_rotate(*, now: Moment, by: str, reason: str) -> tuple[LogKey, LogKey]:
    """Replace the key in use; returns the old and the new one (LogRefused when none is in use)."""
    lock_log(wait=True)
    old = key_in_use()
    if old is None:
        raise LogRefused(_("No key is in use. Make one with: audit key new"))
    LogKeyEnd.objects.create(key=old, revoked=False, at=now.real, by=by, reason=reason)
    return old, _make(old.name, now=now, by=by)


@transaction.atomic
def key_revoke(key: LogKey, *, now: Moment, by: str, reason: str) -> LogKeyEnd:
    """Say that a key is not to be trusted any more (LogRefused when it had ended). Its file is deleted."""
    lock_log(wait=True)
    if LogKeyEnd.objects.filter(key=key).exists():
        raise LogRefused(_("This key has ended already; see the public page of the log."))
    end = LogKeyEnd.objects.create(key=key, revoked=True, at=now.real, by=by, reason=reason)
    transaction.on_commit(lambda: _file(key).unlink(missing_ok=True))
    return end


def signed(key: LogKey, text: str) -> str:
    """The signature line of `key` under a text (LogRefused when its file is not on this host)."""
    try:
        private = load_pem_private_key(_file(key).read_bytes(), password=None)
    except FileNotFoundError as error:
        raise LogRefused(
            _(
                "The private key %(key)s is not on this host. Run this where it is, copy the file into the folder keys of "
                "the data folder, or replace the key with: audit key rotate"
            )
            % {"key": _file(key).name}
        ) from error
    if not isinstance(private, Ed25519PrivateKey) or private.public_key().public_bytes_raw() != bytes(key.public):
        raise LogRefused(
            _("The file %(key)s holds another key. Put the right one back, or: audit key rotate")
            % {"key": _file(key).name}
        )
    return signature_line(public_of(key), private.sign(text.encode()))


def _make(origin: str, *, now: Moment, by: str) -> LogKey:
    private = Ed25519PrivateKey.generate()
    public = VerifierKey(origin, private.public_key().public_bytes_raw())
    key = LogKey(name=origin, public=public.public, text=public.as_text(), made_at=now.real, made_by=by)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(_file(key), pem)
    key.save(force_insert=True)
    return key


def _file(key: LogKey) -> Path:
    return keys_folder() / f"log-{public_of(key).key_id.hex()}.pem"


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read: whole or not at all, and on the disk when this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def is_here(key: LogKey) -> bool:
    """Whether this host has the private half."""
    return _file(key).exists()
