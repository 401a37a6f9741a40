"""Where a paper stands in the public log: the event that issued it, and the proof that this event is under a signed head."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from subsidy.accounts.enums import UserKind
from subsidy.audit.log.proofs import Standing, standing
from subsidy.audit.models import Event
from subsidy.audit.offline.bundle import LoggedEvent, written_event
from subsidy.correspondence.models import Letter


@dataclass(frozen=True)
class Logged:
    """The event that issued a paper, and what the log says of it; `event` is None where nothing was recorded."""

    event: Event | None
    standing: Standing
    open: bool = False
    """Whether the event's text may be given out: a system's, which names no person."""

    @property
    def proven(self) -> bool:
        return self.standing.proof is not None and not self.standing.broken

    @property
    def broken(self) -> bool:
        return self.standing.broken

    @property
    def fingerprint(self) -> str:
        return bytes(self.event.hash).hex() if self.event is not None else ""

    def as_line(self) -> str:
        """The event as whoever checks the proof needs it: its text, its predecessor and its hash."""
        assert self.event is not None
        event = self.event
        body = event.body.encode()
        line = LoggedEvent(
            event.stream,
            event.stream_id,
            event.seq,
            bytes(event.prev_hash),
            bytes(event.hash),
            event.body,
            sha256(body).digest(),
        )
        return f"{written_event(line)}\n"


def logged(versions: Iterable[Letter]) -> Logged:
    """What the log says of a paper in all its languages. One that no event names, or names otherwise, is contradicted."""
    letters = sorted(versions, key=lambda one: one.pk)
    first = letters[0]
    wanted = Event.objects.filter(stream=first.subject_kind, stream_id=first.subject_id)
    for event in wanted.filter(body__contains=f'"letter":{first.pk},').order_by("seq"):
        data = json.loads(event.body).get("data") or {}
        if data.get("letter") == first.pk and "kind" in data:
            found = standing(event)
            broken = found.broken or not _names(data, letters)
            return Logged(event, Standing(found.checkpoint, found.proof, broken), _is_open(event))
    return Logged(None, Standing(broken=True))


def _names(data: dict[str, Any], letters: list[Letter]) -> bool:
    """Whether the event names these very bytes; events of an older program name the first language alone."""
    hashes = data.get("hashes") or {letters[0].language: data.get("sha256")}
    return data.get("sha256") == letters[0].sha256 and all(
        hashes.get(one.language, one.sha256) == one.sha256 for one in letters
    )


def _is_open(event: Event) -> bool:
    return (json.loads(event.body).get("actor") or {}).get("kind") == UserKind.SYSTEM
