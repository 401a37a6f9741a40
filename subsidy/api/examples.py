"""An example of a schema, made from it: one value a kind, so that every description shows how a request and an answer look."""

from __future__ import annotations

from typing import Any

from subsidy.api.shapes import Schema

_FORMATS = {
    "date": "2024-03-04",
    "date-time": "2024-03-04T09:00:00+08:00",
    "decimal": "12.50",
    "email": "zhang@example.com",
    "binary": "paper.pdf",
    "uri": "https://subsidy.example/api/v1/cases/",
}
_PATTERNS = {"^[0-9a-f]{64}$": "9f" * 32, "^[0-9]{1,18}$": "1"}


def example_of(schema: Schema, components: dict[str, Schema]) -> Any:
    """A value that the schema takes; every entry of an object is filled in."""
    if "$ref" in schema:
        return example_of(components[schema["$ref"].rpartition("/")[2]], components)
    if "example" in schema:
        return schema["example"]
    if schema.get("enum"):
        return schema["enum"][0]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], components)
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object":
        return {name: example_of(one, components) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [example_of(schema.get("items", {}), components)]
    return _plain(kind, schema)


def _plain(kind: Any, schema: Schema) -> Any:
    if kind == "integer":
        return max(schema.get("minimum", 1), min(62_000_00, schema.get("maximum", 1)))
    if kind == "number":
        return 1.5
    if kind == "boolean":
        return True
    if kind == "string":
        found = _FORMATS.get(schema.get("format", "")) or _PATTERNS.get(schema.get("pattern", "")) or "text"
        found = found.ljust(schema.get("minLength", 0), ".")
        return found[: schema["maxLength"]] if "maxLength" in schema else found
    return {}
