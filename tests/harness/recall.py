"""What many tests begin with: built through the program once by each process, then put back row by row.

Building a bureau, or a case that waits for its decree, costs hundreds of statements; putting its rows back costs a
dozen. A recording is what the build added to an empty database: the rows of every table, the places of the sequences
and the object it returned. Putting it back leaves the database as the build would have left it, primary keys included.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, transaction
from psycopg import sql
from psycopg.errors import UniqueViolation

from workflows.common import flush

T = TypeVar("T")
# Tables whose rows are no records of the program.
APART = frozenset({"django_session"})
_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY 1
"""
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"


@dataclass(frozen=True)
class Recording:
    """Rows by table as COPY writes them, the last number of each sequence, and the pickled result."""

    rows: dict[str, bytes]
    sequences: dict[str, int]
    result: bytes


_recordings: dict[Hashable, Recording] = {}
# The databases whose sequences are past a recording already; they never go back.
_passed: set[tuple[str, Hashable]] = set()


def recalled(name: Hashable, make: Callable[[], T]) -> T:
    """What `make` returns, with the rows it writes; built the first time, put back from then on.

    The test has written nothing before that `make` would write otherwise, and `make` only adds rows: it fails where it
    changes one that migrating left. Where the keys of its rows are taken it builds them again.
    Nothing is kept of what lies outside the database, but files stay where they were stored.
    """
    if not _privileged():
        return make()
    if name not in _recordings:
        before = _contents()
        made = make()
        _recordings[name] = _recording(before, made)
        _passed.add((_database(), name))
        return made
    recording = _recordings[name]
    try:
        _put_back(name, recording)
    except UniqueViolation:
        # Recorded after fewer rows than are here now: their keys are taken, and nothing has been put back.
        return make()
    _passed.add((_database(), name))
    # Pools of units are remembered by their keys, which may have been another test's.
    flush._pools.clear()
    result: T = pickle.loads(recording.result)
    return result


def _put_back(name: Hashable, recording: Recording) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if (_database(), name) not in _passed:
            _pass_by(cursor, recording.sequences)
        # Rows that were checked when they were recorded: neither triggers nor foreign keys look at them again.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, rows in recording.rows.items():
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                copy.write(rows)
        cursor.execute("SET LOCAL session_replication_role = origin")


def _database() -> str:
    return str(connection.settings_dict["NAME"])


def _privileged() -> bool:
    """Whether this user may put rows back without their triggers; elsewhere everything is built each time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        return bool(cursor.fetchone()[0])


def _contents() -> dict[str, list[bytes]]:
    """Each table's rows as COPY writes them."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        for (table,) in cursor.fetchall():
            with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
                found[table] = b"".join(copy).splitlines(keepends=True)
    return found


def _recording(before: dict[str, list[bytes]], made: Any) -> Recording:
    rows = {}
    for table, lines in _contents().items():
        known = set(before[table])
        assert table in APART or known <= set(lines), f"{table}: rows that were there before have changed"
        added = [line for line in lines if line not in known]
        if added and table not in APART:
            rows[table] = b"".join(added)
    with connection.cursor() as cursor:
        cursor.execute(_SEQUENCES)
        sequences = dict(cursor.fetchall())
    return Recording(rows, sequences, pickle.dumps(made))


def _pass_by(cursor: Any, sequences: dict[str, int]) -> None:
    """Move the sequences past what was recorded, so that no new row takes a key of a recorded one."""
    named = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT setval({literal}::regclass, greatest(last_value, {last})) FROM {name}").format(
            literal=sql.Literal(f'public."{name}"'), last=sql.Literal(last), name=sql.Identifier(name)
        )
        for name, last in sorted(sequences.items())
    )
    cursor.execute(named)
