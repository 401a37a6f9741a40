"""The form of an act as JSON Schema, and a request's body as the data of a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import Field
from django.utils.translation import gettext as _
from rest_framework.request import Request

from subsidy.api.problems import BadRequest
from workflows.case.fields import MoneyField
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import BadData

Schema = dict[str, Any]
_TYPES: tuple[tuple[type[Field], Schema], ...] = (
    # A whole number is fen already; text would be yuan.
    (MoneyField, {"type": "integer"}),
    (forms.ModelMultipleChoiceField, {"type": "array", "items": {"type": "integer"}}),
    (forms.ModelChoiceField, {"type": "integer"}),
    (forms.MultipleChoiceField, {"type": "array", "items": {"type": "string"}}),
    (forms.NullBooleanField, {"type": ["boolean", "null"]}),
    (forms.BooleanField, {"type": "boolean"}),
    (forms.DecimalField, {"type": "string", "format": "decimal"}),
    (forms.FloatField, {"type": "number"}),
    (forms.IntegerField, {"type": "integer"}),
    (forms.DateTimeField, {"type": "string", "format": "date-time"}),
    (forms.DateField, {"type": "string", "format": "date"}),
    (forms.FileField, {"type": "string", "format": "binary"}),
    (forms.EmailField, {"type": "string", "format": "email"}),
)
_ONE = ("string", "integer", "boolean", "null")
PLAIN: Schema = {"type": [*_ONE, "array"], "items": {"type": [*_ONE]}}
# What a form takes beside its fields: the page's own marks of what it showed.
OPEN_NAMES = frozenset({"_section", "_seen"})


def form_of(act: Act, subject: Any) -> ActForm | None:
    """The empty form of an act on this matter; None for an act without data."""
    return act.form(subject=subject) if act.form is not None else None


def schema_of(form: ActForm | None) -> Schema:
    """What the act takes, as JSON Schema (2020-12); an act without data takes an empty object."""
    return _object(form.fields if form is not None else {})


def _object(fields: Mapping[str, Field]) -> Schema:
    return {
        "type": "object",
        "properties": {name: property_of(field) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def declared(act: Act) -> Schema:
    """What the act takes on any matter. A form that is made for its matter (the questions of a policy, the accounts of a
    company) is described as far as it is the same for all; the whole of it stands with the matter, under `acts/`.
    """
    kind = act.form
    if kind is None:
        return schema_of(None)
    own = kind.__mro__[: kind.__mro__.index(ActForm)]
    if not any("__init__" in one.__dict__ for one in own):
        return _object(kind.base_fields)
    found = _object(kind.base_fields)
    for one in found["properties"].values():
        one.pop("enum", None)
    del found["required"]
    return {
        **found,
        "additionalProperties": PLAIN,
        "description": "As the matter's acts/ describes it for this matter.",
    }


def property_of(field: Field) -> Schema:
    found = dict(next((schema for kind, schema in _TYPES if isinstance(field, kind)), {"type": "string"}))
    choices = None if isinstance(field, forms.ModelChoiceField) else getattr(field, "choices", None)
    if choices is not None:
        named = [str(value) for value in _values(choices) if value not in ("", None)]
        if not named:
            pass
        elif found["type"] == "array":
            found["items"] = {**found["items"], "enum": named}
        elif found["type"] == "string":
            found["enum"] = named
    limits = {"max_length": "maxLength", "min_length": "minLength", "min_value": "minimum", "max_value": "maximum"}
    for name, word in limits.items():
        value = getattr(field, name, None)
        if isinstance(value, int) and found.get("format") != "binary":
            found[word] = value
    words = {"title": str(field.label or ""), "description": str(field.help_text or "")}
    return {**found, **{name: text for name, text in words.items() if text}}


def _values(choices: Any) -> list[Any]:
    """The values of choices, those within groups too."""
    found: list[Any] = []
    for value, label in choices:
        found += [inner for inner, _words in label] if isinstance(label, list | tuple) else [value]
    return found


def sent(request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
    """The data and the files of a request. Raises BadRequest for anything but one flat object of plain values, and for a
    file's name that the body has twice.
    """
    body = request.data
    if not isinstance(body, Mapping):
        raise BadRequest
    # The framework puts the files into the body too: what is there beside them was sent under the same name.
    twice = [name for name in request.FILES if len(request.data.getlist(name)) > 1]
    if twice:
        raise BadRequest(fields={name: [_("This name stands there more than once.")] for name in twice})
    files = dict(request.FILES.items())
    data: dict[str, Any] = {}
    for name in body:
        if name in files:
            continue
        values = body.getlist(name) if hasattr(body, "getlist") else [body[name]]
        data[name] = values[0] if len(values) == 1 else values
    return {name: plain(value) for name, value in data.items()}, files


def plain(value: Any) -> Any:
    """A value as a form takes it; null is an entry left empty, which an answer may say on purpose.

    Raises BadRequest for an object, a list in a list, a number with a fraction, U+0000.
    """
    if isinstance(value, list):
        if any(isinstance(one, list) for one in value):
            raise BadRequest
        return [plain(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)  # JSON knows one kind of number, and 2006.0 is a whole one
    if not isinstance(value, str | int | None) or (isinstance(value, str) and "\x00" in value):
        raise BadRequest
    return value


def refuse_unknown(act: Act, subject: Any, data: Mapping[str, Any], files: Mapping[str, Any]) -> None:
    """Raise BadData for a field that the act does not take: a misspelt one must not be left out in silence."""
    form = act.form(dict(data) or None, dict(files) or None, subject=subject) if act.form is not None else None
    known = form.fields if form is not None else {}
    unknown = [name for name in (*data, *files) if name not in known and name not in OPEN_NAMES]
    if unknown:
        raise BadData(fields={name: ["unknown"] for name in unknown})


def refuse_undeclared(act: Act, data: Mapping[str, Any]) -> None:
    """The same where there are many matters: by what the act takes on any of them. Raises BadData."""
    schema = declared(act)
    unknown = [name for name in data if name not in schema["properties"] and name not in OPEN_NAMES]
    if unknown and not schema["additionalProperties"]:
        raise BadData(fields={name: ["unknown"] for name in unknown})
