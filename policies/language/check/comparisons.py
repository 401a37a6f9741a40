"""Every comparison that a decision makes, with its place, its words and its core node.

The surface trees are lowered once more over the names of a program that is built, by a lowerer that notes each
comparison it meets. A comparison inside an aggregate reads the record at hand: it is asked as "how many of the
records", so that a list of one record answers for that record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from policies.language.core import Aggregate, Builder, Core
from policies.language.findings import Position
from policies.language.lower import Lowerer
from policies.language.lowered import Lowered, Num
from policies.language.model import Pack, ParameterDef, Program
from policies.language.shown import shown
from policies.language.typed import CHOICE, DURATION, GROWTH, YES_NO, Typed

COMPARED = ("<", "<=", ">", ">=", "==", "!=")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a program.

    `kind` is order (quantities, dates), kink (where min or max changes hands) or outcome (yes or no, choices,
    membership). `node` is 1 where it holds. `equal` is 1 where both sides of an order are equal; for a kink it is the
    other side of the same edge. `sides` are what is compared, `record` names the list whose record is read.
    """

    kind: str
    at: Position
    clause: str
    words: str
    node: Core
    equal: Core | None = None
    sides: tuple[Core, ...] = ()
    record: str = ""
    against_zero: bool = False


@dataclass(slots=True)
class _Watcher(Lowerer):
    """Lowers as ever and notes what is compared; `clause` is that of the expression at hand."""

    found: dict[Position, Comparison] = field(default_factory=dict)
    clause: list[str] = field(default_factory=lambda: [""])

    def _lower(self, typed: Typed) -> Lowered:
        value = Lowerer._lower(self, typed)
        if typed.op in COMPARED:
            self._compared(typed, value)
        elif typed.op == "in":
            self._note(typed, "outcome", value)
        elif typed.op in ("min", "max"):
            self._kinks(typed)
        return value

    def _compared(self, typed: Typed, value: Lowered) -> None:
        kinds = {part.type.kind for part in typed.args}
        if kinds & {CHOICE, YES_NO}:
            self._note(typed, "outcome", value)
            return
        zero = any(part.op == "const" and part.value == Fraction(0) for part in typed.args)
        equal = None
        if not kinds & {GROWTH, DURATION}:
            equal = self.compare("==", self.number(typed.args[0]), self.number(typed.args[1]))
        self._note(typed, "order", value, equal, zero)

    def _kinks(self, typed: Typed) -> None:
        for index in range(1, len(typed.args)):
            first = typed.args[0] if index == 1 else replace(typed, args=typed.args[:index])
            best, value = self.number(first), self.number(typed.args[index])
            at = typed.args[index].at
            words = f"{written(first)} <= {written(typed.args[index])}"
            edges = (self.compare(op, best, value) for op in ("<=", "<"))
            self.keep(Comparison("kink", at, self.clause[0], words, next(edges), next(edges)))

    def _note(
        self, typed: Typed, kind: str, value: Lowered, equal: Core | None = None, against_zero: bool = False
    ) -> None:
        assert isinstance(value, Num), "a comparison is a condition"
        self.keep(
            Comparison(kind, typed.at, self.clause[0], written(typed), value.n, equal, against_zero=against_zero)
        )

    def keep(self, found: Comparison) -> None:
        """Note a comparison, unless it is decided for every company."""
        if found.node.lo == found.node.hi:
            return
        bare = found.node.args[0] if found.node.op == "not" else found.node
        found = replace(found, sides=bare.args)
        if self.fields:
            found = self._over_records(found)
        self.found.setdefault(found.at, found)

    def _over_records(self, found: Comparison) -> Comparison:
        name = next(name for name, shape in self.lists.items() if shape.fields is self.fields)
        const = self.builder.const
        nodes = [
            None if node is None else self.builder.make(
                "agg", const(1), node, const(0), value=Aggregate("sum", name, 1)
            )
            for node in (found.node, found.equal)
        ]  # fmt: skip
        assert nodes[0] is not None
        return replace(found, node=nodes[0], equal=nodes[1], record=name)


