"""What the surroundings may say, and that silence is safe."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from subsidy import environment
from subsidy.postgres import data_dir

CLONE = Path(__file__).resolve().parents[3]


def run(*words: str, data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command of the program with the settings of production and nothing set but `variables`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SUBSIDY_", "DATABASE_", "DJANGO_"))}
    environ = {**kept, "SUBSIDY_DATA_DIR": str(data), **variables}
    return subprocess.run(
        [sys.executable, *words], cwd=CLONE, env=environ, capture_output=True, text=True, check=False
    )


def test_database_url_is_taken_apart() -> None:
    environ = {"DATABASE_URL": "postgresql://zhang:p%40ss@db.example:5433/grants?sslmode=require"}
    described = environment.database(environ=environ, data=Path("/nowhere"))
    assert described["ENGINE"] == "django.db.backends.postgresql"
    assert (described["USER"], described["PASSWORD"]) == ("zhang", "p@ss")
    assert (described["HOST"], described["PORT"], described["NAME"]) == ("db.example", "5433", "grants")
    assert described["OPTIONS"]["sslmode"] == "require"
    assert "lock_timeout=5s" in described["OPTIONS"]["options"]


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "sqlite:///x", "postgresql://u:secret@h:x:y/d", "secret"])
def test_a_wrong_database_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"postgresql://USER") as caught:
        environment.database(environ={"DATABASE_URL": url}, data=Path("/nowhere"))
    assert "secret" not in str(caught.value)


def test_without_database_url_the_embedded_server_is_meant(tmp_path: Path) -> None:
    described = environment.database(environ={}, data=tmp_path)
    assert described["ENGINE"] == "subsidy.postgres.backend"
    assert described["EMBEDDED_IN"] == str(tmp_path)


def test_root_keeps_its_data_outside_any_home_and_no_path_begins_another() -> None:
    one = data_dir(clone=Path("/root/a"), environ={}, is_root=True)
    other = data_dir(clone=Path("/root/a/b"), environ={}, is_root=True)
    assert one.parent == other.parent == Path("/var/lib/subsidy")
    assert not str(other).startswith(str(one))
    assert data_dir(clone=Path("/home/x/a"), environ={}, is_root=False) == Path("/home/x/a/.data")
    assert data_dir(clone=Path("/a"), environ={"SUBSIDY_DATA_DIR": "/srv/x"}, is_root=True) == Path("/srv/x")


def test_a_demo_is_bound_to_its_database_and_keeps_its_secret(tmp_path: Path) -> None:
    assert not environment.is_demo(environ={}, data=tmp_path)
    environment.record_demo(environ={}, data=tmp_path)
    assert environment.is_demo(environ={}, data=tmp_path)
    assert not environment.is_demo(environ={"DATABASE_URL": "postgresql://h/production"}, data=tmp_path)
    secret = environment.secret_key(environ={}, data=tmp_path, demo=True)
    environment.record_demo(environ={}, data=tmp_path)
    assert environment.secret_key(environ={}, data=tmp_path, demo=True) == secret
    assert len(secret) >= 50
    assert stat.S_IMODE((tmp_path / environment.SECRET_FILE).stat().st_mode) == 0o600


def test_outside_a_demo_nothing_is_loosened(tmp_path: Path) -> None:
    assert environment.secret_key(environ={}, data=tmp_path, demo=False) == ""
    assert environment.allowed_hosts(environ={}, demo=False) == []
    assert environment.allowed_hosts(environ={"SUBSIDY_ALLOWED_HOSTS": " a.cn, b.cn"}, demo=False) == ["a.cn", "b.cn"]


@pytest.mark.parametrize("value", ["yes", "true", "on", "2"])
def test_a_switch_is_one_or_nought(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SUBSIDY_HTTPS must be 1 or 0"):
        environment.flag({"SUBSIDY_HTTPS": value}, "SUBSIDY_HTTPS", default=True)


def test_a_site_without_secret_or_host_does_not_start(tmp_path: Path) -> None:
    done = run("-c", "import subsidy.wsgi", data=tmp_path)
    assert done.returncode == 1
    assert "SUBSIDY_SECRET_KEY, SUBSIDY_ALLOWED_HOSTS must be set" in done.stderr
    started = run(
        "-c", "import subsidy.wsgi", data=tmp_path, SUBSIDY_SECRET_KEY="k" * 60, SUBSIDY_ALLOWED_HOSTS="grants.example"
    )
    assert started.returncode == 0, started.stderr


def test_production_passes_the_checks_for_deployment(tmp_path: Path) -> None:
    words = ("-W", "error", "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    secret = "not-a-real-secret-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG"
    done = run(*words, data=tmp_path, SUBSIDY_SECRET_KEY=secret, SUBSIDY_ALLOWED_HOSTS="grants.example")
    assert done.returncode == 0, done.stderr
    loose = run(
        *words, data=tmp_path, SUBSIDY_SECRET_KEY=secret, SUBSIDY_ALLOWED_HOSTS="grants.example", SUBSIDY_DEBUG="1"
    )
    assert loose.returncode == 1
