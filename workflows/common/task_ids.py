"""Task ids from the database's own sequence, in blocks, so that all tasks of a transition go in with one INSERT."""

from __future__ import annotations

import os
import threading
from collections import deque

from django.db import connection

BLOCK = 200


class _Blocks(threading.local):
    """Ids still unused in this thread, by database: a test database has a sequence of its own."""

    def __init__(self) -> None:
        self.by_database: dict[str, deque[int]] = {}


_blocks = _Blocks()

# A block inherited over fork would hand out the same ids twice.
os.register_at_fork(after_in_child=lambda: _blocks.by_database.clear())


def next_task_id() -> int:
    """The next id for a row of `viewflow_task`; one query for every 200 of them."""
    return _held(1).popleft()


def reserve_task_ids(count: int) -> None:
    """Have at least `count` ids at hand, with one query: for acts on long lists."""
    _held(count)


def _held(count: int) -> deque[int]:
    ids = _blocks.by_database.setdefault(str(connection.settings_dict["NAME"]), deque())
    if len(ids) < count:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence('viewflow_task', 'id')) FROM generate_series(1, %s)",
                [max(BLOCK, count - len(ids))],
            )
            ids.extend(row[0] for row in cursor.fetchall())
    return ids
