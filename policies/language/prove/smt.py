"""The core as terms of z3.

Conditions become booleans, numbers unbounded integers. Three things that the solver cannot do are done around it:

- Products are pushed into the branches of choices, so that a banded rate times a fact stays linear.
- A shifted date or a year compared with a constant is an exact threshold. Compared with another date, a year or a date
  moved by years is written out piece by piece; a date moved by months is a number between bounds, and whenever the
  solver picks one that the calendar refutes, it is told so and asked again.
- Lists are cells (`cells.py`).

Every simplification admits more companies, never fewer: "there is none" is a proof. A company found is only a
candidate until it was decided.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from policies.language.core import Core, Move, shift_day
from policies.language.lazy import lazily
from policies.language.prove.pinned import chain_of, postorder

if TYPE_CHECKING:
    import z3
else:
    z3 = lazily("z3")

Expr = Any

MOST_BRANCHES = 60
DEEPEST_PUSH = 40
MOST_PIECES = 400


@dataclass(frozen=True, slots=True)
class Calendar:
    """A number that stands for `moved(base)`, and the solver's terms for both."""

    base: Expr
    value: Expr
    moved: Callable[[int], int]


@dataclass(slots=True)
class Limits:
    """What must be true of a term: bounds and definitions, the calendar it follows, and products of unknowns.

    Products are kept apart because most proofs succeed without knowing what they are.
    """

    terms: list[Expr] = field(default_factory=list)
    products: list[Expr] = field(default_factory=list)
    calendars: list[Calendar] = field(default_factory=list)


@dataclass(slots=True)
class Row:
    """One record: the terms of its fields, and of what was read of it."""

    fields: Mapping[str, Expr]
    known: dict[int, Expr] = field(default_factory=dict)
    kept: list[Core] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)


