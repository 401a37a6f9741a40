"""Checks of the expert panel that a route asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from policies.language.findings import Finding, Position, finding
from policies.language.model import Pack, PanelDef
from policies.language.panel import lines


def panel(pack: Pack) -> Iterator[Finding]:
    """Refuse a panel that names what the pack has not, or asks one thing twice; warn when no expert gives a fact."""
    at = Position(pack.program.at.file, 1, 1)
    spec = pack.route.panel
    if spec is None:
        if pack.route.kind in ("R3", "R4"):
            yield finding(at, "PANEL", f"route {pack.route.kind} needs a panel", f"路线 {pack.route.kind} 须有 panel")
        return
    total = sum(item.weight for item in spec.rubric)
    if total != 100:
        yield finding(
            at, "RUBRIC", f"the rubric sums to {total}; expected 100", f"评分表合计 {total} 分，应为 100 分",
            severity="warning",
        )  # fmt: skip
    yield from _facts(pack, spec, at)
    yield from _names(pack, spec, at)


def _facts(pack: Pack, spec: PanelDef, at: Position) -> Iterator[Finding]:
    given = [name for item in spec.rubric for name in item.facts] + list(spec.facts)
    wrong = [name for name in given if not _is_counted_by_experts(pack, name)]
    for name in wrong:
        yield finding(
            at, "PANEL_FACT", f"{name} is no count fact with from: expert; the panel cannot give it",
            f"{name} 不是 from: expert 的 count 类事实，专家组无法给出",
        )  # fmt: skip
    if wrong:
        return
    for name, times in Counter(line.name for line in lines(pack)).items():
        if times > 1:
            yield finding(at, "PANEL_TWICE", f"the sheet asks {name} twice", f"评分表重复出现 {name}")
    for name, fact in pack.facts.items():
        if fact.source == "expert" and name not in given:
            yield finding(
                fact.at, "PANEL_FACT", f"no line of the rubric gives {name}; add it to facts of the panel",
                f"评分表没有给出 {name}，请列入 panel 的 facts", severity="warning",
            )  # fmt: skip


def _is_counted_by_experts(pack: Pack, name: str) -> bool:
    fact = pack.facts.get(name)
    return fact is not None and fact.source == "expert" and fact.kind == "count" and fact.minimum == 0


def _names(pack: Pack, spec: PanelDef, at: Position) -> Iterator[Finding]:
    papers = {paper.id for paper in pack.documents} | {one.name for one in pack.facts.values() if one.kind == "text"}
    for name in spec.shows:
        if name not in papers:
            yield finding(
                at, "PANEL_SHOWS", f"shows: {name} is no document and no fact of text of the pack",
                f"shows 中的 {name} 既不是材料，也不是文本类事实",
            )  # fmt: skip
    if spec.field and (spec.field not in pack.facts or pack.facts[spec.field].kind != "choice"):
        yield finding(
            at, "PANEL_FIELD", f"field: {spec.field} is no choice fact of the pack",
            f"field 中的 {spec.field} 不是选项类事实",
        )  # fmt: skip
