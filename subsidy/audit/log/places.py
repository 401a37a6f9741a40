"""Verifies the places of single streams: that each event has its leaf, and that the path leads to the newest signed head."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from subsidy.audit.log.keys import public_of
from subsidy.audit.log.proofs import proofs, signed_by
from subsidy.audit.log.sequencer import LogDamaged
from subsidy.audit.log.verify import LogFinding
from subsidy.audit.models import Checkpoint, Event, Leaf, Pending
from subsidy.audit.offline.merkle import included, leaf_hash
from subsidy.audit.offline.note import NoteError, read_head, read_note
from subsidy.audit.selectors import latest_checkpoint


def verify_places(streams: Iterable[tuple[str, int]]) -> Iterator[LogFinding]:
    """What is wrong with the places of these streams; events that still wait for the sequencer are not."""
    head = latest_checkpoint()
    for stream, stream_id in streams:
        mine = Event.objects.filter(stream=stream, stream_id=stream_id).order_by("seq")
        events = {event: bytes(found) for event, found in mine.values_list("pk", "hash")}
        leaves = {
            event: (idx, bytes(found))
            for event, idx, found in Leaf.objects.filter(event__in=events).values_list("event", "idx", "hash")
        }
        yield from _leaves(f"{stream} {stream_id}", events, leaves)
        if head is not None:
            yield from _paths(events, leaves, head)


def _leaves(matter: str, events: dict[int, bytes], leaves: dict[int, tuple[int, bytes]]) -> Iterator[LogFinding]:
    waiting = set(Pending.objects.filter(event_id__in=events).values_list("event_id", flat=True))
    outside = [event for event in events if event not in leaves and event not in waiting]
    if outside:
        yield LogFinding("leaf", 0, "outside", (("count", str(len(outside))), ("first", f"{outside[0]} ({matter})")))
    for event, (idx, found) in leaves.items():
        if leaf_hash(events[event]) != found:
            yield LogFinding("leaf", idx, "leaf")


def _paths(events: dict[int, bytes], leaves: dict[int, tuple[int, bytes]], signed: Checkpoint) -> Iterator[LogFinding]:
    try:
        note = read_note(signed.text)
        head = read_head(note.text)
        found = proofs([event for event, (idx, _leaf) in leaves.items() if idx < head.size], signed)
    except NoteError:
        yield LogFinding("checkpoint", signed.size, "note")
        return
    except LogDamaged:
        yield LogFinding("checkpoint", signed.size, "damaged")
        return
    if not signed_by(note, public_of(signed.key)):
        yield LogFinding("checkpoint", signed.size, "signature")
    for event, proof in found.items():
        entry = leaf_hash(events[event])
        if not included(entry, proof.index, head.size, proof.hashes, head.root):
            yield LogFinding("leaf", proof.index, "path")
