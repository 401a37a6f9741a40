"""Each transition through the door: its statements and time, beside bare viewflow doing the same step.

Peer: a flow of the same shape built of viewflow's own nodes, assign and execute in one call, with no audit, no duties, no
work items, no money. Limits: 20 statements, 25 with money, 30 for an act on a list, 40 for reading answers; the test
`tests/workflows/test_statements.py` gates them. ``PYTHONPATH=. python benchmarks/transitions.py`` prints the table on a
PostgreSQL of its own; nothing fails on a slow machine. The baseline is in `benchmarks/baseline.md`.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any


def bare_flow() -> Any:
    """The case's shape up to the round, of stock nodes; five seats become five branches."""
    from viewflow import this
    from viewflow.workflow import flow
    from viewflow.workflow.base import Flow
    from viewflow.workflow.lock import SelectForUpdateLock

    seats = {f"seat{n}": flow.View(lambda request: None).Next(this.join) for n in range(5)}
    split = flow.Split()
    for name in seats:
        split = split.Next(getattr(this, name))
    nodes = {
        "lock_impl": SelectForUpdateLock(nowait=False, attempts=1),
        "start": flow.StartHandle(lambda activation: activation.process).Next(this.draft),
        "draft": flow.View(lambda request: None).Next(this.accept),
        "accept": flow.View(lambda request: None).Next(this.accepted),
        "accepted": flow.Switch().Case(this.split, lambda activation: True).Default(this.refused),
        "split": split,
        **seats,
        "join": flow.Join().Next(this.joined),
        "joined": flow.Switch().Default(this.amount),
        "amount": flow.View(lambda request: None).Next(this.checked),
        "checked": flow.Switch().Case(this.waiting, lambda activation: True).Default(this.refused),
        "waiting": flow.View(lambda request: None).Next(this.end),
        "refused": flow.End(),
        "end": flow.End(),
    }
    # viewflow stores where a class is imported from; its app must be installed.
    place = ModuleType("workflows.bare")
    made = type(Flow)("Bare", (Flow,), {"__module__": place.__name__, "__doc__": "Bare", **nodes})
    place.Bare = made  # type: ignore[attr-defined]
    sys.modules[place.__name__] = place
    return made


def counted(work: Callable[[], Any]) -> tuple[int, float]:
    """Statements and milliseconds of one step; its SAVEPOINT and RELEASE stand for BEGIN and COMMIT."""
    from django.db import connection, transaction

    seen = 0

    def note(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal seen
        seen += 1
        return execute(sql, params, many, context)

    began = time.perf_counter()
    with connection.execute_wrapper(note), transaction.atomic():
        work()
    return seen, (time.perf_counter() - began) * 1000


def bare(user: Any) -> dict[str, tuple[int, float]]:
    """Statements and time of each bare step; of the scores the first and the last."""
    flow_class = bare_flow()
    flow_class.instance.start.run()
    process = flow_class.process_class.objects.latest("pk")

    def step(node: str) -> tuple[int, float]:
        task = process.task_set.get(flow_task=flow_class.instance.node(node))

        def work() -> None:
            with task.activation() as activation:
                activation.assign(user)
                activation.start(None)
                activation.execute()

        return counted(work)

    found = {"submit": step("draft"), "accept": step("accept"), "score": step("seat0")}
    for n in range(1, 4):
        step(f"seat{n}")
    return {**found, "score (last)": step("seat4"), "confirm_amount": step("amount")}


def ours() -> list[tuple[str, int, float, bool]]:
    """(act, statements, milliseconds, whether money moved) of each transition of a whole round, warm."""
    from subsidy.accounts.enums import Role
    from tests.workflows.tally import tally
    from tests.workflows.test_statements import whole_round
    from tests.world import World

    world = World()
    world.person("importer", Role.FINANCE_PREPARE)
    whole_round(world, 1, 1)
    with tally() as passed:
        whole_round(world, 2, 3)
    rows: dict[str, tuple[int, float, bool]] = {}
    scores = [one for one in passed if one.action == "score"]
    for one in passed:
        name = f"{one.kind} {one.action}"
        if one.action == "score":
            last = (scores.index(one) + 1) % 5 == 0
            name += " (last)" if last else ""
        if name not in rows or rows[name][0] < one.statements:
            rows[name] = (one.statements, one.milliseconds, one.moves_money)
    return [(name, *row) for name, row in rows.items()]


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "subsidy.settings.testing"
    import django

    django.setup()
    from django.conf import settings
    from django.db import connections, transaction

    from subsidy.accounts.models import User
    from tests.harness.database import Cluster, point_to

    cluster = Cluster()
    try:
        cluster.ensure_template()
        cluster.create("transitions_bench", template=cluster.template)
        point_to(cluster, "transitions_bench")
        with transaction.atomic():
            rows = ours()
            peer = bare(User.objects.get(username="acceptance"))
            transaction.set_rollback(True)
    finally:
        connections.close_all()
        if cluster.embedded:
            cluster.embedded.release()
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
    print(f"{'act':<28}{'statements':>11}{'ms':>8}{'money':>7}{'bare':>7}{'bare ms':>9}")
    for name, statements, spent, money in rows:
        kind, action = name.split(" ", 1)
        bare_count, bare_ms = peer.get(action, (None, None)) if kind == "case" else (None, None)
        print(
            f"{name:<28}{statements:>11}{spent:>8.1f}{'yes' if money else '':>7}"
            f"{bare_count if bare_count is not None else '':>7}{f'{bare_ms:.1f}' if bare_ms is not None else '':>9}"
        )


if __name__ == "__main__":
    main()
