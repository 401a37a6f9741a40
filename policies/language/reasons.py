"""Why a decision is as it is: the surface tree beside the values that the core has found.

All that is the same for every company of a program and tier (texts, labels, which inputs stand where) is laid out once,
as a plan; writing the reasons of a case then only picks numbers and formats them. A plan reads values by place in two
sequences, the least and the greatest of each node: the exact reading gives the same sequence twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import gcd
from operator import itemgetter
from typing import TypeVar, cast

from policies.language.core import Core
from policies.language.decision import Input, Reason
from policies.language.evaluate import Evaluation
from policies.language.exact import Exact, Held, Run
from policies.language.facts import ABSENT, UNKNOWN, Facts, Outdated, RecordList, Value, is_unknown
from policies.language.findings import Text
from policies.language.lowered import Num, Steps
from policies.language.model import Criterion, Leaf, Pack, Program, TableDef, TableOption
from policies.language.shown import DAYS, NONE, NOT_KNOWN, Show, shower
from policies.language.typed import LIST, Type, Typed

# By least + greatest value of a condition.
WORDS = ("not_met", "unknown", "met")
# A Reason or an Input from its fields in order, without the call that only names them.
_reason = cast("Callable[[type[Reason], tuple[object, ...]], Reason]", tuple.__new__)
_input = cast("Callable[[type[Input], tuple[object, ...]], Input]", tuple.__new__)
Json = int | str | bool | None
_TIER = Text("等级", "tier")
_GROUPS = {
    "all_of": Text("须全部满足", "all of these"),
    "any_of": Text("满足其一即可", "any of these"),
    "not": Text("不得满足", "must not hold"),
    "at_least": Text("至少满足若干项", "at least some of these"),
}


@dataclass(slots=True)
class Values:
    """What a plan reads: the least and greatest value of its nodes, the facts held, and then what it has written."""

    low: Sequence[int]
    high: Sequence[int]
    held: Held
    inputs: Sequence[Input] = ()
    tables: Sequence[Reason] = ()


_NAMED = ("choice", "yes_no", "date")
Part = TypeVar("Part")
WriteInput = Callable[[Values], Input]
WriteReason = Callable[[Values], Reason]
Read = Callable[[Values], tuple[Json, Text]]


@dataclass(slots=True)
class Plan:
    """How the reasons of one program are written for one tier (None: none, or not known)."""

    nodes: list[Core]
    inputs: list[WriteInput]
    tables: list[WriteReason]
    reasons: tuple[WriteReason, ...]
    run: Run | None = None

    def write(self, low: Sequence[int], high: Sequence[int], held: Held) -> tuple[Reason, ...]:
        """Return the reasons of one case from the values of `nodes` and of the facts and lists, in order."""
        values = Values(low, high, held)
        values.inputs = [write(values) for write in self.inputs]
        values.tables = [write(values) for write in self.tables]
        return tuple([write(values) for write in self.reasons])


def plan_of(exact: Exact, tier: str | None) -> Plan:
    """Return the plan for a tier, made when it is first asked for."""
    plan = exact.plans.get(tier)
    if plan is None:
        plan = exact.plans[tier] = _Planner(exact, tier).plan()
    assert isinstance(plan, Plan)
    return plan


def known_tier(program: Program, low: int, high: int) -> str | None:
    """Return the tier's id where it is known and there is one."""
    return program.tiers[low].id if low == high and low < len(program.tiers) else None


def exact_reasons(exact: Exact, held: Held, tier: int) -> tuple[Reason, ...]:
    """Return the reasons where everything is known; `tier` counts from 0."""
    plan = plan_of(exact, known_tier(exact.program, tier, tier))
    if plan.run is None:
        plan.run = exact.compiled(plan.nodes)
    values = plan.run(held)
    assert values is not None, "the same facts were decided exactly"
    return plan.write(values, values, held)


def interval_reasons(exact: Exact, evaluation: Evaluation, facts: Facts) -> tuple[Reason, ...]:
    """Return the reasons where something may be unknown."""
    plan = plan_of(exact, known_tier(exact.program, *evaluation.value(exact.program.tier_core)))
    spans = [evaluation.value(node) for node in plan.nodes]
    held = tuple([facts.get(name, UNKNOWN) for name in exact.names])
    return plan.write([low for low, _ in spans], [high for _, high in spans], held)


