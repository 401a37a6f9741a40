"""Accounts of the bureau and their roles: two administrators, neither for themselves, none with business power."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.test import Client

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import RoleGrant, User
from subsidy.accounts.selectors import grants_of
from subsidy.audit.models import Event
from tests.harness.second_factor import give_app
from tests.world import World, fresh
from workflows.common.refusals import BadData, Forbidden, NotFound, Refused, WrongState

HASH = make_password("three quiet herons 5")
REASON = {"reason": "岗位调整"}


@pytest.fixture
def admins(world: World) -> World:
    for name, role in (("sys", Role.SYSTEM_ADMIN), ("sec", Role.SECURITY_ADMIN), ("aud", Role.AUDIT_ADMIN)):
        world.person(name, role)
    return world


def opened(world: World, username: str = "li.ming", kind: str = "officer") -> User:
    data = {"username": username, "name": "李明", "kind": kind, "password_hash": HASH}
    return User.objects.get(pk=world.open("person", "open_for_bureau", "sys", data))


def granted(world: World, person: User, role: str, **more: Any) -> None:
    days = {"valid_from": world.now.on}
    world.act("person", person, "grant_role", "sec", data={"role": role, **days, **REASON, **more})


def test_two_administrators_make_an_officer(admins: World) -> None:
    person = opened(admins)
    assert (person.kind, person.authority, person.password_to_change) == (UserKind.OFFICER, admins.authority, True)
    assert not person.is_superuser and not person.is_staff and not person.grants.exists()
    granted(admins, person, "amount")
    grant = grants_of(person, on=admins.now.on).get()
    assert (grant.role, grant.granted_by) == ("amount", admins.people["sec"])
    assert Event.objects.filter(stream="person", stream_id=person.pk, action="grant_role").exists()


def test_who_opens_grants_nothing_and_who_grants_opens_nothing(admins: World) -> None:
    person = opened(admins)
    data = {"role": "amount", "valid_from": admins.now.on, **REASON}
    for who in ("sys", "aud", "leader", "auditor"):
        with pytest.raises(Forbidden):
            admins.act("person", person, "grant_role", who, data=data)
    for who in ("sec", "aud", "leader", "auditor"):
        with pytest.raises(Forbidden):
            admins.open(
                "person",
                "open_for_bureau",
                who,
                {"username": "x.y", "name": "甲", "kind": "officer", "password_hash": HASH},
            )


def test_nobody_grants_to_themselves_nor_administers_the_own_account(admins: World) -> None:
    with pytest.raises(Forbidden):
        granted(admins, admins.people["sec"], "leader")
    with pytest.raises(Forbidden):
        admins.act("person", admins.people["sys"], "renew_password", "sys", data={"password_hash": HASH})


@pytest.mark.parametrize(
    ("held", "asked"),
    [("sys", "security_admin"), ("aud", "leader"), ("leader", "system_admin"), ("amount", "auditor")],
)
def test_an_administrator_is_one_and_acts_on_nothing(admins: World, held: str, asked: str) -> None:
    with pytest.raises(BadData) as refusal:
        granted(admins, admins.people[held], asked)
    assert "role" in refusal.value.fields


def test_a_role_given_for_the_past_or_backwards_or_without_its_unit_is_refused(admins: World) -> None:
    person = opened(admins)
    for role, more, field in (
        ("amount", {"valid_from": "2024-03-03"}, "valid_from"),
        ("amount", {"valid_to": "2024-03-03"}, "valid_to"),
        ("township", {}, "unit"),
        ("expert", {}, "role"),
        ("emperor", {}, "role"),
    ):
        with pytest.raises(BadData) as refusal:
            granted(admins, person, role, **more)
        assert set(refusal.value.fields) == {field}


def test_an_ended_role_ends_what_was_lent_of_it(admins: World) -> None:
    leader, notice = admins.people["leader"], admins.people["notice"]
    own = RoleGrant.objects.get(user=leader)
    data = {"grant": own.pk, "to": notice.pk, "valid_from": admins.now.on, "valid_to": admins.now.on, **REASON}
    admins.act("person", leader, "delegate", leader, data=data)
    admins.act("person", leader, "end_role", "sec", data={"grant": own.pk, **REASON})
    assert not grants_of(leader, on=admins.now.on).exists()
    assert not grants_of(notice, on=admins.now.on, roles=[Role.LEADER]).exists()
    with pytest.raises(NotFound):
        admins.act("person", leader, "end_role", "sec", data={"grant": own.pk, **REASON})


def test_a_closed_account_is_signed_out_everywhere_and_an_old_session_never_comes_back(admins: World) -> None:
    leader = admins.people["leader"]
    leader.set_password("a long pass phrase 7")
    leader.save()
    client = Client()
    client.force_login(leader, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/console/", follow=True).status_code == 200
    admins.act("person", leader, "close_account", "sys", data=REASON)
    assert client.get("/console/")["Location"].startswith("/sign-in/")
    with pytest.raises(Forbidden):
        admins.act("person", fresh(leader), "change_details", leader, data={"name": "新名", "email": ""})
    with pytest.raises(WrongState):
        admins.act("person", leader, "close_account", "sys", data=REASON)
    admins.act("person", leader, "reopen_account", "sys", data={"password_hash": HASH})
    assert client.get("/console/")["Location"].startswith("/sign-in/")
    assert fresh(leader).password_to_change


def test_a_lost_factor_is_removed_by_the_security_administrator_alone(admins: World) -> None:
    leader = admins.people["leader"]
    give_app(leader)
    for who in ("sys", "aud", "supervision"):
        with pytest.raises(Refused):
            admins.act("person", leader, "remove_factors", who, data=REASON)
    admins.act("person", leader, "remove_factors", "sec", data=REASON)
    assert not Authenticator.objects.filter(user=leader).exists()
    assert not fresh(leader).has_usable_password(), "whoever holds the telephone alone cannot set up another"


def test_people_of_companies_are_not_theirs(admins: World) -> None:
    filer = admins.filer(admins.company())
    with pytest.raises(NotFound):
        admins.act("person", filer, "close_account", "sys", data=REASON)
