"""From typed parts to a program: one decision, lowered once to the core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from policies.language.core import Builder, Core
from policies.language.findings import PolicyError, Position
from policies.language.functions import round_to
from policies.language.lower import Lowerer
from policies.language.lowered import ListShape, Lowered, Num
from policies.language.model import (
    AmountDef,
    Criterion,
    Definition,
    FactDef,
    Group,
    Leaf,
    ParameterDef,
    RecordDef,
    TableCore,
    TableDef,
    Tier,
)
from policies.language.tables import lower_table
from policies.language.typed import Typed

NEVER = Core("const", (), 0, 0, 0)


class LazyNames(dict[str, Lowered]):
    """Names lowered when first read, so that the order in the file is free."""

    def __init__(self, compiler: Compiler) -> None:
        super().__init__()
        self.compiler = compiler

    def __missing__(self, name: str) -> Lowered:
        value = self[name] = self.compiler.lower_name(name)
        return value


@dataclass(slots=True)
class Compiler:
    """Lowers the names and criteria of one program."""

    facts: Mapping[str, FactDef]
    records: Mapping[str, RecordDef]
    parameters: Mapping[str, ParameterDef]
    definitions: Mapping[str, Definition]
    tables: Mapping[str, TableDef]
    decides_on: str
    fiscal_start: tuple[int, int]
    builder: Builder = field(default_factory=Builder)
    table_cores: dict[str, TableCore] = field(default_factory=dict)
    lists: dict[str, ListShape] = field(default_factory=dict)
    lowerer: Lowerer = field(init=False)

    def __post_init__(self) -> None:
        self.lists = {name: self._shape(record) for name, record in self.records.items()}
        names = LazyNames(self)
        self.lowerer = Lowerer(self.builder, names, self.fiscal_start, self.lists)

    def _shape(self, record: RecordDef) -> ListShape:
        return ListShape(
            record.max_length,
            {
                name: Num(self.builder.field(record.name, name, item.minimum, item.maximum), scale_of(item))
                for name, item in record.fields.items()
            },
        )

    def lower_name(self, name: str) -> Lowered:
        """Lower a fact, definition, parameter or table when it is first read."""
        if name in self.facts:
            fact = self.facts[name]
            return Num(self.builder.fact(name, fact.minimum, fact.maximum), scale_of(fact))
        if name in self.definitions:
            return self.lowerer.named(name, self.lowerer.lower(self.definitions[name].value))
        if name in self.parameters:
            return self._parameter(self.parameters[name])
        value, cores = lower_table(self.lowerer, self.tables[name])
        self.table_cores[name] = cores
        return self.lowerer.named(name, value)

    def lowered(self, name: str) -> Lowered:
        """Return the lowered value of a name."""
        return self.lowerer.names[name]

    def _parameter(self, parameter: ParameterDef) -> Lowered:
        if len(parameter.values) == 1 and parameter.values[0].since is None:
            return self.lowerer.lower(parameter.values[0].value)
        on = self.lowerer.names[self.decides_on]
        assert isinstance(on, Num)
        first = parameter.values[0].since or date.min
        if on.n.lo < first.toordinal():
            raise PolicyError.at(
                parameter.at,
                "DATED",
                f"{parameter.name} has no value before {first}, but decisions start earlier",
                f"{parameter.name} 在 {first} 之前没有取值，而决定日期可能更早",
            )
        value = self.lowerer.number(parameter.values[0].value)
        for dated in parameter.values[1:]:
            assert dated.since is not None
            since = Num(self.builder.const(dated.since.toordinal()))
            value = self.lowerer.choose(self.lowerer.compare(">=", on, since), self.lowerer.number(dated.value), value)
        return self.lowerer.named(parameter.name, value)

    def criterion(self, node: Criterion) -> Criterion:
        """Return the criterion with its cores."""
        if isinstance(node, Leaf):
            return self.leaf(node)
        children = tuple(self.criterion(child) for child in node.children)
        return replace(node, children=children, core=self._group(node, children))

    def leaf(self, node: Leaf) -> Leaf:
        """Return the leaf with its core."""
        try:
            return replace(node, core=self.builder.let(f"leaf:{node.id}", self.lowerer.condition(node.when)))
        except PolicyError as error:
            raise error.with_clause(node.clause) from error

    def _group(self, node: Group, children: tuple[Criterion, ...]) -> Core:
        make, cores = self.builder.make, [child.core for child in children]
        if node.kind == "not":
            return make("not", cores[0])
        op = {"all_of": "and", "any_of": "or", "at_least": "add"}[node.kind]
        total = cores[0]
        for core in cores[1:]:
            total = make(op, total, core)
        return make("le", self.builder.const(node.least), total) if node.kind == "at_least" else total

    def tier(self, tiers: tuple[Tier, ...]) -> Core:
        """Return the node of the first tier met, counted from 0; as many as there are tiers means none."""
        node = self.builder.const(len(tiers))
        for index in reversed(range(len(tiers))):
            node = self.builder.make("ite", tiers[index].requires.core, self.builder.const(index), node)
        return self.builder.let("tier", node)

    def settings(self, tiers: tuple[Tier, ...]) -> None:
        """Lower the names that the tiers set: the value of the first tier met."""
        for name in tiers[0].settings if tiers else ():
            value = self.lowerer.number(tiers[-1].settings[name])
            for tier in reversed(tiers[:-1]):
                value = self.lowerer.choose(tier.requires.core, self.lowerer.number(tier.settings[name]), value)
            self.lowerer.names[name] = self.lowerer.named(name, value)

    def eligible(self, vetoes: tuple[Leaf, ...], tree: Criterion | None, tiers: tuple[Tier, ...]) -> Core:
        """Return the node of eligibility: no veto, the tree, and some tier where there are tiers."""
        make = self.builder.make
        node = self.builder.const(1)
        for veto in vetoes:
            node = make("and", node, make("not", veto.core))
        if tree is not None:
            node = make("and", node, tree.core)
        if tiers:
            some = tiers[0].requires.core
            for tier in tiers[1:]:
                some = make("or", some, tier.requires.core)
            node = make("and", node, some)
        return self.builder.let("eligible", node)

    def amount(self, amount: AmountDef, eligible: Core) -> Core:
        """Return the node of the amount in minor units: 0 for who is not eligible."""
        try:
            unit = Num(self.builder.const(amount.unit))
            paid = round_to(self.lowerer, f"round_{amount.rounding}", self.lowerer.number(amount.formula), unit,
                            amount.formula)  # fmt: skip
            node = self.builder.let("formula", paid.n)
        except PolicyError as error:
            raise error.with_clause(amount.clause) from error
        if node.lo < 0:
            raise PolicyError.at(
                amount.formula.at,
                "NEGATIVE",
                "the amount may be negative; write max(0元, …)",
                "金额可能为负；请写 max(0元, …)",
                clause=amount.clause,
            )
        return self.builder.let("amount", self.builder.make("ite", eligible, node, self.builder.const(0)))


def scale_of(fact: FactDef) -> int:
    """Return the static denominator of a fact: rates and numbers are held times 10^decimals."""
    return int(10**fact.decimals) if fact.kind in ("rate", "number") else 1


def order_of(roots: list[Core]) -> tuple[Core, ...]:
    """Return every named node that `roots` need, each after the ones it needs."""
    found: dict[int, Core] = {}
    done: set[int] = set()
    stack: list[tuple[Core, bool]] = [(root, False) for root in reversed(roots)]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            if node.op == "let":
                found[id(node)] = node
            continue
        if id(node) in done:
            continue
        done.add(id(node))
        stack.append((node, True))
        stack.extend((arg, False) for arg in node.args)
    return tuple(found.values())


def minor_units(typed: Typed, what: Position) -> int:
    """Return a money constant in whole minor units."""
    value = typed.value
    if not isinstance(value, Fraction) or value.denominator != 1:
        raise PolicyError.at(what, "SCHEMA", "expected an amount of money", "应为金额")
    return int(value)
