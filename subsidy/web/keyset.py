"""Paging by key instead of by offset: a page deep in a million rows costs what the first one costs.

Rows are ordered by the fields of a sort, ending in the primary key; a cursor holds the values of the row at the edge of
a page. Every field of an order must be NOT NULL. When all fields run the same way the database compares whole rows
(PostgreSQL uses the index for that; Django's usual OR form reads everything before the cursor). When they do not, the
rows after the cursor are asked for in branches, one a field, each of which an index can serve.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

CURSOR_LENGTH_MAX = 2_000


class BadCursor(ValueError):
    """The place in the list that was asked for is not one that this list gave out."""


@dataclass(frozen=True)
class Key:
    """One field of an order."""

    name: str
    descending: bool

    @classmethod
    def parse(cls, text: str) -> Key:
        return cls(text.removeprefix("-"), text.startswith("-"))

    def reversed(self) -> Key:
        return Key(self.name, not self.descending)

    def __str__(self) -> str:
        return f"-{self.name}" if self.descending else self.name


def order_of(keys: Sequence[str]) -> tuple[Key, ...]:
    """The full order: the given keys and, unless it is among them, the primary key in the direction of the last."""
    parsed = [Key.parse(key) for key in keys]
    if not any(key.name in ("id", "pk") for key in parsed):
        parsed.append(Key("id", bool(parsed) and parsed[-1].descending))
    return tuple(parsed)


def first_ids(
    sources: Sequence[QuerySet[Any]], order: Sequence[Key], after: Sequence[Any] | None, size: int
) -> list[tuple[Any, ...]]:
    """At most `size` rows after a cursor, as (id, value of each key …): one statement, one LIMIT a branch, merged.

    The sources must not overlap.
    """
    names = [str(key) for key in order]
    columns = ["pk", *(key.name for key in order)]
    branches = [branch for source in sources for branch in _after(source, order, after)]
    limited = [branch.order_by(*names).values_list(*columns)[:size] for branch in branches]
    merged = together(limited)
    return list(merged if merged.query.is_sliced else merged.order_by(*names)[:size])


def together(limited: Sequence[QuerySet[Any]]) -> QuerySet[Any]:
    """Several limited querysets as one; those known to be empty are left out, and one alone stays as it is."""
    filled = [queryset for queryset in limited if not queryset.query.is_empty()] or limited[:1]
    return filled[0].union(*filled[1:], all=True) if len(filled) > 1 else filled[0]


def _after(source: QuerySet[Any], order: Sequence[Key], values: Sequence[Any] | None) -> list[QuerySet[Any]]:
    if values is None:
        return [source]
    runs = _runs(order)
    if len(runs) == 1:
        return [source.filter(_beyond(order, values))]
    branches = []
    start = 0
    for run in runs:
        equal = {key.name: value for key, value in zip(order[:start], values[:start], strict=True)}
        stop = start + len(run)
        branches.append(source.filter(**equal).filter(_beyond(run, values[start:stop])))
        start = stop
    return branches


def _runs(order: Sequence[Key]) -> list[list[Key]]:
    """The order cut where its direction turns."""
    runs: list[list[Key]] = []
    for key in order:
        if runs and runs[-1][-1].descending == key.descending:
            runs[-1].append(key)
        else:
            runs.append([key])
    return runs


def _beyond(run: Sequence[Key], values: Sequence[Any]) -> Any:
    compare = TupleLessThan if run[0].descending else TupleGreaterThan
    return compare(Tuple(*(F(key.name) for key in run)), tuple(values))


def encode(values: Sequence[Any], model: type[Model], order: Sequence[Key]) -> str:
    """The values of a row as text for an address."""
    texts = [
        value if isinstance(value, (int, str)) else _field(model, key.name).get_prep_value(value).isoformat()
        for key, value in zip(order, values, strict=True)
    ]
    return base64.urlsafe_b64encode(json.dumps(texts, ensure_ascii=False).encode()).decode().rstrip("=")


def decode(text: str, model: type[Model], order: Sequence[Key]) -> tuple[Any, ...]:
    """The values again, each of its field's type. Raises BadCursor on anything this list has not given out."""
    if len(text) > CURSOR_LENGTH_MAX:
        raise BadCursor("too long")
    try:
        raw = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if not isinstance(raw, list) or len(raw) != len(order):
            raise BadCursor("another order")
        values = [_field(model, key.name).to_python(value) for key, value in zip(order, raw, strict=True)]
    except (binascii.Error, UnicodeDecodeError, ValueError, TypeError, ValidationError) as fault:
        raise BadCursor(str(fault)) from fault
    if any(value is None or (isinstance(value, str) and "\x00" in value) for value in values):
        raise BadCursor("empty value")
    return tuple(values)


def _field(model: type[Model], path: str) -> Field[Any, Any]:
    """The field at the end of a path such as `case__number`. Raises FieldDoesNotExist."""
    *relations, name = path.split(LOOKUP_SEP)
    for relation in relations:
        related = model._meta.get_field(relation).related_model
        if related is None or isinstance(related, str):
            raise FieldDoesNotExist(path)
        model = related
    found = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(found, Field):
        raise FieldDoesNotExist(path)
    return found
