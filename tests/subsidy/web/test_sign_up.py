"""Opening an account online: the same answer to everybody, the rules of passwords, limits, and the first steps after."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.cache import cache
from django.test import Client

from subsidy.accounts.models import User
from subsidy.audit.models import Event
from tests.world import World

SECRET = "three quiet herons 5"
FORM = {"username": "li@example.cn", "name": "李明", "password1": SECRET, "password2": SECRET, "bureau": "xh"}


@pytest.fixture
def world(db: None) -> World:
    cache.clear()
    return World()


def send(client: Client, **changes: Any) -> Any:
    return client.post("/sign-up/", {**FORM, **changes})


def test_signed_up_signs_in_and_is_led_to_registering_a_company(world: World, client: Client) -> None:
    assert "/sign-up/" in client.get("/sign-in/").content.decode()
    assert client.get("/sign-up/").status_code == 200
    sent = send(client)
    assert sent.status_code == 302 and sent["Location"] == "/sign-up/received/"
    assert client.get(sent["Location"]).status_code == 200
    shown = client.post("/sign-in/", {"login": "LI@example.cn", "password": SECRET}, follow=True)
    assert shown.wsgi_request.user.username == "li@example.cn"
    assert "/my/companies/register/" in client.get("/my/").content.decode()
    assert client.get("/my/companies/register/xh/").status_code == 200
    assert client.get("/console/").status_code in (302, 403)
    assert client.get("/sign-up/").status_code == 302


def test_the_answer_does_not_tell_whether_the_name_was_free(world: World, client: Client) -> None:
    answers = [send(client), send(client), send(client, password1=SECRET + "x", password2=SECRET + "x")]
    officer = world.people["leader"]
    User.objects.filter(pk=officer.pk).update(username="leader@example.cn")
    answers.append(send(client, username="Leader@example.cn"))
    assert {(one.status_code, one["Location"], one.content) for one in answers} == {(302, "/sign-up/received/", b"")}
    assert {tuple(sorted(one.headers)) for one in answers} == {tuple(sorted(answers[0].headers))}
    assert User.objects.filter(username="li@example.cn").count() == 1
    assert authenticate(None, username="li@example.cn", password=SECRET) is not None, "the first password stays"
    assert Event.objects.filter(stream="person").count() == 1


def test_the_same_form_twice_is_one_account(world: World, client: Client) -> None:
    for _ in range(2):
        assert send(client, key="page:one")["Location"] == "/sign-up/received/"
    assert Event.objects.filter(stream="person", action="sign_up").count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "counter"}, "username"),
        ({"username": "li@"}, "username"),
        ({"password1": "short7", "password2": "short7"}, "password1"),
        ({"password1": "123456789012", "password2": "123456789012"}, "password1"),
        ({"password1": "password1234", "password2": "password1234"}, "password1"),
        ({"password1": "li@example.cn1", "password2": "li@example.cn1"}, "password1"),
        ({"password2": SECRET + "x"}, "password2"),
        ({"name": ""}, "name"),
        ({"bureau": "nowhere"}, "bureau"),
    ],
)
def test_bad_entries_name_their_field(world: World, client: Client, changes: dict[str, str], field: str) -> None:
    sent = send(client, **changes)
    assert sent.status_code == 422 and field in sent.context["form"].errors
    assert not User.objects.filter(username__contains="example").exists()


def test_passwords_are_never_shown_again(world: World, client: Client) -> None:
    sent = send(client, name="")
    assert SECRET not in sent.content.decode()


def test_accounts_from_one_address_are_limited(world: World, client: Client) -> None:
    codes = [send(client, username=f"li{number}@example.cn").status_code for number in range(7)]
    assert codes[:5] == [302] * 5 and codes[5:] == [429] * 2
    assert User.objects.filter(username__contains="example").count() == 5


def test_of_several_bureaus_one_is_chosen_and_of_one_none_is_asked(world: World, client: Client) -> None:
    assert 'type="hidden" name="bureau"' in client.get("/sign-up/").content.decode()
    other = World(code="yh")
    assert '<select name="bureau"' in client.get("/sign-up/").content.decode()
    send(client, bureau="yh")
    assert User.objects.get(username="li@example.cn").authority == other.authority


def test_a_password_of_the_counter_opens_nothing_but_the_page_where_it_is_changed(
    world: World, client: Client
) -> None:
    send(client)
    User.objects.filter(username="li@example.cn").update(password_to_change=True)
    client.post("/sign-in/", {"login": "li@example.cn", "password": SECRET})
    for address in ("/my/", "/my/companies/register/xh/", "/console/", "/source/"):
        assert client.get(address)["Location"] == "/account/password/"
    assert client.get("/account/password/").status_code == 200
    own = "my own and long one 8"
    changed = client.post("/account/password/", {"oldpassword": SECRET, "password1": own, "password2": own})
    assert changed.status_code == 302
    assert client.get("/my/").status_code == 200, "still signed in, and nothing is in the way"
    person = User.objects.get(username="li@example.cn")
    assert authenticate(None, username="li@example.cn", password=own) == person and not person.password_to_change
    assert Event.objects.filter(stream="person", stream_id=person.pk, action="change_password").count() == 1
