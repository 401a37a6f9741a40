"""Sealed values: what the database holds of an account number, and what happens to a changed, foreign or old one."""

from __future__ import annotations

import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.db import connection, transaction

from subsidy import sealing
from subsidy.applicants.models import PayeeAccount
from subsidy.audit.verify import verify_all
from subsidy.management.base import Findings
from subsidy.payouts.models import BatchLine
from subsidy.sealing import SealError, new_key, ring, seal, unseal
from tests.harness.second_factor import SECRET, give_app
from tests.world import World

NUMBER = "6222000012345678"


def stored(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT account_number FROM {table} ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def private() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT values FROM audit_eventprivate ORDER BY event_id")
        return [row[0] for row in cursor.fetchall()]


def test_a_text_comes_back_and_equal_texts_are_equal_sealed() -> None:
    closed = seal(NUMBER)
    assert unseal(closed) == NUMBER and seal(NUMBER) == closed != seal(NUMBER[:-1])
    assert NUMBER not in closed and unseal(seal("")) == ""


@pytest.mark.parametrize(
    "broken",
    [
        lambda closed: closed[:-3] + ("A" if closed[-3] != "A" else "B") + closed[-2:],
        lambda closed: closed.replace(closed.split(":")[1], "00000000"),
        lambda _closed: NUMBER,
        lambda _closed: "",
    ],
)
def test_what_was_changed_or_never_sealed_is_told_not_passed_over(broken: Any) -> None:
    with pytest.raises(SealError):
        unseal(broken(seal(NUMBER)))


@pytest.mark.parametrize("given", ["short", "x" * 88, "!" * 88])
def test_a_key_that_is_none_stops_the_program(settings: Any, given: str) -> None:
    settings.FIELD_KEYS = given
    with pytest.raises(SealError, match="64"):
        ring()


def test_the_file_is_made_once_by_many_and_read_by_its_owner_alone(settings: Any, tmp_path: Path) -> None:
    settings.FIELD_KEYS, settings.LOG_KEYS_DIR = "", tmp_path / "keys"
    names: list[str] = []
    threads = [threading.Thread(target=lambda: names.append(ring()[0].name)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names) == 8 and len(set(names)) == 1
    assert stat.S_IMODE(sealing.key_file().stat().st_mode) == 0o600
    assert [path.name for path in sealing.key_file().parent.iterdir()] == ["fields"]


@pytest.fixture
def paid(db: None) -> World:
    world = World()
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    world.batch([world.accounted(case, NUMBER)])
    return world


def test_the_database_holds_no_number_of_an_account(paid: World) -> None:
    for table in ("applicants_payeeaccount", "payouts_batchline"):
        (held,) = stored(table)
        assert NUMBER not in held and held.startswith(f"s1:{ring()[0].name}:")
    assert PayeeAccount.objects.get(account_number=NUMBER).account_number == NUMBER
    assert BatchLine.objects.get().account_number == NUMBER
    with pytest.raises(TypeError, match="sealed"):
        PayeeAccount.objects.filter(**{"account_number__endswith": "5678"})


def test_secrets_of_code_apps_stand_sealed_and_work(paid: World) -> None:
    app = give_app(paid.people["leader"])
    assert SECRET not in str(Authenticator.objects.values_list("data", flat=True).get(pk=app.pk))


def test_a_new_key_takes_over_every_value_and_the_old_one_can_go(paid: World, settings: Any, tmp_path: Path) -> None:
    give_app(paid.people["leader"])
    settings.LOG_KEYS_DIR = tmp_path
    sealing.key_file().write_text(settings.FIELD_KEYS + "\n", encoding="ascii")
    settings.FIELD_KEYS = ""
    old = ring()[0].name
    with pytest.raises(Findings):
        call_command("secrets", "rotate")
    assert ring()[0].name == old, "nothing happens without --commit"
    call_command("secrets", "rotate", "--commit")
    new, kept = ring()
    assert kept.name == old != new.name
    for table in ("applicants_payeeaccount", "payouts_batchline"):
        assert all(held.startswith(f"s1:{new.name}:") for held in stored(table))
    assert unseal(Authenticator.objects.get().data["secret"]) == SECRET
    assert all(held.startswith(f"s1:{new.name}:") for held in private())
    call_command("secrets", "forget", "--commit")
    assert [key.name for key in ring()] == [new.name]
    assert list(verify_all()) == []
    assert BatchLine.objects.get().account_number == NUMBER
    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE applicants_payeeaccount SET account_number = 's1:x:y'")


def test_a_key_that_values_need_is_not_forgotten(paid: World, settings: Any, tmp_path: Path) -> None:
    settings.LOG_KEYS_DIR = tmp_path
    sealing.key_file().write_text(f"{new_key()}\n{settings.FIELD_KEYS}\n", encoding="ascii")
    settings.FIELD_KEYS = ""
    with pytest.raises(Findings, match=f"{2 + len(private())} values"):
        call_command("secrets", "forget", "--commit")
    assert len(ring()) == 2
