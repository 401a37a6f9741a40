"""`manage.py database ACTION`: a dump, the drill of restoring one, and the rights of the running program's role."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.db import connection

from subsidy.management.backup import Step, drill, dump
from subsidy.management.base import BadUsage, Findings, ProgramCommand, add_json

_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
# By the suffixes of the triggers that keep evidence (subsidy.audit.append_only).
_TAKEN = {"_append_only": "UPDATE, DELETE, TRUNCATE", "_no_delete": "DELETE, TRUNCATE"}


class Command(ProgramCommand):
    help = (
        "dump FILE · drill: restore a dump beside and check it · grants ROLE: SQL for the role of the running program."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("dump", help="write a dump").add_argument("file", type=Path)
        test = actions.add_parser("drill", help="restore a dump into a database beside and check it there")
        test.add_argument("--dump", type=Path, help="this dump; without it one is made now")
        test.add_argument("--checkpoint", type=Path, help="a head of the log that was kept elsewhere")
        add_json(test)
        actions.add_parser("grants", help="print the SQL").add_argument("role")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["action"]:
            case "dump":
                dump(options["file"])
            case "grants":
                self._grants(options["role"])
            case "drill":
                self._drill(options)

    def _drill(self, options: dict[str, Any]) -> None:
        for path in (options["dump"], options["checkpoint"]):
            if path is not None and not path.is_file():
                raise BadUsage(f"没有文件 {path}。 / There is no file {path}.")
        steps: list[Step] = []
        try:
            for step in drill(options["dump"], options["checkpoint"]):
                steps.append(step)
                self._say(step, quiet=options["json"])
        except RuntimeError as error:
            steps.append(Step("转储或恢复失败", "dump or restore failed", str(error)))
            self._say(steps[-1], quiet=options["json"])
        if options["json"]:
            self.print_json([vars(step) for step in steps])
        if any(step.wrong for step in steps):
            raise Findings(
                "恢复演练未通过：此备份不可依赖。请查明原因并重新备份。 / "
                "The drill failed: do not rely on this backup. Find out why, and make another."
            )

    def _say(self, step: Step, *, quiet: bool) -> None:
        if not quiet:
            self.stdout.write(f"{'✗' if step.wrong else '✓'} {step.zh} / {step.en}")
            if step.wrong:
                self.stdout.write(f"    {step.wrong}")

    def _grants(self, role: str) -> None:
        """The role reads and writes everything but evidence, which it may only add to; it owns nothing."""
        if not _ROLE.fullmatch(role):
            raise BadUsage("角色名只能含小写字母、数字和下划线。 / A role is named in small letters, digits and _.")
        lines = [
            f"GRANT USAGE ON SCHEMA public TO {role};",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};",
            f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role};",
            f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role};",
        ]
        for table, suffix in _evidence():
            lines.append(f"REVOKE {_TAKEN[suffix]} ON {table} FROM {role};")
        self.stdout.write("\n".join(lines))


def _evidence() -> list[tuple[str, str]]:
    """Every table that a trigger keeps, with the trigger's suffix."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace ORDER BY 1, 2"
        )
        rows = cursor.fetchall()
    return [(table, suffix) for table, name in rows for suffix in _TAKEN if name == table + suffix]
