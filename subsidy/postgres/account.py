"""The operating-system account that the database server runs under when we are root."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from subsidy.postgres.errors import PostgresError

ACCOUNT_NAME = "subsidy_pg"


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int


def server_account() -> Account | None:
    """The account to switch to, made when missing; None when we are not root and the server runs as ourselves.

    Raises PostgresError when the account cannot be made.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        _make_account()
        entry = pwd.getpwnam(ACCOUNT_NAME)
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def _make_account() -> None:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    command = [useradd or "useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent"]
    command += ["--shell", "/usr/sbin/nologin", "--user-group", ACCOUNT_NAME]
    done = subprocess.run(command, capture_output=True, text=True, check=False) if useradd else None
    # Exit status 9: another process made the account between our look and our attempt.
    if done is None or done.returncode not in (0, 9):
        detail = done.stderr.strip() if done else "useradd: not found"
        raise PostgresError(
            zh=f"数据库不能以 root 运行，而系统账户 {ACCOUNT_NAME} 无法创建（{detail}）。"
            "请以普通用户运行，或设置 DATABASE_URL。",
            en=f"The database does not run as root and the account {ACCOUNT_NAME} could not be made ({detail}). "
            "Run as an ordinary user, or set DATABASE_URL.",
        )


def closed_parent(path: Path) -> Path | None:
    """The topmost existing folder on the way to `path` that other accounts cannot enter, or None."""
    for parent in reversed(path.resolve().parents):
        if parent.exists() and not parent.stat().st_mode & stat.S_IXOTH:
            return parent
    return None
