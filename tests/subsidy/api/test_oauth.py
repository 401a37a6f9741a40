"""Client credentials: what a system gets for a token, how far it reaches, when it ends, and how it is refused."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.core import signing
from django.test import Client
from pytest_django.fixtures import Settings

from subsidy.accounts.models import ApiToken
from subsidy.api import access
from tests.subsidy.api.conftest import AsProgram, Program
from tests.world import World, fresh

ADDRESS = "/api/v1/oauth/token/"
GRANT = {"grant_type": "client_credentials"}


def basic(program: Program, *, name: str = "", secret: str = "") -> str:
    pair = f"{quote_plus(name or program.token.hint)}:{quote_plus(secret or program.secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def sent(data: dict[str, str] | str, **headers: str) -> Any:
    body = data if isinstance(data, str) else urlencode(data)
    return Client().post(ADDRESS, body, content_type="application/x-www-form-urlencoded", headers=headers)


def asked(program: Program, **more: str) -> Any:
    return sent({**GRANT, **more}, authorization=basic(program))


def reads(secret: str, path: str = "cases/") -> int:
    status: int = Client().get(f"/api/v1/{path}", headers={"authorization": f"Bearer {secret}"}).status_code
    return status


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]) == (status, code), answer.content
    assert answer["Content-Type"] == "application/json" and "no-store" in answer["Cache-Control"]


def test_a_system_gets_an_access_token_and_acts_with_it(world: World, as_program: AsProgram) -> None:
    case = world.submitted(world.call())
    program = as_program("acceptance")
    answer = asked(program)
    body = answer.json()
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, "act")
    assert body["access_token"].startswith("suba_") and program.secret not in body["access_token"]
    done = Client().post(
        f"/api/v1/cases/{case.number}/acts/accept/",
        {},
        content_type="application/json",
        headers={
            "authorization": f"Bearer {body['access_token']}",
            "idempotency-key": "system-0001",
            "if-match": f'"{case.head_seq}"',
        },
    )
    assert done.status_code == 200, done.content
    assert fresh(case).state != case.state
    assert ApiToken.objects.get().may_act and ApiToken.objects.get().kinds == []


def test_the_credentials_may_stand_in_the_body(world: World, as_program: AsProgram) -> None:
    program = as_program("acceptance")
    data = {**GRANT, "client_id": program.token.hint, "client_secret": program.secret}
    assert reads(sent(data).json()["access_token"]) == 200
    refused(sent(data, authorization=basic(program)), 400, "invalid_request")


def test_a_scope_narrows_and_never_widens(world: World, as_program: AsProgram) -> None:
    case = world.submitted(world.call())
    whole, narrow = as_program("acceptance"), as_program("amount", may_act=False, kinds=("round",))
    less = asked(whole, scope="read case").json()
    assert less["scope"] == "read case"
    assert reads(less["access_token"]) == 200 and reads(less["access_token"], "rounds/") == 403
    headers = {"authorization": f"Bearer {less['access_token']}", "idempotency-key": "system-0002"}
    act = Client().post(f"/api/v1/cases/{case.number}/acts/accept/", {}, "application/json", headers=headers)
    assert act.status_code == 403
    assert asked(narrow).json()["scope"] == "read round"
    assert reads(asked(narrow).json()["access_token"], "rounds/") == 200
    for scope in ("act", "case", "read case", "nothing"):
        refused(asked(narrow, scope=scope), 400, "invalid_scope")


def test_it_ends_with_its_hour_its_token_and_its_person(world: World, as_program: AsProgram) -> None:
    program = as_program("acceptance")
    secret = asked(program).json()["access_token"]
    assert reads(secret) == 200
    real = world.now.real
    assert access.access_read(secret, real=real + dt.timedelta(seconds=3599)) is not None
    assert access.access_read(secret, real=real + dt.timedelta(seconds=3600)) is None
    person = program.user
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert reads(secret) == 401
    type(person).objects.filter(pk=person.pk).update(is_active=True)
    assert reads(secret) == 200
    ApiToken.objects.filter(pk=program.token.pk).update(revoked_at=real)
    assert reads(secret) == 401
    refused(asked(program), 401, "invalid_client")


def test_it_lives_no_longer_than_its_token(world: World, as_program: AsProgram) -> None:
    program = as_program("acceptance")
    soon = world.now.real + dt.timedelta(seconds=90)
    ApiToken.objects.filter(pk=program.token.pk).update(expires_at=soon)
    body = asked(program).json()
    assert body["expires_in"] <= 90
    assert access.access_read(body["access_token"], real=soon) is None


def test_what_is_forged_opens_nothing(world: World, as_program: AsProgram, settings: Settings) -> None:
    program = as_program("acceptance")
    good = asked(program).json()["access_token"]
    said = {"token": program.token.pk, "act": True, "kinds": [], "until": 2**40}
    with_another_key = signing.dumps(said, key="k" * 50, salt="subsidy.api.access")
    for_something_else = signing.dumps(said, salt="django.core.signing")
    middle = len(good) // 2
    changed = good[:middle] + ("A" if good[middle] != "A" else "B") + good[middle + 1 :]
    for secret in (changed, "suba_", "suba_" + with_another_key, "suba_" + for_something_else, good[:-1]):
        assert reads(secret) == 401, secret
    # An access token is no credential for the next one.
    refused(sent({**GRANT, "client_id": "suba_", "client_secret": good}), 401, "invalid_client")


def test_every_refusal_is_the_one_of_the_standard(world: World, as_program: AsProgram) -> None:
    program = as_program("acceptance")
    for header in (basic(program, secret="sub_wrong"), basic(program, name="sub_elsewhere"), "Basic %%%", "Bearer x"):
        answer = sent(GRANT, authorization=header)
        refused(answer, 401, "invalid_client")
        assert answer["WWW-Authenticate"].startswith("Basic")
    refused(sent(GRANT), 401, "invalid_client")
    refused(sent({}, authorization=basic(program)), 400, "invalid_request")
    refused(asked(program, grant_type="password"), 400, "unsupported_grant_type")
    twice = "grant_type=client_credentials&scope=read&scope=act"
    refused(sent(twice, authorization=basic(program)), 400, "invalid_request")
    assert Client().get(ADDRESS).status_code == 405
    assert Client().post(ADDRESS, "{}", content_type="application/json").status_code == 415


def test_tokens_are_asked_for_no_oftener_than_anything_else(
    world: World, as_program: AsProgram, settings: Settings
) -> None:
    settings.API_REQUESTS_A_MINUTE = 2
    program = as_program("acceptance")
    assert [asked(program).status_code for _ in range(3)] == [200, 200, 429]
