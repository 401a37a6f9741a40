"""Counts the statements of each passage through the door, as the test of their limit and the benchmark read them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from workflows.common import door

# Read once by a process and kept: the pool ids, the calendar, and task ids in blocks of 200.
KEPT = ('FROM "work_pool"', "min(day), max(day)", 'FROM "calendars_calendarday"', "pg_get_serial_sequence")


@dataclass
class Passed:
    """One passage; `statements` counts what every further one of its kind costs, BEGIN and COMMIT included."""

    kind: str
    action: str
    texts: list[str] = field(default_factory=list)
    milliseconds: float = 0.0

    @property
    def statements(self) -> int:
        return sum(not any(kept in text for kept in KEPT) for text in self.texts)

    @property
    def moves_money(self) -> bool:
        return any("ledger_leg" in text for text in self.texts)


@contextmanager
def tally() -> Iterator[list[Passed]]:
    """Count within an outer transaction: there the passage's SAVEPOINT and RELEASE stand for its BEGIN and COMMIT."""
    assert connection.in_atomic_block, "outside a transaction BEGIN and COMMIT would not be seen"
    passed: list[Passed] = []
    perform, open_matter = door.perform, door.open_matter

    def counting(real: Callable[..., Any], action_at: int) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            one = Passed(kind=args[0], action=args[action_at])
            passed.append(one)

            def note(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
                one.texts.append(str(sql))
                return execute(sql, params, many, context)

            began = time.perf_counter()
            with connection.execute_wrapper(note):
                done = real(*args, **kwargs)
            one.milliseconds = (time.perf_counter() - began) * 1000
            return done

        return run

    door.perform, door.open_matter = counting(perform, 2), counting(open_matter, 1)  # type: ignore[assignment]
    try:
        yield passed
    finally:
        door.perform, door.open_matter = perform, open_matter
