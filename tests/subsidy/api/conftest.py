from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from subsidy.accounts.models import ApiToken, User
from subsidy.accounts.services import token_new
from subsidy.api.authentication import digest_of, new_secret
from subsidy.audit.moment import Moment
from subsidy.web import person
from tests.harness.second_factor import give_app
from tests.world import World


class Program:
    """A program that acts as a person by a token, and keeps its own idempotency keys."""

    def __init__(self, user: User, secret: str, token: ApiToken) -> None:
        self.user, self.secret, self.token = user, secret, token
        self.client = Client()

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=self._headers(headers))

    def post(self, path: str, data: Any = None, *, key: str = "", version: int | None = None, **headers: str) -> Any:
        """`data` as JSON; with a file in it as a form."""
        more = {"idempotency-key": key or uuid.uuid4().hex, **headers}
        if version is not None:
            more["if-match"] = f'"{version}"'
        files = any(hasattr(value, "read") for value in (data or {}).values()) if isinstance(data, dict) else False
        kind: dict[str, Any] = {} if files else {"content_type": "application/json"}
        body = data if data is not None else {}
        return self.client.post(f"/api/v1/{path}", body, headers=self._headers(more), **kind)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"authorization": f"Bearer {self.secret}", "accept-language": "en", **named}


AsProgram = Callable[..., Program]


@pytest.fixture
def world(db: None) -> World:
    """A bureau in this test's transaction."""
    return World()


@pytest.fixture
def unhurried(settings: Settings) -> None:
    """As many requests as the test sends."""
    settings.API_REQUESTS_A_MINUTE = 10**6


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[Moment], None]:
    """Lets the API stand at a moment of the test's choosing."""
    return lambda now: monkeypatch.setattr(person, "business_now", lambda: dataclasses.replace(now))


@pytest.fixture
def as_program(world: World, clock: Callable[[Moment], None]) -> AsProgram:
    """A program of one of the world's people, with a token that may act unless the test says otherwise."""

    def begin(who: str | User, *, may_act: bool = True, kinds: tuple[str, ...] = (), days: int = 30) -> Program:
        clock(world.now)
        return program_of(world, who, may_act=may_act, kinds=kinds, days=days)

    return begin


def program_of(
    world: World, who: str | User, *, may_act: bool = True, kinds: tuple[str, ...] = (), days: int = 30
) -> Program:
    """A program with a token of one of the world's people, whose code app is known."""
    user = who if isinstance(who, User) else world.people[who]
    give_app(user)
    secret, begins = new_secret(), world.now.real
    token = token_new(
        user,
        authority_id=world.authority.pk,
        name="ERP",
        digest=digest_of(secret),
        hint=secret[:8],
        may_act=may_act,
        kinds=kinds,
        made_at=begins,
        expires_at=begins + dt.timedelta(days=days),
    )
    return Program(user, secret, token)
