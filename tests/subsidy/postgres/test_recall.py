"""What is put back is what was built, keys and numbers included; and nothing is put back where it would not fit."""

from __future__ import annotations

import pickle

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import RoleGrant, User
from subsidy.cases.models import Case
from tests.harness import recall
from tests.harness.database import FreshDatabase
from tests.harness.recall import recalled
from tests.world import STAFF, World, kept

_built: list[str] = []


def person() -> User:
    _built.append("person")
    return User.objects.create(username="ada", kind=UserKind.SYSTEM, name="一行\t有制表符\\和换行\n")


def twice(name: str) -> tuple[User, User]:
    """Built and undone, then put back."""
    with transaction.atomic():
        built = recalled(name, person)
        transaction.set_rollback(True)
    return built, recalled(name, person)


@pytest.mark.django_db
def test_rows_come_back_with_their_keys_and_later_rows_take_others() -> None:
    _built.clear()
    built, back = twice("test: one person")
    assert _built == ["person"]
    assert (back.pk, back.name) == (built.pk, built.name)
    assert User.objects.get(username="ada").name == built.name
    assert User.objects.create(username="bea", kind=UserKind.SYSTEM).pk > built.pk


def test_another_database_moves_its_numbers_past_what_is_put_back(fresh_db: FreshDatabase) -> None:
    _built.clear()
    User.objects.create(username="before", kind=UserKind.SYSTEM)
    recall._recordings["test: far"] = recall.Recording(
        rows={}, sequences={"accounts_user_id_seq": 5_000}, result=pickle.dumps("found")
    )
    assert recalled("test: far", lambda: "built") == "found"
    assert User.objects.create(username="after", kind=UserKind.SYSTEM).pk == 5_001


def test_where_its_keys_are_taken_a_beginning_is_built_again(
    fresh_db: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second bureau, recorded beside a plain one in another database, is asked for beside one with more people."""
    with transaction.atomic():
        World(), World(code="yh")
        transaction.set_rollback(True)
    monkeypatch.setattr(recall, "_passed", set())
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('accounts_user_id_seq', 10), setval('accounts_rolegrant_id_seq', 1)")
    first = World()
    for number in range(30):
        first.person(f"more{number}", Role.ACCEPTANCE)
    second = World(code="yh")
    experts = 7
    assert RoleGrant.objects.filter(authority=first.authority).count() == len(STAFF) + experts + 30
    assert RoleGrant.objects.filter(authority=second.authority).count() == len(STAFF) + experts
    assert User.objects.get(username="yh-expert7").pk == second.people["expert7"].pk


@pytest.mark.django_db
def test_a_beginning_that_changes_what_was_there_is_refused() -> None:
    def renames() -> None:
        ContentType.objects.filter(pk=ContentType.objects.first().pk).update(model="renamed")  # type: ignore[union-attr]

    with pytest.raises(AssertionError, match="django_content_type: rows that were there before have changed"):
        recalled("test: renames", renames)
    assert "test: renames" not in recall._recordings


@kept
def begun(world: World, points: int) -> Case:
    _built.append("case")
    return world.submitted(world.call(), rd_y1=points)


@pytest.mark.django_db
def test_a_beginning_is_put_back_only_where_nothing_has_happened() -> None:
    _built.clear()
    found = []
    for step in ("builds", "puts back"):
        with transaction.atomic():
            world = World()
            case = begun(world, 900_000_000)
            assert world.filer(case.company).pk and Case.objects.get().pk == case.pk, step
            world.act("case", case, "accept", "acceptance")
            found.append((case.pk, case.number, Case.objects.get().state, world.serial.last))
            transaction.set_rollback(True)
    assert found[0] == found[1] and _built == ["case"]
    world = World()
    world.line()
    begun(world, 900_000_000)
    assert _built == ["case", "case"]
