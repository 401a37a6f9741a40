"""The writer of events. Only the door calls it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from subsidy.audit.canonical import canonical, digest
from subsidy.audit.models import Chained, Event, EventPrivate
from subsidy.audit.moment import Moment


@dataclass
class Entry:
    """One event to be appended to the stream of `record`; `private` holds personal values that may be erased later."""

    record: Chained
    authority_id: int
    action: str
    body: dict[str, Any]
    private: dict[str, Any] = field(default_factory=dict)


def chain_hash(prev_hash: bytes, body: str) -> bytes:
    """SHA-256(prev_hash ‖ SHA-256(body)): what `Event.hash` holds."""
    return hashlib.sha256(bytes(prev_hash) + digest(body)).digest()


def private_digest(salt: bytes, values: str) -> str:
    """SHA-256(salt ‖ values) in hexadecimal: what the body of an event holds of its personal values."""
    return hashlib.sha256(bytes(salt) + values.encode()).hexdigest()


def append(entries: Sequence[Entry], *, actor_id: int, now: Moment) -> list[Event]:
    """Append one event to each record's stream and move the heads in memory; the caller saves the records' rows.

    Two entries of one record follow each other. One INSERT for all, one more when any has private values.
    """
    events: list[Event] = []
    private: list[EventPrivate] = []
    for entry in entries:
        event, secret = event_of(entry, actor_id=actor_id, now=now)
        events.append(event)
        if secret is not None:
            private.append(secret)
    Event.objects.bulk_create(events)
    if private:
        for secret in private:
            secret.event_id = secret.event.pk
        EventPrivate.objects.bulk_create(private)
    return events


def private_erase(stream: str, stream_id: int) -> list[int]:
    """Delete the personal values beside the events of one stream; returns which events lost theirs, for the tombstone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT subsidy_erase_private(%s, %s)", [stream, stream_id])
        return [row[0] for row in cursor.fetchall()]


def event_of(entry: Entry, *, actor_id: int, now: Moment) -> tuple[Event, EventPrivate | None]:
    """The next event of a stream, not yet saved, with its private values; the record's head moves in memory."""
    record = entry.record
    seq = record.head_seq + 1
    body = {
        **entry.body,
        "stream": record.STREAM,
        "stream_id": record.pk,
        "seq": seq,
        "authority": entry.authority_id,
        "action": entry.action,
        "at": now.at,
        "recorded_at": now.real,
    }
    secret = None
    if entry.private:
        salt, values = secrets.token_bytes(16), canonical(entry.private)
        secret = EventPrivate(salt=salt, values=values)
        body["private"] = private_digest(salt, values)
    text = canonical(body)
    event = Event(
        stream=record.STREAM,
        stream_id=record.pk,
        seq=seq,
        authority_id=entry.authority_id,
        action=entry.action,
        actor_id=actor_id,
        at=now.at,
        recorded_at=now.real,
        body=text,
        prev_hash=bytes(record.head_hash),
        hash=chain_hash(bytes(record.head_hash), text),
    )
    if secret is not None:
        secret.event = event
    record.head_seq = seq
    record.head_hash = event.hash
    return event, secret
