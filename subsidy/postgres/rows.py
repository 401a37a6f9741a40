"""Many changed rows in one statement, at the cost of their values: one array a column, joined by the key.

Django's own `bulk_update` builds an expression a row and column; at ten thousand rows that is most of an act's time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Field, Model

CHUNK = 5_000


class RowsGone(Exception):
    """Fewer rows were there than were to be written; the transaction must not be kept."""


def rows_update(rows: Iterable[Model], names: Sequence[str]) -> None:
    """Write the named fields of the rows, which are all of one model and of which none occurs twice.

    Raises RowsGone when one of them is not in the table.
    """
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        model = type(chunk[0])
        fields = [model._meta.get_field(name) for name in names]
        _update(chunk, model._meta.pk, [field for field in fields if isinstance(field, Field)])


def _update(rows: Sequence[Model], key: Field[Any, Any] | None, fields: Sequence[Field[Any, Any]]) -> None:
    assert key is not None, "a concrete model has a key"
    name = connection.ops.quote_name
    table, own = name(rows[0]._meta.db_table), name(str(key.column))
    columns = [name(str(field.column)) for field in fields]
    changes = ", ".join(f"{column} = data.{column}" for column in columns)
    arrays = ", ".join(f"%s::{_type(field)}[]" for field in (key, *fields))
    # Names of tables and columns are the models', quoted; all values go as parameters.
    statement = (
        f"UPDATE {table} SET {changes} FROM unnest({arrays}) AS data({own}, {', '.join(columns)}) "  # nosec B608
        f"WHERE {table}.{own} = data.{own}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(_values(rows, field)) for field in (key, *fields)])
        if cursor.rowcount != len(rows):
            raise RowsGone(f"{cursor.rowcount} of {len(rows)} rows of {table} were there")


def _values(rows: Iterable[Model], field: Field[Any, Any]) -> Iterator[Any]:
    for row in rows:
        yield field.get_db_prep_save(getattr(row, field.attname), connection)


def _type(field: Field[Any, Any]) -> str:
    """The type of the column without its length: a cast would cut a text that is too long, the column refuses it."""
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection)).partition("(")[0]
