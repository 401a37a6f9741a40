"""What must hold whatever happened: chains, books, hands and work items all tell the same."""

from __future__ import annotations

from django.db import connection

from subsidy.audit.verify import verify_all
from subsidy.ledger.invariants import violations
from workflows.common import consistency

# An act leaves one event under its key in the stream of its matter, at the place that its hand names.
_HANDS_WITHOUT_EVENT = """
SELECT h.key FROM work_hand h LEFT JOIN audit_event e
    ON e.stream_id = h.subject_id AND e.stream = h.subject_kind AND e.seq = h.seq AND e.body::jsonb ->> 'key' = h.key
WHERE e.id IS NULL
"""
_KEYS_WITHOUT_HAND = """
SELECT DISTINCT e.body::jsonb ->> 'key' FROM audit_event e
WHERE NOT EXISTS (SELECT FROM work_hand h WHERE h.key = e.body::jsonb ->> 'key')
"""
# Sessions come and go with the pages; they are no records.
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = 'public' AND c.relname <> 'django_session' ORDER BY 1
"""


def faults() -> list[str]:
    """Every contradiction between the records, in words; empty when there is none."""
    found = [f"chain {one}" for one in verify_all()]
    found += [f"books {one}" for one in violations()]
    found += [f"work {one}" for one in consistency.differences()]
    found += [f"process {pk} waits for nothing" for pk in consistency.stuck()]
    with connection.cursor() as cursor:
        cursor.execute(_HANDS_WITHOUT_EVENT)
        found += [f"hand {row[0]} has no event" for row in cursor.fetchall()]
        cursor.execute(_KEYS_WITHOUT_HAND)
        found += [f"events under {row[0]} have no hand" for row in cursor.fetchall()]
    return found


def counts() -> dict[str, int]:
    """How many rows each table holds; equal before and after when nothing was written."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        names = [row[0] for row in cursor.fetchall()]
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in names))
        return {row[0]: row[1] for row in cursor.fetchall()}
