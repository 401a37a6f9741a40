"""The invariants of money, I1 to I12: each a view in the database that must return no rows.

The views are made by the migrations of `subsidy.ledger` (I1 to I4) and of `subsidy.reporting` (those that look across
rooms); their comments in the database say what each one holds. Each returns what is wrong (`subject`) and how
(`problem`), amounts in fen. I8's opening and closing balances wait for statements that carry them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection

NAMES = tuple(f"I{number}" for number in range(1, 13))


@dataclass(frozen=True)
class Violation:
    """One offending row of one invariant's view."""

    invariant: str
    subject: str
    problem: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.subject}: {self.problem}"


def view_of(name: str) -> str:
    """The view of an invariant: I7 is `invariant_i07`."""
    return f"invariant_i{int(name[1:]):02d}"


def violations(names: Iterable[str] = NAMES) -> Iterator[Violation]:
    """Every offending row, invariant by invariant; nothing when the books hold."""
    for name in names:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT subject, problem FROM {view_of(name)} ORDER BY 1, 2")  # nosec B608
            for subject, problem in cursor.fetchall():
                yield Violation(name, subject, problem)


def meanings() -> dict[str, str]:
    """What each invariant holds, as its view's comment in the database says."""
    by_view = {view_of(name): name for name in NAMES}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, obj_description(c.oid) FROM pg_class c WHERE c.relkind = 'v' AND c.relname = ANY(%s)",
            [list(by_view)],
        )
        found = {by_view[view]: text for view, text in cursor.fetchall()}
    return {name: found[name] for name in NAMES}
