"""What the worked cases of a pack leave unshown: outcomes, tiers, stages, requirements, boundaries, leap days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from policies.language.check.boundaries import untouched
from policies.language.check.cases import Case
from policies.language.core import Core, Move
from policies.language.decision import Decision
from policies.language.facts import RecordList, Value
from policies.language.findings import Finding, finding
from policies.language.model import Pack, Program


def uncovered(pack: Pack, cases: tuple[Case, ...], decisions: Iterable[Decision]) -> Iterator[Finding]:
    """Yield what no worked case shows; `decisions` are what the cases came to."""
    decisions = tuple(decisions)
    for program in (pack.program, *pack.stages.values()):
        yield from _outcomes(program, [one for one in decisions if one.stage == program.stage])
    yield from _untested(pack, decisions)
    for boundary in untouched(pack, cases):
        yield boundary.finding()
    yield from _leap_day(pack, cases)


def _outcomes(program: Program, decisions: list[Decision]) -> Iterator[Finding]:
    """Ask for a case that is met, one that is not, and one of each tier."""
    where = "" if program.stage is None else f" of the stage {program.stage}"
    where_zh = "" if program.stage is None else f"阶段 {program.stage} "
    seen = {decision.outcome for decision in decisions}
    for outcome in ("met", "not_met"):
        if outcome not in seen:
            yield finding(
                program.at, "NO_CASE", f"no worked case{where} comes out {outcome}; add one",
                f"{where_zh}没有结论为 {outcome} 的算例，请补充",
            )  # fmt: skip
    tiers = {decision.tier for decision in decisions}
    for tier in program.tiers:
        if tier.id not in tiers:
            yield finding(
                program.at, "NO_CASE", f"no worked case{where} reaches the tier {tier.id}; add one",
                f"{where_zh}没有达到等级 {tier.id} 的算例，请补充",
            )  # fmt: skip


def _untested(pack: Pack, decisions: Iterable[Decision]) -> Iterator[Finding]:
    """Warn of requirements that no worked case fails."""
    failed = {name for one in decisions for name, verdict in one.verdicts.items() if verdict == "not_met"}
    for leaf in pack.leaves():
        if leaf.id not in failed:
            yield finding(
                leaf.when.at, "UNTESTED", f"no worked case fails {leaf.id}; add one",
                f"没有算例不满足 {leaf.id}，请补充", clause=leaf.clause, severity="warning",
            )  # fmt: skip


def _leap_day(pack: Pack, cases: tuple[Case, ...]) -> Iterator[Finding]:
    """Ask for a 29 February where a window of months or years is measured: the end of the month is clipped there."""
    if any(day.month == 2 and day.day == 29 for case in cases for day in _days(case.facts.values())):
        return
    for program in (pack.program, *pack.stages.values()):
        if _moves_by_months(program):
            yield finding(
                program.at, "LEAP_DAY",
                "a date moves by months or years here, and no worked case has a 29 February; add one that stands at "
                "such a window",
                "此处日期按月或年推移，但没有含 2 月 29 日的算例；请补充一个处于该期限边界的算例",
            )  # fmt: skip
            return


def _days(values: Iterable[Value]) -> Iterator[date]:
    for value in values:
        if isinstance(value, date):
            yield value
        elif isinstance(value, RecordList):
            yield from _days(held for row in value.rows for held in row.values())


def _moves_by_months(program: Program) -> bool:
    roots = [program.eligible_core, program.tier_core, *(leaf.core for leaf in program.leaves())]
    stack: list[Core] = [*roots, *([] if program.amount_core is None else [program.amount_core])]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.op == "shift" and isinstance(node.value, Move) and node.value.months:
            return True
        # A fiscal year is the year of a moved date; whole months from the first of a month clip nothing.
        stack.extend(part for part in node.args if node.op != "year")
    return False
