"""Reads large tables row by row, in one state of the database, without memory that grows with them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

CHUNK = 5_000
_numbers = itertools.count(1)


@contextmanager
def snapshot() -> Iterator[None]:
    """One state of the database for all reads. Within somebody's transaction that transaction's view must do."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def rows(query: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as plain tuples, in the binary format; within a transaction."""
    connection.ensure_connection()
    with connection.connection.cursor(name=f"rows_{next(_numbers)}") as cursor:
        cursor.itersize = CHUNK
        cursor.execute(query, values, binary=True)
        yield from cursor
