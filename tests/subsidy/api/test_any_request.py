"""Whatever is sent to any operation of the description, the answer is one that the description knows.

Bodies, keys, headers and parameters are drawn from the published schema and spoilt: other types, numbers without end, text
with U+0000, lists for objects, names that nobody knows. No answer is a fault of the program, each fits the schema that the
description has for its status, and nobody gets further without a token than with one.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from django.test import Client

from subsidy.api.offers import every_act
from subsidy.api.resources import resources
from tests.subsidy.api.conftest import AsProgram, Program
from tests.subsidy.api.test_schema import published, whole
from tests.world import World

ODD: Sequence[Any] = (
    None, True, -1, 0, 2**31, 2**63, 10**40, "", " ", "\x00", "a\x00b", "9" * 30, "²", "x" * 5000, "2024-02-30", "0001-01-01",
    "٣", "-1", "1e9", "NaN", "\ud800", [], ["x"], [[1]], [None], {}, {"x": 1}, 1.5,
)  # fmt: skip
KEYS = ("0", "1", "9" * 18, "9" * 19, "-1", "²", "x", "\x00", "a\x00b", "'", "..", "x" * 300)
HEADERS = ("", "short", "a b", "\x7f", "é" * 8, '"1"', "*", '"999999999"', "x" * 65)
Sent = tuple[str, str, dict[str, str], str | None]


class Drawn:
    """Requests for one operation, drawn by a generator that begins with the operation's name."""

    def __init__(self, root: dict[str, Any], path: str, method: str, keys: Sequence[str]) -> None:
        self.root, self.path, self.method, self.keys = root, path, method, keys
        self.operation: dict[str, Any] = root["paths"][path][method]
        self.dice = random.Random(f"{method} {path}")

    def requests(self, good: int, spoilt: int) -> Iterator[Sent]:
        """The example of the description on matters that there are, then spoilt ones."""
        for place in range(good + spoilt):
            yield self._request(spoil=place >= good)

    def _request(self, *, spoil: bool) -> Sent:
        key = self.dice.choice(KEYS) if spoil and self.dice.random() < 0.3 else self.dice.choice(self.keys)
        address = self.path.replace("{key}", quote(key, safe=""))
        named = [self._resolved(one) for one in self.operation["parameters"]]
        query, headers = {}, {}
        for one in named:
            if one["in"] == "query" and (one.get("required") or spoil) and (not spoil or self.dice.random() < 0.6):
                query[one["name"]] = self._value(one["schema"], spoil=spoil)
            elif one["in"] == "header":
                headers[one["name"]] = self.dice.choice(HEADERS) if spoil and self.dice.random() < 0.1 else ""
        if spoil and self.dice.random() < 0.1:
            query["nobody_knows"] = "1"
        if query:
            address += "?" + urlencode({name: str(value) for name, value in query.items()}, errors="replace")
        return self.method, address, self._headers(headers), self._body(spoil=spoil)

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        """What the operation takes; where nothing odd was drawn, a key of its own and a version that may be the right one."""
        usual = {
            "Idempotency-Key": uuid.UUID(int=self.dice.getrandbits(128)).hex,
            "If-Match": f'"{self.dice.randint(1, 9)}"',
        }
        return {name: value or usual[name] for name, value in headers.items() if value or name in usual}

    def _body(self, *, spoil: bool) -> str | None:
        content = self.operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            return None
        body = content["example"]
        if spoil and self.dice.random() < 0.1:
            return self.dice.choice(("", "{", "[1]", "null", '"x"', "1", "\ufeff{}", '{"a":1,"a":2}', "[" * 20_000))
        if spoil:
            body = self._spoilt(body)
        elif isinstance(body, dict) and "rows" in body:
            body = {**body, "rows": [{"key": key} for key in self.keys]}
        return json.dumps(body)

    def _spoilt(self, body: Any) -> Any:
        """The body with one thing or more in it that is not as it should be."""
        if self.dice.random() < 0.25 or not isinstance(body, dict | list) or not body:
            return self.dice.choice(ODD)
        if isinstance(body, list):
            return [self._spoilt(one) for one in body]
        names = [*body, "nobody_knows"] if self.dice.random() < 0.2 else list(body)
        chosen = self.dice.sample(names, self.dice.randint(1, len(names)))
        return {**body, **{name: self._spoilt(body.get(name)) for name in chosen}}

    def _value(self, schema: dict[str, Any], *, spoil: bool) -> Any:
        if spoil and self.dice.random() < 0.5:
            return self.dice.choice(ODD)
        return self.dice.choice(schema["enum"]) if "enum" in schema else "1"

    def _resolved(self, one: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = (
            self.root["components"]["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        )
        return found


class Judge:
    """Sends what was drawn and keeps what was wrong with the answers."""

    def __init__(self, root: dict[str, Any]) -> None:
        self.root = root
        self.faults: list[str] = []
        self.good: set[str] = set()

    def send(self, program: Program, operation: dict[str, Any], sent: Sent) -> None:
        method, address, headers, body = sent
        place = f"{program.user.username}: {method} {address} {headers} {(body or '')[:300]}"
        kind = {"content_type": "application/json", "data": body} if body is not None else {}
        given = {"authorization": f"Bearer {program.secret}", "accept-language": "en", **headers}
        try:
            # A fault of the database ends no more than this request.
            with transaction.atomic():
                answer = getattr(program.client, method)(address, headers=given, **kind)
        except Exception as fault:
            self.faults.append(f"{place}\n    raises {type(fault).__name__}: {fault}")
            return
        if answer.status_code < 300:
            self.good.add(operation["operationId"])
        wrong = self._wrong(operation, answer)
        if wrong:
            self.faults.append(f"{place}\n    {wrong}")

    def _wrong(self, operation: dict[str, Any], answer: Any) -> str:
        told = operation["responses"].get(str(answer.status_code)) or operation["responses"].get("default")
        if answer.status_code >= 500 and answer.status_code != 503:
            return f"{answer.status_code}"
        if told is None:
            return f"{answer.status_code} is not described"
        if "$ref" in told:
            told = self.root["components"]["responses"][told["$ref"].rpartition("/")[2]]
        media = answer.headers.get("Content-Type", "").partition(";")[0]
        if media not in told["content"]:
            return f"{answer.status_code} of {media}, described are {sorted(told['content'])}"
        if not media.endswith("json"):
            return ""
        found = whole(told["content"][media]["schema"], self.root).iter_errors(answer.json())
        return "; ".join(f"{'/'.join(map(str, one.path))}: {one.message[:200]}" for one in found)


def try_everything(world: World, as_program: AsProgram, people: Sequence[str], good: int, spoilt: int) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    world.batch([world.accounted(case)])
    root = published()
    judge = Judge(root)
    programs = [as_program(world.filer(case.company) if who == "filer" else who) for who in people]
    for program in programs:
        keys: dict[str, list[str]] = {}
        for name in resources():
            listed = program.get(f"{name}/")
            if listed.status_code == 200:
                keys[name] = [row["key"] for row in listed.json()["items"][:2]]
        for path, item in root["paths"].items():
            for method, operation in item.items():
                if method == "parameters":
                    continue
                drawn = Drawn(root, path, method, keys.get(operation["tags"][0]) or ["1"])
                for sent in drawn.requests(good, spoilt):
                    judge.send(program, operation, sent)
    assert judge.faults == [], "\n".join(judge.faults)
    assert {"cases.list", "cases.read", "calls.read", "policy-versions.read"} <= judge.good or not good, judge.good


def test_no_request_meets_a_fault_or_an_answer_that_is_not_described(
    world: World, as_program: AsProgram, unhurried: None
) -> None:
    try_everything(world, as_program, ("leader",), 0, 1)


@pytest.mark.long
def test_nobody_meets_one_with_many_requests(world: World, as_program: AsProgram, unhurried: None) -> None:
    try_everything(world, as_program, ("auditor", "acceptance", "finance1", "leader", "filer"), 1, 6)


def test_every_operation_asks_who_is_there(world: World) -> None:
    client = Client()
    root = published()
    for credentials in ({}, {"authorization": "Bearer sub_nobodys"}, {"authorization": "Bearer a b"}):
        for path, item in root["paths"].items():
            for method, operation in item.items():
                if method == "parameters":
                    continue
                for sent in Drawn(root, path, method, ["1"]).requests(1, 0):
                    headers, kind = sent[2], {"content_type": "application/json"} if sent[3] is not None else {}
                    asked = {"headers": {**headers, **credentials}, "data": sent[3] or None, **kind}
                    answer = getattr(client, method)(sent[1], **asked)
                    assert answer.status_code == 401, (operation["operationId"], credentials, answer.status_code)


@pytest.mark.parametrize("body", ["[" * 20_000, '{"remark": "\\ud800"}', '{"remark": NaN}', "{"])
def test_a_body_that_is_no_json_is_refused(world: World, as_program: AsProgram, body: str) -> None:
    case = world.submitted(world.call())
    program = as_program("acceptance")
    headers = {
        "authorization": f"Bearer {program.secret}",
        "idempotency-key": "k" * 8,
        "if-match": f'"{case.head_seq}"',
    }
    path = f"/api/v1/cases/{case.number}/acts/accept/"
    answer = program.client.post(path, body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "request")


def test_a_part_of_a_matter_that_no_key_can_name_is_not_there(world: World, as_program: AsProgram) -> None:
    company = world.company()
    program = as_program(world.filer(company))
    for account in ("9" * 30, "-1", 2**63, -(2**70), "0"):
        sent = {"account": account, "reason": "不是我们的账户"}
        answer = program.post(
            f"companies/{company.pk}/acts/refuse_account/", sent, key=uuid.uuid4().hex, version=company.head_seq
        )
        assert answer.status_code in (403, 404, 422), (account, answer.content)


def test_keys_that_are_none_are_rows_that_do_not_exist(world: World, as_program: AsProgram) -> None:
    program, seen = as_program("leader"), set()
    odd = ("x", "²", "٣", "9" * 30, "-1", "")
    for name, resource in resources().items():
        acts = every_act(resource.kind).values() if resource.acts else ()
        for act in [one for one in acts if one.bulk][:1]:
            answer = program.post(f"{name}/bulk/{act.name}/", {"rows": [{"key": key} for key in odd]})
            if answer.status_code == 403:
                continue
            seen.add(name)
            assert answer.status_code == 200, (name, answer.content)
            assert {row["problem"]["status"] for row in answer.json()["rows"]} == {404}, name
    assert "cases" in seen


def test_a_misspelt_name_is_refused_for_many_as_for_one(world: World, as_program: AsProgram) -> None:
    case = world.submitted(world.call())
    sent = {"rows": [{"key": case.number}], "data": {"remarc": "x"}}
    answer = as_program("acceptance").post("cases/bulk/accept/", sent)
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "remarc"
