"""A dump of the database, and the drill that shows what a dump is worth: restored beside, checked, thrown away."""

from __future__ import annotations

import os
import secrets
import subprocess  # nosec B404
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from subsidy.audit.models import Checkpoint, Event
from subsidy.postgres.binaries import find_binaries

TIMEOUT = 6 * 3600
"""Seconds that one program may take."""
_PARTS = ("host", "port", "user", "password", "dbname", "sslmode", "sslrootcert")


@dataclass(frozen=True)
class Step:
    """One thing that the drill did, and what was wrong with it; nothing wrong is an empty text."""

    zh: str
    en: str
    wrong: str = ""


def dump(target: Path) -> None:
    """Write the whole database in pg_dump's own format, readable by the owner alone."""
    target.touch(mode=0o600)
    _run("pg_dump", "--format=custom", "--no-owner", "--file", str(target), dbname=_address())


def drill(dumped: Path | None, head: Path | None) -> Iterator[Step]:
    """Restore a dump (one made now where none is named) into a database beside, and check it there.

    `head` is a checkpoint that was kept elsewhere; without it the last one published here is used.
    """
    with tempfile.TemporaryDirectory(prefix="subsidy-drill-") as folder:
        if dumped is None:
            dumped = Path(folder) / "now.dump"
            dump(dumped)
            yield Step(f"已转储 {dumped.stat().st_size:,} 字节", f"dumped {dumped.stat().st_size:,} bytes")
        expected = _expected(Path(folder), head)
        with _scratch() as name:
            _run("pg_restore", "--no-owner", "--exit-on-error", "--dbname", _address(name), str(dumped))
            yield Step("已恢复到旁侧数据库", "restored into a database beside")
            yield from _checks(_address(name), expected)


def _expected(folder: Path, head: Path | None) -> Path | None:
    """The head that the restored log must contain; None where nothing was ever published."""
    if head is not None:
        return head
    last = Checkpoint.objects.order_by("-pk").first()
    if last is None:
        return None
    path = folder / "checkpoint"
    path.write_text(last.text, encoding="utf-8")
    return path


def _checks(address: str, expected: Path | None) -> Iterator[Step]:
    yield _check(address, "日志与链完整", "chains, places and every head of the log hold", "audit", "verify")
    if expected is None:
        yield Step("尚无已公布的检查点，未比对", "no checkpoint has been published yet: nothing to compare with")
    else:
        words = ("包含最近公布的检查点", "continues the last published checkpoint")
        yield _check(address, *words, "audit", "verify", str(expected))
    yield _check(address, "账簿不变式成立", "the invariants of the books hold", "ledger", "check")
    with psycopg.connect(address) as restored:
        row = restored.execute("SELECT count(*) FROM audit_event").fetchone()
    there, here = row[0] if row else 0, Event.objects.count()
    yield Step(f"{there} 个事件（现库 {here} 个）", f"{there} events ({here} in the database in use)")


def _check(address: str, zh: str, en: str, *command: str) -> Step:
    """One command of this program against the restored database."""
    environment = {**os.environ, "DATABASE_URL": _as_url(address), "SUBSIDY_DATA_DIR": str(settings.DATA_DIR)}
    environment.setdefault("SUBSIDY_LOG_ORIGIN", settings.LOG_ORIGIN)
    done = subprocess.run(  # nosec B603
        [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *command],
        env=environment, capture_output=True, text=True, timeout=TIMEOUT,
    )  # fmt: skip
    return Step(zh, en, "" if done.returncode == 0 else (done.stderr or done.stdout)[-2000:])


@contextmanager
def _scratch() -> Iterator[str]:
    """An empty database beside the one in use, dropped whatever happens. The account must be allowed to create one."""
    name = f"subsidy_drill_{secrets.token_hex(4)}"
    with psycopg.connect(_address("postgres"), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
    try:
        yield name
    finally:
        with psycopg.connect(_address("postgres"), autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _address(database: str = "") -> str:
    """How libpq reaches this server."""
    given: dict[str, Any] = connection.get_connection_params()
    parts = {name: given[name] for name in _PARTS if given.get(name)}
    return make_conninfo(**{**parts, **({"dbname": database} if database else {})})


def _as_url(address: str) -> str:
    """The same as a DATABASE_URL; everything goes into its query, where a folder of a socket can stand too."""
    from_info = psycopg.conninfo.conninfo_to_dict(address)
    name = from_info.pop("dbname")
    query = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in from_info.items())
    return f"postgresql:///{quote(str(name), safe='')}?{query}"


def _run(program: str, *arguments: str, dbname: str = "") -> None:
    """A program of PostgreSQL. Raises RuntimeError with its own words."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        major = int(cursor.fetchone()[0]) // 10_000
    folder = find_binaries(environ=os.environ, major=major).folder
    more = ["--dbname", dbname] if dbname else []
    done = subprocess.run(  # nosec B603
        [str(folder / program), *more, *arguments], capture_output=True, text=True, timeout=TIMEOUT
    )
    if done.returncode:
        raise RuntimeError(f"{program}: {done.stderr[-2000:]}")
