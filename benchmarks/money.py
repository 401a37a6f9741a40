"""The ledger: reservations by 8 clients on one hot budget line, and by fold, beside bare SQL on the same server.

Peers: the conditional UPDATE alone, one transaction each, by as many clients; for the fold, the same rows by bare INSERT
… SELECT and one UPDATE. Limits: 500 reservations a second and 2,000 by fold, and nothing overspent: the line holds money for
half of what is asked. ``python -m benchmarks.money [EACH]`` prints the table on a PostgreSQL of its own; nothing fails on a
slow machine. The baseline is in ``benchmarks/baseline.md``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

CLIENTS = 8
EACH = 250
FOLD = 4_000
FEN = 100
RESERVE_MIN, FOLD_MIN = 500, 2_000

Work = Callable[[str, int, int, int], int]


def prepare() -> None:
    """Django in this process."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "subsidy.settings.testing"
    import django

    django.setup()


def ours(_url: str, line_id: int, authority_id: int, each: int) -> int:
    """Reservations of one client through the ledger's writer; how many were granted."""
    from django.db import transaction

    from subsidy.ledger.enums import Kind
    from subsidy.ledger.posting import Posting
    from subsidy.ledger.services import NotEnough, post
    from tests.subsidy.ledger.test_books import NOW

    granted = 0
    for number in range(each):
        key = f"bench:{os.getpid()}:{number}"
        try:
            with transaction.atomic():
                post([Posting(Kind.RESERVE, key, FEN, authority_id, "case", number, line_id=line_id)], now=NOW)
            granted += 1
        except NotEnough:
            continue
    return granted


def bare(url: str, line_id: int, _authority_id: int, each: int) -> int:
    """The conditional UPDATE and nothing else, by one client."""
    import psycopg

    move = (
        "UPDATE ledger_budgetline SET available = available - %s, committed = committed + %s "
        "WHERE id = %s AND available >= %s"
    )
    granted = 0
    with psycopg.connect(url, autocommit=True) as connection:
        for _number in range(each):
            granted += connection.execute(move, [FEN, FEN, line_id, FEN]).rowcount
    return granted


def client(work: str, name: str, line_id: int, authority_id: int, each: int, gate: object, queue: object) -> None:
    """One client's process: connect, wait for the others, work, tell how much was granted and when it was done."""
    prepare()
    from django.db import connection

    from tests.harness.database import url_of

    connection.settings_dict["NAME"] = name
    connection.ensure_connection()
    gate.wait()  # type: ignore[attr-defined]
    began = time.perf_counter()
    granted = globals()[work](url_of(connection.settings_dict), line_id, authority_id, each)
    queue.put((granted, time.perf_counter() - began))  # type: ignore[attr-defined]
