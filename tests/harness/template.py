"""Remembers what migrating gives, so that a run whose migrations have not changed does not migrate again."""

from __future__ import annotations

import ast
import hashlib
import os
import subprocess
from pathlib import Path

from subsidy.postgres.binaries import find_binaries

CLONE = Path(__file__).resolve().parents[2]
ROOMS = ("subsidy", "workflows")
KEPT = CLONE / ".pytest_cache" / "templates"


def migration_sources() -> list[Path]:
    """Our migrations, and whatever of our own they import, however far."""
    found: set[Path] = set()
    waiting = [path for room in ROOMS for path in (CLONE / room).rglob("migrations/*") if path.is_file()]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        if path.suffix == ".py":
            waiting += [target for name in _imported(path) for target in _files(name)]
    return sorted(found)


def remembered(server_major: int) -> Path:
    """Where the dump for the present migrations, dependencies and server lies or will lie."""
    digest = hashlib.sha256(f"{server_major}".encode())
    for path in [CLONE / "requirements.txt", *migration_sources()]:
        digest.update(f"{path.relative_to(CLONE)}\0".encode() + path.read_bytes() + b"\0")
    return KEPT / f"{digest.hexdigest()[:24]}.sql"


def save(url: str, dump: Path, *, server_major: int) -> None:
    """Write the dump beside and rename it: another run never reads half of one."""
    dump.parent.mkdir(parents=True, exist_ok=True)
    half = dump.with_suffix(f".{os.getpid()}")
    _run("pg_dump", ["--no-owner", "-f", str(half), url], server_major)
    half.rename(dump)
    for old in sorted(dump.parent.glob("*.sql"), key=lambda path: path.stat().st_mtime)[:-6]:
        old.unlink(missing_ok=True)


def load(url: str, dump: Path, *, server_major: int) -> None:
    _run("psql", ["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f", str(dump), url], server_major)


def _run(program: str, words: list[str], major: int) -> None:
    folder = find_binaries(environ=os.environ, major=major).folder
    subprocess.run([folder / program, *words], check=True, stdin=subprocess.DEVNULL)


def _imported(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return [name for name in names if name.split(".")[0] in ROOMS]


def _files(name: str) -> list[Path]:
    place = CLONE.joinpath(*name.split("."))
    return [path for path in (place.with_suffix(".py"), place / "__init__.py") if path.exists()]
