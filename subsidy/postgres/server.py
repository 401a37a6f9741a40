"""Life of an embedded server: the first user starts it, the last one stops it."""

from __future__ import annotations

import atexit
import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from subsidy.postgres.account import Account, closed_parent, server_account
from subsidy.postgres.binaries import Binaries, find_binaries, reachable_copy
from subsidy.postgres.errors import PostgresError

ROLE = "subsidy"
DATABASE = "subsidy"
PORT = 5432  # names the socket file only; the server listens on no network address
MAX_CONNECTIONS = 300
START_SECONDS = 60
SOCKET_PATH_MAX = 100  # bytes; the system's limit is 104 to 108
# Sorting is by code point everywhere; letters are known as letters, or trigram search would skip Chinese.
CTYPE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"


@dataclass(frozen=True)
class Address:
    """How to reach a server: a folder with its socket."""

    socket_dir: Path
    user: str = ROLE
    port: int = PORT

    def url(self, database: str) -> str:
        """The address as a DATABASE_URL."""
        return f"postgresql://{self.user}@/{database}?host={self.socket_dir}&port={self.port}"


class EmbeddedServer:
    """One PostgreSQL in one folder, shared by every process that holds it.

    Each holder keeps a shared lock on a file, which the system drops even when the process is killed; who lets go last
    stops the server. `durable=False` trades crash safety for speed and is for tests alone.
    """

    def __init__(self, home: Path, *, durable: bool = True, environ: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.data = home / "data"
        self.log = home / "log"
        self._durable = durable
        self._environ = dict(os.environ if environ is None else environ)
        self._guard = threading.RLock()
        self._hold: IO[str] | None = None
        self._hold_pid = 0

    def acquire(self) -> Address:
        """Hold the server, starting it (and making its folder) when it is down.

        Raises PostgresError when it cannot start.
        """
        with self._guard:
            if self._hold is not None and self._hold_pid == os.getpid():
                return self._address()
            account = server_account()
            self._prepare_home(account)
            with self._locked():
                hold = (self.home / "users.lock").open("w")
                fcntl.flock(hold, fcntl.LOCK_SH)
                try:
                    if not self.is_ready():
                        self._start(account)
                    self.ensure_database(DATABASE)
                except BaseException:
                    hold.close()
                    raise
            self._hold, self._hold_pid = hold, os.getpid()
            atexit.register(self.release)
            return self._address()

    def release(self) -> None:
        """Let go; stop the server when nobody else holds it. Safe to call twice and in a forked child."""
        with self._guard:
            hold, self._hold = self._hold, None
            if hold is None or self._hold_pid != os.getpid():
                return
            atexit.unregister(self.release)
            with self._locked():
                hold.close()
                with (self.home / "users.lock").open("w") as users:
                    try:
                        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        return
                    self._stop()

    def is_ready(self) -> bool:
        """Whether the server answers now."""
        try:
            with self.connect("postgres"):
                return True
        except psycopg.OperationalError:
            return False

    def connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        """An autocommit connection for maintenance."""
        address = self._address()
        return psycopg.connect(
            host=str(address.socket_dir), port=address.port, user=address.user, dbname=database, autocommit=True
        )

    def ensure_database(self, name: str) -> None:
        """Create the database when it is missing."""
        with self.connect("postgres") as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def data_version(self) -> int | None:
        """Major release that made the data folder, or None when there is none yet."""
        marker = self.data / "PG_VERSION"
        return int(marker.read_text().split(".")[0]) if marker.exists() else None

    def remove(self) -> None:
        """Stop the server whoever uses it and delete its folder. For the folders of tests alone."""
        if self._hold is not None:
            self._hold.close()
            self._hold = None
            atexit.unregister(self.release)
        if self.data.exists():
            self._stop()
        shutil.rmtree(self._socket_dir(), ignore_errors=True)
        shutil.rmtree(self.home)

    def _prepare_home(self, account: Account | None) -> None:
        if account is not None and (closed := closed_parent(self.home)) is not None:
            raise PostgresError(
                zh=f"数据库账户无法进入目录 {closed}。请把 SUBSIDY_DATA_DIR 设为其它账户可以进入的目录。",
                en=f"The database's account cannot enter {closed}. "
                "Set SUBSIDY_DATA_DIR to a folder that others can enter.",
            )
        self.home.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        for folder in (self.home, self._socket_dir()):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if account is not None:
                os.chown(folder, account.uid, account.gid)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.home / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _address(self) -> Address:
        # A running server says where its socket is; the temporary folder may have another name for another process.
        lines = _read_lines(self.data / "postmaster.pid")
        return Address(Path(lines[4]) if len(lines) > 4 and lines[4] else self._socket_dir())

    def _socket_dir(self) -> Path:
        near = self.home / "socket"
        if len(os.fsencode(near / f".s.PGSQL.{PORT}.lock")) <= SOCKET_PATH_MAX:
            return near
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()
        return Path(tempfile.gettempdir()) / f"subsidy-{digest[:16]}"

    def _binaries(self, account: Account | None) -> Binaries:
        binaries = find_binaries(environ=self._environ, major=self.data_version())
        return binaries if account is None else reachable_copy(binaries, home=self.home)

    def _start(self, account: Account | None) -> None:
        binaries = self._binaries(account)
        if not self.data.exists():
            self._init(binaries, account)
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_dir()),
            "port": str(PORT),
            "max_connections": str(MAX_CONNECTIONS),
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        start = ["-D", str(self.data), "-l", str(self.log), "-w", "-t", str(START_SECONDS), "-o", words, "start"]
        self._run(binaries.folder / "pg_ctl", start, account)

    def _init(self, binaries: Binaries, account: Account | None) -> None:
        # Made beside and renamed: an interrupted first start leaves nothing that looks complete.
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        words = ["-D", str(fresh), "-U", ROLE, "-E", "UTF8", "--locale=C", f"--lc-ctype={CTYPE}", "--auth=trust"]
        self._run(binaries.folder / "initdb", words + ([] if self._durable else ["--no-sync"]), account)
        fresh.rename(self.data)

    def _stop(self) -> None:
        account = server_account()
        stop = ["-D", str(self.data), "-m", "fast", "-w", "-t", str(START_SECONDS), "stop"]
        if (self.data / "postmaster.pid").exists():
            self._run(self._binaries(account).folder / "pg_ctl", stop, account, only_if_running=True)

    def _run(self, program: Path, words: list[str], account: Account | None, *, only_if_running: bool = False) -> None:
        environ = {k: v for k, v in self._environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
        # initdb fails under a locale that is set but was never generated.
        environ["LC_ALL"] = CTYPE
        # A file, not a pipe: the server keeps the descriptor and a pipe would never end.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [program, *words],
                env=environ,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                check=False,
            )
            output.seek(0)
            text = output.read().strip()
        if done.returncode == 0 or (only_if_running and not self.is_ready()):
            return
        tail = "\n".join([text, *_read_lines(self.log)[-8:]]).strip()
        raise PostgresError(
            zh=f"内置数据库的 {program.name} 失败（状态 {done.returncode}）。日志：{self.log}。\n{tail}",
            en=f"{program.name} of the embedded database failed (status {done.returncode}). Read {self.log}, free the "
            "disk or the folder it names, and try again; or set DATABASE_URL to a server of your own.",
        )


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []


@functools.cache
def embedded_server(data: Path) -> EmbeddedServer:
    """The server of a data folder; the same object for the whole process."""
    return EmbeddedServer(data / "postgres")
