"""The promises of the harness itself: rollback, own databases, real concurrency."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection, transaction

from tests.harness.database import FreshDatabase
from tests.harness.together import Together

CLONE = Path(__file__).resolve().parents[3]


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2])
def test_a_plain_test_leaves_nothing_behind(turn: int) -> None:
    assert not Group.objects.filter(name="left behind").exists()
    Group.objects.create(name="left behind")


@pytest.mark.parametrize("turn", [1, 2])
def test_a_fresh_database_keeps_commits_for_its_own_test_only(fresh_db: FreshDatabase, turn: int) -> None:
    assert connection.settings_dict["NAME"] == fresh_db.name
    with transaction.atomic():
        Group.objects.create(name="committed")
    with fresh_db.connect() as beside:
        assert beside.execute("SELECT name FROM auth_group").fetchall() == [("committed",)]


@pytest.mark.fresh_db
def test_the_marker_alone_gives_a_fresh_database() -> None:
    assert not connection.in_atomic_block
    assert connection.settings_dict["NAME"].rpartition("_")[2].isdigit()


def test_calls_together_use_connections_of_their_own(together: Together) -> None:
    def pid() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    def fail() -> None:
        raise ValueError("expected")

    outcomes = together([pid, pid, pid, fail])
    assert len({outcome.value for outcome in outcomes[:3]}) == 3
    assert [outcome.ok for outcome in outcomes] == [True, True, True, False]
    assert isinstance(outcomes[3].error, ValueError)


def test_a_process_of_the_test_reaches_its_database(fresh_db: FreshDatabase) -> None:
    code = "import psycopg,sys; print(psycopg.connect(sys.argv[1]).execute('select current_database()').fetchone()[0])"
    done = subprocess.run([sys.executable, "-c", code, fresh_db.url], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == fresh_db.name


@pytest.mark.django_db
def test_a_waiting_statement_gives_up_after_five_seconds() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("5s",)
        cursor.execute("SHOW server_encoding")
        assert cursor.fetchone() == ("UTF8",)


@pytest.mark.django_db
def test_the_cache_is_shared_through_the_database() -> None:
    cache.set("key", "值", 60)
    assert cache.get("key") == "值"


def test_databases_are_really_dropped(fresh_db: FreshDatabase, cluster: object) -> None:
    name = fresh_db.name
    number = int(name.rpartition("_")[2])
    before = f"{name.rpartition('_')[0]}_{number - 1}"
    with fresh_db.connect() as beside:
        found = {row[0] for row in beside.execute("SELECT datname FROM pg_database")}
    assert name in found
    assert before not in found


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("@pytest.mark.django_db(transaction=True)\ndef test_x(): ...\n", "django_db takes no arguments"),
        ("def test_x(db, fresh_db): ...\n", "choose db"),
        ("@pytest.mark.django_db\ndef test_x(together, fresh_db): ...\n", "choose db"),
    ],
)
def test_what_would_flush_is_refused_before_anything_runs(tmp_path: Path, source: str, said: str) -> None:
    path = tmp_path / "test_refused.py"
    path.write_text(f"import pytest\n\n{source}")
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "-p", "tests.harness.database"]
    command += ["-p", "tests.harness.together", "-p", "no:cacheprovider", "--collect-only", str(path)]
    done = subprocess.run(command, cwd=CLONE, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert said in done.stderr + done.stdout
