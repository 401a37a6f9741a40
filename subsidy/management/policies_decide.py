"""`policies decide`: what a pack says of one company's facts, and why."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from policies.language import Pack, PolicyError, decide, facts_from_json
from subsidy.management.base import BadUsage, Findings, ProgramCommand, add_json
from subsidy.management.packs import add_lang, add_stage, known_stage, pack_named
from subsidy.management.tree import decision_lines


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("pack", metavar="PACK[@VERSION]", help="code (newest version), code@version or folder")
    parser.add_argument(
        "--facts", required=True, metavar="FILE.json", help="money in minor units; null: does not exist"
    )
    add_stage(parser)
    add_lang(parser)
    add_json(parser)


def run(command: ProgramCommand, options: dict[str, Any]) -> None:
    path = Path(options["facts"])
    if not path.is_file():
        raise BadUsage(f"没有文件 {path}，请核对 --facts。 / There is no file {path}; check --facts.")
    try:
        pack = pack_named(options["pack"])
        known_stage(pack, options["stage"])
        decision = decide(pack, _facts(pack, path, options["stage"]), stage=options["stage"]).to_json()
    except PolicyError as error:
        raise Findings(error.in_language(options["lang"])) from error
    if options["json"]:
        command.print_json(decision)
        return
    for line in decision_lines(decision, lang=options["lang"], decimals=pack.decimals):
        command.stdout.write(line)


def _facts(pack: Pack, path: Path, stage: str | None) -> dict[str, Any]:
    """The facts of the file. Raises Findings when it is no JSON object, PolicyError when a fact is wrong."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Findings(f"{path} 不是有效的 JSON 文件：{error} / {path} is no JSON file: {error}") from error
    if not isinstance(given, dict):
        raise Findings(
            f"{path} 应为一个 JSON 对象（事实名称到取值）。 / {path} must be one JSON object, from fact names to values."
        )
    return dict(facts_from_json(pack, given, stage=stage))
