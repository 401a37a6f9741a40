"""Criteria, tiers, amount, tables, parameters and definitions of a pack as blocks."""

from __future__ import annotations

from collections.abc import Iterator

from policies.language.findings import Text
from policies.language.model import AmountDef, Band, Criterion, Leaf, Pack, Program, TableDef, TableOption, Tier
from policies.language.render.blocks import Block, Grid, Heading, Item, Line, Listing
from policies.language.render.expression import Wording
from policies.language.render.words import CERTAINTY, ROUNDING, joined, label, money, same

GROUPS = {
    "all_of": Text("以下各项均须满足", "all of these"),
    "any_of": Text("以下各项满足其一", "any one of these"),
    "not": Text("不得满足以下一项", "not this"),
}


def clause_mark(clause: str) -> Text:
    """Return the mark of a clause, empty where none is cited."""
    return same(clause)


def certainty_marks(certainty: str, source: Text) -> tuple[Text, ...]:
    """Return how sure a rule is, and on whose word."""
    found = [] if not certainty else [CERTAINTY[certainty]]
    return (*found, Text(f"出处：{source.zh}", f"source: {source.en}")) if source.zh else tuple(found)


def leaf_item(words: Wording, leaf: Leaf, *, veto: bool = False) -> Item:
    """Return one requirement: what is asked, the rule in words, clause, certainty and source."""
    rule = words.text(leaf.when)
    detail = (
        Text(f"有下列情形的不予奖补：{rule.zh}", f"barred if: {rule.en}")
        if veto
        else Text(f"规则：{rule.zh}", f"rule: {rule.en}")
    )
    marks = (clause_mark(leaf.clause), *certainty_marks(leaf.certainty, leaf.source), same(leaf.id))
    return Item(leaf.text, detail, marks)


def criterion_item(words: Wording, node: Criterion) -> Item:
    """Return a tree of criteria as a nested item."""
    if isinstance(node, Leaf):
        return leaf_item(words, node)
    least, of = node.least, len(node.children)
    how = GROUPS.get(node.kind) or Text(f"以下 {of} 项至少满足 {least} 项", f"at least {least} of these {of}")
    text = how if node.text is None else Text(f"{node.text.zh}（{how.zh}）", f"{node.text.en} ({how.en})")
    return Item(text, children=tuple(criterion_item(words, child) for child in node.children))


def tier_item(words: Wording, tier: Tier) -> Item:
    """Return a tier: what it sets, and what it requires."""
    settings = [Text(f"{name}：{value.zh}", f"{name}: {value.en}") for name, value in settings_of(words, tier)]
    detail = None if not settings else joined(settings, "；", "; ")
    return Item(tier.text, detail, (same(tier.id),), (criterion_item(words, tier.requires),))


def settings_of(words: Wording, tier: Tier) -> tuple[tuple[str, Text], ...]:
    """Return the names that a tier sets, with their values in words."""
    return tuple((name, words.text(typed)) for name, typed in tier.settings.items())


def rounding_text(amount: AmountDef, currency: str) -> Text:
    """Return how an amount is rounded: 按1元取整，不足部分舍去."""
    how, unit = ROUNDING[amount.rounding], money(amount.unit, currency)
    return Text(f"以{unit.zh}为单位，{how.zh}", f"in whole {unit.en}, {how.en}")


def amount_item(words: Wording, amount: AmountDef) -> Item:
    """Return the amount: its text, the formula in words, how it is rounded."""
    formula, rounded = words.text(amount.formula), rounding_text(amount, words.pack.currency)
    detail = Text(f"公式：{formula.zh}；{rounded.zh}", f"formula: {formula.en}; {rounded.en}")
    return Item(amount.text, detail, (clause_mark(amount.clause), *certainty_marks(amount.certainty, amount.source)))


def band_text(words: Wording, band: Band) -> Text:
    """Return a band in words, with what belongs to it: 超过5000万元、不超过2亿元（含）."""
    parts = []
    if band.low is not None:
        low = words.fixed(band.low)
        zh, en = ("不低于{}（含）", "at least {}") if band.low_closed else ("超过{}（不含）", "more than {}")
        parts.append(Text(zh.format(low.zh), en.format(low.en)))
    if band.high is not None:
        high = words.fixed(band.high)
        zh, en = ("不超过{}（含）", "at most {}") if band.high_closed else ("低于{}（不含）", "less than {}")
        parts.append(Text(zh.format(high.zh), en.format(high.en)))
    return joined(parts, "，", " and ") if parts else Text("任何值", "any value")


def table_blocks(words: Wording, table: TableDef) -> Iterator[Block]:
    """Yield a table: a grid of bands and values for each operand."""
    name = label(table.text, table.name)
    clause = f"（{table.clause}）" if table.clause else ""
    yield Heading(3, Text(f"{name.zh}{clause}", f"{name.en}{f' ({table.clause})' if table.clause else ''}"))
    if table.best:
        yield Line(Text("以下各表分别取值，以最高者为准。", "Each of these tables gives a value; the highest counts."))
    for option in table.options:
        yield _bands(words, option)


def _bands(words: Wording, option: TableOption) -> Grid:
    of = words.text(option.of)
    rows = tuple((band_text(words, band), words.text(band.value)) for band in option.bands)
    return Grid((of, Text("取值", "value")), rows)


def parameter_grid(pack: Pack) -> Grid:
    """Return every parameter: value or dated values, clause, certainty, source."""
    words = Wording(pack)
    columns = (
        Text("参数", "parameter"), Text("取值", "value"), Text("条款", "clause"), Text("确定程度", "certainty"),
        Text("出处", "source"), Text("名称", "name"),
    )  # fmt: skip
    rows = tuple(
        (
            label(one.text, one.name), words.value(one), same(one.clause), CERTAINTY[one.certainty], one.source,
            same(one.name),
        )
        for one in pack.parameters.values()
    )  # fmt: skip
    return Grid(columns, rows)


def definition_grid(pack: Pack) -> Grid:
    """Return every definition in words."""
    words = Wording(pack)
    columns = (Text("概念", "term"), Text("含义", "meaning"), Text("条款", "clause"), Text("名称", "name"))
    rows = tuple(
        (label(one.text, one.name), words.text(one.value), same(one.clause), same(one.name))
        for one in pack.definitions.values()
    )
    return Grid(columns, rows)


def program_blocks(pack: Pack, program: Program, level: int) -> Iterator[Block]:
    """Yield one decision: vetoes (of a stage only its own), eligibility, tiers, amount."""
    words = Wording(pack, program.stage)
    first = () if program.stage is None else {veto.id for veto in pack.program.vetoes}
    vetoes = tuple(leaf_item(words, veto, veto=True) for veto in program.vetoes if veto.id not in first)
    if vetoes:
        yield Heading(level, Text("一票否决", "What bars an award"))
        yield Listing(vetoes)
    if program.eligibility is not None:
        yield Heading(level, Text("申报条件", "Requirements"))
        yield Listing((criterion_item(words, program.eligibility),))
    if program.tiers:
        yield Heading(level, Text("等级（按顺序取首个满足的等级）", "Tiers (the first that is met counts)"))
        yield Listing(tuple(tier_item(words, tier) for tier in program.tiers))
    if program.amount is not None:
        yield Heading(level, Text("奖补金额", "Amount"))
        yield Listing((amount_item(words, program.amount),))
