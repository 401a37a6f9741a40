"""Differences around the rules: the paper, its clauses, facts, records, tables, stages, terms of payment, procedure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from policies.language.diff.base import Difference, entries_of, keyed, shown
from policies.language.diff.rules import Comparison
from policies.language.diff.surface import form
from policies.language.findings import Text
from policies.language.model import (
    Band,
    DocumentDef,
    FactDef,
    ManualClause,
    Pack,
    Program,
    RecordDef,
    TableDef,
    TableOption,
)
from policies.language.render.blocks import Item
from policies.language.render.expression import Wording
from policies.language.render.form import asked, document_item, freshness, papers_of
from policies.language.render.recognition import recognition_item
from policies.language.render.rules import band_text
from policies.language.render.terms import (
    allocation_item,
    funding_item,
    guarantee_item,
    instalment_item,
    notice_items,
    recovery_item,
    route_items,
    stacking_item,
    undertaking_item,
)
from policies.language.render.words import KINDS, SOURCES, day, held, joined, label, same, span
from policies.language.terms import Guarantee

NOTHING = Text("无", "none")


def single(kind: str, before: object, after: object, words: tuple[Text | None, Text | None]) -> Iterator[Difference]:
    """Yield the difference of a thing that a pack has once, or not at all."""
    if before != after:
        change = "added" if words[0] is None else "removed" if words[1] is None else "changed"
        yield Difference(kind, kind, change, "", *words)


# the paper ---------------------------------------------------------------------------------------------------------


def head(old: Pack, new: Pack) -> Iterator[Difference]:
    """Yield what the paper says of itself."""
    yield from single("title", old.title, new.title, (old.title, new.title))
    days = [(pack.effective_from, pack.effective_to) for pack in (old, new)]
    yield from single("effective", days[0], days[1], (span(*days[0]), span(*days[1])))
    yield from single("document", old.document, new.document, (_paper(old), _paper(new)))
    for kind, values in (
        ("currency", [pack.currency for pack in (old, new)]),
        ("fiscal_year_start", ["{:02d}-{:02d}".format(*pack.fiscal_year_start) for pack in (old, new)]),
        ("decides_on", [pack.decides_on for pack in (old, new)]),
    ):
        yield from single(kind, values[0], values[1], (same(values[0]), same(values[1])))
    yield from keyed("section", old.sections, new.sections, lambda a, b: a == b, lambda _, text: text)


def _paper(pack: Pack) -> Text:
    review = pack.document.fair_competition_review
    return same("；".join([pack.document.number, *pack.document.issuers, *([] if review is None else [review])]))


def clauses(old: Pack, new: Pack) -> Iterator[Difference]:
    """Yield clauses of source.md that came, went or read differently."""
    a, b = ({clause.number: clause for clause in pack.clauses} for pack in (old, new))
    yield from keyed(
        "clause", a, b, lambda x, y: (x.heading, x.text) == (y.heading, y.text),
        lambda _, one: joined([one.heading, one.text], "：", ": "), lambda one: one.number,
    )  # fmt: skip


# facts and records -------------------------------------------------------------------------------------------------


def facts(old: Pack, new: Pack) -> Iterator[Difference]:
    """Yield facts: newly asked and of whom, no longer asked, asked otherwise; those of a stage after its name."""
    yield from _facts("", dict(old.facts), dict(new.facts), (old, new))
    for stage in dict.fromkeys([*old.stages, *new.stages]):
        sides = [
            {} if stage not in pack.stages else {
                name: fact for name, fact in pack.stages[stage].facts.items() if name not in pack.facts
            }
            for pack in (old, new)
        ]  # fmt: skip
        yield from _facts(f"{stage}/", sides[0], sides[1], (old, new))


def _facts(
    prefix: str, a: dict[str, FactDef], b: dict[str, FactDef], packs: tuple[Pack, Pack]
) -> Iterator[Difference]:
    pinned = {program.decides_on for pack in packs for program in (pack.program, *pack.stages.values())}
    a, b = ({prefix + name: fact for name, fact in side.items()} for side in (a, b))
    for found in keyed(
        "fact", a, b, lambda x, y: _fact(x, x.name in pinned) == _fact(y, y.name in pinned), lambda _, x: fact_text(x)
    ):
        if found.change == "changed":
            before, after = a[found.subject], b[found.subject]
            found = _narrowed(found, (before, after), packs, before.name in pinned)
        yield found


def _fact(fact: FactDef, pinned: bool) -> dict[str, object]:
    """Return what may differ; the range of a deciding date follows the days in force and is told there."""
    choices = tuple((choice.value, choice.text) for choice in fact.choices)
    return {
        "label": fact.text, "kind": (fact.kind, fact.currency, fact.decimals, fact.unit, fact.optional, choices),
        "source": (fact.source, fact.asks), "range": None if pinned else (fact.minimum, fact.maximum),
        "help": fact.help, "section": fact.section, "proof": fact.proof, "may_change": fact.may_change,
        "fresh": fact.fresh_within,
    }  # fmt: skip


def _narrowed(found: Difference, facts: tuple[FactDef, FactDef], packs: tuple[Pack, Pack], pinned: bool) -> Difference:
    x, y = (_fact(fact, pinned) for fact in facts)
    moved = {key for key in x if x[key] != y[key]}
    told = [
        joined([_parts(fact, moved), *_places(fact, pack, moved)], "；", "; ")
        for fact, pack in zip(facts, packs, strict=True)
    ]
    change = "wording" if moved <= {"label", "help", "section"} else "changed"
    return Difference("fact", found.subject, change, "", told[0], told[1])


def fact_text(fact: FactDef) -> Text:
    """Return a fact in one text: label, kind, of whom it is asked, range."""
    return _parts(fact, {"kind", "source", "range"} | ({"fresh"} if fact.fresh_within else set()))


def _parts(fact: FactDef, wanted: set[str]) -> Text:
    found = [label(fact.text, fact.name)]
    if "kind" in wanted:
        kind = KINDS[fact.kind]
        unit = " ".join(part for part in (fact.currency, fact.unit) if part)
        optional = Text("，可无", ", may not exist") if fact.optional else Text("", "")
        listed = joined(Text(f"{one.text.zh}（{one.value}）", f"{one.text.en} ({one.value})") for one in fact.choices)
        detail = "" if fact.kind not in ("rate", "number") else f" .{fact.decimals}"
        found.append(
            Text(
                f"{kind.zh} {unit}{detail}{listed.zh}{optional.zh}",
                f"{kind.en} {unit}{detail}{listed.en}{optional.en}",
            )
        )
    if "source" in wanted and fact.source:
        source, ask = SOURCES[fact.source], SOURCES[asked(fact)]
        found.append(Text(f"来源：{source.zh}，询问：{ask.zh}", f"from {source.en}, asked of {ask.en}"))
    if "range" in wanted and fact.kind not in ("yes_no", "choice", "text"):
        low, high = held(fact, fact.minimum), held(fact, fact.maximum)
        found.append(Text(f"范围：{low.zh}至{high.zh}", f"range: {low.en} to {high.en}"))
    if "fresh" in wanted:
        found.append(_fresh(fact))
    if "help" in wanted and fact.help is not None:
        found.append(fact.help)
    if "may_change" in wanted:
        found.append(Text("可变", "may change") if fact.may_change else Text("不可变", "may not change"))
    return joined(found, "；", "; ")


def _places(fact: FactDef, pack: Pack, wanted: set[str]) -> Iterator[Text]:
    """Yield where in the form of the pack a fact stands, and which papers prove it."""
    if "section" in wanted:
        section = pack.sections.get(fact.section or "", same("—"))
        yield Text(f"表单：{section.zh}", f"section: {section.en}")
    if "proof" in wanted:
        yield _proof(pack, fact)


def _proof(pack: Pack, one: FactDef | RecordDef) -> Text:
    proof = joined(papers_of(pack, one.proof)) if one.proof else same("—")
    return Text(f"证明：{proof.zh}", f"proof: {proof.en}")


def _fresh(one: FactDef | RecordDef) -> Text:
    return freshness(one) or Text("有效期：不限", "counts whatever its age")


def _record(one: RecordDef) -> tuple[object, ...]:
    return (one.key, one.text, one.source, one.asks, one.max_length, one.help, one.proof, one.fresh_within)


def records(old: Pack, new: Pack) -> Iterator[Difference]:
    """Yield lists of records, and their fields after the list's name."""

    def words(side: int, one: RecordDef) -> Text:
        name, source, ask = label(one.text, one.name), SOURCES[one.source], SOURCES[asked(one)]
        told = [
            Text(
                f"{name.zh}；来源：{source.zh}，询问：{ask.zh}；至多 {one.max_length} 条；以 {one.key} 区分",
                f"{name.en}; from {source.en}, asked of {ask.en}; at most {one.max_length}; told apart by {one.key}",
            )
        ]
        if one.proof:
            told.append(_proof((old, new)[side], one))
        if one.fresh_within is not None:
            told.append(_fresh(one))
        if one.help is not None:
            told.append(one.help)
        return joined(told, "；", "; ")

    def alike(a: RecordDef, b: RecordDef) -> bool:
        return _record(a) == _record(b)

    yield from keyed("record", old.records, new.records, alike, words)
    for name in old.records:
        if name in new.records:
            a, b = (dict(pack.records[name].fields) for pack in (old, new))
            yield from _facts(f"{name}.", a, b, (old, new))


