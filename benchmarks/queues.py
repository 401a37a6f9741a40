"""The queue at a hundred and at a million open tasks, an act on five hundred rows, and a whole case beside bare viewflow.

Peers: viewflow's own list over the same tasks (`Task.objects.queue`, newest first, with its count), read beside ours;
for the whole case a flow of the same shape built of viewflow's own nodes (`benchmarks.transitions`), case by case in
turn. Limits: at most 12 statements a page, the same number at both sizes; 30 statements and 5 ms a row for an act on
500 rows; a case at least 0.75 times as fast as bare. ``python -m benchmarks.queues [COUNT [ROUNDS]] [lists]`` prints the
tables (with `lists` only those of lists) on a PostgreSQL of its own; nothing fails on a slow machine. The baseline is in
`benchmarks/baseline.md`.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.rows import Row, table

COUNT, SMALL, ROUNDS = 1_000_000, 100, 5
BIG_POOL, UNITS, BULK = 120_000, 60, 500
STATEMENTS_MAX, BULK_STATEMENTS, BULK_MS, CASE_TIMES = 12, 30, 5, 0.75
FLOW = "workflows/case.flow.CaseR3V1"

# Items and viewflow's tasks are written without the door: the lists read nothing else.


def fill(pool: int, first: int, last: int, *, call: int, policy: int, unit: int, big: bool) -> None:
    """Items `first` to `last`: in one pool when `big`, else turn by turn in the pools of acceptance."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO work_workitem (authority_id, task_id, node, subject_kind, subject_id, number, title, pool_id,
                policy_id, call_id, township_id, filed_on, amount_fen, due_on, due_provisional, created_at)
            SELECT p.authority_id, n, CASE WHEN n %% 50 = 0 THEN 'correction' ELSE 'acceptance' END, 'case', n,
                'ZZ-2024-' || lpad(n::text, 9, '0'), '杭州示例' || n || '科技有限公司', p.id, %(policy)s,
                CASE WHEN n %% 1000 = 0 THEN %(call)s END, CASE WHEN n %% 100 = 0 THEN %(unit)s END,
                DATE '2024-01-01' + (n %% 60)::int, (n * 7919 %% 900) * 1000000,
                DATE '2024-02-20' + (n * 31 %% 60)::int, false, TIMESTAMPTZ '2024-03-04 09:00+08'
            FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
            JOIN (SELECT id, authority_id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS pools
                  FROM work_pool WHERE CASE WHEN %(big)s THEN id = %(pool)s
                                       ELSE role = (SELECT role FROM work_pool WHERE id = %(pool)s) END) p
              ON n %% p.pools = p.place
            """,
            {"first": first, "last": last, "pool": pool, "call": call, "policy": policy, "unit": unit, "big": big},
        )


def tasks(first: int, last: int) -> None:
    """viewflow's tasks and processes of the same numbers, as its own list reads them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO viewflow_process (id, flow_class, status, created, data)
            SELECT n, %(flow)s, 'NEW', TIMESTAMPTZ '2024-03-04 09:00+08', '{}'
            FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
            """,
            {"flow": FLOW, "first": first, "last": last},
        )
        cursor.execute(
            """
            INSERT INTO viewflow_task (id, process_id, flow_task, flow_task_type, status, created, token, data)
            SELECT n, n, %(node)s, 'HUMAN', 'NEW', TIMESTAMPTZ '2024-03-04 09:00+08' + n * INTERVAL '1 second', 'start', '{}'
            FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
            """,
            {"node": f"{FLOW}.acceptance", "first": first, "last": last},
        )


class Bureau:
    """A bureau with 60 units, a person in one large pool and a person in 61 pools."""

    def __init__(self) -> None:
        from subsidy.accounts.enums import Role
        from subsidy.accounts.models import Unit
        from subsidy.work.models import Pool
        from tests.world import World

        self.world = World()
        self.call = self.world.call()
        bureau = self.world.authority
        units = Unit.objects.bulk_create(
            Unit(authority=bureau, code=f"u{n}", name_zh=f"{n}科", name_en=f"Unit {n}") for n in range(UNITS)
        )
        Pool.objects.bulk_create(Pool(authority=bureau, role=Role.ACCEPTANCE, unit=unit) for unit in units)
        self.unit = units[0].pk
        self.one = Pool.objects.get(authority=bureau, role=Role.AMOUNT, unit=None).pk
        self.many = Pool.objects.get(authority=bureau, role=Role.ACCEPTANCE, unit=None).pk

    def grow(self, before: int, count: int) -> None:
        """From `before` to `count` open tasks: at most BIG_POOL of them in the one pool."""
        from django.db import connection

        start = 10_000_000 + before
        in_one = min(BIG_POOL, count // 2) - min(BIG_POOL, before // 2)
        common = {"call": self.call.pk, "policy": self.call.policy_version.policy_id, "unit": self.unit}
        fill(self.one, start, start + in_one - 1, big=True, **common)
        fill(self.many, start + in_one, 10_000_000 + count - 1, big=False, **common)
        tasks(start, 10_000_000 + count - 1)
        with connection.cursor() as cursor:
            for name in ("work_workitem", "viewflow_task", "viewflow_process"):
                cursor.execute(f"ANALYZE {name}")  # as autovacuum would have done meanwhile


def pages(bureau: Bureau) -> dict[str, dict[str, str]]:
    """What is asked of the list: each declared sort and filter, deep pages, filters and searches without a hit."""
    from subsidy.web.keyset import Key, encode
    from subsidy.work.models import WorkItem

    middle = WorkItem.objects.order_by("due_on", "id")[WorkItem.objects.count() // 2]
    deep = encode((middle.due_on, middle.pk), WorkItem, (Key("due_on", False), Key("id", False)))
    policy = str(bureau.call.policy_version.policy_id)
    return {
        "first page": {},
        "deep page": {"after": deep},
        "previous page": {"before": deep},
        **{f"sort {name}": {"sort": name} for name in ("-due", "amount", "filed", "-filed", "number", "-number")},
        "policy": {"policy": policy},
        "policy, by amount": {"policy": policy, "sort": "amount"},
        "call": {"call": str(bureau.call.pk)},
        "township": {"township": str(bureau.unit)},
        "township, by amount": {"township": str(bureau.unit), "sort": "amount"},
        "task": {"node": "case.correction"},
        "task, no hit": {"node": "case.visit"},
        "amount range": {"amount_from": "100000", "amount_to": "200000"},
        "amount range, no hit": {"amount_from": "99000000"},
        "number": {"q": "ZZ-2024-0100000"},
        "end of a number": {"q": "000077"},
        "two characters, no hit": {"q": "云帆"},
        "number, no hit": {"q": "XH-1999-1"},
    }


def timed(work: Callable[[], Any], rounds: int) -> tuple[int, float]:
    """Statements and median milliseconds, warm."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    work()
    spent, statements = [], 0
    for _round in range(rounds):
        with CaptureQueriesContext(connection) as caught:
            began = time.perf_counter()
            work()
            spent.append(1_000 * (time.perf_counter() - began))
        statements = len(caught)
    return statements, median(spent)


