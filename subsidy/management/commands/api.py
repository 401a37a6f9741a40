"""`manage.py api schema | breaking`: the published description of the API, and what a newer one breaks."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from subsidy.api.breaking import breaks
from subsidy.api.description import document
from subsidy.management.base import BadUsage, Findings, ProgramCommand

PUBLISHED = Path(settings.BASE_DIR) / "docs" / "api" / "openapi.json"
CORRECTIONS = PUBLISHED.with_name("corrections.txt")


def corrections() -> dict[str, str]:
    """What is known to be a correction of the description and no break: patterns of lines, each with its reason."""
    lines = (line for line in CORRECTIONS.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    found = dict(line.split(" # ", 1) for line in lines)
    # Brackets in a path are meant as they stand.
    return {pattern.replace("[", "[[]"): reason for pattern, reason in found.items()}


def written() -> str:
    """The description as it is committed: in English, without what a demo adds."""
    with translation.override("en"):
        return json.dumps(document(added=False), ensure_ascii=False, indent=1) + "\n"


class Command(ProgramCommand):
    help = "Write the description of the API, or compare it with an older one."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        schema = actions.add_parser("schema", help="write docs/api/openapi.json")
        schema.add_argument("--check", action="store_true", help="write nothing; say whether the file is current")
        older = actions.add_parser("breaking", help="what the present API breaks of an older description")
        older.add_argument("old", type=Path, metavar="OLD", help="an openapi.json of before")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "breaking":
            self._compare(options["old"])
        elif options["check"]:
            if not PUBLISHED.exists() or PUBLISHED.read_text() != written():
                raise Findings(
                    "接口描述已过时，请运行 manage.py api schema / docs/api/openapi.json is not current: run manage.py api schema"
                )
        else:
            PUBLISHED.parent.mkdir(parents=True, exist_ok=True)
            PUBLISHED.write_text(written())
            self.stdout.write(str(PUBLISHED))

    def _compare(self, path: Path) -> None:
        try:
            old = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise BadUsage(f"无法读取该文件，请核对路径 / check the path: {error}") from error
        known = corrections()
        found = []
        for one in breaks(old, json.loads(written())):
            reason = next((why for pattern, why in known.items() if fnmatchcase(one, pattern)), None)
            self.stdout.write(f"✗ {one}" if reason is None else f"· {one}: {reason}")
            found += [one] if reason is None else []
        if found:
            raise Findings(
                f"{len(found)} 处不兼容：请保留旧字段，或另设新版本路径 / {len(found)} breaks: keep what was, or publish a new version"
            )
