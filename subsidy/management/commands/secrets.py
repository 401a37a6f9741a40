"""`manage.py secrets ACTION`: the keys that seal numbers of accounts and secrets of code apps."""

from __future__ import annotations

import getpass
import logging
import os
from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection, models, transaction

from subsidy import sealing
from subsidy.management.base import NOT_WRITTEN, Findings, ProgramCommand
from subsidy.sealing import MARK, key_file, new_key, ring, seal, sealed_fields, unseal

_log = logging.getLogger(__name__)
# What allauth keeps of a factor in one JSON object: these entries are sealed, each a text or a list of texts.
_OF_FACTORS = ("secret", "seed", "migrated_codes")


class Command(ProgramCommand):
    help = "Keys of sealed fields: new (prints one), list, rotate, forget. rotate and forget need --commit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=("new", "list", "rotate", "forget"))
        parser.add_argument("--commit", action="store_true", help="write the change; without it nothing is written")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["action"]:
            case "new":
                self.stdout.write(new_key())
            case "list":
                self._list()
            case "rotate":
                self._change(options["commit"], f"{new_key()}\n{_file_text()}")
            case "forget":
                self._forget(options["commit"])

    def _list(self) -> None:
        used = _used()
        for place, key in enumerate(ring()):
            words = "加密 / seals" if place == 0 else "仅解密 / opens"
            self.stdout.write(f"{key.name}  {words}  {used.get(key.name, 0)}")

    def _change(self, commit: bool, text: str) -> None:
        if not commit:
            raise Findings(NOT_WRITTEN)
        # First the ring that opens old and new, then the values: whatever stops in between, everything can be opened.
        _write(text)
        with transaction.atomic():
            changed = sum(_reseal(model, name) for model, name in sealed_fields()) + _reseal_factors()
        _log.info("sealed %d values under key %s for os:%s", changed, ring()[0].name, getpass.getuser())
        self.stdout.write(f"✓ {changed} 个值已用新密钥 {ring()[0].name} 加密 / values are sealed under the new key")

    def _forget(self, commit: bool) -> None:
        newest, *old = ring()
        held = sum(count for name, count in _used().items() if name != newest.name)
        if held:
            raise Findings(
                f"仍有 {held} 个值由旧密钥加密；请先运行 secrets rotate。 / "
                f"{held} values are still sealed under an older key; run secrets rotate first."
            )
        if not commit:
            raise Findings(NOT_WRITTEN)
        _write(_file_text().split()[0] + "\n")
        self.stdout.write(f"✓ {len(old)} 个旧密钥已删除 / older keys are gone")


def _file_text() -> str:
    if settings.FIELD_KEYS:
        raise Findings(
            "密钥来自环境变量 SUBSIDY_FIELD_KEYS：请将 secrets new 的输出写在其最前面并重启，再运行。 / "
            "The keys come from SUBSIDY_FIELD_KEYS: unset it and keep them in keys/fields of the data folder first."
        )
    ring()
    return key_file().read_text(encoding="ascii")


def _write(text: str) -> None:
    """Replace the file whole, readable by its owner alone."""
    path = key_file()
    made = path.with_name(f".fields-{os.getpid()}")
    made.touch(mode=0o600)
    made.write_text(text, encoding="ascii")
    made.replace(path)


def _raw(model: type[models.Model], name: str) -> tuple[str, str]:
    """Table and column; both are the program's own names."""
    return model._meta.db_table, str(getattr(model._meta.get_field(name), "column", name))


def _used() -> dict[str, int]:
    """How many values stand sealed under each key, by the key's name."""
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for table, column in (_raw(model, name) for model, name in sealed_fields()):
            cursor.execute(f"SELECT split_part({column}, ':', 2), count(*) FROM {table} GROUP BY 1")  # nosec B608
            for key, count in cursor.fetchall():
                found[key] = found.get(key, 0) + count
    for factor in Authenticator.objects.iterator():
        for value in _sealed_of(factor.data):
            key = value.split(":")[1]
            found[key] = found.get(key, 0) + 1
    return found


def _sealed_of(data: dict[str, Any]) -> list[str]:
    found = []
    for name in _OF_FACTORS:
        value = data.get(name, [])
        found += [one for one in (value if isinstance(value, list) else [value]) if one.startswith(f"{MARK}:")]
    return found


def _reseal(model: type[models.Model], name: str) -> int:
    """Seal a column anew. What was entered is frozen by trigger; the triggers are off within this transaction alone."""
    table, column = _raw(model, name)
    key = _raw(model, model._meta.pk.name)[1]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits for the commit would forbid the next statement
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"SELECT {key}, {column} FROM {table}")  # nosec B608
        rows = cursor.fetchall()
        again = [(seal(unseal(value)), pk) for pk, value in rows if value is not None]
        cursor.executemany(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", again)  # nosec B608
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    return len(again)


def _reseal_factors() -> int:
    changed = 0
    for factor in Authenticator.objects.select_for_update():
        for name in _OF_FACTORS:
            if name in factor.data:
                value = factor.data[name]
                factor.data[name] = [_again(one) for one in value] if isinstance(value, list) else _again(value)
                changed += 1
        factor.save(update_fields=["data"])
    return changed


def _again(value: str) -> str:
    return seal(sealing.unseal(value)) if value.startswith(f"{MARK}:") else value
