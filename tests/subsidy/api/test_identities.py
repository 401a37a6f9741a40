"""Access tokens of an identity provider: what one reaches, and everything that is not one."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from jwt.utils import base64url_encode
from pytest_django.fixtures import Settings

from subsidy.accounts.models import ApiToken, User
from subsidy.accounts.services import identities_unlink, identity_link
from subsidy.api import identities
from subsidy.audit.models import Event
from subsidy.environment import identity_providers
from tests.harness.provider import Provider, provider_running
from tests.subsidy.api.conftest import AsProgram, Program
from tests.subsidy.api.test_tokens import problem
from tests.world import World, fresh

AUDIENCE = "https://subsidy.example/api"
SUB = "gov-1184"


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """A running provider whose tokens programs may bring."""
    identities._keys_of.cache_clear()
    with provider_running() as running:
        one = {
            "id": "gov",
            "name": "浙政钉",
            "issuer": running.issuer,
            "client_id": "c",
            "secret": "s",
            "api_audience": AUDIENCE,
        }
        settings.IDENTITY_PROVIDERS = identity_providers({"SUBSIDY_IDENTITY_PROVIDERS": json.dumps([one])})
        yield running
    identities._keys_of.cache_clear()


@pytest.fixture
def program(world: World, as_program: AsProgram, provider: Provider) -> Program:
    """The acceptance officer, linked with the provider; the own token is out of the way."""
    made = as_program("acceptance")
    identity_link(made.user, provider="gov", identifier=SUB)
    ApiToken.objects.all().delete()
    return made


def claims(world: World, provider: Provider, **other: Any) -> dict[str, Any]:
    """What a good token says; None leaves an entry out."""
    now = int(world.now.real.timestamp())
    said = {"iss": provider.issuer, "aud": AUDIENCE, "sub": SUB, "exp": now + 600, "iat": now, "jti": "1",
            "client_id": "erp", "scope": "openid act"}  # fmt: skip
    return {name: value for name, value in {**said, **other}.items() if value is not None}


def test_a_linked_person_s_program_reads_and_acts(world: World, program: Program, provider: Provider) -> None:
    case = world.submitted(world.call())
    program.secret = provider.token(claims(world, provider))
    assert program.get("cases/").json()["items"][0]["key"] == case.number
    done = program.post(f"cases/{case.number}/acts/accept/", version=case.head_seq)
    assert done.status_code == 200, done.content
    assert Event.objects.order_by("-id")[0].actor_id == program.user.pk and fresh(case).state != case.state
    assert not ApiToken.objects.exists()
    assert provider.asked == ["/.well-known/openid-configuration", "/keys"], "the keys are kept"


def test_it_reaches_no_further_than_its_scope_and_its_person(
    world: World, program: Program, provider: Provider
) -> None:
    case = world.submitted(world.call())
    program.secret = provider.token(claims(world, provider, scope="read"))
    assert program.get(f"cases/{case.number}/").status_code == 200
    problem(program.post(f"cases/{case.number}/acts/accept/", version=case.head_seq), 403, "permission")
    program.secret = provider.token(claims(world, provider, scope="act call profile"))
    problem(program.get("cases/"), 403, "permission")
    assert program.get("calls/").status_code == 200
    program.secret = provider.token(claims(world, provider))
    assert program.get("budget-lines/").status_code == 403, "a scope gives nobody a role"


def test_a_token_put_together_by_hand_is_as_good(world: World, program: Program, provider: Provider) -> None:
    program.secret = _bare(provider, claims(world, provider))
    assert program.get("cases/").status_code == 200


def wrong(world: World, provider: Provider) -> dict[str, str]:
    """Tokens that differ from a good one in one thing."""
    said = claims(world, provider)
    now, stranger = said["iat"], ec.generate_private_key(ec.SECP256R1())
    shown = provider.shown()["keys"][0]
    body = provider.token(said).split(".")
    forged = provider.token({**said, "sub": "gov-1"}).split(".")
    return {
        "another's key": provider.token(said, key=stranger),
        "an unknown key": provider.token(said, key=stranger, kid="second"),
        "no signature": jwt.encode(said, "", algorithm="none", headers={"typ": "at+jwt", "kid": "first"}),
        "the public key as a shared secret": provider.token(said, key=json.dumps(shown) * 2, alg="HS256"),
        "another body": ".".join((body[0], forged[1], body[2])),
        "an ID token": provider.token(said, typ="JWT"),
        "no type": jwt.encode(said, provider.keys["first"], algorithm="ES256", headers={"typ": None, "kid": "first"}),
        "a key's name that is a number": _bare(provider, said, kid=1),
        "a type that is a list": _bare(provider, said, typ=["at+jwt"]),
        "another issuer": provider.token({**said, "iss": "https://elsewhere.example"}),
        "another audience": provider.token({**said, "aud": "subsidy"}),
        "over": provider.token({**said, "exp": now - 60}),
        "not begun": provider.token({**said, "nbf": now + 61}),
        "made in the future": provider.token({**said, "iat": now + 61}),
        "an end without end": provider.token({**said, "exp": 10**400}),
        "an end that is text": _bare(provider, {**said, "exp": "tomorrow"}),
        "a person that is a number": _bare(provider, {**said, "sub": 1184}),
        "a person whom nobody linked": provider.token({**said, "sub": "gov-1"}),
        "a scope of others": provider.token({**said, "scope": "openid profile case"}),
        "a header nested without end": f"{_nested()}.e30.YQ",
        "a body nested without end": f"{_header()}.{_nested()}.YQ",
        "no words": "..",
        "no JSON": "YQ.YQ.YQ",
        **{f"no {name}": provider.token(claims(world, provider, **{name: None}))
           for name in ("iss", "aud", "sub", "exp", "iat", "jti", "client_id", "scope")},
    }  # fmt: skip


def _header() -> str:
    return base64url_encode(json.dumps({"alg": "ES256", "typ": "at+jwt", "kid": "first"}).encode()).decode()


def _nested() -> str:
    """As deep as fits into a header of a request."""
    return base64url_encode(b"[" * 5000).decode()


def _bare(provider: Provider, said: dict[str, Any], **header: Any) -> str:
    """A rightly signed token whose entries are of types that no library would write."""
    parts = [{"alg": "ES256", "typ": "at+jwt", "kid": "first", **header}, said]
    text = b".".join(base64url_encode(json.dumps(one).encode()) for one in parts)
    signature = jwt.get_algorithm_by_name("ES256").sign(text, provider.keys["first"])
    return b".".join((text, base64url_encode(signature))).decode()


def test_whatever_is_not_such_a_token_is_refused(world: World, program: Program, provider: Provider) -> None:
    for what, secret in wrong(world, provider).items():
        program.secret = secret
        answer = program.get("cases/")
        assert answer.status_code == 401, f"{what}: {answer.content!r}"
        assert answer.json()["code"] == "credentials" and answer["WWW-Authenticate"] == "Bearer"


def test_it_ends_with_the_link_and_with_its_person(
    world: World, program: Program, provider: Provider, settings: Settings
) -> None:
    program.secret = provider.token(claims(world, provider))
    assert program.get("cases/").status_code == 200
    User.objects.filter(pk=program.user.pk).update(is_active=False)
    problem(program.get("cases/"), 401, "credentials")
    User.objects.filter(pk=program.user.pk).update(is_active=True)
    identities_unlink(program.user)
    problem(program.get("cases/"), 401, "credentials")
    identity_link(program.user, provider="gov", identifier=SUB)
    assert program.get("cases/").status_code == 200
    settings.IDENTITY_PROVIDERS[0]["settings"]["api_audience"] = ""
    problem(program.get("cases/"), 401, "credentials")


def test_new_keys_are_fetched_but_strangers_cannot_have_them_fetched_each_time(
    world: World, program: Program, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.secret = provider.token(claims(world, provider))
    assert program.get("cases/").status_code == 200
    stranger = ec.generate_private_key(ec.SECP256R1())
    for number in range(5):
        program.secret = provider.token(claims(world, provider), key=stranger, kid=f"made up {number}")
        problem(program.get("cases/"), 401, "credentials")
    assert provider.asked.count("/keys") == 1
    provider.keys["second"] = stranger
    program.secret = provider.token(claims(world, provider), kid="second")
    seconds = time.monotonic()
    monkeypatch.setattr("jwt.jwks_client.time.monotonic", lambda: seconds + 31)
    assert program.get("cases/").status_code == 200
    assert provider.asked.count("/keys") == 2


def test_a_provider_that_is_down_or_unsound_is_said_to_be_so(
    world: World, program: Program, provider: Provider
) -> None:
    program.secret = provider.token(claims(world, provider))
    provider.silent = True
    answer = problem(program.get("cases/"), 503, "identity_provider")
    assert "identity provider" in answer["detail"]
    asked = len(provider.asked)
    provider.silent = False
    problem(program.get("cases/"), 503, "identity_provider")
    assert len(provider.asked) == asked, "it is left in peace for a while"
    for unsound in ({"issuer": "http://127.0.0.1:1"}, {"jwks_uri": "file:///etc/passwd"}, {"jwks_uri": 1}):
        identities._keys_of.cache_clear()
        good = dict(provider.says_of_itself)
        provider.says_of_itself.update(unsound)
        problem(program.get("cases/"), 503, "identity_provider")
        provider.says_of_itself = good
    identities._keys_of.cache_clear()
    assert Client().get("/api/v1/calls/").status_code == 401
    assert program.get("cases/").status_code == 200
