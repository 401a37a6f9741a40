"""`manage.py calendar_import`: the published holidays and make-up working days."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from subsidy.calendars.services import CalendarChange, calendar_import


class Command(BaseCommand):
    help = "Bring the working-day calendar up to what has been published. Shows the change; --commit makes it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--commit", action="store_true", help="write the change")
        parser.add_argument("--json", action="store_true", help="answer for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            change = calendar_import(commit=options["commit"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_as_json(change) if options["json"] else _as_text(change, committed=options["commit"]))


def _as_json(change: CalendarChange) -> str:
    return json.dumps(
        {
            "first": change.first.isoformat(),
            "last": change.last.isoformat(),
            "added": len(change.added),
            "changed": [day.isoformat() for day in change.changed],
        }
    )


def _as_text(change: CalendarChange, *, committed: bool) -> str:
    span = f"{change.first} – {change.last}"
    if change.is_empty:
        return f"{span}：日历已是最新 / the calendar is up to date"
    listed = "".join(f"\n  {day}" for day in change.changed)
    numbers = f"{span}：新增 {len(change.added)} 天，更改 {len(change.changed)} 天"
    english = f"{len(change.added)} days added, {len(change.changed)} changed"
    hint = "" if committed else "\n未写入；加 --commit 写入 / nothing was written; repeat with --commit"
    return f"{numbers} / {english}{listed}{hint}"
