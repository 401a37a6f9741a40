"""The queue page with 20 and with many open work items: its statements, its time, and its deepest list statement.

Peer: the same page as Django would do it plainly, `filter(pool__in=…)[offset:offset + 25]` with an exact count, read
beside ours in turns. Limits: the same number of statements at every size, at most 12 (the business clock among them);
ratios count, not milliseconds. ``PYTHONPATH=. python benchmarks/queue_page.py [COUNT [ROUNDS]]`` prints the table on a
PostgreSQL of its own; nothing fails on a slow machine.

Baseline, 20,000 items on two cores with other work running beside it: 12 statements on every page at both sizes; a page
takes 0.8 to 1.7 times what it takes with 20 items (its time is the template's), the plain list 5 to 18 times. The list
statements themselves are below a millisecond (EXPLAIN ANALYZE).
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

COUNT = 20_000
ROUNDS = 7
PAGE = 25
STATEMENTS_MAX = 12
POOLS = 3


def fill(count: int, start: int) -> None:
    """`count` work items, most of them in one pool, made without the door: the queue reads nothing else."""
    from django.db import connection

    from subsidy.accounts.models import Authority
    from subsidy.audit.moment import ZONE
    from subsidy.work.models import Pool, WorkItem

    authority = Authority.objects.get(code="xh")
    pools = list(Pool.objects.filter(authority=authority, role__in=("acceptance", "amount", "notice")).order_by("id"))
    made = dt.datetime(2024, 3, 4, 9, tzinfo=ZONE)
    WorkItem.objects.bulk_create(
        (
            WorkItem(
                authority=authority,
                task_id=start + n,
                node="acceptance",
                subject_kind="case",
                subject_id=start + n,
                number=f"XH-2024-{start + n:07d}",
                title=f"杭州示例{n}号科技有限公司",
                pool=pools[0 if n % 10 else n // 10 % POOLS],
                amount_fen=n * 7919 % 900 * 1_000_000,
                due_on=made.date() + dt.timedelta(days=n * 31 % 60 - 10),
                created_at=made,
            )
            for n in range(count)
        ),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE work_workitem")  # as autovacuum would have done meanwhile


def person() -> Any:
    """An officer of a bureau of three pools."""
    from subsidy.accounts.enums import UserKind
    from subsidy.accounts.models import RoleGrant, User
    from subsidy.accounts.services import authority_found
    from subsidy.calendars.services import calendar_import
    from subsidy.work.services import pools_make

    authority = authority_found(
        code="xh", name_zh="西湖区科技局", name_en="bureau", short_name="西科", region="330106"
    )
    pools_make(authority)
    calendar_import(years=[2023, 2024])
    user = User.objects.create(username="acceptance", name="acceptance", kind=UserKind.OFFICER, authority=authority)
    for role in ("acceptance", "amount", "notice"):
        RoleGrant.objects.create(user=user, authority=authority, role=role, valid_from=dt.date(2020, 1, 1))
    return user


def timed(work: Callable[[], Any], rounds: int) -> tuple[float, int, Any]:
    """Median milliseconds, statements of the last run, its result."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    work()
    spent = []
    for _round in range(rounds):
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as caught:
            found = work()
        spent.append((time.perf_counter() - began) * 1000)
    return median(spent), len(caught), found


def plain(offset: int) -> None:
    """The peer: an offset, an exact count."""
    from subsidy.work.models import Pool, WorkItem

    pools = Pool.objects.filter(role__in=("acceptance", "amount", "notice"))
    items = WorkItem.objects.filter(pool__in=pools, assignee__isnull=True).order_by("due_on", "id")
    list(items.select_related("policy", "assignee", "pool", "company")[offset : offset + PAGE])
    items.count()


def measure(size: int, user: Any, rounds: int) -> list[tuple[str, int, float, int, float]]:
    """Rows of the table: page, size, our ms and statements, the peer's ms."""
    from django.test import Client

    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def page(**query: str) -> Any:
        answer = client.get("/console/queue/pools/", query)
        assert answer.status_code == 200, answer.status_code
        return answer.context["page"]

    last = page(sort="-due")
    pages: list[tuple[str, dict[str, str], int]] = [
        ("first page", {}, 0),
        ("last page", {"sort": "-due"}, max(size - PAGE, 0)),
        (
            "second to last",
            {"sort": "-due", "after": last.next} if last.next else {"sort": "-due"},
            max(size - 2 * PAGE, 0),
        ),
        ("by amount", {"sort": "amount"}, 0),
        ("number", {"q": "xh-2024-"}, 0),
    ]
    rows = []
    for name, query, offset in pages:
        ours, statements, _page = timed(lambda query=query: page(**query), rounds)  # type: ignore[misc]
        peer, _statements, _none = timed(lambda offset=offset: plain(offset), rounds)  # type: ignore[misc]
        rows.append((name, size, ours, statements, peer))
    return rows


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    os.environ["DJANGO_SETTINGS_MODULE"] = "subsidy.settings.testing"
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    from tests.harness.database import Cluster, point_to

    setup_test_environment()
    cluster = Cluster()
    try:
        cluster.ensure_template()
        cluster.create("queue_bench", template=cluster.template)
        point_to(cluster, "queue_bench")
        user = person()
        fill(20, 1)
        rows = measure(20, user, rounds)
        fill(count, 1_000_000)
        rows += measure(count, user, rounds)
    finally:
        from django.db import connections

        connections.close_all()
        if cluster.embedded:
            cluster.embedded.release()
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
    print(f"{'page':<16}{'items':>10}{'ms':>9}{'statements':>12}{'plain list ms':>15}")
    for name, size, ours, statements, peer in rows:
        print(f"{name:<16}{size:>10,}{ours:>9.1f}{statements:>12}{peer:>15.1f}")
    numbers = {statements for *_rest, statements, _peer in rows}
    print(f"statements: {sorted(numbers)}; limit: one number, at most {STATEMENTS_MAX}")


if __name__ == "__main__":
    main()
