"""`policies check | boundary | mutants`: whether packs hold, and how far their worked cases reach."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from policies.language import Finding, PackSource, PolicyError, load_pack, parse_pack
from policies.language.award.groups import groups_beside, load_group, stacking_findings
from policies.language.check.boundaries import untouched
from policies.language.check.cases import read_cases
from policies.language.check.lint import check_pack
from policies.language.check.mutate import LEAST_PERCENT, MutationReport, survivors
from subsidy.decisions.stacking import uncounted
from subsidy.management.base import Findings, ProgramCommand, add_json
from subsidy.management.packs import add_lang, add_packs, checked_paths, chosen_folders, folders_named


def check_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("packs", nargs="*", metavar="PACK", help="code, code@version, folder or group; default: all")
    parser.add_argument("--no-proofs", action="store_true", help="leave out the proofs over all companies")
    add_lang(parser)
    add_json(parser)


def check(command: ProgramCommand, options: dict[str, Any]) -> None:
    lang, rows, wrong = options["lang"], [], 0
    for path in checked_paths(options["packs"]):
        findings = _findings(path, proofs=not options["no_proofs"])
        errors = sum(one.severity == "error" for one in findings)
        wrong += errors
        rows.append({"pack": str(path), "findings": [asdict(one) for one in findings]})
        if options["json"]:
            continue
        for one in findings:
            command.stdout.write(f"{one.in_language(lang)} [{one.severity} {one.code}]")
        command.stdout.write(
            f"{'✗' if errors else '✓'} {path}: {errors} 错误 errors, {len(findings) - errors} 提示 warnings"
        )
        command.stdout.flush()
    if options["json"]:
        command.print_json(rows)
    if wrong:
        raise Findings(
            f"共 {wrong} 处错误，请按所列文件与行号修改后重新检查。 / {wrong} errors; mend the named lines and check again."
        )


def _findings(path: Path, *, proofs: bool) -> tuple[Finding, ...]:
    if path.is_file():
        try:
            load_group(path)
        except PolicyError as error:
            return error.findings
        return ()
    found = check_pack(path, proofs=proofs)
    try:
        pack = load_pack(path)
        return (*found, *stacking_findings(pack, groups_beside(path)), *uncounted(pack))
    except PolicyError:
        return found  # the check has said why the pack cannot be read


def boundary_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("pack", metavar="PACK", help="code, code@version or folder")
    add_lang(parser)
    add_json(parser)


def boundary(command: ProgramCommand, options: dict[str, Any]) -> None:
    lang, found = options["lang"], []
    for folder in folders_named(options["pack"]):
        try:
            source = PackSource.from_folder(folder)
            pack = parse_pack(source)
            found += [
                one.finding() for one in untouched(pack, read_cases(pack, source.cases, source.file("cases.yaml")))
            ]
        except PolicyError as error:
            raise Findings(error.in_language(lang)) from error
    if options["json"]:
        command.print_json([asdict(one) for one in found])
    else:
        for one in found:
            command.stdout.write(one.in_language(lang))
    if found:
        raise Findings(f"{len(found)} 处边界没有算例 / {len(found)} boundaries that no worked case touches")
    if not options["json"]:
        command.stdout.write("✓ 每处边界都有算例 / every boundary has its worked cases")


def mutants_arguments(parser: ArgumentParser) -> None:
    add_packs(parser)
    parser.add_argument("--sample", type=int, metavar="N", help="try only N mutants of each pack, drawn always alike")
    add_lang(parser)
    add_json(parser)


def mutants(command: ProgramCommand, options: dict[str, Any]) -> None:
    rows, short = [], []
    for folder in chosen_folders(options["packs"]):
        try:
            report = survivors(PackSource.from_folder(folder), sample=options["sample"])
        except PolicyError as error:
            raise Findings(error.in_language(options["lang"])) from error
        rows.append(_row(folder, report))
        short += [] if report.enough else [str(folder)]
        if options["json"]:
            continue
        for one in report.survivors:
            command.stdout.write(f"  {one}")
        command.stdout.write(
            f"{'✓' if report.enough else '✗'} {folder}: {report.killed}/{report.total} ({report.percent:.1f} %), "
            f"{report.equal} 等价 equal, {report.invalid} 无效 invalid, {report.excused} 豁免 excused"
        )
        command.stdout.flush()
    if options["json"]:
        command.print_json(rows)
    if short:
        raise Findings(
            f"算例发现的变异不足 {LEAST_PERCENT}%：{'、'.join(short)} / "
            f"the worked cases notice less than {LEAST_PERCENT} % of the mutants of {', '.join(short)}"
        )


def _row(folder: Path, report: MutationReport) -> dict[str, Any]:
    return {
        "pack": str(folder), "total": report.total, "killed": report.killed, "percent": round(report.percent, 1),
        "equal": report.equal, "invalid": report.invalid, "excused": report.excused,
        "survivors": [{"file": one.at.file, "line": one.at.line, "column": one.at.column, "mutant": str(one)}
                      for one in report.survivors],
    }  # fmt: skip
