"""Databases of the tests: migrated once into a template, copied for every worker and for every test that commits."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql
from pytest_django import DjangoDbBlocker

from subsidy import environment
from subsidy.postgres import EmbeddedServer
from tests.harness import template

TEMPLATE = "subsidy_template"
# Any number: it names the lock under which exactly one worker migrates.
TEMPLATE_LOCK = 7_201_401
_numbers = itertools.count(1)


class Cluster:
    """The server of this test run: the embedded one, or SUBSIDY_TEST_DATABASE_URL, whose user may create databases."""

    def __init__(self) -> None:
        # Tests drop databases: they must never meet a folder that is not their run's.
        assert str(settings.DATA_DIR) == os.environ["SUBSIDY_TEST_DATA_DIR"], "the tests run with other settings"
        given = os.environ.get("SUBSIDY_TEST_DATABASE_URL", "")
        self.embedded = None if given else EmbeddedServer(Path(settings.DATA_DIR) / "postgres", durable=False)
        self.base_url = self.embedded.acquire().url("postgres") if self.embedded else given
        # A shared server may serve several runs at once: the run's folder tells them apart.
        self.prefix = "test" if self.embedded else Path(settings.DATA_DIR).name.replace("-", "_")

    def url(self, name: str) -> str:
        """The address of one database as a DATABASE_URL."""
        head, _, query = self.base_url.partition("?")
        return head.rpartition("/")[0] + "/" + name + (f"?{query}" if query else "")

    def admin(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.base_url, autocommit=True)

    def exists(self, name: str) -> bool:
        with self.admin() as admin:
            found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        return found is not None

    def create(self, name: str, *, template: str) -> None:
        # Copying the files takes a third of the time of writing them through the log, where nothing is flushed.
        strategy = "STRATEGY file_copy" if self.embedded else ""
        statement = sql.SQL(f"CREATE DATABASE {{}} TEMPLATE {{}} ENCODING 'UTF8' {strategy}")
        with self.admin() as admin:
            admin.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))

    def drop(self, name: str) -> None:
        with self.admin() as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @property
    def template(self) -> str:
        return f"{self.prefix}_{TEMPLATE}"

    def ensure_template(self) -> None:
        """Migrate into the template unless another worker has done it."""
        with self.admin() as lock:
            lock.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
            if self.exists(self.template):
                return
            building = f"{self.template}_building"
            self.drop(building)
            self.create(building, template="template0")
            self._fill(building)
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            lock.execute(rename.format(sql.Identifier(building), sql.Identifier(self.template)))

    def _fill(self, name: str) -> None:
        major = self.embedded.data_version() if self.embedded else None
        made_of = template.parts(major) if major else None
        dump = template.nearest(made_of) if made_of else None
        if major and dump:
            template.load(self.url(name), dump, server_major=major)
        if made_of is None or dump != template.place(made_of):
            point_to(self, name)
            call_command("migrate", verbosity=0, interactive=False)
            connections.close_all()
            if made_of:
                template.save(self.url(name), made_of)


def point_to(cluster: Cluster, name: str) -> None:
    """Let Django, in every thread of this process, use the named database from the next connection on."""
    connections.close_all()
    described = environment.database(environ={"DATABASE_URL": cluster.url(name)}, data=Path(settings.DATA_DIR))
    described.pop("ENGINE")
    # Kept open between requests, connections would outlive the database they belong to.
    connection.settings_dict.update(described, CONN_MAX_AGE=0, EMBEDDED_IN=None)


@dataclass(frozen=True)
class FreshDatabase:
    """A database of one test's own; `url` is for processes the test starts (as DATABASE_URL)."""

    name: str
    url: str

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """A connection beside Django's, in autocommit."""
        return psycopg.connect(self.url, autocommit=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The run's server, started by the first test that needs a database."""
    running = Cluster()
    yield running
    if running.embedded:
        running.embedded.release()


@pytest.fixture(scope="session")
def django_db_setup(
    cluster: Cluster, django_test_environment: None, django_db_blocker: DjangoDbBlocker, worker_id: str
) -> Iterator[None]:
    """A copy of the template for this worker, in which ordinary tests run and roll back."""
    mine = f"{cluster.prefix}_{worker_id}"
    with django_db_blocker.unblock():
        cluster.ensure_template()
        cluster.drop(mine)
        cluster.create(mine, template=cluster.template)
        point_to(cluster, mine)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        cluster.drop(mine)
        if not cluster.embedded and worker_id == "master":
            cluster.drop(cluster.template)


@pytest.fixture
def fresh_db(
    cluster: Cluster, django_db_setup: None, django_db_blocker: DjangoDbBlocker, worker_id: str
) -> Iterator[FreshDatabase]:
    """A database of this test's own, where commits are real; dropped afterwards, never flushed.

    Flushing would need the append-only triggers off; a copy of the template keeps them on.
    """
    before = connection.settings_dict["NAME"]
    name = f"{cluster.prefix}_{worker_id}_{next(_numbers)}"
    with django_db_blocker.unblock():
        cluster.create(name, template=cluster.template)
        point_to(cluster, name)
        try:
            yield FreshDatabase(name=name, url=cluster.url(name))
        finally:
            point_to(cluster, before)
            cluster.drop(name)


@pytest.fixture
def transactional_db(fresh_db: FreshDatabase) -> FreshDatabase:
    """The name that other plugins ask for; here it is a fresh database."""
    return fresh_db


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse what would flush the shared database; let `fresh_db` mark a test as well as name a fixture."""
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        marker = item.get_closest_marker("django_db")
        if marker and (marker.args or marker.kwargs):
            raise pytest.UsageError(
                f"{item.nodeid}: django_db takes no arguments here (transaction=True flushes, which the append-only "
                "triggers refuse). Use @pytest.mark.fresh_db or the fixture fresh_db."
            )
        marked = item.get_closest_marker("fresh_db") is not None
        if (marked or "fresh_db" in item.fixturenames) and (marker or "db" in item.fixturenames):
            raise pytest.UsageError(f"{item.nodeid}: choose db (rolled back) or fresh_db (its own), not both.")
        if marked and "fresh_db" not in item.fixturenames:
            # First: what else the test asks for may write into the database.
            item.fixturenames.insert(0, "fresh_db")