@dataclass(slots=True)
class Encoder:
    """Turns core nodes (without names) into z3 terms, each once; `limits` holds what must be true of each node's own.

    `yes_no` are the names of facts and of (list, field) that are conditions. `aggregate` turns an aggregate.
    """

    yes_no: frozenset[object]
    aggregate: Callable[[Core], Expr]
    ctx: Any = field(default_factory=lambda: z3.Context())
    terms: dict[int, Expr] = field(default_factory=dict)
    limits: dict[int, Limits] = field(default_factory=dict)
    facts: dict[str, Expr] = field(default_factory=dict)
    kept: list[Core] = field(default_factory=list)
    fielded: dict[int, bool] = field(default_factory=dict)
    branching: dict[int, bool] = field(default_factory=dict)
    products: dict[tuple[int, int], tuple[Expr, Limits]] = field(default_factory=dict)
    fresh_names: int = 0

    # -- terms ---------------------------------------------------------------------------------------------------

    def number(self, value: int) -> Expr:
        """Return the term of an integer."""
        return z3.IntVal(value, self.ctx)

    def fresh(self, low: int, high: int, limits: Limits) -> Expr:
        """Return a new integer between two bounds, which are added to `limits`."""
        self.fresh_names += 1
        term = z3.Int(f"#{self.fresh_names}", self.ctx)
        limits.terms += [term >= low, term <= high]
        return term

    def condition(self, node: Core, row: Row | None = None) -> Expr:
        """Return the term of a condition."""
        term = self.term(node, row)
        return term if z3.is_bool(term) else term == 1

    def integer(self, node: Core, row: Row | None = None) -> Expr:
        """Return the term of a number."""
        term = self.term(node, row)
        return z3.If(term, self.number(1), self.number(0)) if z3.is_bool(term) else term

    def term(self, node: Core, row: Row | None = None) -> Expr:
        """Return the term of a node; `row` gives the fields of the record at hand."""
        if row is not None and self.reads_fields(node):
            found = row.known.get(id(node))
            if found is None:
                row.kept.append(node)
                found = row.known[id(node)] = self._term(node, row, row.limits)
            return found
        known = self.terms.get(id(node))
        if known is None:
            for part in self._waiting(node):
                self._keep(part)
            known = self._keep(node)
        return known

    def _keep(self, node: Core) -> Expr:
        known = self.terms.get(id(node))
        if known is None:
            limits = Limits()
            known = self.terms[id(node)] = self._term(node, None, limits)
            self.kept.append(node)
            self.limits[id(node)] = limits
        return known

    def _waiting(self, node: Core) -> Iterator[Core]:
        """Yield what lies below `node`, deepest first, so that no depth of definitions is recursion here.

        Left out: the insides of aggregates, and moved dates, which are terms only where no threshold will do.
        """
        done: set[int] = set()
        stack = [(node, False)]
        while stack:
            part, leaving = stack.pop()
            if leaving:
                yield part
            elif id(part) not in done and id(part) not in self.terms:
                done.add(id(part))
                chain = chain_of(part)
                if not chain.moved:
                    stack.append((part, True))
                args = (chain.base,) if chain.moved else part.args[2:] if part.op == "agg" else part.args
                stack.extend((arg, False) for arg in args if arg is not part)

    def reads_fields(self, node: Core) -> bool:
        """Tell whether a node reads the record at hand."""
        for part in () if id(node) in self.fielded else postorder(node):
            if id(part) not in self.fielded:
                self.kept.append(part)
                inside = any(self.fielded[id(arg)] for arg in part.args)
                self.fielded[id(part)] = part.op == "field" or (part.op != "agg" and inside)
        return self.fielded[id(node)]

    def _term(self, node: Core, row: Row | None, limits: Limits) -> Expr:
        op, args = node.op, node.args
        if op == "const":
            return self.number(node.lo)
        if op == "fact":
            return self._fact(node, limits)
        if op == "field":
            assert row is not None and isinstance(node.value, tuple)
            return row.fields[node.value[1]]
        if op == "agg":
            return self.aggregate(node)
        if op in ("lt", "le", "eq"):
            return self._compare(op, args[0], args[1], row)
        if op in ("and", "or", "not"):
            parts = [self.condition(arg, row) for arg in args]
            return {"and": z3.And, "or": z3.Or, "not": z3.Not}[op](*parts)
        return self._number(node, row, limits)

    def _number(self, node: Core, row: Row | None, limits: Limits) -> Expr:
        op, args = node.op, node.args
        if op == "ite":
            return self._choice(args, row)
        if op in ("shift", "year"):
            return self._moved(node, row, limits)
        if op == "mul":
            return self._times(args[0], args[1], row, DEEPEST_PUSH, limits)
        if op == "floordiv":
            return self._floor(node, row, limits)
        a, b = self.integer(args[0], row), self.integer(args[1], row)
        if op == "add":
            return a + b
        if op == "sub":
            return a - b
        assert op in ("min", "max"), f"the solver does not know {op}"
        return z3.If(a <= b, a, b) if op == "min" else z3.If(a >= b, a, b)

    def _fact(self, node: Core, limits: Limits) -> Expr:
        name = str(node.value)
        if name.endswith("?") or name.rstrip("'") in self.yes_no:
            self.facts[name] = z3.Bool(name, self.ctx)
        else:
            self.facts[name] = z3.Int(name, self.ctx)
            limits.terms += [self.facts[name] >= node.lo, self.facts[name] <= node.hi]
        return self.facts[name]

    def _choice(self, args: tuple[Core, ...], row: Row | None) -> Expr:
        holds = self.condition(args[0], row)
        terms = [self.term(arg, row) for arg in args[1:]]
        if any(z3.is_bool(term) for term in terms) and all(arg.lo >= 0 and arg.hi <= 1 for arg in args[1:]):
            return z3.If(holds, self.condition(args[1], row), self.condition(args[2], row))
        return z3.If(holds, self.integer(args[1], row), self.integer(args[2], row))

    # -- dates ---------------------------------------------------------------------------------------------------

    def _compare(self, op: str, a: Core, b: Core, row: Row | None) -> Expr:
        for side, other in ((a, b), (b, a)):
            chain = chain_of(side)
            if chain.moved and other.op == "const":
                base = self.integer(chain.base, row)
                within, below = base <= chain.last(other.lo), base <= chain.last(other.lo - 1)
                if op == "eq":
                    return z3.And(within, z3.Not(below))
                if side is a:
                    return within if op == "le" else below
                return z3.Not(below if op == "le" else within)
        left, right = self.integer(a, row), self.integer(b, row)
        return left == right if op == "eq" else left <= right if op == "le" else left < right

    def _moved(self, node: Core, row: Row | None, limits: Limits) -> Expr:
        """Return a moved date or a year: piece by piece where it has few pieces, else a number between bounds."""
        base, inner = self.integer(node.args[0], row), node.args[0]
        if node.op == "year":
            first, last = (date.fromordinal(day).year for day in inner.range)
            years = [(max(inner.lo, date(year, 1, 1).toordinal()), year) for year in range(first, last + 1)]
            return self._piece(base, years)
        assert isinstance(node.value, Move)
        months, days = node.value
        pieces = _offsets(inner.lo, inner.hi, months, days)
        if len(pieces) <= MOST_PIECES:
            return base + self._piece(base, pieces)
        value = self.fresh(node.lo, node.hi, limits)
        offsets = [offset for _, offset in pieces]
        limits.terms += [value >= base + min(offsets), value <= base + max(offsets)]
        limits.calendars.append(Calendar(base, value, lambda day: shift_day(day, months, days)))
        return value

    def _piece(self, base: Expr, pieces: list[tuple[int, int]]) -> Expr:
        """Return the value of the last piece that starts at or before `base`."""
        if len(pieces) == 1:
            return self.number(pieces[0][1])
        middle = len(pieces) // 2
        low, high = pieces[:middle], pieces[middle:]
        return z3.If(base < high[0][0], self._piece(base, low), self._piece(base, high))

    # -- products and quotients ----------------------------------------------------------------------------------

    def _times(self, a: Core, b: Core, row: Row | None, depth: int, limits: Limits) -> Expr:
        """Return a product, pushed into the branches of `a` and then of `b` until a factor is constant."""
        for one, other in ((a, b), (b, a)):
            if one.op == "const":
                return self.number(one.lo) * self.integer(other, row)
        for one, other in ((a, b), (b, a)):
            if depth and self._branching(one):
                return self._spread(one, other, row, depth - 1, limits)
        return self._product(a, b, row, limits)

    def _spread(self, one: Core, other: Core, row: Row | None, depth: int, limits: Limits) -> Expr:
        op, args = one.op, one.args
        if op == "ite":
            parts = [self._times(arg, other, row, depth, limits) for arg in args[1:]]
            return z3.If(self.condition(args[0], row), *parts)
        if op in ("lt", "le", "eq", "and", "or", "not"):
            return z3.If(self.condition(one, row), self.integer(other, row), self.number(0))
        a, b = (self._times(arg, other, row, depth, limits) for arg in args)
        if op == "add":
            return a + b
        if op == "sub":
            return a - b
        first, second = (self.integer(arg, row) for arg in args)
        return z3.If(first <= second if op == "min" else first >= second, a, b)

    def _product(self, a: Core, b: Core, row: Row | None, limits: Limits) -> Expr:
        """Return a number that stands for the product of two unknowns."""
        first, second = sorted((self.integer(a, row), self.integer(b, row)), key=lambda term: int(term.get_id()))
        key = (first.get_id(), second.get_id())
        if key not in self.products:
            corners = [x * y for x in a.range for y in b.range]
            known = Limits()
            value = self.fresh(min(corners), max(corners), known)
            known.products.append(value == first * second)
            self.products[key] = (value, known)
        value, known = self.products[key]
        limits.terms += known.terms
        limits.products += known.products
        return value

    def _branching(self, node: Core) -> bool:
        """Tell whether a constant stands behind the choices of a factor, so that pushing a product into it helps."""
        found = self.branching.get(id(node))
        if found is None:
            parts = node.args[1:] if node.op == "ite" else node.args
            choice = node.op in ("ite", "min", "max", "add", "sub")
            behind = choice and any(part.op == "const" or self._branching(part) for part in parts)
            self.kept.append(node)
            found = self.branching[id(node)] = behind or node.op in ("lt", "le", "eq", "and", "or", "not")
        return found

    def _floor(self, node: Core, row: Row | None, limits: Limits) -> Expr:
        top, bottom = node.args
        whole = self.integer(top, row)
        branches = _constants(bottom)
        if branches is None:
            under = self.integer(bottom, row)
            under = z3.If(under < 1, self.number(1), under)
            quotient = self.fresh(node.lo, node.hi, limits)
            limits.products += [quotient * under <= whole, whole < quotient * under + under]
            return quotient
        return self._branched(bottom, lambda size: self._part(whole, max(size, 1)), row)

    def _part(self, whole: Expr, size: int) -> Expr:
        return whole if size == 1 else whole / self.number(size)

    def _branched(self, node: Core, make: Callable[[int], Expr], row: Row | None) -> Expr:
        if node.op == "const":
            return make(node.lo)
        holds = self.condition(node.args[0], row)
        return z3.If(holds, *(self._branched(arg, make, row) for arg in node.args[1:]))


def _offsets(low: int, high: int, months: int, days: int) -> list[tuple[int, int]]:
    """Return by how many days a move moves, from which day on: it changes at starts of months and where ends clip."""
    found: list[tuple[int, int]] = []
    start = date.fromordinal(low)
    first = start.replace(day=1).toordinal()
    while first <= high:
        year, month = date.fromordinal(first).timetuple()[:2]
        length = monthrange(year, month)[1]
        for day in (first, *range(first + 28, first + length)):
            if day <= high:
                offset = shift_day(max(day, low), months, days) - max(day, low)
                if not found or found[-1][1] != offset:
                    found.append((max(day, low), offset))
        first += length
    return found


def _constants(node: Core) -> int | None:
    """Return how many constants a nest of choices ends in; None where it ends in anything else, or in too many."""
    if node.op == "const":
        return 1
    if node.op != "ite":
        return None
    parts = [_constants(arg) for arg in node.args[1:]]
    total = sum(part or 0 for part in parts)
    return None if None in parts or total > MOST_BRANCHES else total
