"""Preparing and running a demo: its data folder, its port, its server and its worker."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from subsidy import environment
from subsidy.postgres import data_dir

CLONE = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
WEB_PROCESSES = 2
WEB_THREADS = 4
READY_SECONDS = 60
STOP_SECONDS = 15
WATCH_SECONDS = 0.2


class ServeError(Exception):
    """The demo cannot run; the text says in Chinese and English what to do next."""


class Stopped(BaseException):
    """Somebody asked the demo to end (Ctrl-C or a signal); not an error, so no handler of errors may take it."""


def prepare() -> None:
    """Make the data folder a demo's, before the settings are read."""
    folder = data_dir(clone=CLONE, environ=os.environ)
    try:
        environment.record_demo(environ=os.environ, data=folder)
    except OSError as error:
        sys.exit(
            f"无法写入数据目录 {folder}：{error.strerror}。请用 SUBSIDY_DATA_DIR 指定一个可写的目录。\n"
            f"The data folder {folder} cannot be written: {error.strerror}. Name a writable one with SUBSIDY_DATA_DIR."
        )


def check_port(port: int) -> None:
    """Raise ServeError when the port cannot be listened on."""
    with closing(socket.socket()) as probe:
        # As the server does: a port whose last connections are still fading away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise ServeError(
                f"端口 {port} 不可用（可能已有演示在运行）。请停止占用它的程序，"
                f"或换一个端口：make demo ARGS='--port {port + 1}'\n"
                f"Port {port} is not available (perhaps a demo is running already): {error}. "
                f"Stop what uses it, or take another: make demo ARGS='--port {port + 1}'"
            ) from error


@dataclass
class Child:
    """A running program of the demo and the file that takes what it says."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def tail(self) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])


class Supervisor:
    """Starts the web server and the worker, watches them, and stops both whatever happens."""

    def __init__(self, *, port: int, logs: Path) -> None:
        self._port = port
        self._logs = logs
        self._children: list[Child] = []

    def start(self) -> None:
        """Start both and wait until the site answers. Raises ServeError when one ends early."""
        self._logs.mkdir(parents=True, exist_ok=True)
        bind = ["--bind", f"{HOST}:{self._port}", "--workers", str(WEB_PROCESSES), "--threads", str(WEB_THREADS)]
        self._spawn("web", ["-m", "gunicorn", "subsidy.wsgi", *bind, "--no-control-socket"])
        self._spawn("worker", [str(CLONE / "manage.py"), "procrastinate", "worker"])
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            self.check()
            if time.monotonic() > deadline:
                raise self._failure(self._children[0], f"no answer within {READY_SECONDS} s")
            time.sleep(WATCH_SECONDS)

    def watch(self) -> None:
        """Wait until somebody ends the demo. Raises ServeError when a program ends by itself."""
        while True:
            self.check()
            time.sleep(WATCH_SECONDS)

    def check(self) -> None:
        for child in self._children:
            status = child.process.poll()
            if status is not None:
                raise self._failure(child, f"exit status {status}")

    def stop(self) -> None:
        """End all programs: politely, then after STOP_SECONDS by force."""
        for child in self._children:
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._children:
            try:
                child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                # It leads its own group: its workers go with it.
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()

    def _spawn(self, name: str, words: Sequence[str]) -> None:
        log = self._logs / f"{name}.log"
        launcher = [sys.executable, "-m", "subsidy.demo.child", str(os.getpid()), sys.executable]
        with log.open("wb") as out:
            # A session of its own: Ctrl-C reaches us alone, and we end the children in order.
            process = subprocess.Popen(
                [*launcher, *words],
                cwd=CLONE,
                env={**os.environ, environment.DEMO_PORT: str(self._port)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self._children.append(Child(name, process, log))

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self._port), timeout=5) as connection:
                connection.sendall(b"HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return connection.recv(5) == b"HTTP/"
        except OSError:
            return False

    def _failure(self, child: Child, what: str) -> ServeError:
        return ServeError(
            f"演示的 {child.name} 进程已停止（{what}）。日志：{child.log}\n"
            f"The demo's {child.name} ended ({what}). Mend what the end of {child.log} names and start again:\n"
            f"{child.tail()}"
        )


def stop_on_signals() -> None:
    """Let Ctrl-C and a termination signal raise Stopped wherever the demo is."""

    def stop(number: int, frame: FrameType | None) -> None:
        # A second Ctrl-C must not break the orderly end that the first one began.
        for ignored in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ignored, signal.SIG_IGN)
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