def lists(bureau: Bureau, rounds: int) -> dict[tuple[str, str], tuple[int, float]]:
    """(person, page) to statements and milliseconds; and viewflow's own list."""
    from django.test import Client
    from viewflow.workflow.models import Task

    from workflows.common.subjects import kind_named

    found: dict[tuple[str, str], tuple[int, float]] = {}
    for person, name in (("one pool", "amount"), ("61 pools", "acceptance")):
        client = Client()
        client.force_login(bureau.world.people[name], backend="allauth.account.auth_backends.AuthenticationBackend")
        for page, query in pages(bureau).items():

            def ours(client: Client = client, query: dict[str, str] = query) -> None:
                answer = client.get("/console/queue/pools/", query)
                assert answer.status_code == 200, (query, answer.status_code)

            found[person, page] = timed(ours, rounds)
    flows = [kind_named("case").flows["R3", 1]]
    user = bureau.world.people["amount"]

    def theirs() -> None:
        queue = Task.objects.queue(flows, user).order_by("-created")
        list(queue[:25])
        queue.count()

    found["viewflow's list", "first page"] = timed(theirs, rounds)
    return found


def bulk(bureau: Bureau) -> list[Row]:
    """An act on 500 rows: its statements and its time a row."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from subsidy.accounts.enums import Role
    from tests.workflows.copies import copies
    from workflows.common import door
    from workflows.common.turn import Origin

    world = bureau.world
    case = world.submitted(bureau.call)
    to = world.person("colleague", Role.ACCEPTANCE).pk
    rows: list[Row] = []
    acts: list[tuple[str, str, dict[str, Any] | None]] = [
        ("claim", "acceptance", None),
        ("unclaim", "acceptance", None),
        ("reassign", "leader", {"to": to, "reason": "外出"}),
        ("reassign", "leader", {"to": "", "reason": "收回"}),
        ("refuse", "acceptance", {"reason": "材料不符"}),
    ]
    for start in (1_000, 2_000):  # the first pass warms what a process reads once
        ids = [one.pk for one in copies(case, BULK, start=start)]
        rows = []
        for action, who, data in acts:
            with CaptureQueriesContext(connection) as caught:
                began = time.perf_counter()
                done = door.perform_many(
                    "case", ids, action, actor=world.people[who], now=world.now, key=world.key(), data=data,
                    origin=Origin(surface="page"),
                )  # fmt: skip
                spent = 1_000 * (time.perf_counter() - began)
            assert all(one.refusal is None for one in done), action
            rows.append(Row(f"{action}, {BULK} rows: statements", len(caught), "", BULK_STATEMENTS, at_least=False))
            rows.append(Row(f"{action}, {BULK} rows: a row", spent / BULK, "ms", BULK_MS, at_least=False))
    return rows


def whole_case(bureau: Bureau, rounds: int) -> Row:
    """Filed → amount checked, ours and bare in turn; only the transitions count, not the filling in."""
    from benchmarks.transitions import bare
    from tests.workflows.tally import tally

    user, ours, theirs = bureau.world.people["acceptance"], [], []
    steps = {"submit", "accept", "score", "confirm_amount"}
    for _round in range(rounds + 1):
        with tally() as passed:
            bureau.world.ready(bureau.call)
        ours.append(sum(one.milliseconds for one in passed if one.action in steps))
        found = bare(user)
        theirs.append(sum(spent * (4 if name == "score" else 1) for name, (_n, spent) in found.items()))
    times = median(theirs[1:]) / median(ours[1:])
    return Row(
        "a whole case, submit → amount checked", median(ours[1:]), "ms", None, peer="bare viewflow", times=times,
        times_limit=CASE_TIMES,
    )  # fmt: skip


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "subsidy.settings.testing"
    import django

    django.setup()
    from django.conf import settings
    from django.db import connections, transaction

    from tests.harness.database import Cluster, point_to

    given = [int(text) for text in sys.argv[1:] if text.isdecimal()]
    count, rounds = [*given, *(COUNT, ROUNDS)[len(given) :]]
    cluster = Cluster()
    try:
        cluster.ensure_template()
        cluster.create("queues_bench", template=cluster.template)
        point_to(cluster, "queues_bench")
        bureau = Bureau()
        if "lists" not in sys.argv:
            with transaction.atomic():
                case_row = whole_case(bureau, rounds)
                bulk_rows = bulk(bureau)
                transaction.set_rollback(True)
            print(table([*bulk_rows, case_row]), flush=True)
        bureau.grow(0, SMALL)
        few = lists(bureau, rounds)
        began = time.perf_counter()
        bureau.grow(SMALL, count)
        print(f"{count:,} tasks written in {dt.timedelta(seconds=round(time.perf_counter() - began))}", flush=True)
        many = lists(bureau, rounds)
    finally:
        connections.close_all()
        if cluster.embedded:
            cluster.embedded.release()
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
    print(
        f"{'':<16}{'page':<26}{'statements':>11}{'at ' + str(SMALL):>8}{f'ms at {SMALL}':>12}{f'ms at {count:,}':>18}{'times':>7}"
    )
    for (person, page), (statements, spent) in many.items():
        before, spent_before = few[person, page]
        print(
            f"{person:<16}{page:<26}{statements:>11}{before:>8}{spent_before:>12.1f}{spent:>18.1f}"
            f"{spent / spent_before:>7.1f}"
        )
    most = max(statements for (person, _page), (statements, _ms) in many.items() if "viewflow" not in person)
    print(f"most statements of a page: {most}; limit {STATEMENTS_MAX}")


if __name__ == "__main__":
    main()
