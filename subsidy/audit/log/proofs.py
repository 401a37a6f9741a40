"""Proofs for outsiders: that an event is under a checkpoint, and that one checkpoint continues another."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from subsidy.audit.log.keys import public_of
from subsidy.audit.log.sequencer import LogDamaged
from subsidy.audit.log.tree import StoredTree
from subsidy.audit.models import Checkpoint, Event, Leaf
from subsidy.audit.offline.merkle import included, leaf_hash
from subsidy.audit.offline.note import Note, NoteError, Proof, VerifierKey, encoded, read_head, read_note
from subsidy.audit.selectors import latest_checkpoint
from subsidy.audit.services import chain_hash


@dataclass(frozen=True)
class Standing:
    """What the log says of one event: proven under a signed head, waiting for the next head, or contradicted."""

    checkpoint: Checkpoint | None = None
    proof: Proof | None = None
    broken: bool = False


def standing(event: Event) -> Standing:
    """The event against the newest signed head: its text is hashed, the path walked, the signature verified."""
    head = latest_checkpoint()
    try:
        found = proofs([event.pk], head).get(event.pk) if head is not None else None
    except LogDamaged:
        return Standing(head, broken=True)
    if head is None or found is None:
        numbered = head is not None and Leaf.objects.filter(event=event, idx__lt=head.size).exists()
        unchanged = chain_hash(bytes(event.prev_hash), event.body) == bytes(event.hash)
        return Standing(head, broken=numbered or not unchanged)
    return Standing(head, found, broken=not _holds(event, found, head))


def _holds(event: Event, proof: Proof, checkpoint: Checkpoint) -> bool:
    """Whether text, path and signature all hold; a revoked key signs for nothing."""
    end = getattr(checkpoint.key, "end", None)
    if end is not None and end.revoked:
        return False
    try:
        note = read_note(checkpoint.text)
        head = read_head(note.text)
    except NoteError:
        return False
    entry = leaf_hash(chain_hash(bytes(event.prev_hash), event.body))
    return signed_by(note, public_of(checkpoint.key)) and included(
        entry, proof.index, head.size, proof.hashes, head.root
    )


def signed_by(note: Note, key: VerifierKey) -> bool:
    """Whether that key signed the note."""
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(note.by(key), note.text.encode())
    except (NoteError, InvalidSignature):
        return False
    return True


def proofs(event_ids: Collection[int], checkpoint: Checkpoint) -> dict[int, Proof]:
    """By event the proof that it is under the checkpoint; events that came later have none. Two statements and a few."""
    places = dict(Leaf.objects.filter(event_id__in=event_ids, idx__lt=checkpoint.size).values_list("event_id", "idx"))
    tree = StoredTree(checkpoint.size)
    tree.read_around(places.values())
    return {
        event_id: Proof(place, tuple(tree.inclusion(place)), checkpoint.text) for event_id, place in places.items()
    }


def consistency_text(old: int, new: int) -> str:
    """One base64 line a step; empty when the sizes are equal or the older log is empty (ValueError: not a pair)."""
    return "".join(f"{encoded(one)}\n" for one in StoredTree(new).consistency(old))
