"""Sessions that were planted, left behind or guessed."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.web import sessions
from tests.harness.second_factor import code_now, give_app
from tests.world import World

PASSWORD = "a long pass phrase 7"


@pytest.fixture
def filer(world: World) -> User:
    found = world.filer(world.company())
    found.set_password(PASSWORD)
    found.save(update_fields=["password"])
    return found


def enter(client: Client, user: User) -> None:
    client.post("/sign-in/", {"login": user.username, "password": PASSWORD})


def is_in(client: Client) -> bool:
    return client.get(reverse("own-details")).status_code == 200


def test_a_planted_session_is_not_the_one_that_is_signed_in(filer: User) -> None:
    client = Client()
    client.get("/sign-in/")
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = str(planted)
    enter(client, filer)
    assert client.session.session_key != planted and is_in(client)
    thief = Client()
    thief.cookies["sessionid"] = str(planted)
    assert not is_in(thief)


def test_an_idle_session_is_signed_out(filer: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    enter(client, filer)
    assert is_in(client)
    later = client.session[sessions.SEEN] + settings.IDLE_SIGN_OUT_SECONDS + 1
    monkeypatch.setattr("subsidy.web.sessions.time.time", lambda: later)
    assert not is_in(client)


def test_a_changed_password_ends_the_other_sessions(world: World, filer: User) -> None:
    mine, stolen = Client(), Client()
    enter(mine, filer)
    enter(stolen, filer)
    assert is_in(mine) and is_in(stolen)
    world.act("person", filer, "change_password", filer, data={"password_hash": make_password("another phrase 88")})
    assert not is_in(stolen)


def test_guessing_the_code_is_limited(filer: User) -> None:
    give_app(filer)
    client = Client()
    enter(client, filer)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert not is_in(client)


def test_signing_out_ends_the_session_on_the_server(filer: User) -> None:
    client = Client()
    enter(client, filer)
    key = client.session.session_key
    client.post(reverse("account_logout"))
    old = Client()
    old.cookies["sessionid"] = str(key)
    assert not is_in(old)


@pytest.mark.parametrize("password", ["short1", "123456789012", "password1234", "c1-handler-name"])
def test_a_weak_password_is_refused(filer: User, password: str) -> None:
    filer.name = "c1-handler-name"
    filer.save(update_fields=["name"])
    client = Client()
    enter(client, filer)
    sent = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert client.post(reverse("account_change_password"), sent).status_code == 200
    filer.refresh_from_db()
    assert filer.check_password(PASSWORD)