class _Planner:
    """Lays out one plan; each method returns what writes one part of it."""

    def __init__(self, exact: Exact, tier: str | None) -> None:
        self.exact, self.tier = exact, tier
        self.pack: Pack = exact.pack
        self.program: Program = exact.program
        self.places: dict[int, int] = {}
        self.nodes: list[Core] = []
        self.inputs: dict[str, WriteInput] = {}
        self.tables: dict[str, WriteReason] = {}

    def plan(self) -> Plan:
        program = self.program
        asked = dict(zip((leaf.id for leaf in self.exact.leaves), self.exact.requirements, strict=True))
        found = [self.leaf(leaf, "veto", asked[leaf.id]) for leaf in program.vetoes]
        if program.eligibility is not None:
            found.append(self.criterion(program.eligibility))
        for tier in program.tiers:
            found.append(self.group("tier", tier.id, tier.text, tier.requires.core, (tier.requires,)))
        if program.amount is not None:
            found.append(self.amount())
        return Plan(self.nodes, list(self.inputs.values()), list(self.tables.values()), tuple(found))

    def place(self, node: Core) -> int:
        """Return where a node's value stands."""
        found = self.places.get(id(node))
        if found is None:
            found = self.places[id(node)] = len(self.nodes)
            self.nodes.append(node)
        return found

    # -- the tree ----------------------------------------------------------------------------------------------------

    def criterion(self, node: Criterion) -> WriteReason:
        if isinstance(node, Leaf):
            return self.leaf(node, "leaf", node.core)
        text = node.text or _GROUPS[node.kind]
        if node.kind == "at_least" and node.text is None:
            text = Text(f"至少满足 {node.least} 项", f"at least {node.least} of these")
        return self.group(node.kind, "", text, node.core, node.children)

    def group(self, kind: str, name: str, text: Text, core: Core, children: tuple[Criterion, ...]) -> WriteReason:
        place, parts = self.place(core), [self.criterion(child) for child in children]

        def write(values: Values) -> Reason:
            verdict = WORDS[values.low[place] + values.high[place]]
            return Reason(kind, name, "", text, "", None, verdict, (), tuple([part(values) for part in parts]))

        return write

    def leaf(self, leaf: Leaf, kind: str, requirement: Core) -> WriteReason:
        place, inputs, tables = self.place(requirement), *self.read(leaf.when)
        head = (kind, leaf.id, leaf.clause, leaf.text, leaf.certainty, leaf.source)

        def write(values: Values) -> Reason:
            verdict = WORDS[values.low[place] + values.high[place]]
            return _reason(Reason, (*head, verdict, inputs(values.inputs), tables(values.tables), None))

        return write

    def amount(self) -> WriteReason:
        amount, core = self.program.amount, self.program.amount_core
        assert amount is not None and core is not None
        place, eligible, (inputs, tables) = (
            self.place(core), self.place(self.program.eligible_core), self.read(amount.formula),
        )  # fmt: skip
        head = ("amount", "amount", amount.clause, amount.text, amount.certainty, amount.source)
        show = shower(amount.formula.type)

        def write(values: Values) -> Reason:
            low, high = values.low[place], values.high[place]
            verdict = WORDS[values.low[eligible] + values.high[eligible]]
            if verdict == "met" and low != high:
                verdict = "unknown"
            return Reason(
                *head, verdict, inputs(values.inputs), tables(values.tables), _between(show(low), show(high))
            )

        return write

    def read(
        self, typed: Typed
    ) -> tuple[Callable[[Sequence[Input]], tuple[Input, ...]], Callable[[Sequence[Reason]], tuple[Reason, ...]]]:
        """Return what picks the inputs and tables of an expression."""
        names = self.names_of(typed)
        tables = [name for name in names if name in self.program.tables]
        for name in names:
            if name not in self.inputs:
                self.inputs[name] = self.input(name)
        for name in tables:
            if name not in self.tables:
                self.tables[name] = self.table(self.pack.tables[name])
        return _picker(self.inputs, names), _picker(self.tables, tables)

    # -- which names -------------------------------------------------------------------------------------------------

    def names_of(self, typed: Typed) -> tuple[str, ...]:
        """Return what an expression names and, after it, what its definitions, tables and settings name in turn."""
        found: dict[str, None] = {}
        pending = list(written(typed))
        while pending:
            name = pending.pop(0)
            if name not in found:
                found[name] = None
                pending.extend(self._behind(name))
        return tuple(found)

    def _behind(self, name: str) -> tuple[str, ...]:
        symbol = self.program.symbols.get(name)
        role = "" if symbol is None else symbol.role
        if role == "define":
            return written(self.pack.definitions[name].value)
        if role == "table":
            parts = [option.of for option in self.pack.tables[name].options]
            return tuple(found for part in parts for found in written(part))
        if role == "set":
            tiers = [tier for tier in self.program.tiers if self.tier in (None, tier.id)]
            return tuple(found for tier in tiers for found in written(tier.settings[name]))
        return ()

    def label(self, name: str) -> Text:
        for named in (self.pack.definitions, self.pack.parameters, self.pack.tables, self.pack.records):
            if name in named:
                text: Text = named[name].text
                return text
        if name == "tier":
            return _TIER
        for tier in self.program.tiers:
            setting = tier.settings.get(name)
            named_so = setting is not None and setting.op == "name" and setting.value in self.pack.parameters
            if setting is not None and named_so and tier.id == self.tier:
                return self.pack.parameters[str(setting.value)].text
        return Text(name, name)

    # -- inputs ------------------------------------------------------------------------------------------------------

    def input(self, name: str) -> WriteInput:
        symbol = self.program.symbols[name]
        if symbol.type.kind == LIST:
            return self._list(name, symbol.type)
        if symbol.role == "fact":
            return self._fact(name)
        value, label = self.program.names[name], self.label(name)
        if not isinstance(value, Num):
            assert isinstance(value, Steps), "a growth is never named"
            text = _steps(value)
            steps = Input(name, label, text.en, text)
            return lambda _: steps
        read = self.quantity(value, symbol.type)
        if value.constant is not None:
            fixed = Input(name, label, *read(Values((), (), ())))
            return lambda _: fixed
        return lambda values: _input(Input, (name, label, *read(values)))

    def _list(self, name: str, kind: Type) -> WriteInput:
        label, show, place = self.label(name), shower(kind), self.exact.names.index(name)

        def write(values: Values) -> Input:
            rows = values.held[place]
            return Input(name, label, len(rows.rows) if isinstance(rows, RecordList) else None, show(rows))

        return write

    def _fact(self, name: str) -> WriteInput:
        fact, place = self.program.facts[name], self.exact.names.index(name)
        text, show = fact.text, shower(fact)

        def write(held: Value) -> Input:
            return _input(Input, (name, text, _json_fact(held), show(held)))

        if fact.kind in ("yes_no", "choice"):
            options = (True, False) if fact.kind == "yes_no" else tuple(choice.value for choice in fact.choices)
            inputs = {held: write(held) for held in (*options, ABSENT, UNKNOWN)}

            def pick(values: Values) -> Input:
                held = values.held[place]
                return write(held) if isinstance(held, Outdated) else inputs[held]

            return pick
        if fact.kind in ("date", "count"):
            # Few enough to keep; equal ones read alike, which decimals do not (1.0 and 1.00).
            write = lru_cache(maxsize=DAYS)(write)
        return lambda values: write(values.held[place])

    def quantity(self, value: Num, kind: Type) -> Read:
        """Return what reads a quantity n / (s · d): its JSON and how people read it."""
        fixed = value.constant
        if fixed is not None:
            pair = fixed.as_integer_ratio()
            constant = (_json(pair, kind), self._texts(kind)(pair))
            return lambda _: constant
        if value.d is None and value.s == 1 and kind.kind not in _NAMED:
            return self._whole(self.place(value.n), shower(kind))
        n, d, s = self.place(value.n), -1 if value.d is None else self.place(value.d), value.s
        text, between = self._texts(kind), value.d is None and kind.kind not in ("choice", "yes_no")

        def read(values: Values) -> tuple[Json, Text]:
            low, high = values.low[n], values.high[n]
            if low == high and (d < 0 or values.low[d] == values.high[d] >= 1):
                pair = (low, s if d < 0 else s * values.low[d])
                return _json(pair, kind), text(pair)
            return None, _between(text((low, s)), text((high, s))) if between else NOT_KNOWN

        return read

    def _whole(self, place: int, show: Show) -> Read:
        def read(values: Values) -> tuple[Json, Text]:
            low, high = values.low[place], values.high[place]
            if low == high:
                return low, show(low)
            return None, _between(show(low), show(high))

        return read

    def _texts(self, kind: Type) -> Callable[[tuple[int, int]], Text]:
        tiers = self.program.tiers
        if kind.kind == "choice" and kind.choices == tuple(tier.id for tier in tiers):
            texts = (*(tier.text for tier in tiers), NONE)
            return lambda pair: texts[pair[0]]
        show = shower(kind)
        if kind.kind in _NAMED:
            return lambda pair: show(pair[0])
        return show

    # -- tables ------------------------------------------------------------------------------------------------------

    def table(self, table: TableDef) -> WriteReason:
        cores = self.program.tables[table.name]
        options = [
            self._option(table, *parts)
            for parts in zip(table.options, cores.operands, cores.reached, cores.values, strict=True)
        ]
        if not table.best:
            return options[0]
        whole = self.program.names[table.name]
        assert isinstance(whole, Num)
        read = self.quantity(whole, table.type)

        def write(values: Values) -> Reason:
            tried = tuple([option(values) for option in options])
            verdict = "met" if all(option.verdict == "met" for option in tried) else "unknown"
            return Reason(
                "best_of", table.name, table.clause, table.text, "", None, verdict, (), tried, read(values)[1]
            )

        return write

    def _operand(self, table: TableDef, option: TableOption) -> Text:
        """Return what the operand of a table is called: the name it is, else what the table goes by."""
        if option.of.op != "name":
            return Text(f"{table.text.zh}的依据", f"what {table.text.en} goes by")
        name = str(option.of.value)
        return self.program.facts[name].text if name in self.program.facts else self.label(name)

    def _option(
        self, table: TableDef, option: TableOption, operand: Num, reached: tuple[Core, ...], value: Num
    ) -> WriteReason:
        places = [self.place(core) for core in reached]
        last = len(places) - 1
        of, hit = self.quantity(operand, option.of.type), self.quantity(value, table.type)
        bands = [Text(f"{table.text.zh} {band.written}", f"{table.text.en} {band.written}") for band in option.bands]
        head = ("table", option.id, table.clause)
        label = self._operand(table, option)

        def write(values: Values) -> Reason:
            band, high = 0, values.high
            while band < last and not high[places[band]]:
                band += 1
            inputs = (_input(Input, ("of", label, *of(values))),)
            if values.low[places[band]]:
                return _reason(Reason, (*head, bands[band], "", None, "met", inputs, (), hit(values)[1]))
            return _reason(Reason, (*head, table.text, "", None, "unknown", inputs, (), hit(values)[1]))

        return write


