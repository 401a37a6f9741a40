"""Proofs for outsiders: that an event is under a checkpoint, and that one checkpoint continues another."""

from __future__ import annotations

from collections.abc import Collection

from subsidy.audit.log.tree import StoredTree
from subsidy.audit.models import Checkpoint, Leaf
from subsidy.audit.offline.note import Proof, encoded


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
