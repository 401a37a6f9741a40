from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from subsidy.accounts.models import User
from subsidy.web import person
from tests.world import World

SignIn = Callable[[User], Client]


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """A bureau in this test's transaction; pages are asked at its time."""
    made = World()
    monkeypatch.setattr(person, "business_now", lambda: made.now)
    return made


@pytest.fixture
def sign_in() -> SignIn:
    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return client_of
