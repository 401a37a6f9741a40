"""What a pack may say by its grammar but should not: the legal guards, clauses left out, names that nothing reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from policies.language.build import parse_pack
from policies.language.cases import read_cases, run_cases
from policies.language.decision import Decision
from policies.language.findings import Finding, PolicyError, Position, Text, finding
from policies.language.model import Pack, Program
from policies.language.source import PackSource
from policies.language.typed import Typed

# 公平竞争审查条例 (State Council decree 783), in force from this day.
FAIR_COMPETITION_FROM = date(2024, 8, 1)
_RELOCATION = re.compile(r"迁出|迁离|搬离|relocat|move (away|out)", re.IGNORECASE)


def _names_behind(pack: Pack, program: Program, typed: Typed) -> Iterator[str]:
    """Yield every name that an expression reads, directly or through definitions, tables and tier settings."""
    seen: set[str] = set()
    pending = [*_read(typed)]
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        yield name
        if name in pack.definitions:
            pending.extend(_read(pack.definitions[name].value))
        elif name in pack.tables:
            for option in pack.tables[name].options:
                pending.extend(_read(option.of))
                for band in option.bands:
                    pending.extend(_read(band.value))
        for tier in program.tiers:
            if name in tier.settings:
                pending.extend(_read(tier.settings[name]))


def _read(typed: Typed) -> Iterator[str]:
    stack = [typed]
    while stack:
        node = stack.pop()
        if node.op == "name" or (isinstance(node.value, str) and node.op != "field"):
            yield str(node.value)
        stack.extend(node.args)


def _programs(pack: Pack) -> tuple[Program, ...]:
    return (pack.program, *pack.stages.values())


def fair_competition(pack: Pack) -> Iterator[Finding]:
    """Refuse a formula over tax or local contribution, or a relocation clause, from 2024-08-01 without a review."""
    if pack.document.fair_competition_review is not None:
        return
    for program in _programs(pack):
        last = pack.effective_to if program.stage is None else program.until
        if last is not None and last < FAIR_COMPETITION_FROM:
            continue
        yield from _unfair_program(pack, program)
    if pack.effective_to is None or pack.effective_to >= FAIR_COMPETITION_FROM:
        for undertaking in pack.undertakings:
            if _RELOCATION.search(undertaking.text.zh + undertaking.text.en):
                at = Position(pack.program.at.file, 1, 1)
                yield _unfair(at, undertaking.clause, Text("承诺限制迁移", "an undertaking that bars relocation"))


def _unfair_program(pack: Pack, program: Program) -> Iterator[Finding]:
    for leaf in program.leaves():
        if _RELOCATION.search(leaf.text.zh + leaf.text.en):
            yield _unfair(leaf.when.at, leaf.clause, Text("条款限制迁移", "a clause that bars relocation"))
    if program.amount is None:
        return
    names = _names_behind(pack, program, program.amount.formula)
    facts = [program.facts[name] for name in names if name in program.facts]
    taxed = sorted(fact.name for fact in facts if fact.source == "tax" and fact.kind == "money")
    if taxed:
        what = Text(
            f"金额公式读取 {'、'.join(taxed)}（税收或区级贡献）", f"an amount that reads {', '.join(taxed)} (tax)"
        )
        yield _unfair(program.amount.formula.at, program.amount.clause, what)


def _unfair(at: Position, clause: str, what: Text) -> Finding:
    return finding(
        at,
        "FAIR_COMPETITION",
        f"found {what.en} deciding on or after {FAIR_COMPETITION_FROM}; give document.fair_competition_review or end "
        "earlier (effective.to, a stage's until)",
        f"{what.zh}，且可能在 {FAIR_COMPETITION_FROM} 及以后作出决定；请填写 document.fair_competition_review，"
        "或提前终止（effective.to、阶段的 until）",
        clause=clause,
    )


def clauses(pack: Pack, source_file: str) -> Iterator[Finding]:
    """Refuse clauses cited but not in source.md, and clauses of source.md neither encoded nor left to people."""
    known = {clause.number for clause in pack.clauses}
    used = {clause for clause, _ in pack.clause_uses}
    used |= {definition.clause for definition in pack.definitions.values()}
    for clause, at in dict(pack.clause_uses).items():
        if clause not in known:
            yield finding(
                at,
                "CLAUSE_UNKNOWN",
                f"source.md has no clause {clause}; cite one it has",
                f"source.md 中没有条款 {clause}",
                clause=clause,
            )
    for item in pack.clauses:
        if item.number not in used:
            yield finding(
                Position(source_file, item.line, 1),
                "CLAUSE_LEFT_OUT",
                f"clause {item.number} is neither encoded nor listed under manual; do one of them",
                f"条款 {item.number} 既未编码，也未列入 manual",
                clause=item.number,
            )


def unused(pack: Pack) -> Iterator[Finding]:
    """Warn of facts, parameters, definitions and tables that nothing reads."""
    read: set[str] = {program.decides_on for program in _programs(pack)}
    read.update(item.rated_by for item in pack.instalments)
    read.update(item.rated_by for item in pack.instalments)
    for program in _programs(pack):
        trees = [leaf.when for leaf in program.leaves()]
        trees += [] if program.amount is None else [program.amount.formula]
        trees += [document.when for document in pack.documents if document.when is not None]
        for tree in trees:
            read.update(_names_behind(pack, program, tree))
    declared: list[tuple[str, str, str, Position]] = []
    for program in _programs(pack):
        declared += [("fact", "事实", fact.name, fact.at) for fact in program.facts.values() if fact.kind != "text"]
    declared += [("parameter", "参数", item.name, item.at) for item in pack.parameters.values()]
    declared += [("definition", "定义", item.name, item.value.at) for item in pack.definitions.values()]
    declared += [("table", "表", item.name, item.options[0].of.at) for item in pack.tables.values()]
    for en, zh, name, at in dict.fromkeys(declared):
        if name not in read:
            yield finding(
                at,
                "UNUSED",
                f"nothing reads the {en} {name}; use it or remove it",
                f"{zh} {name} 未被使用，请使用或删除",
                severity="warning",
            )


def sheet(pack: Pack) -> Iterator[Finding]:
    """Check what people fill in: texts of questions, papers that prove, the experts' sheet."""
    papers = {document.id for document in pack.documents}
    for fact in pack.facts.values():
        for paper in fact.proof:
            if paper not in papers:
                yield finding(
                    fact.at,
                    "PROOF",
                    f"{fact.name}: {paper} is no document of the pack",
                    f"{fact.name}：没有材料 {paper}",
                )
        if fact.source == "applicant" and fact.text.zh == fact.name:
            yield finding(
                fact.at, "NO_TEXT", f"{fact.name} is asked of applicants but has no zh and en text",
                f"{fact.name} 由企业填写，但没有中英文名称", severity="warning",
            )  # fmt: skip
    at = Position(pack.program.at.file, 1, 1)
    if pack.route.kind in ("R3", "R4") and pack.route.panel is None:
        yield finding(at, "PANEL", f"route {pack.route.kind} needs a panel", f"路线 {pack.route.kind} 须有 panel")
    if pack.route.panel is not None:
        total = sum(item.max_points for item in pack.route.panel.rubric)
        if total != 100:
            yield finding(
                at, "RUBRIC", f"the rubric sums to {total}; expected 100", f"评分表合计 {total} 分，应为 100 分",
                severity="warning",
            )  # fmt: skip


