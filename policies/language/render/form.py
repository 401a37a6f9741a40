"""The application form and the list of papers, derived from the facts that a pack declares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policies.language.declare import FACT_KINDS
from policies.language.findings import Text
from policies.language.model import DocumentDef, FactDef, Pack, RecordDef
from policies.language.render.blocks import Block, Grid, Heading, Item, Line, Listing
from policies.language.render.expression import Wording
from policies.language.render.words import KINDS, SOURCES, duration, held, joined, label, same, unit_of


@dataclass(frozen=True, slots=True)
class Question:
    """One line of the form: what is asked, of whom, in which unit and range, and which papers prove it."""

    name: str
    text: Text
    help: Text | None
    kind: str
    unit: Text
    span: Text | None
    choices: tuple[Text, ...]
    optional: bool
    asked_of: str
    proof: tuple[Text, ...]
    fresh: Text | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form; the last may have no title."""

    title: Text
    questions: tuple[Question, ...]


OTHER = Text("其他事实", "Other facts")


def form_sections(pack: Pack, *, asked_of: str | None = None, stage: str | None = None) -> tuple[Section, ...]:
    """Return the form of a decision by its sections; with `asked_of`, only what that source is asked.

    A fact is asked of its `asks`, else of where it comes from.
    """
    facts = [fact for fact in pack.program_of(stage).facts.values() if asked_of in (None, asked(fact))]
    found = []
    for key, title in (*pack.sections.items(), (None, OTHER)):
        questions = tuple(question(pack, fact) for fact in facts if fact.section == key)
        if questions:
            found.append(Section(title, questions))
    return tuple(found)


def asked(fact: FactDef | RecordDef) -> str:
    """Return who is asked for a fact or list."""
    return fact.asks or fact.source


def freshness(fact: FactDef | RecordDef) -> Text | None:
    """Return how old a value may be, where the pack says so."""
    if fact.fresh_within is None:
        return None
    span = duration(*fact.fresh_within)
    return Text(f"有效期：截至日起{span.zh}内", f"counts for {span.en} from its as-of day")


def question(pack: Pack, fact: FactDef) -> Question:
    """Return a fact as a line of the form."""
    return Question(
        fact.name,
        label(fact.text, fact.name),
        fact.help,
        fact.kind,
        _unit(fact),
        _span(fact),
        tuple(choice.text for choice in fact.choices),
        fact.optional,
        asked(fact),
        papers_of(pack, fact.proof),
        freshness(fact),
    )


def _unit(fact: FactDef) -> Text:
    if fact.kind == "money":
        return Text("元，精确到分", "CNY, to the fen") if fact.currency == "CNY" else same(fact.currency)
    if fact.kind == "rate":
        return Text("比例（%）", "share (%)")
    return unit_of(fact.unit) if fact.unit else Text("", "")


def _span(fact: FactDef) -> Text | None:
    """Return the range of a fact where the pack narrows it."""
    usual = FACT_KINDS[fact.kind]
    scale = 10**fact.decimals if fact.kind in ("rate", "number") else 1
    low, high = fact.minimum != usual.low * scale, fact.maximum != usual.high * scale
    if fact.kind in ("yes_no", "choice", "text") or not (low or high):
        return None
    parts = [Text(f"不低于{held(fact, fact.minimum).zh}", f"at least {held(fact, fact.minimum).en}")] if low else []
    parts += [Text(f"不超过{held(fact, fact.maximum).zh}", f"at most {held(fact, fact.maximum).en}")] if high else []
    if fact.kind == "date":
        first, last = held(fact, fact.minimum), held(fact, fact.maximum)
        parts = [Text(f"{first.zh}起", f"from {first.en}")] if low else []
        parts += [Text(f"至{last.zh}", f"to {last.en}")] if high else []
    return joined(parts, "，", ", ")


def form_blocks(pack: Pack, level: int) -> Iterator[Block]:
    """Yield the form of the first decision, the lists of records, and the papers."""
    yield Heading(level, Text("申报表", "Application form"))
    for section in form_sections(pack):
        yield Heading(level + 1, section.title)
        yield _questions(section.questions)
    for record in pack.records.values():
        name, source = label(record.text, record.name), SOURCES[record.source]
        yield Heading(level + 1, Text(f"明细：{name.zh}", f"List: {name.en}"))
        yield Line(
            Text(
                f"来源：{source.zh}；至多 {record.max_length} 条；以 {record.key} 区分。",
                f"From: {source.en}; at most {record.max_length} records; told apart by {record.key}.",
            )
        )
        yield from (Line(text) for text in _of_list(pack, record))
        yield _questions(question(pack, fact) for fact in record.fields.values())
    if pack.documents:
        yield Heading(level, Text("申报材料", "Papers"))
        yield Listing(tuple(document_item(pack, document) for document in pack.documents))


def _of_list(pack: Pack, record: RecordDef) -> Iterator[Text]:
    """Yield what else a pack says of a list: who is asked, what proves it, how old it may be, how to fill it in."""
    if record.asks:
        yield Text(f"填报：{SOURCES[record.asks].zh}。", f"Asked of: {SOURCES[record.asks].en}.")
    if record.proof:
        proof = joined(papers_of(pack, record.proof))
        yield Text(f"证明材料：{proof.zh}。", f"Proof: {proof.en}.")
    fresh = freshness(record)
    if fresh is not None:
        yield Text(f"每条记录的{fresh.zh}。", f"Each record {fresh.en}.")
    if record.help is not None:
        yield record.help


def papers_of(pack: Pack, proof: Iterable[str]) -> tuple[Text, ...]:
    """Return papers by the names that the pack gives them."""
    papers = {document.id: document.text for document in pack.documents}
    return tuple(papers.get(paper, same(paper)) for paper in proof)


def stage_facts(pack: Pack, stage: str) -> Grid | None:
    """Return the facts that a later decision asks beyond those of the first; None where it asks no more."""
    facts = [fact for name, fact in pack.stages[stage].facts.items() if name not in pack.facts]
    return _questions(question(pack, fact) for fact in facts) if facts else None


def _questions(questions: Iterable[Question]) -> Grid:
    columns = (
        Text("项目", "fact"), Text("类型", "kind"), Text("单位与范围", "unit and range"), Text("来源", "from"),
        Text("证明材料", "proof"), Text("填报说明", "help"), Text("名称", "name"),
    )  # fmt: skip
    return Grid(columns, tuple(_row(one) for one in questions))


def _row(one: Question) -> tuple[Text, ...]:
    kind = KINDS[one.kind]
    if one.choices:
        kind = Text(f"{kind.zh}：{joined(one.choices).zh}", f"{kind.en}: {joined(one.choices).en}")
    if one.optional:
        kind = Text(f"{kind.zh}（可无）", f"{kind.en} (may not exist)")
    parts = [part for part in (one.unit, one.span, one.fresh) if part is not None and part.en]
    return (
        one.text, kind, joined(parts, "；", "; "), SOURCES[one.asked_of] if one.asked_of else Text("", ""),
        joined(one.proof), one.help or Text("", ""), same(one.name),
    )  # fmt: skip


def document_item(pack: Pack, document: DocumentDef) -> Item:
    """Return a paper, and when it is required."""
    if document.when is not None:
        when = Wording(pack).text(document.when)
        needed = Text(f"下列情形必须提交：{when.zh}", f"required if: {when.en}")
    else:
        needed = Text("必须提交", "required") if document.required else Text("可选", "may be added")
    return Item(document.text, needed, (same(document.id),))
