"""The page of one version: its rules, each clause beside what encodes it, its worked cases, and its history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from policies.language.award.groups import Group
from policies.language.check.cases import Case
from policies.language.diff.versions import LOOSER, STRICTER, Difference, diff
from policies.language.facts import RecordList, Value
from policies.language.findings import Text
from policies.language.model import FactDef, Pack, Program
from policies.language.render.blocks import Block, Grid, Heading, Item, Line, Listing
from policies.language.render.expression import Wording
from policies.language.render.pack import rule_blocks, title_blocks
from policies.language.render.recognition import recognition_item
from policies.language.render.rules import amount_item, leaf_item
from policies.language.render.terms import (
    allocation_item,
    funding_item,
    group_item,
    instalment_item,
    recovery_item,
    undertaking_item,
)
from policies.language.render.words import CERTAINTY, joined, label, money, same
from policies.language.shown import shown

OUTCOMES = {"met": Text("符合", "met"), "not_met": Text("不符合", "not met"), "unknown": Text("尚不能确定", "unknown")}
DIRECTIONS = {STRICTER: Text("更严", "stricter"), LOOSER: Text("更宽", "looser")}
CHANGES = {
    "added": Text("新增", "added"), "removed": Text("删除", "removed"), "changed": Text("修改", "changed"),
    "wording": Text("仅措辞或出处", "wording or source only"),
}  # fmt: skip
KINDS = {
    "title": Text("标题", "title"), "effective": Text("有效期", "in force"), "document": Text("文件", "paper"),
    "currency": Text("币种", "currency"), "fiscal_year_start": Text("财政年度", "fiscal year"),
    "decides_on": Text("适用依据的日期", "the day that decides"), "section": Text("表单部分", "section of the form"),
    "clause": Text("条款", "clause"), "fact": Text("事实", "fact"), "record": Text("明细", "list"),
    "parameter": Text("参数", "parameter"), "definition": Text("概念", "term"), "table": Text("表", "table"),
    "band": Text("档", "band"), "veto": Text("否决", "veto"), "requirement": Text("条件", "requirement"),
    "structure": Text("条件组合", "how requirements are joined"), "tier": Text("等级", "tier"),
    "tier setting": Text("等级取值", "tier setting"), "amount": Text("金额", "amount"), "stage": Text("后续决定", "stage"),
    "instalment": Text("分期", "instalment"), "funding_split": Text("资金分担", "funding"),
    "stacking": Text("叠加", "stacking"), "recovery": Text("追回", "recovery"), "allocation": Text("分配", "allocation"),
    "paper": Text("材料", "paper to file"), "undertaking": Text("承诺", "undertaking"),
    "manual": Text("人工判断", "judged by people"), "route": Text("流程", "procedure"), "notice": Text("公示", "notice"),
    "recognition": Text("授予的资格", "title conferred"),
    "guarantee": Text("保证", "guarantee"), "redundant": Text("保留的重复条款", "redundant"),
}  # fmt: skip


def page_blocks(
    pack: Pack, cases: Sequence[Case], older: Sequence[Pack] = (), groups: Sequence[Group] = ()
) -> tuple[Block, ...]:
    """Return the page of a version; `older` are its earlier versions, the oldest first, `groups` those it names."""
    return (
        *title_blocks(pack), *clause_blocks(pack), *rule_blocks(pack), *group_blocks(pack, groups),
        *case_blocks(pack, cases), *history(pack, older),
    )  # fmt: skip


def group_blocks(pack: Pack, groups: Sequence[Group]) -> Iterator[Block]:
    """Yield the groups that a pack belongs to."""
    if groups:
        yield Heading(2, Text("与其他政策的叠加", "Beside other policies"))
        yield Listing(tuple(group_item(pack, group) for group in groups))


# clauses -----------------------------------------------------------------------------------------------------------


def clause_blocks(pack: Pack) -> Iterator[Block]:
    """Yield the text of every clause beside the rules that encode it."""
    found: dict[str, list[Text]] = {}
    for number, text in _uses(pack):
        found.setdefault(number, []).append(text)
    yield Heading(2, Text("条款与规则对照", "Clauses beside rules"))
    columns = (Text("条款", "clause"), Text("文本", "text"), Text("规则", "rules"))
    rows = tuple(
        (
            Text(f"{clause.number} {clause.heading.zh}", f"{clause.number} {clause.heading.en}"),
            clause.text,
            joined(dict.fromkeys(found.get(clause.number, [])), "\n", "\n"),
        )
        for clause in pack.clauses
    )
    yield Grid(columns, rows)


def _uses(pack: Pack) -> Iterator[tuple[str, Text]]:
    words = Wording(pack)
    seen: set[str] = set()
    for program in (pack.program, *pack.stages.values()):
        inner = Wording(pack, program.stage)
        vetoes = {veto.id for veto in program.vetoes}
        for leaf in program.leaves():
            if leaf.id not in seen:
                seen.add(leaf.id)
                yield (
                    leaf.clause,
                    _line("条件", "requirement", leaf_item(inner, leaf, veto=leaf.id in vetoes), leaf.certainty),
                )
        if program.amount is not None:
            item = amount_item(inner, program.amount)
            yield program.amount.clause, _line("金额", "amount", item, program.amount.certainty)
    for parameter in pack.parameters.values():
        name = words.parameter(parameter)
        yield parameter.clause, _line("参数", "parameter", Item(name), parameter.certainty)
    for definition in pack.definitions.values():
        if definition.clause:
            text, value = label(definition.text, definition.name), words.text(definition.value)
            yield definition.clause, _line("概念", "term", Item(text, value))
    for table in pack.tables.values():
        if table.clause:
            yield table.clause, _line("表", "table", Item(label(table.text, table.name)))
    yield from _terms(pack)


def _terms(pack: Pack) -> Iterator[tuple[str, Text]]:
    words = Wording(pack)
    for one in pack.instalments:
        yield one.term.clause, _line("分期", "instalment", instalment_item(words, one), one.term.certainty)
    if pack.funding_split is not None:
        split = pack.funding_split
        yield split.clause, _line("资金分担", "funding", funding_item(split, pack.currency), split.certainty)
    for ground in pack.recovery:
        yield ground.term.clause, _line("追回", "recovery", recovery_item(ground), ground.term.certainty)
    if pack.recognition is not None:
        title = pack.recognition
        yield title.clause, _line("资格", "title conferred", recognition_item(title), title.certainty)
    if pack.allocation is not None:
        yield pack.allocation.clause, _line("分配", "allocation", allocation_item(pack.allocation))
    for undertaking in pack.undertakings:
        if undertaking.clause:
            yield undertaking.clause, _line("承诺", "undertaking", undertaking_item(undertaking))
    for manual in pack.manual:
        yield manual.clause, _line("人工判断", "judged by people", Item(manual.text))


def _line(zh: str, en: str, item: Item, certainty: str = "") -> Text:
    text = item.text if item.detail is None else joined([item.text, item.detail], "；", "; ")
    sure = CERTAINTY.get(certainty)
    marks = Text("", "") if sure is None else Text(f"〔{sure.zh}〕", f" [{sure.en}]")
    return Text(f"{zh}：{text.zh}{marks.zh}", f"{en}: {text.en}{marks.en}")


# worked cases ------------------------------------------------------------------------------------------------------


def case_blocks(pack: Pack, cases: Sequence[Case]) -> Iterator[Block]:
    """Yield the worked cases: the first of each decision in full, the others by what differs from it."""
    if not cases:
        return
    yield Heading(2, Text("算例", "Worked cases"))
    yield Line(
        Text(
            "每个算例都在检查时运行。每项决定的第一个算例列出全部事实，其余只列与之不同的事实。",
            "Every case is run when the policy is checked. The first of each decision has all its facts, the others what differs.",
        )
    )
    columns = (Text("算例", "case"), Text("事实", "facts"), Text("应得结果", "expected"))
    first: dict[str | None, Case] = {}
    rows = []
    for case in cases:
        base = first.setdefault(case.stage, case)
        facts = case.facts if base is case else _differing(base.facts, case.facts)
        rows.append((same(case.id), _facts(pack, pack.program_of(case.stage), facts, base.id if base is not case else ""),
                     _expected(pack, case)))  # fmt: skip
    yield Grid(columns, tuple(rows))


def _differing(base: Mapping[str, Value], facts: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in facts.items() if name not in base or base[name] != value}


def _facts(pack: Pack, program: Program, facts: Mapping[str, Value], like: str) -> Text:
    lines = [Text(f"同 {like}", f"like {like}")] if like else []
    for name, value in facts.items():
        if name in pack.records:
            lines.append(_rows(pack, name, value))
        else:
            lines.append(_pair(program.facts[name], value))
    return joined(lines, "\n", "\n")


def _pair(fact: FactDef, value: Value) -> Text:
    name, text = label(fact.text, fact.name), shown(fact, value)
    return Text(f"{name.zh}：{text.zh}", f"{name.en}: {text.en}")


def _rows(pack: Pack, name: str, value: Value) -> Text:
    record = pack.records[name]
    title = label(record.text, record.name)
    if not isinstance(value, RecordList):
        return Text(f"{title.zh}：未知", f"{title.en}: unknown")
    rows = [
        joined(_pair(record.fields[key], field) for key, field in row.items() if key in record.fields)
        for row in value.rows
    ]
    listed = joined((Text(f"（{row.zh}）", f"({row.en})") for row in rows), "", " ")
    more = Text("", "") if value.complete else Text("，可能还有", ", perhaps more")
    return Text(f"{title.zh} {len(rows)} 条{listed.zh}{more.zh}", f"{title.en}, {len(rows)} {listed.en}{more.en}")


def _expected(pack: Pack, case: Case) -> Text:
    program = pack.program_of(case.stage)
    lines = [OUTCOMES[case.outcome]]
    if case.stage is not None:
        title = program.title
        lines.insert(0, Text(f"（{title.zh}）", f"({title.en})"))
    if case.tier is not None:
        found = next((tier.text for tier in program.tiers if tier.id == case.tier), same(case.tier))
        lines.append(Text(f"等级：{found.zh}", f"tier: {found.en}"))
    if case.amount is not None:
        amount = money(case.amount, pack.currency)
        lines.append(Text(f"金额：{amount.zh}", f"amount: {amount.en}"))
    if case.fails:
        lines.append(Text(f"未满足：{'、'.join(case.fails)}", f"fails: {', '.join(case.fails)}"))
    if case.asks:
        names = joined(
            label(program.facts[name].text, name) if name in program.facts else same(name) for name in case.asks
        )
        lines.append(Text(f"待查：{names.zh}", f"to ask: {names.en}"))
    return joined(lines, "\n", "\n")


# history -----------------------------------------------------------------------------------------------------------


def history(pack: Pack, older: Sequence[Pack]) -> Iterator[Block]:
    """Yield what changed from version to version up to this one, the newest first."""
    versions = [*older, pack]
    if len(versions) == 1:
        return
    yield Heading(2, Text("历次修订", "History"))
    for before, after in reversed(list(pairwise(versions))):
        yield Heading(3, Text(f"{before.version} → {after.version}", f"{before.version} → {after.version}"))
        found = diff(before, after)
        if not found:
            yield Line(Text("规则没有变化。", "The rules did not change."))
        else:
            yield Listing(tuple(difference_item(one) for one in found))


def difference_item(one: Difference) -> Item:
    """Return one difference: what changed, before and after, and whether it is stricter."""
    kind, change = KINDS[one.kind], CHANGES[one.change]
    way = DIRECTIONS.get(one.direction)
    marks = [change, *([] if way is None else [way]), *([same(one.clause)] if one.clause else [])]
    told = [text for text in (one.before, one.after) if text is not None]
    name = "" if one.subject == one.kind else f" {one.subject}"
    return Item(Text(kind.zh + name, kind.en + name), joined(told, " → ", " → "), tuple(marks))