def rounding(pack: Pack) -> Iterator[Finding]:
    """Warn where a rounded value may be negative: down is towards minus infinity."""
    for at in pack.negative_rounds:
        yield finding(
            at, "NEGATIVE_ROUND", "the value rounded here may be negative, and down means towards minus infinity; "
            "check that this is meant", "此处取整的值可能为负，“down”是向负无穷取整，请确认", severity="warning",
        )  # fmt: skip


def untested(pack: Pack, decisions: Iterable[Decision]) -> Iterator[Finding]:
    """Warn of requirements that no worked case fails."""
    failed = {reason.id for decision in decisions for reason in decision.leaves() if reason.verdict == "not_met"}
    for leaf in pack.leaves():
        if leaf.id not in failed:
            yield finding(
                leaf.when.at,
                "UNTESTED",
                f"no worked case fails {leaf.id}; add one",
                f"没有算例不满足 {leaf.id}，请补充",
                clause=leaf.clause,
                severity="warning",
            )


def lint(pack: Pack, source_file: str = "source.md") -> tuple[Finding, ...]:
    """Return everything doubtful in a pack that parses."""
    return (*fair_competition(pack), *clauses(pack, source_file), *unused(pack), *sheet(pack), *rounding(pack))


def check_pack(pack: Path | PackSource) -> tuple[Finding, ...]:
    """Parse, type, lint and run the worked cases of a version folder or of stored texts; never raises for a fault."""
    try:
        source = pack if isinstance(pack, PackSource) else PackSource.from_folder(pack)
        parsed = parse_pack(source)
        cases = read_cases(parsed, source.cases, source.file("cases.yaml"))
    except PolicyError as error:
        return error.findings
    failures, decisions = run_cases(parsed, cases)
    return (*lint(parsed, source.file("source.md")), *failures, *untested(parsed, decisions))
