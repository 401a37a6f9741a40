"""Verifies chains of events: that nothing in them was changed, left out, added or moved, and that they end where they should.

Everything is read in order, in one snapshot, and forgotten again, so that memory does not grow with the log. What a
chain alone cannot show (its newest events cut off together with the head on the record) is for the signed checkpoints.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subsidy.audit.models import EMPTY_HASH, Chained, Event
from subsidy.audit.reading import CHUNK, rows, snapshot
from subsidy.audit.services import chain_hash, private_digest
from subsidy.sealing import SealError, unseal

# A bureau is founded, and its officers are entered, before anybody could act in it; every other record comes to be by an
# act. A person's chain begins with the first act on the account.
MAY_BE_SILENT = frozenset({"authority", "person"})

PROBLEMS: dict[str, str | Promise] = {
    "gap": _("The sequence jumps here from %(expected)s to %(found)s: events are missing, or were moved."),
    "link": _("This event does not follow the one before it: its link names another predecessor."),
    "hash": _("The text of this event was changed: its hash no longer fits."),
    "columns": _("The columns of this event disagree with its hashed text: %(names)s."),
    "text": _("The text of this event cannot be read as JSON."),
    "private": _("The personal values of this event were changed: their digest no longer fits."),
    "private_closed": _("The personal values of this event cannot be opened. %(why)s"),
    "private_missing": _("The personal values of this event are missing, and no erasure was recorded."),
    "private_unknown": _("Personal values were added to this event: its text does not mention any."),
    "head": _(
        "The record says that %(expected)s events exist, the chain ends at %(found)s: its end was cut off or added."
    ),
    "head_hash": _("The record names another last event than the chain has."),
    "silent": _("The record has no event at all: nothing says how it came to be."),
    "subject": _("The record that these events are about is missing."),
    "stream": _("No kind of record has a stream of this name."),
}

# The tombstone: an event whose data names, under "erased", the earlier events of its chain that lost their values.
ERASED = "erase_personal_values"


@dataclass(frozen=True)
class ChainFinding:
    """One thing wrong with a chain, at event `seq` (0: the chain as a whole). `label` is the record's number or key."""

    stream: str
    stream_id: int
    label: str
    seq: int
    code: str
    details: tuple[tuple[str, str], ...] = ()

    def in_words(self) -> str:
        """What is wrong, in the active language."""
        return str(PROBLEMS[self.code]) % dict(self.details)


@dataclass(frozen=True)
class ChainHead:
    """What the record itself says of its chain."""

    label: str
    seq: int
    hash: bytes


@dataclass
class Report:
    """How much was read; complete when the findings have been consumed."""

    streams: int = 0
    events: int = 0


def chained_models() -> dict[str, type[Chained]]:
    """Stream name to the model whose rows carry the heads (ValueError when two models share a name)."""
    found: dict[str, type[Chained]] = {}
    for model in apps.get_models():
        if issubclass(model, Chained):
            if model.STREAM in found:
                raise ValueError(f"{model.__name__} and {found[model.STREAM].__name__} share a stream; rename one")
            found[model.STREAM] = model
    return found


def verify_all(report: Report | None = None) -> Iterator[ChainFinding]:
    """Verify every chain of this installation, in one snapshot of the database; findings come as they are met."""
    report = report if report is not None else Report()
    models = chained_models()
    with snapshot():
        for name in sorted(models):
            yield from _verify_stream(name, models[name], report)
        unknown = Event.objects.exclude(stream__in=models).order_by("stream", "stream_id")
        for stream, stream_id in unknown.values_list("stream", "stream_id").distinct().iterator(chunk_size=CHUNK):
            yield ChainFinding(stream, stream_id, str(stream_id), 0, "stream")


def verify_record(stream: str, stream_id: int, report: Report | None = None) -> list[ChainFinding]:
    """Verify the chain of one record. Raises KeyError for a stream that no kind of record has."""
    report = report if report is not None else Report()
    model = chained_models()[stream]
    with snapshot():
        heads = dict(_heads(model, stream_id))
        found = list(_rows(stream, stream_id))
    return list(_verify_chain(stream, stream_id, heads.get(stream_id), iter(found), report))


def _heads(model: type[Chained], only: int | None = None) -> Iterator[tuple[int, ChainHead]]:
    rows = model._default_manager.order_by("pk")
    if only is not None:
        rows = rows.filter(pk=only)
    label = "number" if any(field.name == "number" for field in model._meta.get_fields()) else "pk"
    for pk, text, seq, head in rows.values_list("pk", label, "head_seq", "head_hash").iterator(chunk_size=CHUNK):
        yield pk, ChainHead(str(text), seq, bytes(head))


_EVENTS = """
SELECT e.stream_id, e.seq, e.body, e.prev_hash, e.hash, p.salt, p.values,
       e.authority_id, e.action, e.actor_id, e.at, e.recorded_at
FROM audit_event e LEFT JOIN audit_eventprivate p ON p.event_id = e.id WHERE e.stream = %s
"""


class _Row(NamedTuple):
    stream_id: int
    seq: int
    body: str
    prev_hash: bytes
    hash: bytes
    salt: bytes | None
    values: str | None
    authority_id: int
    action: str
    actor_id: int
    at: dt.datetime
    recorded_at: dt.datetime


def _rows(stream: str, only: int | None = None) -> Iterator[_Row]:
    if only is None:
        return map(_Row._make, rows(f"{_EVENTS} ORDER BY e.stream_id, e.seq", [stream]))
    return map(_Row._make, rows(f"{_EVENTS} AND e.stream_id = %s ORDER BY e.seq", [stream, only]))


