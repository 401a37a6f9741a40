"""`manage.py policies check | decide`: packs read from files, without a database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from policies.language import Finding, Pack, PolicyError, check_pack, decide, facts_from_json
from subsidy.management.base import BadUsage, Findings, ProgramCommand, add_json
from subsidy.management.packs import all_folders, folders_named, pack_named
from subsidy.management.tree import decision_lines


class Command(ProgramCommand):
    help = (
        "Check packs, and decide by one. Exit 0: it holds, or it was decided; 1: findings, or refused; 2: bad usage."
    )
    # Rules need neither records nor routes: a policy author runs this on a machine without either.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        check = actions.add_parser("check", help="parse, types, lint and worked cases; a line a finding")
        check.add_argument("packs", nargs="*", metavar="PACK", help="code, code@version or folder; default: all")
        _add_lang(check)
        add_json(check)
        one = actions.add_parser("decide", help="what a pack says of one company's facts, and why")
        one.add_argument("pack", metavar="PACK[@VERSION]", help="code (newest version), code@version or folder")
        one.add_argument(
            "--facts", required=True, metavar="FILE.json", help="money in minor units; null: does not exist"
        )
        _add_lang(one)
        add_json(one)

    def handle(self, *args: Any, **options: Any) -> None:
        {"check": self._check, "decide": self._decide}[options["action"]](options)

    def _check(self, options: dict[str, Any]) -> None:
        named = [folder for name in options["packs"] for folder in folders_named(name)]
        folders = list(dict.fromkeys(named)) if options["packs"] else all_folders()
        found = [(folder, check_pack(folder)) for folder in folders]
        errors = [one for _folder, findings in found for one in findings if one.severity == "error"]
        if options["json"]:
            self.print_json([{"pack": str(folder), "findings": _rows(findings)} for folder, findings in found])
        else:
            for folder, findings in found:
                for one in findings:
                    self.stdout.write(f"{one.in_language(options['lang'])} [{one.severity} {one.code}]")
                wrong = sum(one.severity == "error" for one in findings)
                self.stdout.write(
                    f"{'✗' if wrong else '✓'} {folder}: {wrong} 错误 errors, {len(findings) - wrong} 提示 warnings"
                )
        if errors:
            raise Findings(
                f"共 {len(errors)} 处错误，请按所列文件与行号修改后重新检查。 / "
                f"{len(errors)} errors; mend the named lines and check again."
            )

    def _decide(self, options: dict[str, Any]) -> None:
        path = Path(options["facts"])
        if not path.is_file():
            raise BadUsage(f"没有文件 {path}，请核对 --facts。 / There is no file {path}; check --facts.")
        try:
            pack = pack_named(options["pack"])
            decision = decide(pack, _facts(pack, path))
        except PolicyError as error:
            raise Findings(error.in_language(options["lang"])) from error
        if options["json"]:
            self.print_json(decision.to_json())
            return
        for line in decision_lines(decision.to_json(), lang=options["lang"], decimals=pack.decimals):
            self.stdout.write(line)


def _add_lang(parser: ArgumentParser) -> None:
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the texts")


def _rows(findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    return [asdict(one) for one in findings]


def _facts(pack: Pack, path: Path) -> dict[str, Any]:
    """The facts of the file. Raises Findings when it is no JSON object, PolicyError when a fact is wrong."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Findings(f"{path} 不是有效的 JSON 文件：{error} / {path} is no JSON file: {error}") from error
    if not isinstance(given, dict):
        raise Findings(
            f"{path} 应为一个 JSON 对象（事实名称到取值）。 / {path} must be one JSON object, from fact names to values."
        )
    return dict(facts_from_json(pack, given))
