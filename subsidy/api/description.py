"""The description of the API (OpenAPI 3.1), made from what is declared: resources, acts with their forms, readings.

A framework's generator reads views; here one view serves every kind of matter, and what differs between kinds stands in
the registries alone (docs/adr/0035). What is no matter at all describes itself with `add_path`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from subsidy.api import forms
from subsidy.api.examples import example_of
from subsidy.api.offers import every_act
from subsidy.api.parts import (
    KEY_OF_NUMBER,
    READING,
    SCHEMAS,
    WRITING,
    headers,
    listing_of,
    parameters,
    reference,
    refusals,
    responses,
    security,
)
from subsidy.api.resources import Paper, Reading, Resource, resources
from subsidy.api.shapes import NUMBER, TEXT, Schema, many, of_column, record
from subsidy.web.lists import ListSpec
from workflows.common.acts import Act
from workflows.common.subjects import Opening

BASE = "/api/v1/"
VERSION = "1.0"
_ADDED: dict[str, Callable[[], dict[str, Any]]] = {}


def add_path(path: str, describe: Callable[[], dict[str, Any]]) -> None:
    """Have an address described that stands in this installation only; each once."""
    if path in _ADDED:
        raise ValueError(f"{path} is described twice")
    _ADDED[path] = describe


def document(*, added: bool = True) -> dict[str, Any]:
    """The whole description, in the language that is active; without what this installation alone adds, if asked."""
    schemas: dict[str, Schema] = dict(SCHEMAS)
    paths: dict[str, Any] = {BASE: {"get": _root()}}
    for resource in sorted(resources().values(), key=lambda one: one.name):
        paths |= _of_resource(resource, schemas)
    if added:
        paths |= {path: describe() for path, describe in _ADDED.items()}
    found = {
        "openapi": "3.1.0",
        "info": {
            "title": _("Grants and subsidies: the API"),
            "version": VERSION,
            "description": _(
                "Everything that people do on pages, for programs. Money is in fen, days and instants are in ISO 8601, states "
                "are codes. Every write carries Idempotency-Key, and If-Match where it touches the whole matter."
            ),
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"oauth": []}, {"session": []}],
        "tags": [{"name": name} for name in sorted(resources())],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters(),
            "headers": headers(),
            "responses": responses(),
            "securitySchemes": security(),
        },
    }
    _exemplify(found, schemas)
    return found


def _root() -> dict[str, Any]:
    addresses = {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}
    return operation("root", "api", _("The kinds of matter, and where they are"), answer=addresses)


def _of_resource(resource: Resource, schemas: dict[str, Schema]) -> dict[str, Any]:
    name = resource.name
    title = "".join(word.capitalize() for word in name.split("-"))
    schemas[f"{title}Row"], schemas[title] = _row(resource, whole=False), _row(resource, whole=True)
    row, one = reference("schemas", f"{title}Row"), reference("schemas", title)
    spec = resource.spec(None)
    at = f"{BASE}{name}/"
    here = f"{at}{{key}}/"
    key = _key(resource)
    listed = operation(f"{name}.list", name, _("List"), parameters=_query(spec), answer=listing_of(row))
    read = operation(f"{name}.read", name, _("Read one"), answer=one, with_tag=True)
    found: dict[str, Any] = {at: {"get": listed}, here: {"parameters": [key], "get": read}}
    found |= {
        f"{here}readings/{reading.name}/": {"parameters": [key], **_reading(name, reading)}
        for reading in resource.readings
    }
    found |= {f"{here}files/{one.name}/": {"parameters": [key], "post": _paper(name, one)} for one in resource.papers}
    _linked(listed, f"{name}.read", key="$response.body#/items/0/key")
    for address in list(found.values())[2:]:
        for follower in (address[method] for method in ("get", "post") if method in address):
            _linked(read, follower["operationId"], key="$request.path.key")
    if not resource.acts:
        return found
    offers = operation(
        f"{name}.acts", name, _("What may be tried on it"), answer=reference("schemas", "Acts"), with_tag=True
    )
    found[f"{here}acts/"] = {"parameters": [key], "get": offers}
    openings = {key: one for key, one in resource.kind.opens.items() if not one.act.system}
    if openings:
        found[at]["post"] = _opening(name, openings)
        _linked(found[at]["post"], f"{name}.read", key="$response.body#/key")
    _linked(read, f"{name}.acts", key="$request.path.key")
    for act in every_act(resource.kind).values():
        found[f"{here}acts/{act.name}/"] = {"parameters": [key], "post": _act(name, act)}
        _linked(offers, f"{name}.{act.name}", key="$request.path.key", version=True)
        if act.bulk:
            found[f"{at}bulk/{act.name}/"] = {"post": _bulk(name, act)}
    return found


def _linked(made: dict[str, Any], follower: str, *, key: str, version: bool = False) -> None:
    """Say in the good answers of an operation which other one can follow, on the matter of which key (and version)."""
    given = {"path.key": key, **({"header.If-Match": "$response.header.ETag"} if version else {})}
    for status, answer in made["responses"].items():
        if status.startswith("2"):
            answer.setdefault("links", {})[follower] = {"operationId": follower, "parameters": given}


def _key(resource: Resource) -> dict[str, Any]:
    schema = (
        {"type": "string", "pattern": KEY_OF_NUMBER} if resource.lookup == "pk" else {"type": "string", "minLength": 1}
    )
    return {"name": "key", "in": "path", "required": True, "schema": schema}


def _row(resource: Resource, *, whole: bool) -> Schema:
    spec = resource.spec(None)
    properties: dict[str, Schema] = {"key": TEXT}
    properties |= {one.name: of_column(spec.model, one) for one in spec.columns}
    sure = ["key", *(one.name for one in (resource.least or spec).columns)]
    if resource.acts:
        properties["version"] = {**NUMBER, "description": "The number of its last event."}
        sure.append("version")
    if whole:
        properties |= resource.adds
        sure += resource.adds
    return {"type": "object", "properties": properties, "required": sorted(set(sure)), "additionalProperties": False}


def _query(spec: ListSpec) -> list[dict[str, Any]]:
    filters = spec.filterset.base_filters if spec.filterset else {}
    named: dict[str, Schema] = {name: forms.property_of(one.field) for name, one in filters.items()}
    named["sort"] = {"type": "string", "enum": [one.name for one in spec.sorts]}
    named |= {
        name: {"type": "string", "description": _("As in `next` and `previous`.")} for name in ("after", "before")
    }
    return [{"name": name, "in": "query", "schema": _said(schema)} for name, schema in named.items()]


def _said(schema: Schema) -> Schema:
    """A parameter that is there says something: an empty one is refused."""
    return {**schema, "minLength": 1} if schema["type"] == "string" and "enum" not in schema else schema


def _reading(name: str, reading: Reading) -> dict[str, Any]:
    given = [{"name": one, "in": "query", "required": True, "schema": _said(TEXT)} for one in reading.parameters]
    made = operation(f"{name}.{reading.name}", name, str(reading.title), parameters=given, answer=dict(reading.gives))
    if reading.takes is None:
        return {"get": made}
    made["requestBody"] = _body(dict(reading.takes))
    made["responses"] |= refusals(("413", "415", "422"))
    return {"post": made}


def _paper(name: str, paper: Paper) -> dict[str, Any]:
    given = [reference("parameters", "IdempotencyKey")]
    made = operation(f"{name}.file.{paper.name}", name, str(paper.title), parameters=given, answer=TEXT)
    made["responses"]["200"]["content"] = {paper.media_type: {"schema": {"type": "string", "format": "binary"}}}
    return _written(made)


def _opening(name: str, openings: dict[str, Opening]) -> dict[str, Any]:
    named = {"type": "string", "enum": list(openings)}
    given: list[dict[str, Any]] = [
        {"name": "act", "in": "query", "required": len(openings) > 1, "schema": named},
        {
            "name": "authority",
            "in": "query",
            "schema": _said(TEXT),
            "description": _("The code of the bureau; left out: the own."),
        },
        reference("parameters", "IdempotencyKey"),
        reference("parameters", "OneTimeCode"),
    ]
    bodies = [{**forms.declared(one.act), "title": f"{key}: {one.act.title}"} for key, one in openings.items()]
    made = operation(
        f"{name}.open",
        name,
        _("Make a new one"),
        parameters=given,
        answer=reference("schemas", "Done"),
        status="201",
    )
    made["requestBody"] = _body(bodies[0] if len(bodies) == 1 else {"anyOf": bodies})
    return _written(made)


def _act(name: str, act: Act) -> dict[str, Any]:
    given: list[dict[str, Any]] = [
        reference("parameters", "IdempotencyKey"),
        reference("parameters", "IfMatch" if act.versioned else "IfMatchOptional"),
        *([reference("parameters", "OneTimeCode")] if act.step_up else []),
    ]
    answer = reference("schemas", "Done")
    made = operation(f"{name}.{act.name}", name, str(act.title), parameters=given, answer=answer, with_tag=True)
    made["requestBody"] = _body(forms.declared(act))
    return _written(made)


def _bulk(name: str, act: Act) -> dict[str, Any]:
    rows: Schema = {**many(_bulk_row()), "minItems": 1, "maxItems": act.most or 10_000}
    body: Schema = {
        "type": "object",
        "properties": {"rows": rows, "data": forms.declared(act)},
        "required": ["rows"],
        "additionalProperties": False,
    }
    title = _("%(act)s, for many at once") % {"act": act.title}
    given: list[dict[str, Any]] = [reference("parameters", "IdempotencyKey")]
    answer = reference("schemas", "BulkAnswer")
    made = operation(f"{name}.bulk.{act.name}", name, title, parameters=given, answer=answer)
    made["requestBody"] = _body(body)
    return _written(made)


def _bulk_row() -> Schema:
    return {**record(key=TEXT, version=NUMBER), "required": ["key"]}


def _written(made: dict[str, Any]) -> dict[str, Any]:
    made["responses"] |= refusals(WRITING)
    for status, answer in made["responses"].items():
        if status.startswith("2") and "headers" in answer:
            answer["headers"]["Idempotency-Replayed"] = reference("headers", "Idempotency-Replayed")
    return made


def _body(schema: Schema) -> dict[str, Any]:
    """JSON, where no file has to go along; a form, where one may."""
    bodies = schema.get("anyOf", [schema])
    kinds = [_file_names(one) for one in bodies]
    content: dict[str, Any] = {}
    if any(not must for _may, must in kinds):
        content["application/json"] = {"schema": schema}
    if any(may for may, _must in kinds):
        content["multipart/form-data"] = {"schema": schema}
    return {"required": True, "content": content}


def _file_names(schema: Schema) -> tuple[set[str], set[str]]:
    """The files that may go along with a body, and those that must."""
    files = {name for name, one in schema.get("properties", {}).items() if one.get("format") == "binary"}
    return files, files & set(schema.get("required", ()))


def operation(
    name: str,
    tag: str,
    title: str,
    *,
    answer: Schema,
    parameters: list[dict[str, Any]] | None = None,
    status: str = "200",
    with_tag: bool = False,
) -> dict[str, Any]:
    """One operation; `with_tag` says that its answer carries an ETag."""
    told = {"ETag": reference("headers", "ETag")} if with_tag or status == "201" else {}
    good = {"description": title, "content": {"application/json": {"schema": answer}}}
    return {
        "operationId": name,
        "tags": [tag],
        "summary": title,
        "parameters": [*(parameters or []), reference("parameters", "Language")],
        "responses": {status: {**good, **({"headers": told} if told else {})}, **refusals(READING)},
    }


def _exemplify(found: dict[str, Any], schemas: dict[str, Schema]) -> None:
    """Give every body, of requests and of good answers, an example."""
    for item in found["paths"].values():
        for operation in (one for one in item.values() if isinstance(one, dict) and "responses" in one):
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for kind in (one for body in bodies for one in body.get("content", {}).values()):
                kind.setdefault("example", example_of(kind["schema"], schemas))
