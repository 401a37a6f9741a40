from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from django.test import Client

from subsidy.accounts.models import User
from subsidy.audit.moment import Moment
from subsidy.web import person
from tests.world import World


@pytest.fixture
def world(db: None) -> World:
    """A bureau in this test's transaction."""
    return World()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[Moment], None]:
    """Lets pages stand at a moment of the test's choosing."""
    return lambda now: monkeypatch.setattr(person, "business_now", lambda: dataclasses.replace(now))


@pytest.fixture
def as_person(world: World, clock: Callable[[Moment], None]) -> Callable[[str | User], Client]:
    """A client signed in as one of the world's people, at the world's moment."""

    def sign_in(who: str | User) -> Client:
        clock(world.now)
        client = Client()
        client.force_login(
            who if isinstance(who, User) else world.people[who],
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        return client

    return sign_in
