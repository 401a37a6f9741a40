"""Runs several calls at the same moment, each in a thread with a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection

WAIT_SECONDS = 120


@dataclass(frozen=True)
class Outcome:
    """What one call returned or raised; exactly one of the two counts."""

    value: Any = None
    error: Exception | None = None

    @property
    def ok(self) -> bool:
        return self.error is None


Together = Callable[[Sequence[Callable[[], Any]]], list[Outcome]]


def run_together(calls: Sequence[Callable[[], Any]]) -> list[Outcome]:
    """Start all calls when all threads are connected; outcomes are in the order of the calls."""
    gate = threading.Barrier(len(calls), timeout=WAIT_SECONDS)

    def one(call: Callable[[], Any]) -> Outcome:
        try:
            connection.ensure_connection()
            gate.wait()
            return Outcome(value=call())
        # The test judges what was raised; nothing is hidden by carrying it over to the test's thread.
        except Exception as error:
            return Outcome(error=error)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return list(pool.map(one, calls))


@pytest.fixture
def together(fresh_db: object) -> Together:
    """`together([call, call, …])` runs them at once, each on its own connection; needs real commits, so a fresh_db."""
    return run_together
