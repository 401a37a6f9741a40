"""What a pack may say by its grammar but should not: the legal guards, clauses left out, names that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from policies.language.build import parse_pack
from policies.language.check.cases import read_cases, run_cases
from policies.language.check.coverage import uncovered
from policies.language.check.legal import fair_competition, names_behind, programs
from policies.language.check.panel import panel
from policies.language.check.places import unfilled
from policies.language.findings import Finding, PolicyError, Position, finding
from policies.language.model import FactDef, Pack, RecordDef
from policies.language.prove import proofs as prove
from policies.language.source import PackSource


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
    read: set[str] = {program.decides_on for program in programs(pack)}
    read.update(item.rated_by for item in pack.instalments)
    read.update(name for item in pack.stacking for name in item.key)
    read.update(item.fact for item in pack.guarantees)
    for program in programs(pack):
        trees = [leaf.when for leaf in program.leaves()]
        trees += [] if program.amount is None else [program.amount.formula]
        trees += [document.when for document in pack.documents if document.when is not None]
        trees += [item.condition for item in pack.guarantees if item.condition is not None]
        for tree in trees:
            read.update(names_behind(pack, program, tree))
    declared: list[tuple[str, str, str, Position]] = []
    for program in programs(pack):
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
    asks: list[FactDef | RecordDef] = [*pack.facts.values(), *pack.records.values()]
    for asked in asks:
        for paper in asked.proof:
            if paper not in papers:
                yield finding(
                    asked.at,
                    "PROOF",
                    f"{asked.name}: {paper} is no document of the pack",
                    f"{asked.name}：没有材料 {paper}",
                )
        if asked.fresh_within is not None and asked.name == pack.program.decides_on:
            yield finding(
                asked.at, "FRESH", f"{asked.name} is the deciding day itself, by which age is counted; drop fresh_within",
                f"{asked.name} 即计算有效期所依据的日期，请删去 fresh_within",
            )  # fmt: skip
    for fact in pack.facts.values():
        if fact.source == "applicant" and fact.text.zh == fact.name:
            yield finding(
                fact.at, "NO_TEXT", f"{fact.name} is asked of applicants but has no zh and en text",
                f"{fact.name} 由企业填写，但没有中英文名称", severity="warning",
            )  # fmt: skip
    yield from panel(pack)


def tables(pack: Pack) -> Iterator[Finding]:
    """Refuse a table whose figures cite no clause: a figure without a source cannot be checked by anyone."""
    for table in pack.tables.values():
        if not table.clause:
            yield finding(
                table.options[0].of.at, "NO_CLAUSE", f"the table {table.name} cites no clause; add clause:",
                f"表 {table.name} 未注明条款，请补充 clause",
            )  # fmt: skip


def rounding(pack: Pack) -> Iterator[Finding]:
    """Warn where a rounded value may be negative: down is towards minus infinity."""
    for at in pack.negative_rounds:
        yield finding(
            at, "NEGATIVE_ROUND", "the value rounded here may be negative, and down means towards minus infinity; "
            "check that this is meant", "此处取整的值可能为负，“down”是向负无穷取整，请确认", severity="warning",
        )  # fmt: skip


def lint(pack: Pack, source_file: str = "source.md") -> tuple[Finding, ...]:
    """Return everything doubtful in a pack that parses."""
    return (
        *fair_competition(pack),
        *clauses(pack, source_file),
        *unused(pack),
        *sheet(pack),
        *tables(pack),
        *rounding(pack),
    )


def check_pack(pack: Path | PackSource, *, proofs: bool = True) -> tuple[Finding, ...]:
    """Return everything wrong or doubtful in a version folder or in stored texts; never raises for a fault of theirs.

    Parses, types and lints the pack, runs its worked cases and asks what they leave unshown. `proofs` examines the
    pack's promises over every company too, which takes seconds rather than tenths of one. What blocks publishing is an
    error in either case.
    """
    try:
        source = pack if isinstance(pack, PackSource) else PackSource.from_folder(pack)
        places = unfilled(source)
        if places:
            return places
        parsed = parse_pack(source)
        cases = read_cases(parsed, source.cases, source.file("cases.yaml"))
    except PolicyError as error:
        return error.findings
    failures, decisions = run_cases(parsed, cases)
    found = (*lint(parsed, source.file("source.md")), *failures, *uncovered(parsed, cases, decisions))
    return (*found, *prove.check(parsed, cases)) if proofs else found