def written(typed: Typed) -> str:
    """Return an expression as one would write it, its constants as people read them."""
    op, args = typed.op, typed.args
    if op == "const":
        return shown(typed.type, typed.value).en if typed.type.kind != DURATION else _duration(typed.value)
    if op in ("name", "field"):
        return str(typed.value)
    if op == "if":
        return f"{written(args[1])} if {written(args[0])} else {written(args[2])}"
    if op in ("not", "neg"):
        return f"{'not ' if op == 'not' else '-'}{_inner(args[0])}"
    if op == "in":
        return f"{_inner(args[0])} in ({', '.join(map(written, args[1:]))})"
    if op in (*COMPARED, "and", "or", "+", "-", "*", "/"):
        # A divisor that is itself a product keeps its brackets: a / (b * c) is not a / b * c.
        right = f"({written(args[1])})" if op == "/" and args[1].op in ("*", "/") else _inner(args[1])
        return f"{_inner(args[0])} {op} {right}"
    parts = [str(typed.value)] if isinstance(typed.value, str) and op not in ("has",) else []
    return f"{op}({', '.join([*parts, *map(written, args)])})"


def _inner(typed: Typed) -> str:
    text = written(typed)
    return f"({text})" if typed.op in ("if", "and", "or", "+", "-", "in", *COMPARED) else text


def _duration(value: object) -> str:
    assert isinstance(value, tuple)
    months, days = value
    years, months = divmod(months, 12)
    parts = [f"{n} {unit}" for n, unit in ((years, "years"), (months, "months"), (days, "days")) if n]
    return " ".join(parts) or "0 days"


@dataclass(frozen=True, slots=True)
class _Expressions:
    """The expressions of a program with their clauses: criteria, settings and amount, then what they read."""

    pack: Pack
    program: Program

    def roots(self) -> Iterator[tuple[str, Typed]]:
        for leaf in self.program.leaves():
            yield leaf.clause, leaf.when
        for tier in self.program.tiers:
            for setting in tier.settings.values():
                yield "", setting
        if self.program.amount is not None:
            yield self.program.amount.clause, self.program.amount.formula

    def reached(self) -> tuple[str, ...]:
        """Return the definitions, tables and parameters that are read, directly or through one another."""
        seen: dict[str, None] = {}
        pending = [name for _, typed in self.roots() for name in typed.names()]
        while pending:
            name = pending.pop()
            if name not in seen:
                seen[name] = None
                pending.extend(other for _, typed in self.behind(name) for other in typed.names())
        return tuple(seen)

    def behind(self, name: str) -> Iterator[tuple[str, Typed]]:
        if name in self.pack.definitions:
            definition = self.pack.definitions[name]
            yield definition.clause, definition.value
        elif name in self.pack.tables:
            table = self.pack.tables[name]
            for option in table.options:
                yield table.clause, option.of
                for band in option.bands:
                    yield table.clause, band.value


def comparisons(pack: Pack, program: Program) -> tuple[Comparison, ...]:
    """Return every comparison that some company may decide either way, each place once, in the order of the file."""
    watcher = _Watcher(Builder(), dict(program.names), pack.fiscal_year_start, program.lists)
    expressions = _Expressions(pack, program)
    reached = expressions.reached()
    for clause, typed in [*expressions.roots(), *(part for name in reached for part in expressions.behind(name))]:
        watcher.clause[0] = clause
        watcher.lower(typed)
    for name in reached:
        if name in program.tables:
            _table_ends(pack, program, watcher, name)
        elif name in pack.parameters:
            _dated(pack.parameters[name], program, watcher)
    return tuple(sorted(watcher.found.values(), key=lambda found: (found.at.line, found.at.column)))


def _table_ends(pack: Pack, program: Program, watcher: _Watcher, name: str) -> None:
    table, cores = pack.tables[name], program.tables[name]
    watcher.clause[0] = table.clause
    for option, operand, reached in zip(table.options, cores.operands, cores.reached, strict=True):
        for band, node in zip(option.bands, reached, strict=True):
            if band.high is not None:
                op = "<=" if band.high_closed else "<"
                words = f"{written(option.of)} {op} {written(band.high)}"
                equal = watcher.compare("==", operand, watcher.number(band.high))
                zero = band.high.value == Fraction(0)
                watcher.keep(Comparison("order", band.high.at, table.clause, words, node, equal, against_zero=zero))


def _dated(parameter: ParameterDef, program: Program, watcher: _Watcher) -> None:
    on = program.names[program.decides_on]
    assert isinstance(on, Num)
    for dated in parameter.values[1:]:
        assert dated.since is not None
        since = Num(watcher.builder.const(dated.since.toordinal()))
        words = f"{program.decides_on} >= {dated.since}"
        node, equal = watcher.compare(">=", on, since), watcher.compare("==", on, since)
        watcher.keep(Comparison("order", dated.value.at, parameter.clause, words, node, equal))
