"""What the API shows of a kind of matter, declared once: whose rows, which fields, sorts and filters."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework.request import Request

from subsidy.applicants.models import Company
from subsidy.audit.canonical import canonical
from subsidy.web.components import Text
from subsidy.web.lists import Column, ListSpec
from subsidy.web.reads import about
from workflows.common.subjects import Kind, kind_named

JsonValue = Any


@dataclass(frozen=True)
class Reading:
    """A question that is answered of one matter and changes nothing: a calculation, a comparison, a proof.

    `takes` is the JSON Schema of what it is asked with (POST); without one it is a GET with these `parameters`, all of
    them required. `gives` is that of the answer. `answer` gets the matter, the request, and the body or the parameters.
    """

    name: str
    title: Text
    answer: Callable[[Any, Request, Mapping[str, Any]], dict[str, Any]]
    takes: Mapping[str, Any] | None = None
    parameters: tuple[str, ...] = ()
    gives: Mapping[str, Any] = field(default_factory=lambda: {"type": "object"})


@dataclass(frozen=True)
class Paper:
    """A file that leaves with one matter, and whose leaving is an event: `make` gets the matter, the request and the key
    of the request, and returns the octets. Raises Refused for whoever may not have it.
    """

    name: str
    title: Text
    media_type: str
    make: Callable[[Any, Request, str], bytes]


@dataclass(frozen=True)
class Resource:
    """A kind of matter under its address.

    `rows` gives what this reader sees and nothing else (Refused for whoever has no business here); `lookup` is the field
    that stands in the address of one; `more` adds to one matter what its list leaves out. What is no matter of its own
    but a record of one (an award, an answer of a bank) names the kind that it belongs to and has no acts (`acts`).
    `adds` are the JSON Schemas of the entries of `more`; `least` is the list of those readers who see the fewest columns.
    """

    name: str
    kind_name: str
    lookup: str
    rows: Callable[[Request], QuerySet[Any]]
    spec: Callable[[Request | None], ListSpec]
    more: Callable[[Any, Request], dict[str, JsonValue]] = lambda _row, _request: {}
    readings: tuple[Reading, ...] = ()
    papers: tuple[Paper, ...] = ()
    acts: bool = True
    adds: Mapping[str, Any] = field(default_factory=dict)
    least: ListSpec | None = None

    @property
    def kind(self) -> Kind:
        """The kind of matter with its acts. Raises Http404 for records, which have none."""
        if not self.acts:
            raise Http404(f"{self.name} have no acts")
        return kind_named(self.kind_name)

    def reading(self, name: str) -> Reading:
        """Raises Http404 for a name that is none."""
        for one in self.readings:
            if one.name == name:
                return one
        raise Http404(f"{self.name} have no reading {name}")

    def paper(self, name: str) -> Paper:
        """Raises Http404 for a name that is none."""
        for one in self.papers:
            if one.name == name:
                return one
        raise Http404(f"{self.name} have no file {name}")

    def one(self, request: Request, key: str) -> Any:
        """The matter under that key, with what its fields need. Raises Http404 for a foreign one as for none."""
        spec = self.spec(request)
        rows = self.rows(request)
        if spec.related:
            rows = rows.select_related(*spec.related)
        if spec.prepare:
            rows = spec.prepare(rows)
        if not self._may_be_key(key):
            raise Http404("no such key")
        found = rows.filter(**{self.lookup: key}).first()
        if found is None:
            raise Http404(f"no {self.name} {key} for this reader")
        kind = self.kind_name if self.acts else self.name
        company = found.pk if kind == Company.STREAM else getattr(found, "company_id", None)
        about(request._request, kind, found.pk, company)
        return found

    def ids(self, request: Request, keys: Collection[str]) -> dict[str, int]:
        """The numbers of those matters under these keys that the reader sees; foreign ones are left out as none are."""
        usable = [key for key in keys if self._may_be_key(key)]
        found = self.rows(request).filter(**{f"{self.lookup}__in": usable}).values_list(self.lookup, "pk")
        return {str(name): pk for name, pk in found}

    def _may_be_key(self, key: str) -> bool:
        """Whether the database can be asked for it."""
        if self.lookup == "pk":
            return key.isascii() and key.isdecimal() and len(key) < 19
        return "\x00" not in key

    def key_of(self, row: Any) -> str:
        return str(getattr(row, self.lookup))

    def shown(self, row: Any, request: Request | None) -> dict[str, JsonValue]:
        """The fields of a row: money in fen, days and instants in ISO 8601, states by their codes."""
        fields = {column.name: plain(column, column.of(row)) for column in self.spec(request).columns}
        return {"key": self.key_of(row), **fields, **({"version": row.head_seq} if self.acts else {})}

    def tag(self, row: Any, body: Mapping[str, Any]) -> str:
        """The ETag of one: the number of its last event; of a record, a hash of what is shown."""
        if self.acts:
            return f'"{row.head_seq}"'
        return f'"{hashlib.sha256(canonical(body).encode()).hexdigest()[:32]}"'


def plain(column: Column, value: Any) -> JsonValue:
    """A value for JSON; a day that never comes is none."""
    if value is None or value == dt.date.max:
        return None
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, bool | int | list | dict):
        return value
    if isinstance(value, Model):
        raise TypeError(f"field {column.name} gives a record instead of a value")
    return str(value)


_RESOURCES: dict[str, Resource] = {}


def publish(resource: Resource) -> Resource:
    """Make a resource known; each name once."""
    if resource.name in _RESOURCES:
        raise ValueError(f"resource {resource.name} is declared twice")
    _RESOURCES[resource.name] = resource
    return resource


def resources() -> Mapping[str, Resource]:
    return _RESOURCES


def resource_named(name: str) -> Resource:
    """Raises Http404 for a name that is none."""
    if name not in _RESOURCES:
        raise Http404(f"no resource {name}")
    return _RESOURCES[name]
