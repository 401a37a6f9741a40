"""Roots and proofs of the stored log: 256 leaves or subtrees are read at a time, and each such group is hashed once."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import Max

from subsidy.audit.log.sequencer import GROUP, LogDamaged
from subsidy.audit.models import Leaf
from subsidy.audit.offline import merkle

GROUP_BITS = GROUP.bit_length() - 1


def log_size() -> int:
    """How many events have their place."""
    last = Leaf.objects.aggregate(last=Max("idx"))["last"]
    return 0 if last is None else last + 1


class StoredTree:
    """The first `size` leaves of the log. Raises LogDamaged where a hash that must exist is missing."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._groups: dict[tuple[int, int], list[list[bytes]]] = {}

    def root(self, size: int | None = None) -> bytes:
        """The root of all leaves, or of the first `size`."""
        return merkle.root(self.node, self.size if size is None else size)

    def inclusion(self, index: int) -> list[bytes]:
        return merkle.inclusion(self.node, index, self.size)

    def consistency(self, old: int) -> list[bytes]:
        """The proof that this tree continues the one of the first `old` leaves."""
        return merkle.consistency(self.node, old, self.size)

    def read_around(self, indexes: Iterable[int]) -> None:
        """Read what the proofs of these leaves need at the bottom, in one statement."""
        wanted = sorted({index // GROUP for index in indexes} - {group for level, group in self._groups if level == 0})
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT l.idx, l.hash FROM unnest(%s::bigint[]) g JOIN audit_leaf l"
                " ON l.idx >= g * %s AND l.idx < least((g + 1) * %s, %s) ORDER BY l.idx",
                [wanted, GROUP, GROUP, self.size],
            )
            rows = cursor.fetchall()
        found: dict[int, list[bytes]] = {group: [] for group in wanted}
        for index, leaf in rows:
            found[index // GROUP].append(bytes(leaf))
        for group, hashes in found.items():
            self._keep(0, group, hashes)

    def node(self, height: int, index: int) -> bytes:
        """The hash over the leaves index·2^height up to (index+1)·2^height."""
        level, above = divmod(height, GROUP_BITS)
        group, place = divmod(index << above, GROUP)
        if (level, group) not in self._groups:
            self._keep(level, group, self._read(level, group))
        return self._groups[level, group][above][place >> above]

    def _read(self, level: int, group: int) -> list[bytes]:
        table, where = ("audit_subtree", f"level = {level:d} AND") if level else ("audit_leaf", "")
        first, last = group * GROUP, min((group + 1) * GROUP, self.size >> (level * GROUP_BITS))
        rows = f"SELECT hash FROM {table} WHERE {where} idx >= %s AND idx < %s ORDER BY idx"  # nosec B608
        with connection.cursor() as cursor:
            cursor.execute(rows, [first, last])
            return [bytes(row[0]) for row in cursor.fetchall()]

    def _keep(self, level: int, group: int, hashes: list[bytes]) -> None:
        count = min(GROUP, (self.size >> (level * GROUP_BITS)) - group * GROUP)
        if len(hashes) != count:
            raise LogDamaged(f"level {level} of the log has {len(hashes)} of {count} hashes in group {group}")
        self._groups[level, group] = merkle.levels(hashes)
