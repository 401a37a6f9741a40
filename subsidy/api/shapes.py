"""JSON Schemas of what the API shows: of columns by the fields that they stand on, and of what is put together by hand."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from subsidy.web.lists import Column

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
FEN: Schema = {"type": "integer", "description": "Minor units of the currency: fen."}
FLAG: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
ANYTHING: Schema = {}
OBJECT: Schema = {"type": "object"}

# Subclasses before what they are made of.
_FIELDS: tuple[tuple[type[models.Field[Any, Any]], Schema], ...] = (
    (models.BooleanField, FLAG),
    (models.DecimalField, {"type": "string", "description": "A decimal number."}),
    (models.IntegerField, NUMBER),
    (models.DateTimeField, INSTANT),
    (models.DateField, DAY),
    (models.JSONField, ANYTHING),
    (ArrayField, {"type": "array", "items": TEXT}),
)
_KINDS: dict[str, Schema] = {"yuan": FEN, "day": DAY, "instant": INSTANT, "number": NUMBER}


def record(**properties: Schema) -> Schema:
    """An object with exactly these entries."""
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def many(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    if not schema:
        return schema
    kind = schema.get("type")
    if isinstance(kind, str) and "enum" not in schema:
        return {**schema, "type": [kind, "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def of_column(model: type[models.Model], column: Column) -> Schema:
    """What a column shows. A value that is computed is what its kind says, and may be missing."""
    path = column.value or column.name
    if callable(path):
        return maybe(_KINDS.get(column.kind, TEXT))
    here: Any = model
    missing = False
    for name in path.split("."):
        if name == "pk":
            return maybe(NUMBER) if missing else NUMBER
        try:
            field = here._meta.get_field(name)
        except FieldDoesNotExist:
            return maybe(_KINDS.get(column.kind, TEXT))
        missing = missing or field.null
        if field.is_relation and name != field.attname:
            here = field.related_model
            continue
        return _of_field(field, missing=missing)
    raise TypeError(f"column {column.name} of {model.__name__} ends at a record")


def _of_field(field: models.Field[Any, Any], *, missing: bool) -> Schema:
    if field.is_relation:
        found = NUMBER
    elif field.choices:
        named = [str(value) for value, _words in field.flatchoices]
        found = {"type": "string", "enum": [*named, *([""] if field.blank and "" not in named else [])]}
    else:
        found = next((schema for kind, schema in _FIELDS if isinstance(field, kind)), TEXT)
    # A last day that never comes is shown as none.
    endless = isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField)
    return maybe(found) if missing or endless else found
