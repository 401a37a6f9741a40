"""Who came in, who failed to, who went: events of the person's own stream; and the places where one is signed in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.audit.models import Event
from subsidy.audit.verify import verify_record
from subsidy.web import sessions
from tests.harness.second_factor import code_now, give_app
from tests.world import World

PASSWORD = "a long pass phrase 7"


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def filer(world: World) -> User:
    cache.clear()
    found = world.filer(world.company())
    found.set_password(PASSWORD)
    found.save(update_fields=["password"])
    return found


def enter(client: Client, user: User, password: str = PASSWORD) -> None:
    client.post("/sign-in/", {"login": user.username, "password": password})


def told(person: User) -> list[tuple[str, str, dict[str, Any]]]:
    """Of each event of the person's stream: what, by whom, and what it says."""
    events = Event.objects.filter(stream="reader", stream_id=person.pk).order_by("seq")
    bodies = [json.loads(event.body) for event in events]
    return [(body["action"], body["actor"]["username"], body["data"]) for body in bodies]


def test_coming_failing_and_going_are_told_and_the_chain_holds(filer: User) -> None:
    client = Client()
    enter(client, filer, "wrong")
    enter(client, filer)
    client.post("/sign-out/")
    assert told(filer) == [
        ("sign_in_failed", "system:accounts", {"factor": "password"}),
        ("sign_in", filer.username, {"by": ["password"]}),
        ("sign_out", filer.username, {"why": "asked"}),
    ]
    assert verify_record("reader", filer.pk) == []


def test_a_code_that_was_guessed_is_told_and_who_shows_the_right_one_came_in_by_both(filer: User) -> None:
    give_app(filer)
    client = Client()
    enter(client, filer)
    assert told(filer) == [], "nobody is in yet"
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert told(filer) == [
        ("sign_in_failed", "system:accounts", {"factor": "totp"}),
        ("sign_in", filer.username, {"by": ["password", "totp"]}),
    ]


def test_a_lock_is_told_once_however_often_somebody_knocks(filer: User) -> None:
    client = Client()
    for _knock in range(9):
        enter(client, filer, "wrong")
    acts = [act for act, _by, _data in told(filer)]
    assert acts == ["sign_in_failed"] * 5 + ["locked_out"]


def test_a_name_that_nobody_has_leaves_no_event(filer: User) -> None:
    before = Event.objects.count()
    Client().post("/sign-in/", {"login": "nobody-has-this", "password": "wrong"})
    assert Event.objects.count() == before


def test_who_was_idle_is_told_to_have_been_signed_out(
    filer: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()
    enter(client, filer)
    client.get(reverse("own-details"))
    later = client.session[sessions.SEEN] + settings.IDLE_SIGN_OUT_SECONDS + 1
    monkeypatch.setattr("subsidy.web.sessions.time.time", lambda: later)
    client.get(reverse("own-details"))
    assert told(filer)[-1] == ("sign_out", filer.username, {"why": "idle"})


def test_nobody_comes_in_whose_coming_cannot_be_told(filer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("subsidy.web.entering.reads.own_append", fail)
    client = Client(raise_request_exception=False)
    enter(client, filer)
    assert client.get(reverse("own-details")).status_code == 302


def test_people_see_where_they_are_signed_in_and_end_it_themselves(world: World, filer: User) -> None:
    here, office, phone = Client(HTTP_USER_AGENT="X Firefox/9 Linux"), Client(), Client()
    for client in (here, office, phone):
        enter(client, filer)
        client.get(reverse("own-details"))
    stranger = world.filer(world.company())
    stranger.set_password(PASSWORD)
    stranger.save(update_fields=["password"])
    other = Client()
    enter(other, stranger)
    page = here.get(reverse("own-sessions"))
    places = page.context["places"]
    assert [one.is_here for one in places] == [True, False, False] and places[0].browser == "Firefox · Linux"
    end = reverse("own-sessions-end")
    foreign = other.get(reverse("own-sessions")).context["places"][0].pk
    for wrong in (str(foreign), "0", "x", str(places[0].pk)):
        assert here.post(end, {"session": wrong}).status_code == 404
    assert here.post(end, {"session": places[1].pk}).status_code == 302
    assert len(here.get(reverse("own-sessions")).context["places"]) == 2
    here.post(end)
    alive = [client.get(reverse("own-details")).status_code for client in (here, office, phone, other)]
    assert alive == [200, 302, 302, 200]
    assert [(act, data) for act, _by, data in told(filer)][-2:] == [("end_session", {"count": 1})] * 2
