"""Deciding one case: the core is evaluated, then the surface tree is walked to say why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from policies.language.core import EITHER, FALSE, TRUE, Aggregate, Core, Interval
from policies.language.decision import Ask, Decision, Input, Reason
from policies.language.evaluate import Evaluation
from policies.language.facts import ABSENT, UNKNOWN, Facts, RecordList, Value, encode
from policies.language.findings import PolicyError, Position, Text
from policies.language.lowered import Lowered, Num, Steps
from policies.language.model import Criterion, Leaf, Pack, Program, TableDef
from policies.language.shown import shown, shown_range
from policies.language.typed import LIST, Type, Typed

VERDICTS: dict[Interval, str] = {TRUE: "met", FALSE: "not_met", EITHER: "unknown"}
_AMOUNT = Text("金额", "amount")
_TIER = Text("等级", "tier")
_GROUPS = {
    "all_of": Text("须全部满足", "all of these"),
    "any_of": Text("满足其一即可", "any of these"),
    "not": Text("不得满足", "must not hold"),
    "at_least": Text("至少满足若干项", "at least some of these"),
}


@dataclass(slots=True)
class _Case:
    pack: Pack
    program: Program
    facts: Facts
    evaluation: Evaluation
    inputs: dict[str, Input] = field(default_factory=dict)

    def verdict(self, core: Core) -> str:
        return VERDICTS[self.evaluation.value(core)]

    # -- reasons -----------------------------------------------------------------------------------------------------

    def reasons(self) -> tuple[Reason, ...]:
        program = self.program
        found = [self.veto(leaf) for leaf in program.vetoes]
        if program.eligibility is not None:
            found.append(self.criterion(program.eligibility))
        for tier in program.tiers:
            found.append(
                Reason("tier", tier.id, "", tier.text, "", "", self.verdict(tier.requires.core),
                       children=(self.criterion(tier.requires),))
            )  # fmt: skip
        if program.amount is not None:
            found.append(self.amount())
        return tuple(found)

    def veto(self, leaf: Leaf) -> Reason:
        applies = self.evaluation.value(leaf.core)
        return self._leaf(leaf, "veto", VERDICTS[(1 - applies[1], 1 - applies[0])])

    def criterion(self, node: Criterion) -> Reason:
        if isinstance(node, Leaf):
            return self._leaf(node, "leaf", self.verdict(node.core))
        children = tuple(self.criterion(child) for child in node.children)
        text = node.text or _GROUPS[node.kind]
        if node.kind == "at_least" and node.text is None:
            text = Text(f"至少满足 {node.least} 项", f"at least {node.least} of these")
        return Reason(node.kind, "", "", text, "", "", self.verdict(node.core), children=children)

    def _leaf(self, leaf: Leaf, kind: str, verdict: str) -> Reason:
        names = self.names_of(leaf.when)
        return Reason(
            kind, leaf.id, leaf.clause, leaf.text, leaf.certainty, leaf.source, verdict,
            tuple(self.input(name) for name in names), self.tables(names),
        )  # fmt: skip

    def amount(self) -> Reason:
        amount, core = self.program.amount, self.program.amount_core
        assert amount is not None and core is not None
        names = self.names_of(amount.formula)
        low, high = self.evaluation.value(core)
        eligible = self.verdict(self.program.eligible_core)
        verdict = "unknown" if eligible == "met" and low != high else eligible
        return Reason(
            "amount", "amount", amount.clause, amount.text, amount.certainty, amount.source, verdict,
            tuple(self.input(name) for name in names), self.tables(names),
            shown_range(amount.formula.type, low, high),
        )  # fmt: skip

    def names_of(self, typed: Typed) -> tuple[str, ...]:
        """Return what an expression names and, after it, what its definitions, tables and settings name in turn."""
        found: dict[str, None] = {}
        pending = list(_written(typed))
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
            return _written(self.pack.definitions[name].value)
        if role == "table":
            parts = [option.of for option in self.pack.tables[name].options]
            return tuple(found for part in parts for found in _written(part))
        if role == "set":
            known = self.tier()
            tiers = [tier for tier in self.program.tiers if known in (None, tier.id)]
            return tuple(found for tier in tiers for found in _written(tier.settings[name]))
        return ()

    def tables(self, names: tuple[str, ...]) -> tuple[Reason, ...]:
        return tuple(self.table(self.pack.tables[name]) for name in names if name in self.program.tables)

    def table(self, table: TableDef) -> Reason:
        cores = self.program.tables[table.name]
        options = []
        for option, operand, reached, value in zip(
            table.options, cores.operands, cores.reached, cores.values, strict=True
        ):
            verdicts = [self.evaluation.value(core) for core in reached]
            index = next((i for i, holds in enumerate(verdicts) if holds != FALSE), len(verdicts) - 1)
            known = verdicts[index] == TRUE
            band = option.bands[index].written if known else ""
            of = Input("of", table.text, self.json_value(operand), self.shown_value(operand, option.of.type))
            text = Text(f"{table.text.zh} {band}".strip(), f"{table.text.en} {band}".strip())
            options.append(
                Reason("table", option.id, table.clause, text, "", "", "met" if known else "unknown", (of,),
                       shown=self.shown_value(value, table.type))
            )  # fmt: skip
        if not table.best:
            return options[0]
        whole = self.program.names[table.name]
        assert isinstance(whole, Num)
        verdict = "met" if all(option.verdict == "met" for option in options) else "unknown"
        return Reason("best_of", table.name, table.clause, table.text, "", "", verdict, (), tuple(options),
                      self.shown_value(whole, table.type))  # fmt: skip

    # -- inputs ------------------------------------------------------------------------------------------------------

    def input(self, name: str) -> Input:
        found = self.inputs.get(name)
        if found is None:
            found = self.inputs[name] = self._input(name)
        return found

    def _input(self, name: str) -> Input:
        symbol = self.program.symbols[name]
        if symbol.type.kind == LIST:
            rows = self.facts.get(name, UNKNOWN)
            count = len(rows.rows) if isinstance(rows, RecordList) else None
            return Input(name, self.label(name), count, shown(symbol.type, rows))
        if symbol.role == "fact":
            fact = self.program.facts[name]
            held: Value = self.facts.get(name, UNKNOWN)
            return Input(name, fact.text, _json_fact(held), shown(fact, held))
        value = self.program.names[name]
        if not isinstance(value, Num):
            text = _steps(value)
            return Input(name, self.label(name), text.en, text)
        return Input(
            name, self.label(name), self.typed_value(value, symbol.type), self.shown_value(value, symbol.type)
        )

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
            if setting is not None and named_so and tier.id == self.tier():
                return self.pack.parameters[str(setting.value)].text
        return Text(name, name)

    def exact(self, value: Num) -> Fraction | None:
        n = self.evaluation.value(value.n)
        d = (1, 1) if value.d is None else self.evaluation.value(value.d)
        if n[0] != n[1] or d[0] != d[1] or d[0] < 1:
            return None
        return Fraction(n[0], value.s * d[0])

    def json_value(self, value: Num) -> int | str | None:
        exact = self.exact(value)
        if exact is None:
            return None
        return exact.numerator if exact.denominator == 1 else str(exact)

    def typed_value(self, value: Num, kind: Type) -> int | str | bool | None:
        exact = self.exact(value)
        if exact is None or kind.kind not in ("choice", "yes_no", "date"):
            return self.json_value(value)
        number = int(exact)
        if kind.kind == "choice":
            return kind.choices[number] if number < len(kind.choices) else None
        return bool(number) if kind.kind == "yes_no" else date.fromordinal(number).isoformat()

    def shown_value(self, value: Num, kind: Type) -> Text:
        if kind.kind == "choice" and kind.choices == tuple(tier.id for tier in self.program.tiers):
            return self._tier_text(value)
        exact = self.exact(value)
        if exact is not None:
            return shown(kind, exact)
        low, high = self.evaluation.value(value.n)
        if value.d is not None or kind.kind in ("choice", "yes_no"):
            return shown(kind, UNKNOWN)
        return shown_range(kind, Fraction(low, value.s), Fraction(high, value.s))

    def _tier_text(self, value: Num) -> Text:
        low, high = self.evaluation.value(value.n)
        if low != high:
            return shown(Type("text"), UNKNOWN)
        tiers = self.program.tiers
        return tiers[low].text if low < len(tiers) else Text("无", "none")

    # -- outcome -----------------------------------------------------------------------------------------------------

    def tier(self) -> str | None:
        low, high = self.evaluation.value(self.program.tier_core)
        return self.program.tiers[low].id if low == high and low < len(self.program.tiers) else None

    def asks(self) -> tuple[Ask, ...]:
        """Return the unknown facts below every node that is not yet decided."""
        program = self.program
        names: dict[str, None] = {}
        roots = [program.eligible_core, program.tier_core]
        if program.amount_core is not None:
            roots.append(program.amount_core)
        if self.evaluation.value(program.eligible_core) == FALSE:
            return ()
        seen: set[int] = set()
        stack = list(reversed(roots))
        while stack:
            node = stack.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            low, high = self.evaluation.value(node)
            if low == high:
                continue
            if node.op == "fact":
                names[str(node.value).removesuffix("?")] = None
            elif node.op == "agg":
                names.update(self._asks_of_list(node))
            elif node.op == "ite" and self.evaluation.value(node.args[0]) != EITHER:
                stack.append(node.args[1] if self.evaluation.value(node.args[0]) == TRUE else node.args[2])
            else:
                stack.extend(reversed(node.args))
        return tuple(self._ask(name) for name in names)

    def _asks_of_list(self, node: Core) -> dict[str, None]:
        assert isinstance(node.value, Aggregate)
        name = node.value.list_name
        rows = self.evaluation.facts.lists[name]
        found: dict[str, None] = {}
        if rows.more or any(span[0] != span[1] for row in rows.rows for span in row.values()):
            found[name] = None
        stack = list(node.args)
        while stack:
            inner = stack.pop()
            if inner.op == "fact" and str(inner.value).removesuffix("?") in self.evaluation.facts.unknown:
                found[str(inner.value).removesuffix("?")] = None
            stack.extend(inner.args)
        return found

    def _ask(self, name: str) -> Ask:
        if name in self.pack.records:
            return Ask(name, self.pack.records[name].source, self.pack.records[name].text)
        fact = self.program.facts[name]
        return Ask(name, fact.asks or fact.source, fact.text)


def _written(typed: Typed) -> tuple[str, ...]:
    lists: list[str] = []
    stack = [typed]
    while stack:
        node = stack.pop()
        if node.op in ("count", "any", "all", "sum", "largest", "smallest", "latest", "earliest"):
            lists.append(str(node.value))
        stack.extend(node.args)
    return (*typed.names(), *lists)


def _steps(value: Lowered) -> Text:
    """Return a duration in words: "10 年" or "1 年 2 个月 3 天"."""
    assert isinstance(value, Steps), "a growth is never named"
    zh, en = [], []
    for months, days in value.steps:
        years, rest = divmod(months, 12)
        for number, unit in ((years, ("年", "years")), (rest, ("个月", "months")), (days, ("天", "days"))):
            if number:
                zh.append(f"{number} {unit[0]}")
                en.append(f"{number} {unit[1]}")
    return Text(" ".join(zh), " ".join(en))


def _json_fact(value: Value) -> int | str | bool | None:
    if value is UNKNOWN or value is ABSENT:
        return None
    return value if isinstance(value, int | str | bool) else str(value)


def _merged(facts: Facts, extra: Mapping[str, Value] | None) -> Facts:
    if not extra:
        return facts
    for name, value in extra.items():
        if name in facts and facts[name] is not UNKNOWN and facts[name] != value:
            raise PolicyError.at(
                Position("facts", 1, 1), "FACT", f"{name} is given twice with different values; give it once",
                f"{name} 给出了两个不同的值，请只给一个",
            )  # fmt: skip
    return {**facts, **extra}


def evaluated(pack: Pack, facts: Facts, *, stage: str | None = None) -> Evaluation:
    """Return the evaluation of one case, for readers that need single nodes; raises PolicyError for wrong facts."""
    program = pack.program_of(stage)
    evaluation = Evaluation(encode(pack, program, facts))
    evaluation.run(program.lets)
    return evaluation


def decide(
    pack: Pack, facts: Facts, *, stage: str | None = None, extra: Mapping[str, Value] | None = None
) -> Decision:
    """Decide one case under `pack`, or a later `stage` of it, with a reason for every clause.

    `extra` are further facts (what the system gathers at the moment of decision), laid beside `facts`; a fact that
    both give differently is refused. Raises PolicyError for facts that are undeclared, of a wrong type or out of range
    (a deciding date on which the version is not in force is such a fact). Unknown never pays.
    """
    program = pack.program_of(stage)
    merged = _merged(facts, extra)
    case = _Case(pack, program, merged, evaluated(pack, merged, stage=stage))
    outcome = case.verdict(program.eligible_core)
    amount, span = None, None
    if program.amount_core is not None:
        low, high = case.evaluation.value(program.amount_core)
        settled = low == high and outcome != "unknown"
        amount, span = (low, None) if settled else (None, (low, high))
    return Decision(
        pack.code, pack.version, stage, outcome, case.tier() if outcome == "met" else None, amount, span,
        pack.currency, case.reasons(), case.asks(), pack.content_hash,
    )  # fmt: skip


def required_documents(pack: Pack, facts: Facts) -> tuple[str, ...]:
    """Return the ids of the papers to file: the required ones, and those whose condition is met or still unknown."""
    evaluation = evaluated(pack, facts)
    return tuple(
        item.id
        for item in pack.documents
        if item.required or (item.core is not None and evaluation.value(item.core) != FALSE)
    )
