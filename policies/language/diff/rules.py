"""Differences in what a policy decides: parameters, definitions, vetoes, requirements, tiers, amounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from policies.language.diff.base import OTHER, Difference, direction_of, outline, shown
from policies.language.diff.surface import (
    LESS,
    MORE,
    STILL,
    UNKNOWN,
    Meaning,
    Ways,
    effect,
    form,
    names_behind,
    parameter_step,
)
from policies.language.diff.tree import Outline, groups_of, inverted, leaves_of, way_of_leasts, way_of_new
from policies.language.findings import Text
from policies.language.lowered import Num
from policies.language.model import Criterion, Leaf, Pack, ParameterDef, Program, Tier
from policies.language.render.expression import Wording
from policies.language.render.rules import amount_item, certainty_marks, criterion_item, leaf_item, tier_item
from policies.language.render.words import joined, label, same
from policies.language.typed import Typed


@dataclass(slots=True)
class Comparison:
    """Two versions of one pack, and how their expressions are told apart."""

    old: Pack
    new: Pack
    meaning: Meaning

    def words(self, side: int, stage: str | None = None) -> Wording:
        """Return the wording of the old (0) or new (1) pack."""
        pack = (self.old, self.new)[side]
        return Wording(pack, stage if stage in pack.stages else None)

    # -- parameters and definitions ----------------------------------------------------------------------------------

    def parameters(self) -> Iterator[Difference]:
        """Yield parameters, with the direction in which their requirements move."""

        def words(side: int, one: ParameterDef) -> Text:
            pack = (self.old, self.new)[side]
            found = label(one.text, one.name)
            value = Wording(pack).value(one)
            marks = joined([same(one.clause), *certainty_marks(one.certainty, one.source)])
            return Text(f"{found.zh}：{value.zh}〔{marks.zh}〕", f"{found.en}: {value.en} [{marks.en}]")

        for name in dict.fromkeys([*self.old.parameters, *self.new.parameters]):
            a, b = self.old.parameters.get(name), self.new.parameters.get(name)
            if a is None or b is None:
                found = b or a
                assert found is not None
                change = "added" if a is None else "removed"
                before, after = (None if one is None else words(side, one) for side, one in ((0, a), (1, b)))
                yield Difference("parameter", name, change, found.clause, before, after)
                continue
            moved = [(one.since, form(one.value)) for one in a.values] != [(o.since, form(o.value)) for o in b.values]
            plain = (a.clause, a.text, a.certainty, a.source) != (b.clause, b.text, b.certainty, b.source)
            if moved or plain:
                way = self._way_of_parameter(name, parameter_step(a, b)) if moved else UNKNOWN
                change = "changed" if moved else "wording"
                yield Difference("parameter", name, change, b.clause, words(0, a), words(1, b), direction_of(way))

    def _way_of_parameter(self, name: str, step: int) -> int:
        """Return where a step of a parameter moves every requirement that reads it; nothing else may read it."""
        ways = Ways(self.old, lambda node: node.op == "name" and node.value == name)
        found: set[int] = set()
        for program in (self.old.program, *self.old.stages.values()):
            others = [setting for tier in program.tiers for setting in tier.settings.values()]
            others += [] if program.amount is None else [program.amount.formula]
            if any(name in names_behind(self.old, tree) for tree in others):
                return UNKNOWN
            trees = [program.eligibility, *(tier.requires for tier in program.tiers)]
            below_not = frozenset().union(*(inverted(tree) for tree in trees), {veto.id for veto in program.vetoes})
            for leaf in program.leaves():
                way = ways.of(leaf.when)
                found.add(-way if leaf.id in below_not and way in (MORE, LESS) else way)
        found.discard(STILL)
        return UNKNOWN if step == UNKNOWN or len(found) != 1 else step * found.pop()

    def definitions(self) -> Iterator[Difference]:
        """Yield definitions whose expression, label or clause changed."""
        for name in dict.fromkeys([*self.old.definitions, *self.new.definitions]):
            a, b = self.old.definitions.get(name), self.new.definitions.get(name)
            if (
                a is not None
                and b is not None
                and (form(a.value), a.text, a.clause) == (form(b.value), b.text, b.clause)
            ):
                continue
            before = None if a is None else self._definition(0, a.text, name, a.value)
            after = None if b is None else self._definition(1, b.text, name, b.value)
            change = "added" if a is None else "removed" if b is None else "changed"
            if a is not None and b is not None and (form(a.value) == form(b.value) or self._same_name(name)):
                change = "wording"
            clause = b.clause if b is not None else a.clause if a is not None else ""
            yield Difference("definition", name, change, clause, before, after)

    def _same_name(self, name: str) -> bool:
        return self.meaning.same(self.old.program.names.get(name), self.new.program.names.get(name))

    def _definition(self, side: int, text: Text, name: str, typed: Typed) -> Text:
        found, value = label(text, name), self.words(side).text(typed)
        return Text(f"{found.zh}：{value.zh}", f"{found.en}: {value.en}")

    # -- criteria ----------------------------------------------------------------------------------------------------

    def program(self, stage: str | None) -> Iterator[Difference]:
        """Yield what differs in one decision: vetoes, eligibility, tiers, amount."""
        a, b = self.old.program_of(stage), self.new.program_of(stage)
        prefix = "" if stage is None else f"{stage}/"
        yield from self._vetoes(a, b, prefix)
        yield from self._tree("requirement", a.eligibility, b.eligibility, stage, prefix)
        yield from self._tiers(a, b, prefix)
        yield from self._amount(a, b, prefix)

    def _vetoes(self, a: Program, b: Program, prefix: str) -> Iterator[Difference]:
        inherited = [set() if not prefix else {veto.id for veto in pack.vetoes} for pack in (self.old, self.new)]
        old = {veto.id: veto for veto in a.vetoes if veto.id not in inherited[0]}
        new = {veto.id: veto for veto in b.vetoes if veto.id not in inherited[1]}
        yield from self._leaves("veto", old, new, prefix, (a.stage, b.stage), frozenset([*old, *new]), lambda *_: LESS)

    def _leaves(
        self, kind: str, old: Mapping[str, Leaf], new: Mapping[str, Leaf], prefix: str,
        stages: tuple[str | None, str | None], below_not: frozenset[str], way_of_one: Callable[[int, str], int],
    ) -> Iterator[Difference]:  # fmt: skip
        for name in dict.fromkeys([*old, *new]):
            a, b = old.get(name), new.get(name)
            before, after = (
                None if one is None else shown(leaf_item(self.words(side, stages[side]), one, veto=kind == "veto"))
                for side, one in ((0, a), (1, b))
            )
            if a is None or b is None:
                one = b or a
                assert one is not None
                way = way_of_one(1 if a is None else 0, name)
                way = way if a is None or way == UNKNOWN else -way
                change = "added" if a is None else "removed"
                yield Difference(kind, prefix + name, change, one.clause, before, after, direction_of(way))
            elif form(a.when) != form(b.when) and not self.meaning.same_core(a.core, b.core):
                way = effect(self.old, self.new, a.when, b.when)
                way = -way if name in below_not else way
                yield Difference(kind, prefix + name, "changed", b.clause, before, after, direction_of(way))
            elif _said(a) != _said(b):
                yield Difference(kind, prefix + name, "wording", b.clause, before, after)

    def _tree(
        self, kind: str, old: Criterion | None, new: Criterion | None, stage: str | None, prefix: str
    ) -> Iterator[Difference]:
        a, b = ({leaf.id: leaf for leaf in leaves_of(tree)} for tree in (old, new))
        common = frozenset(a) & frozenset(b)
        (shape, leasts), (new_shape, new_leasts) = (Outline(common).of(tree) for tree in (old, new))
        alike = shape == new_shape

        def way_of_one(side: int, name: str) -> int:
            return way_of_new((old, new)[side], name, common) if alike and common else UNKNOWN

        below_not = inverted(old) | inverted(new)
        yield from self._leaves(kind, a, b, prefix, (stage, stage), below_not, way_of_one)
        if not common and (a or b):
            return
        texts = [[group.text for group in groups_of(tree) if group.text is not None] for tree in (old, new)]
        if not alike or leasts != new_leasts:
            way = way_of_leasts(old, leasts, new_leasts) if alike and set(a) == set(b) else UNKNOWN
            yield self._structure(prefix or "eligibility", "changed", old, new, stage, direction_of(way))
        elif texts[0] != texts[1] and set(a) == set(b):
            yield self._structure(prefix or "eligibility", "wording", old, new, stage, OTHER)

    def _structure(
        self,
        subject: str,
        change: str,
        old: Criterion | None,
        new: Criterion | None,
        stage: str | None,
        direction: str,
    ) -> Difference:
        before, after = (
            None if tree is None else outline(criterion_item(self.words(side, stage), tree))
            for side, tree in ((0, old), (1, new))
        )
        return Difference("structure", subject.rstrip("/"), change, "", before, after, direction)

    def _tiers(self, a: Program, b: Program, prefix: str) -> Iterator[Difference]:
        old, new = {tier.id: tier for tier in a.tiers}, {tier.id: tier for tier in b.tiers}
        for name in dict.fromkeys([*old, *new]):
            x, y = old.get(name), new.get(name)
            if x is None or y is None:
                before, after = (self._tier(side, a.stage, tier) for side, tier in ((0, x), (1, y)))
                yield Difference("tier", prefix + name, "added" if x is None else "removed", "", before, after)
                continue
            if x.text != y.text:
                yield Difference("tier", prefix + name, "wording", "", x.text, y.text)
            yield from self._settings(x, y, a.stage, prefix + name)
            yield from self._tree("requirement", x.requires, y.requires, a.stage, f"{prefix}{name}/")
        orders = [[tier for tier in tiers if tier.id in old and tier.id in new] for tiers in (a.tiers, b.tiers)]
        if [tier.id for tier in orders[0]] != [tier.id for tier in orders[1]]:
            before, after = (joined(tier.text for tier in tiers) for tiers in orders)
            yield Difference("tier", f"{prefix}order", "changed", "", before, after)

    def _tier(self, side: int, stage: str | None, tier: Tier | None) -> Text | None:
        return None if tier is None else outline(tier_item(self.words(side, stage), tier))

    def _settings(self, x: Tier, y: Tier, stage: str | None, subject: str) -> Iterator[Difference]:
        for key in dict.fromkeys([*x.settings, *y.settings]):
            a, b = x.settings.get(key), y.settings.get(key)
            if form(a) != form(b):
                before = None if a is None else self.words(0, stage).text(a)
                after = None if b is None else self.words(1, stage).text(b)
                change = "added" if a is None else "removed" if b is None else "changed"
                yield Difference("tier setting", f"{subject}.{key}", change, "", before, after)

    def _amount(self, a: Program, b: Program, prefix: str) -> Iterator[Difference]:
        x, y = a.amount, b.amount
        before = None if x is None else shown(amount_item(self.words(0, a.stage), x))
        after = None if y is None else shown(amount_item(self.words(1, b.stage), y))
        if x is None or y is None:
            if x is not y:
                clause = x.clause if x is not None else y.clause if y is not None else ""
                change = "added" if x is None else "removed"
                yield Difference("amount", f"{prefix}amount", change, clause, before, after)
            return
        rounded = (x.rounding, x.unit) == (y.rounding, y.unit)
        if form(x.formula) != form(y.formula) or not rounded:
            kept = rounded and self.meaning.same(formula_of(a), formula_of(b))
            yield Difference("amount", f"{prefix}amount", "wording" if kept else "changed", y.clause, before, after)
        elif (x.clause, x.text, x.certainty, x.source) != (y.clause, y.text, y.certainty, y.source):
            yield Difference("amount", f"{prefix}amount", "wording", y.clause, before, after)


def _said(leaf: Leaf) -> tuple[object, ...]:
    return (form(leaf.when), leaf.clause, leaf.text, leaf.certainty, leaf.source)


def formula_of(program: Program) -> Num | None:
    """Return the lowered formula of an amount, without the question who is eligible; None where it is constant."""
    node = program.amount_core
    while node is not None and node.op == "let":
        node = node.args[0]
    return Num(node.args[1]) if node is not None and node.op == "ite" else None
