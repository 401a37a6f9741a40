"""Each kind of change that breaks a caller is found, and what breaks nobody is not."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from subsidy.api.breaking import breaks
from subsidy.management.base import Findings
from subsidy.management.commands import api

OLD: dict[str, Any] = {
    "paths": {
        "/cases/": {
            "get": {
                "parameters": [
                    {"name": "state", "in": "query", "schema": {"type": "string", "enum": ["draft", "paid"]}}
                ],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Case"}}}}
                },
            },
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "name": {"type": "string", "maxLength": 60},
                                    "year": {"type": "integer", "minimum": 2000},
                                    "rows": {"type": "array", "items": {"type": "string"}},
                                },
                                "required": ["name"],
                                "additionalProperties": False,
                            }
                        }
                    },
                },
                "responses": {"201": {"description": "done"}},
            },
        }
    },
    "components": {
        "schemas": {
            "Case": {
                "type": "object",
                "properties": {
                    "key": {"type": "string"},
                    "amount": {"type": ["integer", "null"]},
                    "state": {"type": "string", "enum": ["draft", "paid"]},
                },
                "required": ["key", "state"],
            }
        }
    },
}


def get(new: Any) -> Any:
    return new["paths"]["/cases/"]["get"]


def post(new: Any) -> Any:
    return new["paths"]["/cases/"]["post"]


def sent(new: Any) -> Any:
    return post(new)["requestBody"]["content"]["application/json"]["schema"]


def case(new: Any) -> Any:
    return new["components"]["schemas"]["Case"]


Change = Callable[[Any], Any]
BREAKS: dict[str, Change] = {
    "/cases/: the address is gone": lambda new: new["paths"].clear(),
    "POST /cases/: the method is gone": lambda new: new["paths"]["/cases/"].pop("post"),
    "GET /cases/: the parameter state is gone": lambda new: get(new)["parameters"].clear(),
    "GET /cases/ state: paid is no longer taken": lambda new: get(new)["parameters"][0]["schema"]["enum"].pop(),
    "GET /cases/: the parameter state is required now": lambda new: get(new)["parameters"][0].update(required=True),
    "GET /cases/: the parameter year is required now": lambda new: get(new)["parameters"].append(
        {"name": "year", "in": "query", "required": True, "schema": {"type": "string"}}
    ),
    "GET /cases/: a body is required now": lambda new: get(new).update(requestBody={"required": True, "content": {}}),
    "POST /cases/: takes no body any more": lambda new: post(new).pop("requestBody"),
    "POST /cases/: no longer takes application/json": lambda new: post(new)["requestBody"]["content"].clear(),
    "POST /cases/ body: year is required now": lambda new: sent(new)["required"].append("year"),
    "POST /cases/ body: name is no longer taken": lambda new: sent(new)["properties"].pop("name"),
    "POST /cases/ body.year: takes string instead of integer": lambda new: sent(new)["properties"]["year"].update(
        type="string"
    ),
    "POST /cases/ body.name: maxLength is 20 now": lambda new: sent(new)["properties"]["name"].update(maxLength=20),
    "POST /cases/ body.year: minimum is 2010 now": lambda new: sent(new)["properties"]["year"].update(minimum=2010),
    "POST /cases/ body.name: a free value is no longer taken": lambda new: sent(new)["properties"]["name"].update(
        enum=["a"]
    ),
    "POST /cases/ body.rows[]: pattern is ^a now": lambda new: sent(new)["properties"]["rows"]["items"].update(
        pattern="^a"
    ),
    "POST /cases/: no longer answers 201": lambda new: post(new)["responses"].pop("201"),
    "GET /cases/: no longer answers in application/json": lambda new: get(new)["responses"]["200"].clear(),
    "GET /cases/ answer: amount is gone": lambda new: case(new)["properties"].pop("amount"),
    "GET /cases/ answer: key may be missing now": lambda new: case(new)["required"].remove("key"),
    "GET /cases/ answer.key: gives null or string instead of string": lambda new: case(new)["properties"][
        "key"
    ].update(type=["string", "null"]),
    "GET /cases/ answer.state: paid is gone": lambda new: case(new)["properties"]["state"]["enum"].remove("paid"),
}


@pytest.mark.parametrize("told", BREAKS)
def test_a_break_is_told(told: str) -> None:
    new = copy.deepcopy(OLD)
    BREAKS[told](new)
    assert told in breaks(OLD, new)


def test_additions_break_nobody() -> None:
    new = copy.deepcopy(OLD)
    new["paths"]["/rounds/"] = copy.deepcopy(OLD["paths"]["/cases/"])
    get(new)["parameters"].append({"name": "year", "in": "query", "schema": {"type": "string"}})
    sent(new)["properties"]["remark"] = {"type": "string"}
    sent(new)["properties"]["name"]["maxLength"] = 200
    case(new)["properties"]["tier"] = {"type": "string"}
    case(new)["properties"]["amount"]["type"] = ["integer"]
    assert breaks(OLD, new) == []


def test_the_command_says_what_breaks(tmp_path: Any, capsys: Any) -> None:
    older = json.loads(api.PUBLISHED.read_text())
    older["paths"]["/api/v1/grants/"] = older["paths"]["/api/v1/cases/"]
    (tmp_path / "old.json").write_text(json.dumps(older))
    with pytest.raises(Findings):
        api.Command().handle(action="breaking", old=tmp_path / "old.json")
    assert "/api/v1/grants/: the address is gone" in capsys.readouterr().out


def test_a_correction_is_told_with_its_reason_and_nothing_beside_it(
    tmp_path: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = json.loads(api.PUBLISHED.read_text())
    for name in ("grants", "grantees"):
        older["paths"][f"/api/v1/{name}/"] = older["paths"]["/api/v1/cases/"]
    (tmp_path / "old.json").write_text(json.dumps(older))
    (tmp_path / "corrections.txt").write_text("# a remark\n/api/v1/grants/: * gone # it never answered\n")
    monkeypatch.setattr(api, "CORRECTIONS", tmp_path / "corrections.txt")
    with pytest.raises(Findings, match="1 breaks"):
        api.Command().handle(action="breaking", old=tmp_path / "old.json")
    said = capsys.readouterr().out
    assert "· /api/v1/grants/: the address is gone: it never answered" in said
    assert "✗ /api/v1/grantees/: the address is gone" in said
