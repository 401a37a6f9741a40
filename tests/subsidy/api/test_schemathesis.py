"""Schemathesis asks whatever the description allows, and what it does not, and holds every answer against it.

It is run as the program that it is, from outside over http, for its own stateful runs and its check of ignored credentials.
test_any_request is the quick form of this.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections
from werkzeug.serving import WSGIRequestHandler, make_server

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant, User
from subsidy.audit.moment import Moment
from tests.subsidy.api.conftest import program_of
from tests.subsidy.api.filled import filled
from tests.workflows.staff import POWERLESS
from tests.world import World

CONFIG = Path(__file__).with_name("schemathesis.toml")
PROGRAM = Path(sys.executable).with_name("schemathesis")
SECONDS_MOST = 600


class Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    """The program in one thread, which keeps its connection to the database from request to request."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), request_handler=Silent)

    def serve() -> None:
        server.serve_forever()
        connections.close_all()

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def asked(address: str, folder: Path, *more: str) -> None:
    """Run it over the whole description; what it says is shown where it finds a fault."""
    command = [str(PROGRAM), "--config-file", str(CONFIG), "run", f"{address}/api/v1/openapi.json", *more]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True, timeout=SECONDS_MOST
    )
    assert done.returncode == 0, done.stdout + done.stderr


def officer_of_all(world: World) -> User:
    """Somebody with every role that acts on anything."""
    user = world.person("m-all", None)
    for role in set(Role) - POWERLESS:
        RoleGrant.objects.create(user=user, authority=world.authority, role=role, valid_from=dt.date(2020, 1, 1))
    return user


@pytest.mark.long
@pytest.mark.fresh_db
@pytest.mark.parametrize(
    ("who", "how"),
    [
        ("officer", ()),
        ("company", ("--phases", "fuzzing", "--max-examples", "2")),
        ("nobody", ("--phases", "examples,fuzzing", "--max-examples", "1")),
    ],
)
def test_every_answer_is_described(
    clock: Callable[[Moment], None], unhurried: None, address: str, tmp_path: Path, who: str, how: tuple[str, ...]
) -> None:
    world = World()
    bureau = filled(world)
    clock(world.now)
    people = {"officer": officer_of_all(world), "company": world.filer(bureau.case.company)}
    token = ("-H", f"Authorization: Bearer {program_of(world, people[who]).secret}") if who in people else ()
    asked(address, tmp_path, "--checks", "all", *token, *how)