def _picker(placed: Iterable[str], names: Sequence[str]) -> Callable[[Sequence[Part]], tuple[Part, ...]]:
    """Return what picks the parts called `names` from a list in the order of `placed`."""
    order = list(placed)
    places = [order.index(name) for name in names]
    if not places:
        return lambda _: ()
    if len(places) == 1:
        only = places[0]
        return lambda parts: (parts[only],)
    return cast("Callable[[Sequence[Part]], tuple[Part, ...]]", itemgetter(*places))


def written(typed: Typed) -> tuple[str, ...]:
    """Return what an expression names itself, lists included."""
    lists: list[str] = []
    stack = [typed]
    while stack:
        node = stack.pop()
        if node.op in ("count", "any", "all", "sum", "largest", "smallest", "latest", "earliest"):
            lists.append(str(node.value))
        stack.extend(node.args)
    return (*typed.names(), *lists)


def _steps(value: Steps) -> Text:
    """Return a duration in words: "10 年" or "1 年 2 个月 3 天"."""
    zh, en = [], []
    for months, days in value.steps:
        years, rest = divmod(months, 12)
        for number, unit in ((years, ("年", "years")), (rest, ("个月", "months")), (days, ("天", "days"))):
            if number:
                zh.append(f"{number} {unit[0]}")
                en.append(f"{number} {unit[1]}")
    return Text(" ".join(zh), " ".join(en))


def _json_fact(value: Value) -> Json:
    if value is ABSENT or is_unknown(value):
        return None
    return value if isinstance(value, int | str | bool) else str(value)


def _json(pair: tuple[int, int], kind: Type) -> Json:
    n, d = pair
    if kind.kind == "choice":
        return kind.choices[n] if n < len(kind.choices) else None
    if kind.kind == "yes_no":
        return bool(n)
    if kind.kind == "date":
        return date.fromordinal(n).isoformat()
    if n % d == 0:
        return n // d
    common = gcd(n, d)
    return f"{n // common}/{d // common}"


def _between(low: Text, high: Text) -> Text:
    return low if low is high or low == high else Text(f"{low.zh} 至 {high.zh}", f"{low.en} to {high.en}")
