from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from subsidy.audit.moment import Moment
from tests.world import World


@pytest.fixture
def world(db: None) -> World:
    """A bureau in this test's transaction."""
    return World()


@pytest.fixture
def as_(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Client]:
    """`as_("finance1")`: a browser in which that person of the world has signed in, at the world's time."""

    def now() -> Moment:
        return world.now

    monkeypatch.setattr("subsidy.web.person.business_now", now)

    def signed_in(who: str, *, language: str = "en") -> Client:
        client = Client()
        client.force_login(world.people[who], backend="allauth.account.auth_backends.AuthenticationBackend")
        client.cookies["django_language"] = language
        return client

    return signed_in
