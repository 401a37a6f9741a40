"""`manage.py ledger check`: the invariants I1 to I12 over everything."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from subsidy.ledger.invariants import NAMES, meanings, violations
from subsidy.management.base import Findings, ProgramCommand, add_json


class Command(ProgramCommand):
    help = "Check the books: exit 0 when every invariant holds, 1 with each offending row otherwise."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        check = actions.add_parser("check", help="check the invariants I1 to I12")
        add_json(check)

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(violations())
        if options["json"]:
            self.print_json([vars(one) for one in found])
        else:
            told = {name: [one for one in found if one.invariant == name] for name in NAMES}
            for name, meaning in meanings().items():
                self.stdout.write(f"{'✗' if told[name] else '✓'} {meaning}")
                for one in told[name]:
                    self.stdout.write(f"    {one.subject}: {one.problem}")
        if found:
            raise Findings(
                f"账簿检查发现 {len(found)} 处问题。请停止放款，并报告系统管理员。 / "
                f"{len(found)} findings in the books. Stop releasing batches and report this to the system administrator."
            )
