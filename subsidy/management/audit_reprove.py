"""`audit reprove`: every decision comes out again as it was pinned."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import override

from subsidy.management.base import Findings, ProgramCommand, add_json
from subsidy.reporting.reproving import Difference, Reproved, differences


def arguments(parser: ArgumentParser) -> None:
    add_json(parser)


def run(command: ProgramCommand, options: dict[str, Any]) -> None:
    read = Reproved()
    found = list(differences(read))
    if options["json"]:
        told = [
            {"case": one.number, "finding": one.finding, "code": one.code, "message": _said(one, "en")}
            for one in found
        ]
        command.print_json({"findings": read.findings, "awards": read.awards, "differences": told})
    for one in found if not options["json"] else ():
        command.stdout.write(f"✗ {one.number} #{one.finding} {_said(one, 'zh-hans')} / {_said(one, 'en')}")
    if found:
        raise Findings(
            f"{len(found)} 项决定重新计算后与记录不同。请停止放款，并报告审计管理员。 / "
            f"{len(found)} decisions come out otherwise. Stop releasing batches, tell the audit administrator."
        )
    if not options["json"]:
        command.stdout.write(
            f"✓ {read.findings} 项决定（其中 {read.awards} 项已授予）重新计算结果相同 / "
            f"{read.findings} decisions, {read.awards} of them granted, come out again alike"
        )


def _said(one: Difference, language: str) -> str:
    with override(language):
        return one.in_words()
