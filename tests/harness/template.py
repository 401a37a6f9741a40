"""Remembers what migrating gives, so that a run migrates only what is new since an earlier one."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

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


def parts(server_major: int) -> dict[str, str]:
    """What the migrated database is made of, each by its digest: server, dependencies, apps, migrations and their imports."""
    paths = [CLONE / "requirements.txt", *migration_sources()]
    digests = {str(path.relative_to(CLONE)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    apps = {f"app {name}": "" for name in settings.INSTALLED_APPS}
    return {"server": str(server_major), **apps, **digests}


def place(made_of: Mapping[str, str]) -> Path:
    """Where the dump of these parts lies or will lie."""
    whole = json.dumps(made_of, sort_keys=True)
    return KEPT / f"{hashlib.sha256(whole.encode()).hexdigest()[:24]}.sql"


def nearest(made_of: Mapping[str, str]) -> Path | None:
    """The dump that has most of these parts, unchanged, and nothing else: what it lacks is migrated on top of it."""
    found: list[tuple[int, Path]] = []
    for listed in KEPT.glob("*.json"):
        held = json.loads(listed.read_text(encoding="utf-8"))
        if held.items() <= made_of.items() and listed.with_suffix(".sql").exists():
            found.append((len(held), listed.with_suffix(".sql")))
    return max(found)[1] if found else None


def save(url: str, made_of: Mapping[str, str]) -> None:
    """Write the dump beside and rename it: another run never reads half of one. Its parts are listed before it is there."""
    dump = place(made_of)
    dump.parent.mkdir(parents=True, exist_ok=True)
    half = dump.with_suffix(f".{os.getpid()}")
    _run("pg_dump", ["--no-owner", "-f", str(half), url], int(made_of["server"]))
    half.with_suffix(".listed").write_text(json.dumps(made_of), encoding="utf-8")
    half.with_suffix(".listed").rename(dump.with_suffix(".json"))
    half.rename(dump)
    for old in sorted(dump.parent.glob("*.sql"), key=lambda path: path.stat().st_mtime)[:-6]:
        old.unlink(missing_ok=True)
        old.with_suffix(".json").unlink(missing_ok=True)


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
