"""The published description: current, whole, true of what the API answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.utils import translation
from jsonschema import Draft202012Validator, FormatChecker

from subsidy.api.breaking import breaks
from subsidy.api.description import document
from subsidy.api.resources import resources
from subsidy.management.commands.api import PUBLISHED, written
from tests.subsidy.api.conftest import AsProgram, Program
from tests.subsidy.api.filled import filled
from tests.world import World


def published() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PUBLISHED.read_text())
    return found


def whole(schema: Any, root: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": root["components"]}, format_checker=FormatChecker())


def operations(root: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in root["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield f"{method} {path}", operation


def test_the_committed_description_is_current_and_breaks_nothing() -> None:
    assert PUBLISHED.read_text() == written(), "run: manage.py api schema"
    assert breaks(published(), json.loads(written())) == []


def test_every_address_of_every_act_is_described_and_every_example_fits() -> None:
    root = published()
    names = [operation["operationId"] for _where, operation in operations(root)]
    assert len(names) == len(set(names))
    for where, operation in operations(root):
        for status, answer in operation["responses"].items():
            if "$ref" in answer:
                assert answer["$ref"].rpartition("/")[2] in root["components"]["responses"], (where, status)
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (one for body in bodies for one in body.get("content", {}).values()):
            Draft202012Validator.check_schema(content["schema"])
            wrong = [one.message for one in whole(content["schema"], root).iter_errors(content["example"])]
            assert wrong == [], where
    assert {"cases.submit", "batches.release", "cases.bulk.accept", "policy-versions.decide"} <= set(names)


def test_a_step_up_is_described_where_it_is_asked_for_and_no_more() -> None:
    root = published()["paths"]
    code = {"$ref": "#/components/parameters/OneTimeCode"}
    assert code in root["/api/v1/batches/{key}/acts/release/"]["post"]["parameters"]
    assert code not in root["/api/v1/batches/{key}/acts/export/"]["post"]["parameters"]


def test_it_is_told_in_both_languages() -> None:
    told = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            told[language] = document(added=False)["info"]["title"]
    assert told["en"] != told["zh-hans"]


def test_what_the_api_answers_is_what_is_described(world: World, as_program: AsProgram) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    world.batch([world.accounted(case)])
    root, seen = published(), set()
    for who in ("auditor", "finance1", world.filer(case.company)):
        program = as_program(who)
        for name in resources():
            listed = program.get(f"{name}/")
            if listed.status_code != 200:
                continue
            path = f"/api/v1/{name}/"
            fits(root, path, listed.json())
            for row in listed.json()["items"][:1]:
                seen.add(name)
                fits(root, f"{path}{{key}}/", program.get(f"{name}/{row['key']}/").json())
                if resources()[name].acts:
                    fits(root, f"{path}{{key}}/acts/", program.get(f"{name}/{row['key']}/acts/").json())
                if name == "cases":
                    fits(
                        root,
                        f"{path}{{key}}/readings/proof/",
                        program.get(f"cases/{row['key']}/readings/proof/").json(),
                    )
    assert {"cases", "rounds", "batches", "notices", "awards", "instalments", "budget-lines", "companies"} <= seen


def fits(root: dict[str, Any], path: str, body: Any) -> None:
    schema = root["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    found = [f"{'/'.join(map(str, one.path))}: {one.message}" for one in whole(schema, root).iter_errors(body)]
    assert found == [], path


def test_every_link_leads_on_from_what_was_answered(world: World, as_program: AsProgram, unhurried: None) -> None:
    """From the list to the matter, and from it to what it has: each address by the expression of the link alone."""
    filled(world)
    root, program, followed = published(), as_program("auditor"), set()
    where = {one["operationId"]: (path, item) for path, item in root["paths"].items() for one in methods(item)}
    for path, item in root["paths"].items():
        if "{" in path or "get" not in item:
            continue
        body = program.get(path.removeprefix("/api/v1/")).json()
        for link in item["get"]["responses"]["200"].get("links", {}).values():
            assert link["parameters"] == {"path.key": "$response.body#/items/0/key"}
            then, key = where[link["operationId"]], body["items"][0]["key"] if body["items"] else ""
            assert not key or answered(program, then[0], key) == 200, then[0]
            for next_ in then[1]["get"]["responses"]["200"].get("links", {}).values() if key else ():
                assert next_["parameters"] == {"path.key": "$request.path.key"}
                further, methods_ = where[next_["operationId"]]
                if "get" in methods_ and not further.endswith("/diff/"):
                    assert answered(program, further, key) == 200, further
                followed.add(next_["operationId"])
    assert {"cases.acts", "cases.proof", "cases.file.bundle", "policy-versions.calculator"} <= followed
    acts = root["paths"]["/api/v1/cases/{key}/acts/"]["get"]["responses"]["200"]["links"]["cases.accept"]["parameters"]
    assert acts == {"path.key": "$request.path.key", "header.If-Match": "$response.header.ETag"}


def methods(item: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for method, operation in item.items() if method != "parameters"]


def answered(program: Program, path: str, key: str) -> int:
    return int(program.get(path.removeprefix("/api/v1/").replace("{key}", key)).status_code)
