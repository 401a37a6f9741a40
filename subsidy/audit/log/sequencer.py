"""Gives every committed event its place in the log: dense, each once, the order of each chain kept.

Singleton under an advisory lock. There is no watermark: an event that commits late is simply seen later, and another
transaction that stays open holds nothing up.
"""

from __future__ import annotations

from django.db import connection, transaction

from subsidy.audit.offline.merkle import levels

LOG_LOCK = 7_202_201
"""Any number: the advisory lock of whoever numbers events or signs a checkpoint."""
GROUP = 256
BATCH = 5_000

# The hash of a row whose event is gone is null, which the table refuses: nothing is left out silently.
_NUMBER = r"""
WITH b AS MATERIALIZED (SELECT event_id FROM audit_pending ORDER BY event_id LIMIT %s),
     d AS (DELETE FROM audit_pending p USING b WHERE p.event_id = b.event_id RETURNING p.event_id)
INSERT INTO audit_leaf (idx, event_id, hash)
SELECT (SELECT coalesce(max(idx), -1) FROM audit_leaf) + row_number() OVER (ORDER BY d.event_id), d.event_id,
       sha256('\x00'::bytea || e.hash)
FROM d LEFT JOIN audit_event e ON e.id = d.event_id
RETURNING idx
"""


def sequence(*, wait: bool = False) -> int:
    """Number what is pending, in transactions of BATCH; returns how many events got their place.

    When another process is at it, this one does nothing, or with `wait` waits its turn (OperationalError after the
    lock timeout).
    """
    total = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            if not lock_log(wait=wait):
                return total
            cursor.execute(_NUMBER, [BATCH])
            places = [row[0] for row in cursor.fetchall()]
            if places:
                _grow(min(places), max(places) + 1)
        total += len(places)
        if len(places) < BATCH:
            return total


def lock_log(*, wait: bool) -> bool:
    """Take the log's lock for this transaction, in a statement of its own: what follows sees what the last owner wrote."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOG_LOCK])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOG_LOCK])
        row = cursor.fetchone()
        return bool(row and row[0])


def _grow(before: int, size: int) -> None:
    """Keep the hash of every group that became complete between two sizes, level by level."""
    level, table, where = 1, "audit_leaf", ""
    while before // GROUP < size // GROUP:
        before, size = before // GROUP, size // GROUP
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT hash FROM {table} WHERE {where} idx >= %s AND idx < %s ORDER BY idx",  # nosec B608
                [before * GROUP, size * GROUP],
            )
            hashes = [bytes(row[0]) for row in cursor.fetchall()]
            if len(hashes) != (size - before) * GROUP:
                raise LogDamaged(f"level {level - 1} of the log lacks hashes below {size * GROUP}")
            made = [levels(hashes[at : at + GROUP])[-1][0] for at in range(0, len(hashes), GROUP)]
            cursor.executemany(
                "INSERT INTO audit_subtree (level, idx, hash) VALUES (%s, %s, %s)",
                [(level, before + place, found) for place, found in enumerate(made)],
            )
        table, where = "audit_subtree", f"level = {level} AND"
        level += 1


class LogDamaged(Exception):
    """The stored log contradicts itself: rows are missing, or were changed."""