# tables ------------------------------------------------------------------------------------------------------------


def tables(comparison: Comparison) -> Iterator[Difference]:
    """Yield tables: as a whole where they came, went or take another operand, else band by band."""
    old, new = comparison.old.tables, comparison.new.tables
    for name in dict.fromkeys([*old, *new]):
        a, b = old.get(name), new.get(name)
        if a is None or b is None:
            found, side = (b, 1) if a is None else (a, 0)
            assert found is not None
            told = _table(comparison.words(side), found)
            change, before, after = ("added", None, told) if a is None else ("removed", told, None)
            yield Difference("table", name, change, found.clause, before, after)
            continue
        if (a.text, a.clause) != (b.text, b.clause):
            marks = [Text(f"{x.text.zh}〔{x.clause}〕", f"{x.text.en} [{x.clause}]") for x in (a, b)]
            yield Difference("table", name, "wording", b.clause, marks[0], marks[1])
        options = [{(f"{name}.{one.id}" if x.best else name): one for one in x.options} for x in (a, b)]
        for key in dict.fromkeys([*options[0], *options[1]]):
            yield from _option(comparison, key, options[0].get(key), options[1].get(key), b.clause)


def _table(words: Wording, table: TableDef) -> Text:
    return joined((_whole(words, option) for option in table.options), "；", "; ")


