"""From the texts of a pack to a `Pack`: the skeleton is read, every expression checked, each program lowered once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from policies.language.compile import NEVER, Compiler, minor_units, order_of
from policies.language.declare import checked_name, constant_of, read_fact, read_parameter, read_record
from policies.language.findings import PolicyError, Position, Text
from policies.language.lowered import Num
from policies.language.model import (
    AllocationDef,
    AmountDef,
    ApprovalLevel,
    Criterion,
    Definition,
    DocumentDef,
    FactDef,
    Group,
    Leaf,
    Pack,
    ParameterDef,
    Program,
    RecordDef,
    RouteDef,
    TableDef,
    Tier,
)
from policies.language.parse import Expr, parse_expression
from policies.language.reader import MapNode, Node, Scalar, plain, read_yaml
from policies.language.schema import (
    CERTAINTIES,
    Fields,
    Problems,
    both,
    day,
    entries,
    fields,
    identifier,
    items,
    mapping,
    one_of,
    read_allocation,
    read_clauses,
    read_document,
    read_manual,
    read_notice,
    read_panel,
    read_undertaking,
    refuse,
    scalar,
    text_of,
    whole,
    working_days,
    yes_no,
)
from policies.language.tables import read_table
from policies.language.typed import CHOICE, LIST, MONEY, T_YES_NO, Symbol, Type, Typed
from policies.language.types import Checker
from policies.language.units import CURRENCIES

MAX_DEFINITIONS = 400
_REQUIRED = "code version title currency effective decides_on facts route document cases"
_OPTIONAL = (
    "fiscal_year_start sections records parameters define tables vetoes eligibility tiers amount stages allocation "
    "undertakings manual documents notice no_notice_reason"
)
_TREE_KINDS = ("all_of", "any_of", "not", "at_least")


@dataclass(frozen=True, slots=True)
class PackSource:
    """The texts of one version; `name` stands before the file names in positions."""

    policy: str
    source: str
    cases: str
    name: str

    @classmethod
    def from_folder(cls, folder: Path) -> PackSource:
        """Read the three files of a version folder; raises PolicyError naming the one that is missing or no UTF-8."""
        texts = []
        for name in ("policy.yaml", "source.md", "cases.yaml"):
            at = Position(str(folder / name), 1, 1)
            try:
                texts.append((folder / name).read_text(encoding="utf-8"))
            except FileNotFoundError as error:
                raise PolicyError.at(
                    at, "FILE", "the file is missing; a version has policy.yaml, source.md and cases.yaml",
                    "缺少文件；每个版本应有 policy.yaml、source.md、cases.yaml",
                ) from error  # fmt: skip
            except UnicodeDecodeError as error:
                raise PolicyError.at(at, "FILE", "the file is not UTF-8; save it so", "文件不是 UTF-8 编码") from error
        return cls(texts[0], texts[1], texts[2], str(folder))

    def file(self, name: str) -> str:
        """Return what positions call one of the three files."""
        return f"{self.name}/{name}" if self.name else name


class _SkippedError(PolicyError):
    """An expression that reads a name whose own fault is reported already."""

    def __init__(self) -> None:
        super().__init__()


@dataclass(slots=True)
class _Scope:
    """The names that expressions of one program may read."""

    symbols: dict[str, Symbol] = field(default_factory=dict)
    pending: dict[str, Scalar | MapNode] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Build:
    source: PackSource
    problems: Problems = field(default_factory=Problems)
    scope: _Scope = field(default_factory=_Scope)
    sections: dict[str, Text] = field(default_factory=dict)
    facts: dict[str, FactDef] = field(default_factory=dict)
    records: dict[str, RecordDef] = field(default_factory=dict)
    parameters: dict[str, ParameterDef] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    tables: dict[str, TableDef] = field(default_factory=dict)
    uses: list[tuple[str, Position]] = field(default_factory=list)
    assumed: dict[str, None] = field(default_factory=dict)
    leaf_ids: set[str] = field(default_factory=set)
    currency: str = ""
    fiscal_start: tuple[int, int] = (1, 1)
    main: Program | None = None
    compiler: Compiler | None = None
    tables_of: set[str] = field(default_factory=set)
    order: list[str] = field(default_factory=list)

    # -- names -------------------------------------------------------------------------------------------------------

    def declare(self, top: Fields) -> None:
        for key, value in entries(top.get("sections"), "sections"):
            with self.problems.collecting():
                self.sections[identifier(key, "a section")] = text_of(value, key.value)
        taken = self.scope.symbols
        self._facts(top.get("facts"), self.facts, taken)
        for key, value in entries(top.get("records"), "records"):
            with self._declaring(key):
                name = checked_name(key, taken)
                record = read_record(name, value, self.currency, taken)
                inner = {n: Symbol(n, "field", f.type) for n, f in record.fields.items()}
                self.records[name] = record
                taken[name] = Symbol(name, "list", Type(LIST), fields=inner)
        for key, value in entries(top.get("parameters"), "parameters"):
            with self._declaring(key):
                name = checked_name(key, taken)
                parameter = self.parameters[name] = read_parameter(name, value)
                dated = parameter.values[0].since is not None
                taken[name] = Symbol(name, "parameter", parameter.type, const=not dated)
                self.cite(parameter.clause, parameter.at, parameter.certainty)
        for what in ("define", "tables"):
            for key, value in entries(top.get(what), what):
                with self._declaring(key):
                    name = checked_name(key, {**taken, **self.scope.pending})
                    self.scope.pending[name] = (
                        mapping(value, name) if what == "tables" else self._definition_node(value)
                    )
        if len(self.scope.pending) > MAX_DEFINITIONS:
            raise refuse(top.at, f"more than {MAX_DEFINITIONS} definitions; split the pack", "定义过多", "LIMIT")
        self.tables_of = {key.value for key, _ in entries(top.get("tables"), "tables")}
        for name in self._in_order():
            with self.problems.collecting():
                self.resolve(name)

    def _in_order(self) -> list[str]:
        """Return the definitions and tables, each after those it reads, so that no chain of them nests calls."""
        reads = {name: _mentioned(node) & self.scope.pending.keys() for name, node in self.scope.pending.items()}
        done: dict[str, None] = {}
        path: list[str] = []
        stack = [(name, False) for name in reversed(self.scope.pending)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                path.pop()
                done[name] = None
            elif name in path:
                circle = " → ".join([*path[path.index(name) :], name])
                at = self.scope.pending[name].at
                raise refuse(
                    at, f"definitions read one another in a circle: {circle}", f"定义循环引用：{circle}", "CYCLE"
                )
            elif name not in done:
                path.append(name)
                stack.append((name, True))
                stack.extend((other, False) for other in sorted(reads[name], reverse=True))
        return list(done)

    def _declaring(self, key: Scalar) -> _Declaring:
        return _Declaring(self, key.value)

    def _definition_node(self, node: Node) -> Scalar | MapNode:
        return node if isinstance(node, MapNode) else scalar(node, "a definition")

    def _facts(self, node: Node | None, found: dict[str, FactDef], taken: dict[str, Symbol]) -> None:
        for key, value in entries(node, "facts"):
            with self._declaring(key):
                name = checked_name(key, taken)
                fact = found[name] = read_fact(name, value, self.currency, self.sections)
                taken[name] = Symbol(name, "fact", fact.type, fact.optional)

    def resolve(self, name: str) -> None:
        """Type a definition or table; those that it reads are typed before it."""
        node = self.scope.pending.get(name)
        if node is None or name in self.scope.symbols:
            return
        with _Declaring(self, name, swallow=False):
            kind = self._define(name, node)
        self.scope.symbols[name] = kind
        self.order.append(name)

    def _define(self, name: str, node: Scalar | MapNode) -> Symbol:
        if name in self.tables_of:
            table = self.tables[name] = read_table(name, node, self.check)
            if table.clause:
                self.cite(table.clause, node.at, "")
            return Symbol(name, "table", table.type)
        if isinstance(node, Scalar):
            definition = Definition(name, Text(name, name), self.check(node))
        else:
            values = fields(node, f"the definition {name}", "value", "zh en clause")
            clause = self._clause(values, "") if "clause" in values else ""
            definition = Definition(name, both(values, name, name), self.check(scalar(values["value"], name)), clause)
        self.definitions[name] = definition
        return Symbol(name, "define", definition.value.type, const=definition.value.const)

    def check(self, source: Scalar) -> Typed:
        """Type one expression over the names declared so far."""
        expr = parse_expression(source)
        for name in _names(expr):
            if name in self.scope.failed:
                raise _SkippedError
        return Checker(self.scope.symbols).check(expr)

    def condition(self, source: Scalar) -> Typed:
        """Type one condition."""
        return Checker(self.scope.symbols).want(self.check(source), T_YES_NO)

    def cite(self, clause: str, at: Position, certainty: str) -> None:
        """Note that a clause is encoded, and whether it is assumed."""
        self.uses.append((clause, at))
        if certainty == "assumed":
            self.assumed[clause] = None

    def _clause(self, values: Fields, certainty: str) -> str:
        node = scalar(values["clause"], "clause")
        self.cite(node.value, node.at, certainty)
        return node.value

    # -- criteria ----------------------------------------------------------------------------------------------------

    def leaf(self, node: Node, what: str) -> Leaf:
        values = fields(node, what, "id when clause zh en certainty source")
        certainty = one_of(values["certainty"], "certainty", CERTAINTIES)
        clause = self._clause(values, certainty)
        try:
            name = identifier(values["id"], "id")
            if name in self.leaf_ids:
                raise refuse(values["id"].at, f"the id {name} stands twice; ids are unique", f"编号 {name} 重复")
            self.leaf_ids.add(name)
            when = self.condition(scalar(values["when"], "when"))
            source = scalar(values["source"], "source").value
            return Leaf(name, clause, both(values, what), certainty, source, when, NEVER)
        except PolicyError as error:
            raise (error if isinstance(error, _SkippedError) else error.with_clause(clause)) from error

    def tree(self, node: Node, what: str) -> Criterion | None:
        """Read a tree of criteria; None when a part of it failed (and was reported)."""
        keys = {key.value for key, _ in mapping(node, what).items}
        kind = next((kind for kind in _TREE_KINDS if kind in keys), None)
        if kind is None:
            with self.problems.collecting():
                return self.leaf(node, what)
            return None
        values = fields(node, what, f"{kind} of" if kind == "at_least" else kind, "zh en")
        if kind == "not":
            parts: tuple[Node, ...] = (values["not"],)
        else:
            parts = items(values["of"] if kind == "at_least" else values[kind], kind)
        if not parts:
            raise refuse(node.at, f"{kind} of nothing; list at least one criterion", f"{kind} 不可为空")
        children = [self.tree(part, kind) for part in parts]
        least = whole(values["at_least"], "at_least", 1, len(parts)) if kind == "at_least" else 0
        text = both(values, what) if "zh" in values or "en" in values else None
        present = tuple(child for child in children if child is not None)
        return Group(kind, present, least, NEVER, text) if len(present) == len(children) else None

    def tiers(self, node: Node | None) -> tuple[Tier, ...]:
        found: list[Tier] = []
        for item in items(node, "tiers"):
            values = fields(item, "a tier", "id set requires zh en")
            settings = {}
            for key, value in entries(values["set"], "set"):
                if not found:
                    checked_name(key, self.scope.symbols)
                settings[key.value] = self.check(scalar(value, key.value))
            requires = self.tree(values["requires"], "requires")
            if requires is not None:
                tier = Tier(identifier(values["id"], "id"), both(values, "a tier"), requires, settings)
                self._like_first(found, tier, item)
                found.append(tier)
        if found:
            choices = tuple(tier.id for tier in found)
            self.scope.symbols["tier"] = Symbol("tier", "tier", Type(CHOICE, "", choices))
            for name, typed in found[0].settings.items():
                self.scope.symbols[name] = Symbol(name, "set", typed.type)
        return tuple(found)

    def _like_first(self, found: list[Tier], tier: Tier, node: Node) -> None:
        if any(other.id == tier.id for other in found):
            raise refuse(node.at, f"the tier {tier.id} stands twice", f"等级 {tier.id} 重复")
        if found:
            first = {name: typed.type for name, typed in found[0].settings.items()}
            if {name: typed.type for name, typed in tier.settings.items()} != first:
                raise refuse(
                    node.at, "every tier sets the same names with the same types", "各等级的 set 应含相同名称和类型"
                )

    def amount(self, node: Node | None) -> AmountDef | None:
        if node is None:
            return None
        values = fields(node, "amount", "formula round clause zh en certainty source")
        certainty = one_of(values["certainty"], "certainty", CERTAINTIES)
        clause = self._clause(values, certainty)
        how = scalar(values["round"], "round")
        match = re.fullmatch(r"(down|up|half_up|half_even) to (.+)", how.value)
        if match is None:
            raise refuse(how.at, f'found {how.value!r}; expected "down to 100元"', "round 应如“down to 100元”")
        unit = constant_of(
            Scalar(match[2], how.at.moved(match.start(2)), how.quoted), Type(MONEY, self.currency), "round"
        )
        formula = self.check(scalar(values["formula"], "formula"))
        Checker({}).want(formula, Type(MONEY, self.currency))
        source = scalar(values["source"], "source").value
        return AmountDef(
            formula, match[1], minor_units(unit, how.at), clause, both(values, "amount"), certainty, source
        )

    # -- programs ----------------------------------------------------------------------------------------------------

    def program(
        self, values: Fields, stage: str | None, extra: Mapping[str, FactDef], on: str, title: Text
    ) -> Program:
        """Read the criteria of one decision and lower them. The vetoes of the pack hold in every stage."""
        vetoes = list(self.main.vetoes) if self.main else []
        for item in items(values.get("vetoes"), "vetoes"):
            with self.problems.collecting():
                vetoes.append(self.leaf(item, "a veto"))
        tree_node = values.get("eligibility")
        tree = None if tree_node is None else self.tree(tree_node, "eligibility")
        tiers = self.tiers(values.get("tiers"))
        amount = None
        with self.problems.collecting():
            amount = self.amount(values.get("amount"))
        self.problems.finish()
        if tree is None and not tiers:
            raise refuse(values.at, "expected eligibility or tiers", "应有 eligibility 或 tiers")
        facts = {**self.facts, **extra}
        compiler = Compiler(facts, self.records, self.parameters, self.definitions, self.tables, on, self.fiscal_start)
        self.compiler = self.compiler or compiler
        return self._lowered(compiler, stage, title, on, vetoes, tree, tiers, amount, values.at)

    def _lowered(
        self, compiler: Compiler, stage: str | None, title: Text, on: str, vetoes: list[Leaf],
        tree: Criterion | None, tiers: tuple[Tier, ...], amount: AmountDef | None, at: Position,
    ) -> Program:  # fmt: skip
        for name in self.order:
            compiler.lowered(name)
        lowered_vetoes = tuple(compiler.leaf(veto) for veto in vetoes)
        lowered_tree = None if tree is None else compiler.criterion(tree)
        lowered_tiers = tuple(replace(tier, requires=compiler.criterion(tier.requires)) for tier in tiers)
        compiler.settings(lowered_tiers)
        tier = compiler.tier(lowered_tiers)
        if lowered_tiers:
            compiler.lowerer.names["tier"] = Num(tier)
        eligible = compiler.eligible(lowered_vetoes, lowered_tree, lowered_tiers)
        amount_core = None if amount is None else compiler.amount(amount, eligible)
        for name in [*self.definitions, *self.tables, *self.parameters, *compiler.facts]:
            if name in compiler.facts and compiler.facts[name].kind == "text":
                continue
            # Lowering a name that no criterion reads finds its faults too.
            compiler.lowered(name)
        roots = [eligible, tier, *([] if amount_core is None else [amount_core])]
        return Program(
            stage=stage, title=title, decides_on=on, facts=compiler.facts, symbols=dict(self.scope.symbols),
            names=dict(compiler.lowerer.names), tables=compiler.table_cores, lists=compiler.lists,
            lets=order_of(roots), vetoes=lowered_vetoes, eligibility=lowered_tree, tiers=lowered_tiers, amount=amount,
            eligible_core=eligible, tier_core=tier, amount_core=amount_core, at=at,
        )  # fmt: skip

    def stage(self, key: Scalar, node: Node, effective_from: date) -> Program:
        """Read a later decision: own facts, tree, tiers and amount over the same names."""
        name = identifier(key, "a stage")
        values = fields(
            node, f"the stage {name}", "after zh en decides_on", "repeats until facts vetoes eligibility tiers amount"
        )
        outer = self.scope.symbols
        tier_names = {s.name for s in outer.values() if s.role in ("tier", "set")}
        self.scope.symbols = {n: s for n, s in outer.items() if n not in tier_names}
        try:
            extra: dict[str, FactDef] = {}
            self._facts(values.get("facts"), extra, self.scope.symbols)
            on = scalar(values["decides_on"], "decides_on").value
            until = day(values["until"], "until") if "until" in values else None
            pinned = self._pinned(on, {**self.facts, **extra}, values["decides_on"].at, effective_from, until)
            extra[on] = pinned
            program = self.program(values, name, extra, on, both(values, name))
        finally:
            self.scope.symbols = outer
        repeats = whole(values["repeats"], "repeats", 1, 100) if "repeats" in values else 1
        after = scalar(values["after"], "after").value
        return replace(program, after=after, repeats=repeats, until=until)

    def _pinned(self, on: str, facts: Mapping[str, FactDef], at: Position, since: date, until: date | None) -> FactDef:
        """Return the deciding date, its range clipped to the days on which this version decides."""
        fact = facts.get(on)
        if fact is None or fact.kind != "date" or fact.optional:
            raise refuse(
                at, f"decides_on: {on} is no date fact that always exists", f"decides_on：{on} 不是必有的日期事实"
            )
        last = fact.maximum if until is None else min(fact.maximum, until.toordinal())
        first = max(fact.minimum, since.toordinal())
        if first > last:
            raise refuse(at, f"decides_on: {on} has no day in force", f"decides_on：{on} 没有有效日期")
        return replace(fact, minimum=first, maximum=last)

    # -- the rest ----------------------------------------------------------------------------------------------------

    def route(self, node: Node) -> RouteDef:
        values = fields(node, "route", "kind acceptance correction co_review approval", "panel")
        levels = []
        for item in items(values["approval"], "route.approval"):
            line = fields(item, "a level of approval", "by", "up_to")
            limit = line.get("up_to")
            money = Type(MONEY, self.currency)
            up_to = None if limit is None else minor_units(constant_of(limit, money, "up_to"), limit.at)
            levels.append(ApprovalLevel(up_to, identifier(line["by"], "by")))
        limits = [level.up_to for level in levels]
        rising = [limit for limit in limits[:-1] if limit is not None]
        if not levels or limits[-1] is not None or len(rising) < len(limits) - 1 or rising != sorted(set(rising)):
            raise refuse(
                values["approval"].at,
                "levels of approval rise, and the last has no up_to",
                "approval 各级限额应递增，最后一级不写 up_to",
            )
        panel = values.get("panel")
        return RouteDef(
            one_of(values["kind"], "route.kind", ("R0", "R1", "R2", "R3", "R4", "R5")),
            working_days(values["acceptance"], "route.acceptance"),
            working_days(values["correction"], "route.correction"),
            None if panel is None else read_panel(panel),
            yes_no(values["co_review"], "route.co_review", False),
            tuple(levels),
        )

    def document_defs(self, node: Node | None) -> tuple[DocumentDef, ...]:
        found = []
        for item in items(node, "documents"):
            values = fields(item, "a document", "id zh en required")
            required = scalar(values["required"], "required")
            plainly = required.value in ("yes", "no")
            when = None if plainly else self.condition(required)
            assert self.compiler is not None
            core = None if when is None else self.compiler.lowerer.condition(when)
            found.append(
                DocumentDef(
                    identifier(values["id"], "id"), both(values, "a document"), required.value == "yes", when, core
                )
            )
        return tuple(found)

    def _negative_rounds(self) -> tuple[Position, ...]:
        assert self.compiler is not None
        return tuple(dict.fromkeys(self.compiler.builder.negative_rounds))

    def allocation(self, node: Node | None) -> AllocationDef | None:
        if node is None:
            return None
        allocation = read_allocation(node)
        self.cite(allocation.clause, node.at, "")
        return allocation

    def head(self, root: Node) -> tuple[Fields, date, date | None]:
        """Read what everything else depends on."""
        top = fields(root, "the policy", _REQUIRED, _OPTIONAL)
        self.currency = one_of(top["currency"], "currency", CURRENCIES)
        effective = fields(top["effective"], "effective", "from to")
        since, last = day(effective["from"], "effective.from"), scalar(effective["to"], "effective.to")
        until = None if last.value == "null" else day(last, "effective.to")
        if until is not None and until < since:
            raise refuse(last.at, "effective ends before it starts", "有效期的结束早于开始")
        start = top.get("fiscal_year_start")
        if start is not None:
            match = re.fullmatch(r"(0[1-9]|1[0-2])-([01]\d|2[0-8])", scalar(start, "fiscal_year_start").value)
            if match is None or match[2] == "00":
                raise refuse(start.at, "expected MM-DD, at most day 28", "fiscal_year_start 应为 MM-DD，日不超过 28")
            self.fiscal_start = (int(match[1]), int(match[2]))
        return top, since, until

    def pack(self) -> Pack:
        """Read everything; raises PolicyError with all findings."""
        root = read_yaml(self.source.policy, self.source.file("policy.yaml"))
        top, since, until = self.head(root)
        self.declare(top)
        self.problems.finish()
        on = scalar(top["decides_on"], "decides_on")
        self.facts[on.value] = self._pinned(on.value, self.facts, on.at, since, until)
        title = text_of(top["title"], "title")
        main = self.main = self.program(top, None, {}, on.value, title)
        stages = {}
        for key, value in entries(top.get("stages"), "stages"):
            with self.problems.collecting():
                stages[key.value] = self.stage(key, value, since)
        self.problems.finish()
        return self._assemble(top, root, title, since, until, main, stages)

    def _assemble(
        self, top: Fields, root: Node, title: Text, since: date, until: date | None, main: Program,
        stages: Mapping[str, Program],
    ) -> Pack:  # fmt: skip
        clauses = read_clauses(self.source.source, self.source.file("source.md"))
        manual = tuple(read_manual(item) for item in items(top.get("manual"), "manual"))
        undertakings = tuple(read_undertaking(item) for item in items(top.get("undertakings"), "undertakings"))
        for item in manual:
            self.cite(item.clause, top.at, "")
        for undertaking in undertakings:
            if undertaking.clause:
                self.cite(undertaking.clause, top.at, "")
        notice, reason = top.get("notice"), top.get("no_notice_reason")
        if (notice is None) == (reason is None):
            raise refuse(
                top.at, "write either notice or no_notice_reason", "notice 与 no_notice_reason 须写且只写其一"
            )
        version = scalar(top["version"], "version")
        if not re.fullmatch(r"\d{4}\.\d{1,3}", version.value):
            raise refuse(version.at, f"found {version.value!r}; expected YEAR.NUMBER", "version 应如 2024.1")
        return Pack(
            code=identifier(top["code"], "code"), version=version.value, title=title, currency=self.currency,
            decimals=CURRENCIES[self.currency], fiscal_year_start=self.fiscal_start, effective_from=since,
            effective_to=until, decides_on=main.decides_on, sections=self.sections, facts=self.facts,
            records=self.records, parameters=self.parameters, definitions=self.definitions, tables=self.tables,
            program=main, stages=stages, clauses=clauses, undertakings=undertakings, manual=manual,
            documents=self.document_defs(top.get("documents")), route=self.route(top["route"]),
            notice=None if notice is None else read_notice(notice),
            no_notice_reason=None if reason is None else scalar(reason, "no_notice_reason").value,
            allocation=self.allocation(top.get("allocation")), document=read_document(top["document"]),
            content_hash=content_hash(root, self.source.source), assumed_clauses=tuple(sorted(self.assumed)),
            clause_uses=tuple(self.uses),
            negative_rounds=self._negative_rounds(),
        )  # fmt: skip


class _Declaring:
    """Keeps the findings of one declaration and marks its name as failed, so that its readers stay silent."""

    def __init__(self, build: _Build, name: str, *, swallow: bool = True) -> None:
        self.build, self.name, self.swallow = build, name, swallow

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, PolicyError):
            return False
        self.build.scope.failed.add(self.name)
        if self.swallow:
            self.build.problems.findings.extend(error.findings)
        return self.swallow


def _names(expr: Expr) -> list[str]:
    found, stack = [], [expr]
    while stack:
        node = stack.pop()
        if node.op == "name":
            found.append(str(node.value))
        stack.extend(node.args)
    return found


def _mentioned(node: Node) -> set[str]:
    """Return every word of the expressions of a definition or table (a superset of the names it reads)."""
    if isinstance(node, Scalar):
        return set(re.findall(r"[a-z][a-z0-9_]*", node.value))
    parts = (
        [part for key, part in node.items if key.value not in ("zh", "en", "clause")]
        if isinstance(node, MapNode)
        else node.items
    )
    return {word for part in parts for word in _mentioned(part)}


def content_hash(policy: Node, source: str) -> str:
    """Return the SHA-256 of the canonical form: the tree of policy.yaml without order and comments, and source.md.

    The worked cases do not belong to it: they check the rules and are not part of them.
    """
    form = {"policy": plain(policy), "source": [line.rstrip() for line in source.strip().splitlines()]}
    text = json.dumps(form, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def parse_pack(source: PackSource) -> Pack:
    """Return the pack of the texts; raises PolicyError with every finding that could be made."""
    return _Build(source).pack()


def load_pack(folder: Path) -> Pack:
    """Return the pack of one version folder (policy.yaml, source.md, cases.yaml); raises PolicyError."""
    return parse_pack(PackSource.from_folder(folder))