def _verify_stream(stream: str, model: type[Chained], report: Report) -> Iterator[ChainFinding]:
    """Walk heads and chains side by side, both in the order of the record's key."""
    heads = _heads(model)
    head = next(heads, None)
    for stream_id, found in groupby(_rows(stream), key=itemgetter(0)):
        while head is not None and head[0] < stream_id:
            yield from _verify_chain(stream, head[0], head[1], iter(()), report)
            head = next(heads, None)
        here = None
        if head is not None and head[0] == stream_id:
            here, head = head[1], next(heads, None)
        yield from _verify_chain(stream, stream_id, here, found, report)
    while head is not None:
        yield from _verify_chain(stream, head[0], head[1], iter(()), report)
        head = next(heads, None)


def _verify_chain(
    stream: str, stream_id: int, head: ChainHead | None, found: Iterator[_Row], report: Report
) -> Iterator[ChainFinding]:
    """Verify one chain. After a break it goes on from the event as found, so that each break is told once."""
    label = head.label if head is not None else str(stream_id)
    expected, previous, count = 1, EMPTY_HASH, 0
    missing: list[ChainFinding] = []
    erased: set[int] = set()
    for row in found:
        count += 1
        if row.seq != expected:
            told = (("expected", str(expected - 1)), ("found", str(row.seq)))
            yield ChainFinding(stream, stream_id, label, row.seq, "gap", told)
        for code, details in _verify_event(row, stream, previous):
            one = ChainFinding(stream, stream_id, label, row.seq, code, details)
            if code == "private_missing":
                missing.append(one)
            else:
                yield one
        if row.action == ERASED:
            erased.update(_erased(row.body))
        expected, previous = row.seq + 1, row.hash
    yield from (one for one in missing if one.seq not in erased)
    report.events += count
    report.streams += 1 if count else 0
    for code, details in _verify_end(stream, head, expected - 1, previous, count):
        yield ChainFinding(stream, stream_id, label, 0, code, details)


_Found = Iterator[tuple[str, tuple[tuple[str, str], ...]]]


def _verify_event(row: _Row, stream: str, previous: bytes) -> _Found:
    prev_hash = row.prev_hash
    if prev_hash != previous:
        yield "link", ()
    if chain_hash(prev_hash, row.body) != row.hash:
        yield "hash", ()
    elif row.values is None and _agrees(row, stream):
        return
    try:
        body = json.loads(row.body)
    except json.JSONDecodeError:
        yield "text", ()
        return
    wrong = _other_columns(row, body, stream)
    if wrong:
        yield "columns", (("names", ", ".join(wrong)),)
    values, said = row.values, body.get("private")
    if values is None and said is not None:
        yield "private_missing", ()
    elif values is not None and said is None:
        yield "private_unknown", ()
    elif values is not None:
        yield from _verify_private(row.salt or b"", values, said)


def _agrees(row: _Row, stream: str) -> bool:
    """Whether a canonical text says what the columns say, without reading it all as JSON; False only means: read it.

    Keys stand in their order, and a quotation mark within a value is never bare. So the actor is first; `},"at":"` is there
    before any value that could hold it; and behind `recorded_at` there are no mappings, so that its last place is the one.
    """
    body = row.body
    began, ended = body.find('},"at":"'), body.rfind(',"recorded_at":"')
    told = body.rfind(',"seq":')
    placed = body.rfind(',"stream":"')
    return (
        body.startswith(f'{{"action":"{row.action}","actor":{{"id":{row.actor_id},"')
        and 0 < began < ended < told < placed
        and body[ended - 1] != '"'
        and body.startswith(f'","authority":{row.authority_id},"', end := body.find('"', began + 8))
        and body.startswith(f',"seq":{row.seq},"state":[', told)
        and body.startswith(f',"stream":"{stream}","stream_id":{row.stream_id},"', placed)
        and _instant(body[began + 8 : end]) == row.at
        and _instant(body[ended + 16 : body.find('"', ended + 16)]) == row.recorded_at
    )


def _verify_private(salt: bytes, sealed: str, said: str) -> _Found:
    try:
        if private_digest(salt, unseal(sealed)) != said:
            yield "private", ()
    except SealError as error:
        yield "private_closed", (("why", str(error)),)


def _other_columns(row: _Row, body: dict[str, Any], stream: str) -> list[str]:
    """The columns that the hashed text contradicts: they are what lists search by, and the hash does not cover them."""
    said = {
        "stream": (stream, body.get("stream")),
        "stream_id": (row.stream_id, body.get("stream_id")),
        "seq": (row.seq, body.get("seq")),
        "authority": (row.authority_id, body.get("authority")),
        "action": (row.action, body.get("action")),
        "actor": (row.actor_id, (body.get("actor") or {}).get("id")),
        "at": (row.at, _instant(body.get("at"))),
        "recorded_at": (row.recorded_at, _instant(body.get("recorded_at"))),
    }
    return [name for name, (column, text) in said.items() if column != text]


def _instant(text: Any) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _erased(body: str) -> list[int]:
    """The events of the same chain whose personal values a tombstone says were erased."""
    try:
        return list(json.loads(body)["data"]["erased"])
    except (KeyError, TypeError, json.JSONDecodeError):
        return []


def _verify_end(stream: str, head: ChainHead | None, last: int, last_hash: bytes, count: int) -> _Found:
    if head is None:
        yield "subject", ()
    elif head.seq != last:
        yield "head", (("expected", str(head.seq)), ("found", str(last)))
    elif head.hash != last_hash:
        yield "head_hash", ()
    elif count == 0 and stream not in MAY_BE_SILENT:
        yield "silent", ()