def _whole(words: Wording, option: TableOption) -> Text:
    of, bands = words.text(option.of), joined((_band(words, band) for band in option.bands), "；", "; ")
    return Text(f"按{of.zh}：{bands.zh}", f"by {of.en}: {bands.en}")


def _band(words: Wording, band: Band) -> Text:
    ends, value = band_text(words, band), words.text(band.value)
    return Text(f"{ends.zh} → {value.zh}", f"{ends.en} → {value.en}")


def _option(
    comparison: Comparison, key: str, a: TableOption | None, b: TableOption | None, clause: str
) -> Iterator[Difference]:
    old, new = comparison.words(0), comparison.words(1)
    if a is None or b is None:
        before, after = (None if a is None else _whole(old, a)), (None if b is None else _whole(new, b))
        yield Difference("table", key, "added" if a is None else "removed", clause, before, after)
        return
    if form(a.of) != form(b.of):
        yield Difference("table", key, "changed", clause, old.text(a.of), new.text(b.of))
    yield from (_same_bands if len(a.bands) == len(b.bands) else _other_bands)(comparison, key, a, b, clause)


def _same_bands(comparison: Comparison, key: str, a: TableOption, b: TableOption, clause: str) -> Iterator[Difference]:
    old, new = comparison.words(0), comparison.words(1)
    for number, (x, y) in enumerate(zip(a.bands, b.bands, strict=True), start=1):
        if (_ends(x), form(x.value)) != (_ends(y), form(y.value)):
            yield Difference("band", f"{key}#{number}", "changed", clause, _band(old, x), _band(new, y))


def _other_bands(
    comparison: Comparison, key: str, a: TableOption, b: TableOption, clause: str
) -> Iterator[Difference]:
    before, after = ({f"{key}{band.written}": band for band in option.bands} for option in (a, b))
    yield from keyed(
        "band", before, after, lambda x, y: (_ends(x), form(x.value)) == (_ends(y), form(y.value)),
        lambda side, band: _band(comparison.words(side), band), lambda _: clause,
    )  # fmt: skip


def _ends(band: Band) -> tuple[object, ...]:
    return (form(band.low), band.low_closed, form(band.high), band.high_closed)


# stages ------------------------------------------------------------------------------------------------------------


def stages(comparison: Comparison) -> Iterator[Difference]:
    """Yield stages that came or went, their frame, and what they decide."""
    old, new = comparison.old.stages, comparison.new.stages

    def words(_: int, one: Program) -> Text:
        until: date | None = one.until
        last = NOTHING if until is None else day(until)
        return Text(
            f"{one.title.zh}；在 {one.after} 之后；至多 {one.repeats} 次；依据 {one.decides_on}；不晚于{last.zh}",
            f"{one.title.en}; after {one.after}; at most {one.repeats} times; decided on {one.decides_on}; until {last.en}",
        )

    def frame(one: Program) -> tuple[object, ...]:
        return (one.title, one.after, one.repeats, one.decides_on, one.until)

    yield from keyed("stage", old, new, lambda a, b: frame(a) == frame(b), words)
    for name in old:
        if name in new:
            yield from comparison.program(name)


