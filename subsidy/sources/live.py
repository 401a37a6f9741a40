"""Services that answer at once: asked over http with a deadline. Whatever goes wrong is "unknown", never a value."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import time
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from subsidy.sources.faults import SourceFault
from subsidy.sources.layouts import Column, Layout
from subsidy.sources.values import READERS, choice_of, cleaned

_BYTES_MAX = 1 << 20
_BLOCK = 1 << 14


@dataclass(frozen=True, slots=True)
class Said:
    """What a service says of one fact: the value as stored (fen, count, 0 or 1, ISO day, text; None: there is none)."""

    name: str
    kind: str
    value: Any
    as_of: dt.date
    raw: str
    unit: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking: what was said, and for every other name that was asked why it stays unknown."""

    said: tuple[Said, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)


class LiveSource(Protocol):
    """A source that is asked about one company at a time. It never raises: what it cannot say is unknown."""

    @property
    def layout(self) -> Layout:
        """Whose facts it knows."""

    def fetch(self, uscc: str, names: Sequence[str], on: dt.date) -> Answer:
        """What is known of the named facts of a company on a day."""


class _Wrong(Exception):
    """The answer is not one to this question."""


@dataclass(frozen=True)
class HttpSource:
    """A service that answers `GET url?uscc=…&on=…&names=a,b` with JSON.

    The answer is {"uscc": …, "facts": [{"name", "value", "as_of", "period"?}, …]}: value null says that there is none,
    money is text or a whole number of yuan. `timeout` (seconds) holds for the whole exchange. Redirects are not followed.
    """

    layout: Layout
    url: str
    timeout: float = 3.0
    headers: Mapping[str, str] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic

    def fetch(self, uscc: str, names: Sequence[str], on: dt.date) -> Answer:
        try:
            content = self._ask(uscc, names, on)
            return self._read(content, uscc, names, on)
        except TimeoutError:
            return _unknown(names, "slow")
        except _Wrong as wrong:
            return _unknown(names, str(wrong))
        except (OSError, http.client.HTTPException):
            return _unknown(names, "down")

    def _ask(self, uscc: str, names: Sequence[str], on: dt.date) -> bytes:
        parts = urllib.parse.urlsplit(self.url)
        made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        ends = self.clock() + self.timeout
        connection = made(parts.hostname or "", parts.port, timeout=self.timeout)
        query = urllib.parse.urlencode({"uscc": uscc, "on": on.isoformat(), "names": ",".join(names)})
        try:
            connection.request(
                "GET", f"{parts.path or '/'}?{query}", headers={"Accept": "application/json", **self.headers}
            )
            response = connection.getresponse()
            if response.status != http.HTTPStatus.OK:
                raise _Wrong(f"status {response.status}")
            return self._body(response, connection, ends)
        finally:
            connection.close()

    def _body(self, response: http.client.HTTPResponse, connection: http.client.HTTPConnection, ends: float) -> bytes:
        """The body, piece by piece: one that trickles in must not hold a worker beyond the deadline."""
        body = b""
        while True:
            left = ends - self.clock()
            if left <= 0:
                raise TimeoutError
            if connection.sock is not None:
                connection.sock.settimeout(left)
            piece = response.read1(_BLOCK)
            if not piece:
                break
            body += piece
            if len(body) > _BYTES_MAX:
                raise _Wrong("too long")
        if response.length:
            raise _Wrong("cut off")
        return body

    def _read(self, content: bytes, uscc: str, names: Sequence[str], on: dt.date) -> Answer:
        try:
            answer = json.loads(content)
        except ValueError as error:
            raise _Wrong("no JSON") from error
        if not isinstance(answer, dict) or answer.get("uscc") != uscc or not isinstance(answer.get("facts"), list):
            raise _Wrong("another company or another form")
        said: dict[str, Said] = {}
        unknown: dict[str, str] = dict.fromkeys(names, "not said")
        columns = {column.fact: column for column in self.layout.columns if column.fact in names}
        for one in answer["facts"]:
            name = one.get("name") if isinstance(one, dict) else None
            if name not in columns:
                continue
            try:
                found = _said(columns[name], one, on)
            except (SourceFault, ValueError, TypeError, KeyError):
                unknown[name] = "not readable"
                said.pop(name, None)
                continue
            if unknown.get(name) == "not said":
                said[name] = found
                del unknown[name]
            elif said.get(name) != found:
                # Said twice and differently, or once in a way that cannot be read: neither is to be believed.
                said.pop(name, None)
                unknown[name] = "contradicts itself"
        return Answer(tuple(said.values()), unknown)


def _said(column: Column, one: Mapping[str, Any], on: dt.date) -> Said:
    as_of = dt.date.fromisoformat(one["as_of"])
    if as_of > on:
        raise ValueError("of a day that has not come")
    raw = one["value"]
    period = str(one.get("period", ""))[:10]
    if raw is None:
        if not column.optional:
            raise ValueError("never absent")
        return Said(column.fact, column.kind, None, as_of, "", column.unit, period)
    if isinstance(raw, bool):
        raw = "yes" if raw else "no"
    read = choice_of(column.words) if column.kind == "choice" else READERS[column.kind]
    value = cleaned(raw)
    if value is None or isinstance(value, list | dict):
        raise ValueError("no value")
    found = read(value, 100)
    kept = found.isoformat() if isinstance(found, dt.date) else found
    return Said(column.fact, column.kind, kept, as_of, str(raw)[:500], column.unit, period)


def _unknown(names: Sequence[str], why: str) -> Answer:
    return Answer((), dict.fromkeys(names, why))
