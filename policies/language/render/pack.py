"""The fourth reading of a pack: in words, for people, in Chinese and English, from the surface tree alone.

`render_pack` gives everything a pack says as frozen blocks (headings, lines, nested lists, grids); `render_markdown`
writes them down. `render_expression`, `render_criterion` and `form_sections` give parts for screens.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.language.findings import Text
from policies.language.model import Criterion, Pack, Program
from policies.language.render.blocks import Block, Grid, Heading, Item, Line, Listing, markdown
from policies.language.render.expression import Wording
from policies.language.render.form import Question, Section, form_blocks, form_sections, stage_facts
from policies.language.render.rules import (
    criterion_item,
    definition_grid,
    parameter_grid,
    program_blocks,
    table_blocks,
)
from policies.language.render.terms import event_text, payment_blocks, procedure_blocks
from policies.language.render.words import day, same, span
from policies.language.typed import Typed


def render_expression(pack: Pack, typed: Typed, *, stage: str | None = None) -> Text:
    """Return an expression of `pack` as a fragment of a sentence; raises PolicyError for an op without words."""
    return Wording(pack, stage).text(typed)


def render_criterion(pack: Pack, criterion: Criterion, *, stage: str | None = None) -> Item:
    """Return a tree of criteria as a nested item."""
    return criterion_item(Wording(pack, stage), criterion)


def render_markdown(pack: Pack, lang: str) -> str:
    """Return everything the pack says as Markdown in one language ("zh" or "en")."""
    return markdown(render_pack(pack), lang)


def render_pack(pack: Pack) -> tuple[Block, ...]:
    """Return everything the pack says, from its title to its papers."""
    return (*title_blocks(pack), *rule_blocks(pack))


def title_blocks(pack: Pack) -> Iterator[Block]:
    """Yield title, the warning where clauses are assumed, and what the paper says of itself."""
    yield Heading(
        1, Text(f"{pack.title.zh}（{pack.code}@{pack.version}）", f"{pack.title.en} ({pack.code}@{pack.version})")
    )
    if pack.illustrative:
        clauses = "、".join(pack.assumed_clauses), ", ".join(pack.assumed_clauses)
        yield Line(
            Text(
                f"本政策含有假定（ASSUMED）的条款，不是公布的文本，不得用于正式决定：{clauses[0]}。",
                f"ASSUMED: this policy has clauses that are assumed and no published text; none may decide: {clauses[1]}.",
            ),
            strong=True,
        )
    yield Grid((Text("项目", "item"), Text("内容", "content")), tuple(_facts_of(pack)))


def _facts_of(pack: Pack) -> Iterator[tuple[Text, Text]]:
    yield Text("文号", "number"), same(pack.document.number)
    yield Text("发文机关", "issued by"), same("、".join(pack.document.issuers))
    if pack.document.fair_competition_review is not None:
        yield Text("公平竞争审查", "fair-competition review"), same(pack.document.fair_competition_review)
    yield Text("有效期", "in force"), span(pack.effective_from, pack.effective_to)
    on = pack.facts[pack.decides_on].text
    yield (
        Text("适用依据的日期", "the day that decides"),
        Text(f"{on.zh}（{pack.decides_on}）", f"{on.en} ({pack.decides_on})"),
    )
    yield Text("币种", "currency"), same(pack.currency)
    month, first = pack.fiscal_year_start
    if (month, first) != (1, 1):
        yield Text("财政年度始于", "fiscal year starts on"), Text(f"{month}月{first}日", f"{month:02d}-{first:02d}")
    yield Text("内容校验值", "content hash"), same(pack.content_hash[:16])


def rule_blocks(pack: Pack) -> Iterator[Block]:
    """Yield the rules: criteria, amount, terms, parameters, definitions, tables, stages, procedure, form, papers."""
    yield from program_blocks(pack, pack.program, 2)
    yield from payment_blocks(pack, 2)
    if pack.parameters:
        yield Heading(2, Text("参数", "Parameters"))
        yield parameter_grid(pack)
    if pack.definitions:
        yield Heading(2, Text("概念与计算", "Terms and how they are computed"))
        yield definition_grid(pack)
    if pack.tables:
        yield Heading(2, Text("分档表", "Tables"))
        for table in pack.tables.values():
            yield from table_blocks(Wording(pack), table)
    for name, stage in pack.stages.items():
        yield Heading(2, Text(f"后续决定：{stage.title.zh}", f"Later decision: {stage.title.en}"))
        yield Line(_stage(pack, stage))
        yield from program_blocks(pack, stage, 3)
        own = stage_facts(pack, name)
        if own is not None:
            yield Heading(3, Text("另需的事实", "Further facts"))
            yield own
    yield from procedure_blocks(pack, 2)
    yield from form_blocks(pack, 2)


def _stage(pack: Pack, stage: Program) -> Text:
    event = event_text(pack, stage.after)
    zh, en = [f"在{event.zh}之后"], [f"after {event.en}"]
    if stage.repeats > 1:
        zh.append(f"至多 {stage.repeats} 次")
        en.append(f"at most {stage.repeats} times")
    if stage.until is not None:
        zh.append(f"最后一次决定不晚于{day(stage.until).zh}")
        en.append(f"no later than {day(stage.until).en}")
    return Text("，".join(zh) + "；一票否决条款同样适用。", ", ".join(en) + "; what bars an award bars this too.")


__all__ = [
    "Block",
    "Grid",
    "Heading",
    "Item",
    "Line",
    "Listing",
    "Question",
    "Section",
    "form_sections",
    "render_criterion",
    "render_expression",
    "render_markdown",
    "render_pack",
]
