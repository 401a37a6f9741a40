"""The names of a pack: facts, records, parameters, definitions and tables, each typed after those it reads."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from policies.language.declare import checked_name, read_fact, read_parameter, read_record
from policies.language.findings import PolicyError, Position, Text
from policies.language.model import (
    Definition,
    FactDef,
    ParameterDef,
    RecordDef,
    TableDef,
)
from policies.language.parse import Expr, parse_expression
from policies.language.reader import MapNode, Node, Scalar
from policies.language.schema import (
    Fields,
    Problems,
    both,
    entries,
    fields,
    identifier,
    mapping,
    refuse,
    scalar,
    text_of,
)
from policies.language.source import PackSource
from policies.language.tables import read_table
from policies.language.typed import LIST, T_YES_NO, Symbol, Type, Typed
from policies.language.types import Checker

MAX_DEFINITIONS = 400
# Clauses that an author invented are numbered so, and count as assumed even where only a definition cites them.
ASSUMED_NUMBER = re.compile(r"A-\d{2}")


class SkippedError(PolicyError):
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
class Names:
    """The names of a pack: declared, typed in the order in which they read one another, looked up by expressions."""

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
    tables_of: set[str] = field(default_factory=set)
    order: list[str] = field(default_factory=list)

    def declare(self, top: Fields) -> None:
        """Declare every name of the pack; faults are kept in `problems`."""
        for key, value in entries(top.get("sections"), "sections"):
            with self.problems.collecting():
                self.sections[identifier(key, "a section")] = text_of(value, key.value)
        taken = self.scope.symbols
        self.read_facts(top.get("facts"), self.facts, taken)
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

    def read_facts(self, node: Node | None, found: dict[str, FactDef], taken: dict[str, Symbol]) -> None:
        """Declare facts of the pack or of a stage."""
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
            clause = self.clause_of(values, "") if "clause" in values else ""
            definition = Definition(name, both(values, name, name), self.check(scalar(values["value"], name)), clause)
        self.definitions[name] = definition
        return Symbol(name, "define", definition.value.type, const=definition.value.const)

    def check(self, source: Scalar) -> Typed:
        """Type one expression over the names declared so far."""
        expr = parse_expression(source)
        for name in _names(expr):
            if name in self.scope.failed:
                raise SkippedError
        return Checker(self.scope.symbols).check(expr)

    def condition(self, source: Scalar) -> Typed:
        """Type one condition."""
        return Checker(self.scope.symbols).want(self.check(source), T_YES_NO)

    def cite(self, clause: str, at: Position, certainty: str) -> None:
        """Note that a clause is encoded, and whether it is assumed: by its certainty, or by a number like A-03."""
        self.uses.append((clause, at))
        if certainty == "assumed" or ASSUMED_NUMBER.fullmatch(clause):
            self.assumed[clause] = None

    def clause_of(self, values: Fields, certainty: str) -> str:
        """Return the clause that a map cites, and note it."""
        node = scalar(values["clause"], "clause")
        self.cite(node.value, node.at, certainty)
        return node.value


class _Declaring:
    """Keeps the findings of one declaration and marks its name as failed, so that its readers stay silent."""

    def __init__(self, build: Names, name: str, *, swallow: bool = True) -> None:
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
