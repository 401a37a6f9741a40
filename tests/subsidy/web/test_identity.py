"""Signing in by an identity provider: a real one, started beside the test, that is none of ours."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import include, path, reverse

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.environment import identity_providers, origin_of
from subsidy.urls import handler400, handler403, handler404, handler429, handler500  # noqa: F401 - Django looks here
from subsidy.urls import urlpatterns as real
from tests.harness.second_factor import code_now, give_app
from tests.world import World
from workflows.common.refusals import BadData, Forbidden

urlpatterns = [path("", include("subsidy.web.identity_urls")), *real]
pytestmark = pytest.mark.urls(__name__)
REASON = {"reason": "离岗"}
SUB = "gov-1184"


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr("subsidy.web.person.business_now", lambda: made.now)
    made.person("sec", Role.SECURITY_ADMIN)
    cache.clear()
    return made


@pytest.fixture(scope="module")
def running() -> Iterator[str]:
    """The provider in a process of its own; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    address = f"http://localhost:{port}"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _attempt in range(300):
                assert process.poll() is None, "the provider has ended"
                try:
                    requests.get(f"{address}/.well-known/openid-configuration", timeout=5).raise_for_status()
                    break
                except requests.RequestException:
                    time.sleep(0.1)
            yield address
        finally:
            process.terminate()


@pytest.fixture
def provider(running: str, settings: Any) -> str:
    """The address of the running provider, known to the settings as `gov`."""
    text = f'[{{"id": "gov", "name": "浙政钉", "issuer": "{running}", "client_id": "subsidy", "secret": "s"}}]'
    settings.IDENTITY_PROVIDERS = identity_providers({"SUBSIDY_IDENTITY_PROVIDERS": text})
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"APPS": settings.IDENTITY_PROVIDERS, "OAUTH_PKCE_ENABLED": True}
    }
    return running


def link(world: World, user: User, identifier: str = SUB) -> None:
    world.act("person", user, "link_identity", "sec", data={"provider": "gov", "identifier": identifier})


def through(client: Client, sub: str = SUB, *, change: Callable[[str], str] = lambda back: back) -> Any:
    """The way of a browser: to the provider, who asks for the person, and back; returns the last answer of ours."""
    sent = client.post(reverse("openid_connect_login", args=["gov"]))
    assert sent.status_code == 302, sent.content.decode()
    answered = requests.post(sent["Location"], data={"sub": sub}, allow_redirects=False, timeout=10)
    back = urlsplit(change(answered.headers["Location"]))
    return client.get(f"{back.path}?{back.query}")


def is_in(client: Client) -> bool:
    return client.get(reverse("own-details")).status_code == 200


def test_a_linked_identity_signs_in(world: World, provider: str) -> None:
    link(world, world.people["leader"])
    client = Client()
    assert "浙政钉" in client.get("/sign-in/").content.decode()
    assert through(client).status_code == 302
    assert is_in(client) and client.session["_auth_user_id"] == str(world.people["leader"].pk)


def test_our_second_factor_is_asked_for_all_the_same(world: World, provider: str) -> None:
    leader = world.people["leader"]
    link(world, leader)
    give_app(leader)
    client = Client()
    assert through(client)["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert is_in(client)


@pytest.mark.parametrize("sub", ["somebody", "leader", "leader@example.org"])
def test_an_identity_that_nobody_linked_opens_nothing(world: World, provider: str, sub: str) -> None:
    User.objects.filter(username="leader").update(email="leader@example.org")
    link(world, world.people["leader"])
    before = User.objects.count()
    client = Client()
    assert through(client, sub).status_code == 403
    assert not is_in(client)
    assert (User.objects.count(), SocialAccount.objects.count()) == (before, 1)


def test_a_closed_account_and_an_ended_link_open_nothing(world: World, provider: str) -> None:
    world.person("sys", Role.SYSTEM_ADMIN)
    link(world, world.people["leader"])
    world.act("person", world.people["leader"], "close_account", "sys", data=REASON)
    client = Client()
    through(client)
    assert not is_in(client)
    link(world, world.people["notice"], "other")
    world.act("person", world.people["notice"], "unlink_identities", "sec", data=REASON)
    assert through(client, "other").status_code == 403


def test_an_answer_to_another_session_or_with_a_changed_state_is_refused(world: World, provider: str) -> None:
    link(world, world.people["leader"])
    victim, thief = Client(), Client()
    victim.post(reverse("openid_connect_login", args=["gov"]))
    kept: list[str] = []

    def keep(back: str) -> str:
        kept.append(back)
        return back + "x"

    through(thief, change=keep)
    assert not is_in(thief)
    planted = urlsplit(kept[0])
    victim.get(f"{planted.path}?{planted.query}")
    assert not is_in(victim), "an answer that somebody else began signs nobody in"


def test_an_identity_belongs_to_one_account_and_is_linked_by_the_administrator(world: World, provider: str) -> None:
    link(world, world.people["leader"])
    with pytest.raises(BadData):
        link(world, world.people["notice"])
    link(world, world.people["leader"], "new")
    assert list(SocialAccount.objects.values_list("uid", flat=True)) == ["new"]
    with pytest.raises(Forbidden):
        link(world, world.people["sec"], "mine")
    with pytest.raises(BadData):
        world.act("person", world.people["notice"], "link_identity", "sec", data={"provider": "x", "identifier": "1"})


@pytest.mark.parametrize(
    "text", ["{", "[{}]", "[1]", '[{"id":"a","name":"a","issuer":"http://x.cn","client_id":"c","secret":"s"}]']
)
def test_a_provider_that_is_described_wrongly_stops_the_program(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SUBSIDY_IDENTITY_PROVIDERS"):
        identity_providers({"SUBSIDY_IDENTITY_PROVIDERS": text})


def test_the_policy_lets_the_form_lead_to_the_provider_alone() -> None:
    text = '[{"id":"a","name":"a","issuer":"https://id.example.cn/realm","client_id":"c","secret":"s"}]'
    (one,) = identity_providers({"SUBSIDY_IDENTITY_PROVIDERS": text})
    assert origin_of(one) == "https://id.example.cn" and identity_providers({}) == []