# terms of payment and procedure ------------------------------------------------------------------------------------


def payment(old: Pack, new: Pack) -> Iterator[Difference]:
    """Yield instalments, funding, stacking, recovery, allocation."""
    packs = (old, new)
    yield from entries_of(
        "instalment", packs, lambda pack: {one.term.id: one for one in pack.instalments},
        lambda pack, one: shown(instalment_item(Wording(pack), one)), lambda one: one.term.clause,
    )  # fmt: skip
    order = [[one.term.id for one in pack.instalments] for pack in packs]
    if order[0] != order[1] and sorted(order[0]) == sorted(order[1]):
        before, after = (same(", ".join(ids)) for ids in order)
        yield Difference("instalment", "order", "changed", "", before, after)
    funding = [None if p.funding_split is None else shown(funding_item(p.funding_split, p.currency)) for p in packs]
    yield from single("funding_split", old.funding_split, new.funding_split, (funding[0], funding[1]))
    yield from entries_of(
        "stacking", packs, lambda pack: {one.group: one for one in pack.stacking},
        lambda _, one: shown(stacking_item(one)),
    )  # fmt: skip
    yield from entries_of(
        "recovery", packs, lambda pack: {one.term.id: one for one in pack.recovery},
        lambda _, one: shown(recovery_item(one)), lambda one: one.term.clause,
    )  # fmt: skip
    shares = [None if pack.allocation is None else shown(allocation_item(pack.allocation)) for pack in packs]
    yield from single("allocation", old.allocation, new.allocation, (shares[0], shares[1]))


def procedure(old: Pack, new: Pack) -> Iterator[Difference]:
    """Yield papers, the title conferred, undertakings, clauses judged by people, route, notice, guarantees, redundant entries."""
    packs = (old, new)
    yield from entries_of(
        "paper", packs, lambda pack: {one.id: one for one in pack.documents},
        lambda pack, one: shown(document_item(pack, one)), key=_document,
    )  # fmt: skip
    titles = [None if pack.recognition is None else shown(recognition_item(pack.recognition)) for pack in packs]
    yield from single("recognition", old.recognition, new.recognition, (titles[0], titles[1]))
    yield from entries_of(
        "undertaking", packs, lambda pack: {one.id: one for one in pack.undertakings},
        lambda _, one: shown(undertaking_item(one)), lambda one: one.clause,
    )  # fmt: skip
    yield from entries_of(
        "manual", packs, _numbered, lambda _, one: Text(f"{one.text.zh}〔{one.by}〕", f"{one.text.en} [{one.by}]"),
        lambda one: one.clause,
    )  # fmt: skip
    yield from single("route", old.route, new.route, _listed(packs, lambda p: route_items(p.route, p.currency)))
    yield from single(
        "notice", (old.notice, old.no_notice_reason), (new.notice, new.no_notice_reason),
        _listed(packs, lambda p: notice_items(p.notice, p.no_notice_reason)),
    )  # fmt: skip
    yield from _guarantees(packs)
    yield from entries_of(
        "redundant", packs, lambda pack: {one.id: one.because for one in pack.redundant},
        lambda _, because: same(because),
    )  # fmt: skip


def _document(one: DocumentDef) -> tuple[object, ...]:
    return (one.text, one.required, form(one.when))


def _numbered(pack: Pack) -> dict[str, ManualClause]:
    found: dict[str, ManualClause] = {}
    for one in pack.manual:
        number = sum(other.clause == one.clause for other in pack.manual[: pack.manual.index(one)])
        found[one.clause if not number else f"{one.clause}#{number + 1}"] = one
    return found


def _guarantees(packs: tuple[Pack, Pack]) -> Iterator[Difference]:
    """A promise has no name: another promise is one that went and one that came."""
    promised = [{_promise(one): one for one in pack.guarantees} for pack in packs]
    for side, change in ((0, "removed"), (1, "added")):
        for key, one in promised[side].items():
            if key not in promised[1 - side]:
                told = shown(guarantee_item(packs[side], one))
                sides = (told, None) if side == 0 else (None, told)
                subject = " ".join(part for part in (one.stage, one.kind, one.fact) if part)
                yield Difference("guarantee", subject, change, "", *sides)


def _promise(one: Guarantee) -> tuple[object, ...]:
    return (one.stage, one.kind, one.fact, form(one.condition), one.step, one.at_most)


def _listed(packs: tuple[Pack, Pack], of: Callable[[Pack], Iterator[Item]]) -> tuple[Text, Text]:
    old, new = (joined((shown(top) for item in of(pack) for top in item.walk()), "；", "; ") for pack in packs)
    return old, new
