"""The ledger: reservations by 8 clients on one hot budget line, and by fold, beside bare SQL on the same server.

Peers: the conditional UPDATE alone, one transaction each, by as many clients; for the fold, the same rows by bare INSERT
… SELECT and one UPDATE. Limits: 500 reservations a second and 2,000 by fold, and nothing overspent: the line holds money for
half of what is asked. ``python -m benchmarks.money [EACH]`` prints the table on a PostgreSQL of its own; nothing fails on a
slow machine. The baseline is in ``benchmarks/baseline.md``.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def client(work: str, url: str, line_id: int, authority_id: int, each: int, gate: Any, queue: Any) -> None:
    """One client's process: connect, wait for the others, work, tell how much was granted and how long it took."""
    prepare()
    from django.db import connection

    from subsidy import environment

    described = environment.database(environ={"DATABASE_URL": url}, data=Path())
    described.pop("ENGINE")
    connection.settings_dict.update(described, CONN_MAX_AGE=0, EMBEDDED_IN=None)
    connection.ensure_connection()
    gate.wait()
    began = time.perf_counter()
    granted = WORK[work](url, line_id, authority_id, each)
    queue.put((granted, time.perf_counter() - began))


WORK: dict[str, Work] = {"ours": ours, "bare": bare}


def at_once(work: str, name: str, line_id: int, authority_id: int, each: int) -> tuple[int, float]:
    """Granted in all, and the seconds that the slowest client took."""
    spawn = multiprocessing.get_context("spawn")
    gate, queue = spawn.Barrier(CLIENTS), spawn.Queue()
    arguments = (work, name, line_id, authority_id, each, gate, queue)
    clients = [spawn.Process(target=client, args=arguments) for _ in range(CLIENTS)]
    for one in clients:
        one.start()
    found = [queue.get() for _ in clients]
    for one in clients:
        one.join()
    return sum(granted for granted, _spent in found), max(spent for _granted, spent in found)


def folded() -> tuple[float, float]:
    """Seconds of one fold of FOLD reservations by the ledger's writer, and by bare SQL of the same rows."""
    from django.db import connection, transaction

    from subsidy.ledger.enums import Kind
    from subsidy.ledger.services import post
    from tests.subsidy.ledger.test_books import NOW, Books

    books = Books(2 * FOLD * FEN)
    began = time.perf_counter()
    with transaction.atomic():
        post([books.posting(Kind.RESERVE, FEN) for _ in range(FOLD)], now=NOW)
    spent = time.perf_counter() - began
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BARE_FOLD, {"authority": books.authority.pk, "line": books.line.pk, "fen": FEN, "count": FOLD})
        cursor.execute(
            "UPDATE ledger_budgetline SET available = available - %s, committed = committed + %s WHERE id = %s",
            [FOLD * FEN, FOLD * FEN, books.line.pk],
        )
    return spent, time.perf_counter() - began


BARE_FOLD = """
WITH made AS (
    INSERT INTO ledger_transaction (authority_id, key, kind, at, subject_kind, subject_id, memo)
    SELECT %(authority)s, 'bare:' || n, 'reserve', now(), 'case', n, '' FROM generate_series(1, %(count)s) n RETURNING id
)
INSERT INTO ledger_leg (transaction_id, book, currency, line_id, budget_account, amount)
SELECT id, 'budget', 'CNY', %(line)s, account, amount
FROM made, (VALUES ('available', -%(fen)s), ('committed', %(fen)s)) AS leg(account, amount)
"""


def rows(name: str, each: int) -> list[tuple[str, str]]:
    from subsidy.ledger.invariants import violations
    from subsidy.ledger.models import BudgetLine
    from tests.subsidy.ledger.test_books import Books

    asked = CLIENTS * each
    books, beside = Books(asked // 2 * FEN), Books(asked // 2 * FEN)
    granted, spent = at_once("ours", name, books.line.pk, books.authority.pk, each)
    line = BudgetLine.objects.get(pk=books.line.pk)
    overspent = max(line.committed - asked // 2 * FEN, 0) + sum(1 for _ in violations(("I1", "I2", "I3", "I4")))
    bare_granted, bare_spent = at_once("bare", name, beside.line.pk, beside.authority.pk, each)
    fold, bare_fold = folded()
    return [
        (f"asked of one line by {CLIENTS} clients, money for half", f"{asked:,}"),
        ("  granted, ledger / bare SQL", f"{granted:,} / {bare_granted:,}"),
        (f"  a second, ledger (≥ {RESERVE_MIN:,})", f"{asked / spent:,.0f}"),
        ("  a second, bare conditional UPDATE", f"{asked / bare_spent:,.0f}"),
        ("  overspent (0)", f"{overspent}"),
        (f"fold of {FOLD:,}, a second (≥ {FOLD_MIN:,})", f"{FOLD / fold:,.0f}"),
        ("  the same rows by bare SQL", f"{FOLD / bare_fold:,.0f}"),
        ("load of the machine, 1 minute", f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"),
    ]


def main() -> None:
    prepare()
    from django.conf import settings
    from django.db import connections

    from tests.harness.database import Cluster, point_to

    each = int(sys.argv[1]) if len(sys.argv) > 1 else EACH
    cluster = Cluster()
    try:
        cluster.ensure_template()
        cluster.create("money_bench", template=cluster.template)
        point_to(cluster, "money_bench")
        found = rows(cluster.url("money_bench"), each)
    finally:
        connections.close_all()
        if cluster.embedded:
            cluster.embedded.release()
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
    for label, value in found:
        print(f"{label:<60}{value:>18}")


if __name__ == "__main__":
    main()
