"""`manage.py demo` from the outside: as a person starts, repeats, and stops it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from subsidy.postgres import EmbeddedServer
from tests.outside.from_outside import others_verify
from tests.outside.program import built, can_be_built

CLONE = Path(__file__).resolve().parents[3]


def variables(folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SUBSIDY_", "DATABASE_", "DJANGO_"))}
    return {**kept, "SUBSIDY_DATA_DIR": str(folder / "demo"), "PYTHONUNBUFFERED": "1"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def demo(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "demo", *words]
    return subprocess.run(command, cwd=CLONE, env=variables(folder), capture_output=True, text=True, check=False)


@pytest.fixture
def folder(open_folder: Path) -> Iterator[Path]:
    yield open_folder
    left = EmbeddedServer(open_folder / "demo" / "postgres")
    if left.home.exists():
        left.remove()


@contextmanager
def started(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A demo that has printed its address; killed at the end if the test has not ended it."""
    command = [sys.executable, "manage.py", "demo", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=CLONE, env=variables(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        assert running.stdout is not None
        try:
            said = ""
            while f"http://localhost:{port}/" not in said:
                line = running.stdout.readline()
                assert line, f"the demo ended early: {said}"
                said += line
            yield running
        finally:
            running.kill()


def children_of(running: subprocess.Popen[str]) -> list[psutil.Process]:
    children = psutil.Process(running.pid).children(recursive=True)
    lines = [" ".join(child.cmdline()) for child in children]
    assert any("gunicorn" in line for line in lines)
    assert any("procrastinate" in line for line in lines)
    return children


def migrated(folder: Path) -> bool:
    """Whether an ordinary command finds the demo's database, complete."""
    command = [sys.executable, "manage.py", "migrate", "--check"]
    return subprocess.run(command, cwd=CLONE, env=variables(folder), check=False).returncode == 0


def outsiders_find_it_whole(folder: Path, site: str) -> None:
    """A head, a proof and a paper of the served demo, before a program of others (tests/outside)."""
    command = [sys.executable, "manage.py", "audit", "checkpoint"]
    subprocess.run(command, cwd=CLONE, env=variables(folder), check=True, capture_output=True)
    if can_be_built():
        others_verify(site, built(folder), folder)


@pytest.mark.long
def test_a_demo_s_life(folder: Path) -> None:
    """One story, because filling in is the slow part: fill in, serve, stop, be killed, start again."""
    server = EmbeddedServer(folder / "demo" / "postgres")
    first = demo(folder, "--no-serve")
    assert first.returncode == 0, first.stderr
    assert not server.is_ready()
    assert migrated(folder)
    assert not server.is_ready(), "a command stops the database it started"

    port = free_port()
    with started(folder, port) as running:
        children = children_of(running)
        with urllib.request.urlopen(f"http://localhost:{port}/static/admin/css/base.css", timeout=30) as answer:
            assert answer.status == 200
        second = demo(folder, "--port", str(port))
        assert second.returncode == 1
        assert f"端口 {port} 不可用" in second.stderr
        assert f"--port {port + 1}" in second.stderr
        assert "Traceback" not in second.stderr
        assert migrated(folder)
        assert server.is_ready(), "a command leaves the demo's database up"
        outsiders_find_it_whole(folder, f"http://localhost:{port}")
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=60)
        assert running.returncode == 0, said
        assert "Traceback" not in said
    assert not psutil.wait_procs(children, timeout=10)[1], "a child outlived the demo"
    assert not server.is_ready()

    with started(folder, port) as running:
        children = children_of(running)
        running.kill()
        running.communicate(timeout=60)
    if sys.platform == "linux":
        assert not psutil.wait_procs(children, timeout=30)[1], "a child outlived the killed demo"
    again = demo(folder, "--no-serve")
    assert again.returncode == 0, again.stderr
    assert not server.is_ready(), "what a killed demo left up is stopped by the next who is done"


def test_another_release_s_folder_is_said_plainly(folder: Path) -> None:
    data = folder / "demo" / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")
    refused = demo(folder, "--no-serve")
    (data / "PG_VERSION").unlink()
    data.rmdir()
    assert refused.returncode == 1
    assert "made by PostgreSQL 12" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(("words", "status"), [(["--scale", "0"], 2), (["--port", "x"], 2), (["--bogus"], 2)])
def test_bad_usage_is_two(folder: Path, words: list[str], status: int) -> None:
    assert demo(folder, *words).returncode == status
