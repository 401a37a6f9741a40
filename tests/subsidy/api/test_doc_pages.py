"""The description as pages, and the pages to which refusals lead."""

from __future__ import annotations

import json
from html import escape

import pytest
from django.test import Client

from subsidy.api.pages import every_problem

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_show_every_request_without_any_script(language: str) -> None:
    client = Client(headers={"accept-language": language})
    root = json.loads(client.get("/api/v1/openapi.json").content)
    contents = client.get("/api/v1/docs/").content.decode()
    for tag in {one["name"] for one in root["tags"]}:
        assert f"/api/v1/docs/{tag}/" in contents
    page = client.get("/api/v1/docs/cases/").content.decode()
    for path, item in root["paths"].items():
        if path.startswith("/api/v1/cases/"):
            for method in {"get", "post"} & set(item):
                assert f"{method.upper()} {path}" in page and escape(item[method]["summary"]) in page
    assert "Idempotency-Key" in page and "<script>" not in page
    assert client.get("/api/v1/docs/nothing/").status_code == 404


def test_every_code_of_a_refusal_has_its_place() -> None:
    page = Client(headers={"accept-language": "en"}).get("/api/v1/problems/").content.decode()
    codes = {one.code for one in every_problem()}
    assert {"version", "key", "step_up", "credentials", "funds", "throttled", "if_match", "permission"} <= codes
    for code in codes:
        assert f'id="{code}"' in page
