"""Who a program speaks for, how far a token reaches, and how a refusal is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.test import Client
from pytest_django.fixtures import Settings

from subsidy.accounts.models import ApiToken, User
from subsidy.audit.models import Event
from tests.subsidy.api.conftest import AsProgram
from tests.world import World, fresh


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"]) == (status, code) and body["detail"]
    assert body["request_id"] == answer["X-Request-Id"]
    return body


def test_without_a_token_and_with_a_wrong_one(world: World, as_program: AsProgram) -> None:
    program = as_program("acceptance")
    nobody = Client()
    refused = nobody.get("/api/v1/cases/")
    problem(refused, 401, "credentials")
    assert refused["WWW-Authenticate"] == "Bearer"
    program.secret = "sub_" + "x" * 43
    problem(program.get("cases/"), 401, "credentials")
    program.secret = ""
    problem(program.get("cases/"), 401, "credentials")


def test_a_token_ends_and_is_revoked_and_goes_with_its_person(world: World, as_program: AsProgram, clock: Any) -> None:
    program = as_program("acceptance", days=1)
    assert program.get("cases/").status_code == 200
    clock(replace(world.now, real=world.now.real + dt.timedelta(days=1)))
    problem(program.get("cases/"), 401, "credentials")
    clock(world.now)
    ApiToken.objects.filter(pk=program.token.pk).update(revoked_at=world.now.real)
    problem(program.get("cases/"), 401, "credentials")
    ApiToken.objects.filter(pk=program.token.pk).update(revoked_at=None)
    User.objects.filter(pk=program.user.pk).update(is_active=False)
    problem(program.get("cases/"), 401, "credentials")


def test_a_token_reaches_no_further_than_it_says(world: World, as_program: AsProgram) -> None:
    case = world.submitted()
    reads = as_program("acceptance", may_act=False)
    assert reads.get(f"cases/{case.number}/").status_code == 200
    problem(reads.post(f"cases/{case.number}/acts/accept/", version=case.head_seq), 403, "permission")
    rounds_only = as_program("leader", kinds=("round",))
    assert rounds_only.get("rounds/").status_code == 200
    problem(rounds_only.get("cases/"), 403, "permission")


def test_a_session_needs_the_csrf_token_and_a_token_does_not(world: World, as_program: AsProgram) -> None:
    case = world.submitted()
    as_program("acceptance")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.people["acceptance"], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get("/api/v1/cases/").status_code == 200
    headers = {"idempotency-key": "k" * 12, "if-match": f'"{case.head_seq}"'}
    refused = browser.post(
        f"/api/v1/cases/{case.number}/acts/accept/", {}, headers=headers, content_type="application/json"
    )
    problem(refused, 403, "permission")
    assert fresh(case).head_seq == case.head_seq


def test_more_requests_than_allowed_are_told_when_to_come_again(
    world: World, as_program: AsProgram, settings: Any
) -> None:
    settings.API_REQUESTS_A_MINUTE = 2
    program = as_program("acceptance")
    first = program.get("cases/")
    assert (first.status_code, first["RateLimit-Limit"], first["RateLimit-Remaining"]) == (200, "2", "1")
    assert program.get("cases/").status_code == 200
    refused = program.get("cases/")
    problem(refused, 429, "throttled")
    assert 0 < int(refused["Retry-After"]) <= 60
    # Another person's requests are their own.
    assert as_program("leader").get("cases/").status_code == 200


def test_refusals_speak_the_language_that_was_asked_for(world: World, as_program: AsProgram) -> None:
    program = as_program("acceptance")
    english = problem(program.get("cases/XX-1/", x_request_id="erp-17"), 404, "not_found")
    chinese = problem(program.get("cases/XX-1/", accept_language="zh-hans"), 404, "not_found")
    assert english["detail"] != chinese["detail"] and english["request_id"] == "erp-17"
    problem(program.get("nothing/"), 404, "not_found")
    problem(program.get("a/b/c/d/"), 404, "not_found")
    problem(program.client.delete("/api/v1/cases/", headers=program._headers({})), 405, "method")


def test_the_request_id_stands_in_the_event(world: World, as_program: AsProgram) -> None:
    case = world.submitted()
    done = as_program("acceptance").post(
        f"cases/{case.number}/acts/accept/", version=case.head_seq, x_request_id="erp-18"
    )
    assert done.status_code == 200, done.content
    event = Event.objects.get(stream="case", stream_id=case.pk, seq=done.json()["version"])
    assert "erp-18" in event.body and '"surface":"api"' in event.body


def test_the_api_refuses_plain_http_and_pages_lead_on_to_https(as_program: AsProgram, settings: Settings) -> None:
    secret = as_program("auditor").secret
    settings.SECURE_SSL_REDIRECT = True
    for address in ("/api/v1/", "/api/v1/cases/", "/api/v1/cases/XH-1/acts/accept/", "/api/v1/nothing/of/ours"):
        answer = Client(HTTP_AUTHORIZATION=f"Bearer {secret}").get(address)
        assert answer.status_code in (403, 404) and answer["Content-Type"] == "application/problem+json", address
        assert answer.status_code == 404 or answer.json()["type"].endswith("https"), address
    for page in ("/policies/", "/api/v1/docs/", "/api/v1/openapi.json"):
        led = Client().get(page)
        assert led.status_code == 301 and led["Location"].startswith("https://"), page
    assert Client(HTTP_AUTHORIZATION=f"Bearer {secret}").get("/api/v1/", secure=True).status_code == 200
