"""`audit export CASE_NO --output FILE.zip`: the file of one case with its proofs and its verifier."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from subsidy.management.audit_verify import case_named
from subsidy.management.base import (
    BadUsage,
    Findings,
    ProgramCommand,
    both,
    command_key,
    command_moment,
    command_origin,
)
from workflows.common.refusals import Refused
from workflows.log.exporting import export_case


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("case", metavar="CASE_NO")
    parser.add_argument("--output", required=True, metavar="FILE.zip")


def run(command: ProgramCommand, options: dict[str, Any]) -> None:
    """Write the bundle whole or not at all; the export is an event of the bureau."""
    case, output = case_named(options["case"]), Path(options["output"])
    if not output.parent.is_dir():
        raise BadUsage(f"没有目录 {output.parent}。 / There is no folder {output.parent}.")
    try:
        made = export_case(
            case.pk, asked_by=None, now=command_moment(), key=command_key(), request_id=command_origin().request_id
        )
    except Refused as refusal:
        raise Findings(both(refusal.message)) from refusal
    half = output.with_name(f"{output.name}.{os.getpid()}")
    half.write_bytes(made)
    half.replace(output)
    command.stdout.write(
        f"✓ 已导出 {case.number}：{output}；核验请解压出 verify.pyz，运行 python3 verify.pyz {output.name}\n"
        f"  exported; to check it take verify.pyz out of it and run: python3 verify.pyz {output.name}"
    )
