"""Lists for the solver: the records of a list, sorted into cells by the conditions that the program asks of them.

With m conditions over one list there are 2^m cells, each with a count and one representative record. Counts are
exact, so that `count(a and b) <= count(a)` holds as it must; a sum lies between its least and greatest for that many
records and is exact for one; the representative holds the cell's first largest or smallest value. More than five
conditions are too many: then the aggregates are free within their ranges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from policies.language.core import Aggregate, Core
from policies.language.lazy import lazily
from policies.language.model import RecordDef
from policies.language.prove.pinned import postorder
from policies.language.prove.smt import Encoder, Expr, Limits, Row

if TYPE_CHECKING:
    import z3
else:
    z3 = lazily("z3")

MOST_CONDITIONS = 5
EXPLICIT_RECORDS = 3
# A question whether any record can fall into a cell.
STEPS_A_CELL = 100_000


def conditions_below(*roots: Core) -> dict[str, dict[int, Core]]:
    """Return for each list the conditions that aggregates over it ask, without those that are constant."""
    found: dict[str, dict[int, Core]] = {}
    for node in postorder(*roots):
        if node.op == "agg":
            assert isinstance(node.value, Aggregate)
            asked = found.setdefault(node.value.list_name, {})
            if node.args[1].op != "const":
                asked[id(node.args[1])] = node.args[1]
    return found


@dataclass(slots=True)
class Cell:
    """So many records that meet the same conditions; `row` is one of them."""

    row: Row
    count: Expr
    meets: Mapping[int, Expr]
    sums: dict[int, Expr] = field(default_factory=dict)
    picks: dict[tuple[str, int], Expr] = field(default_factory=dict)
    holder: tuple[str, int] | None = None


@dataclass(slots=True)
class Records:
    """One list. `explicit` records stand each for itself (at most three); cells stand for many."""

    record: RecordDef
    conditions: tuple[Core, ...]
    explicit: bool
    encoder: Encoder
    cells: list[Cell] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    kept: list[Core] = field(default_factory=list)

    @property
    def free(self) -> bool:
        """Whether there are too many conditions for cells."""
        return not self.explicit and len(self.conditions) > MOST_CONDITIONS

    def build(self) -> None:
        """Make the cells; to be called once the encoder can be asked."""
        if self.free:
            return
        if self.explicit:
            for index in range(min(EXPLICIT_RECORDS, self.record.max_length)):
                self._explicit(index)
            self.limits.terms += [a.count >= b.count for a, b in pairwise(self.cells)]
        else:
            for pattern in range(2 ** len(self.conditions)):
                self._cell(pattern)
        self._bounded()

    def _row(self, index: int) -> Row:
        name, encoder = self.record.name, self.encoder
        fields: dict[str, Any] = {}
        bounds: list[Expr] = []
        for fact in self.record.fields.values():
            label = f"{name}.{fact.name}#{index}"
            if fact.kind == "yes_no":
                fields[fact.name] = z3.Bool(label, encoder.ctx)
            else:
                fields[fact.name] = z3.Int(label, encoder.ctx)
                bounds += [fields[fact.name] >= fact.minimum, fields[fact.name] <= fact.maximum]
        return Row(fields, limits=Limits(bounds))

    def _count(self, index: int, most: int) -> Expr:
        count = z3.Int(f"{self.record.name}#{index}", self.encoder.ctx)
        self.limits.terms += [count >= 0, count <= most]
        return count

    def _explicit(self, index: int) -> None:
        row = self._row(index)
        meets = {id(condition): self.encoder.condition(condition, row) for condition in self.conditions}
        self.cells.append(Cell(row, self._count(index, 1), meets))

    def _cell(self, pattern: int) -> None:
        row = self._row(pattern)
        truth = z3.BoolVal(True, self.encoder.ctx)
        holding = []
        meets = {}
        for position, condition in enumerate(self.conditions):
            met = bool(pattern >> position & 1)
            term = self.encoder.condition(condition, row)
            holding.append(term if met else z3.Not(term))
            meets[id(condition)] = truth if met else z3.Not(truth)
        if self._possible(row, holding):
            count = self._count(pattern, self.record.max_length)
            self.limits.terms.append(z3.Implies(count > 0, z3.And(truth, *holding)))
            self.cells.append(Cell(row, count, meets))

    def _possible(self, row: Row, holding: list[Expr]) -> bool:
        solver = z3.Solver(ctx=self.encoder.ctx)
        solver.set("rlimit", STEPS_A_CELL)
        outer = [part for node in self.conditions for part in postorder(node) if id(part) in self.encoder.limits]
        for part in outer:
            solver.add(*self.encoder.limits[id(part)].terms)
        solver.add(*row.limits.terms, *holding)
        return bool(solver.check() != z3.unsat)

    def _bounded(self) -> None:
        zero = self.encoder.number(0)
        self.limits.terms.append(z3.Sum(zero, *(cell.count for cell in self.cells)) <= self.record.max_length)
        key = self.record.fields[self.record.key]
        if key.kind == "text":
            return
        for index, cell in enumerate(self.cells):
            for other in self.cells[:index]:
                differ = cell.row.fields[key.name] != other.row.fields[key.name]
                self.limits.terms.append(z3.Or(cell.count == 0, other.count == 0, differ))

    def all_limits(self) -> Iterable[Limits]:
        """Return everything that must be true of this list."""
        yield self.limits
        for cell in self.cells:
            yield cell.row.limits

    # -- aggregates ----------------------------------------------------------------------------------------------

    def aggregate(self, node: Core) -> Expr:
        """Return the term of a sum, largest or smallest over this list."""
        assert isinstance(node.value, Aggregate)
        self.kept.append(node)
        if self.free:
            return self.encoder.fresh(node.lo, node.hi, self.limits)
        value, condition, if_none = node.args
        if node.value.kind == "sum":
            zero = self.encoder.number(0)
            parts = [self._where(cell, condition, self._sum(cell, value)) for cell in self.cells]
            return z3.Sum(zero, *parts)
        return self._extreme(node.value.kind, value, condition, if_none)

    def _where(self, cell: Cell, condition: Core, term: Expr) -> Expr:
        return z3.If(self._meets(cell, condition), term, self.encoder.number(0))

    def _meets(self, cell: Cell, condition: Core) -> Expr:
        if condition.op == "const":
            return z3.BoolVal(bool(condition.lo), self.encoder.ctx)
        return cell.meets[id(condition)]

    def _sum(self, cell: Cell, value: Core) -> Expr:
        """Return the sum of a value over all records of a cell."""
        if value.op == "const":
            return cell.count * self.encoder.number(value.lo)
        found = cell.sums.get(id(value))
        if found is None:
            each = self.encoder.integer(value, cell.row)
            if self.explicit:
                found = z3.If(cell.count > 0, each, self.encoder.number(0))
            else:
                most = self.record.max_length
                low, high = min(0, most * value.lo), max(0, most * value.hi)
                found = self.encoder.fresh(low, high, self.limits)
                self.limits.terms += [
                    found >= cell.count * self.encoder.number(value.lo),
                    found <= cell.count * self.encoder.number(value.hi),
                    z3.Implies(cell.count == 1, found == each),
                ]
            cell.sums[id(value)] = found
        return found

    def _extreme(self, kind: str, value: Core, condition: Core, if_none: Core) -> Expr:
        best: Expr = self.encoder.number(0)
        some: Expr = z3.BoolVal(False, self.encoder.ctx)
        for cell in self.cells:
            here = z3.And(cell.count > 0, self._meets(cell, condition))
            held = self._pick(cell, kind, value)
            better = held >= best if kind == "max" else held <= best
            best = z3.If(z3.And(here, z3.Or(z3.Not(some), better)), held, best)
            some = z3.Or(some, here)
        return z3.If(some, best, self.encoder.integer(if_none))

    def _pick(self, cell: Cell, kind: str, value: Core) -> Expr:
        """Return the cell's largest or smallest value: the representative is the record that holds the first asked."""
        each = self.encoder.integer(value, cell.row)
        if self.explicit or value.op == "const":
            return each
        if cell.holder is None:
            cell.holder = (kind, id(value))
        if cell.holder == (kind, id(value)):
            return each
        found = cell.picks.get((kind, id(value)))
        if found is None:
            found = cell.picks[kind, id(value)] = self.encoder.fresh(value.lo, value.hi, self.limits)
            self.limits.terms += [
                z3.Implies(cell.count == 1, found == each),
                found >= each if kind == "max" else found <= each,
            ]
        return found
