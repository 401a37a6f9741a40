"""`manage.py workflows check | docs | publish | rebuild`: what the routes promise, and whether the records agree."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from subsidy.management.base import Findings, ProgramCommand, command_moment
from workflows.checks import PROOFS, free_acts_of
from workflows.common import consistency, routes
from workflows.common.graph import findings
from workflows.documentation import pages

DOCS = Path(settings.BASE_DIR) / "docs" / "workflows"


class Command(ProgramCommand):
    help = "Prove the routes, compare them with what was published and with the open work; write their documentation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("check", help="the graphs, the published fingerprints, and the work items")
        actions.add_parser("docs", help="write docs/workflows/ from the flows")
        actions.add_parser("publish", help="record routes that are not recorded yet")
        actions.add_parser("rebuild", help="put the work items right from the open tasks")

    def handle(self, *args: Any, **options: Any) -> None:
        act = {"check": self.prove, "docs": self.docs, "publish": self.publish, "rebuild": self.rebuild}
        act[options["action"]]()

    def prove(self) -> None:
        found = list(problems())
        for one in found:
            self.stdout.write(f"✗ {one}")
        if found:
            raise Findings(
                f"流程检查发现 {len(found)} 处问题，请报告系统管理员。 / "
                f"{len(found)} findings in the routes. Report them to the system administrator."
            )
        self.stdout.write("✓ 流程与记录一致 / the routes hold, and the records agree with them")

    def docs(self) -> None:
        DOCS.mkdir(parents=True, exist_ok=True)
        for name, content in pages():
            (DOCS / name).write_text(content, encoding="utf-8")
            self.stdout.write(f"docs/workflows/{name}")

    def publish(self) -> None:
        found = routes.publish(now=command_moment())
        if found:
            raise Findings("\n".join(found))
        self.stdout.write("✓ 流程已登记 / every route is recorded")

    def rebuild(self) -> None:
        changed = consistency.rebuild()
        self.stdout.write(f"✓ {changed} 项待办已更正 / {changed} work items put right")


def problems() -> Iterator[str]:
    """Everything that is wrong with the routes and with what hangs on them."""
    for flow_class, required in PROOFS.items():
        yield from findings(flow_class, required=required, free_acts=free_acts_of(flow_class))
    yield from routes.changed()
    yield from (str(one) for one in consistency.differences())
    yield from (f"process {pk} is under way and waits for nothing" for pk in consistency.stuck())
