"""From a program's core to a plan of polars steps, made anew for the tables at hand.

Every node is made once: a value of the case is a column of the case table, a value of a record a column of its list.
The plan is a row of steps; a step reads only what earlier steps have made, so each is one call of polars. Ranges are
those of the tables at hand (within the declared ones), so that 128 bits are used only where the data need them and
what is the same in every row is a constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from policies.language.core import FALSE, TRANSFER, Aggregate, Core, Interval, hull
from policies.language.findings import PolicyError, Position
from policies.language.sweep.ops import BOOL, DTYPES, INT, PLAIN, SPANS, Held, Pair, Target, form_of, literal


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over the records of each case: the value of a record (0 where it does not count), the range of the sum.

    With `flag` the value is a condition, and the sum counts where it holds.
    """

    name: str
    value: pl.Expr
    span: Interval
    flag: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """The largest ("max") or smallest ("min") value of the records that count; null where none does."""

    name: str
    kind: str
    value: pl.Expr
    counts: pl.Expr
    span: Interval


@dataclass(slots=True)
class ListStep:
    """What one step does to a list: case columns laid beside its records, new columns, reductions to the case."""

    beside: dict[str, str] = field(default_factory=dict)
    columns: list[pl.Expr] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    picks: list[Pick] = field(default_factory=list)


@dataclass(slots=True)
class Step:
    """One step: new columns of the case table, and work on each list."""

    columns: list[pl.Expr] = field(default_factory=list)
    lists: dict[str, ListStep] = field(default_factory=dict)

    def of(self, name: str) -> ListStep:
        """Return the work on one list."""
        return self.lists.setdefault(name, ListStep())


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the columns of the tables at hand hold.

    `facts` by the core's name (`name?` says whether an optional fact exists), `fields` by list and field, `lengths` how
    many records a case has and `longest` the most that one has, `more` how many further records there may be (missing:
    every list is complete).
    """

    facts: Mapping[str, Pair]
    fields: Mapping[tuple[str, str], Pair]
    lengths: Mapping[str, Held]
    longest: Mapping[str, int]
    more: Mapping[str, Held]


@dataclass(slots=True)
class Planner:
    """Makes the plan; `of` gives the value of a node, `steps` then say how it comes about."""

    inputs: Inputs
    steps: list[Step] = field(default_factory=list)
    made: dict[int, Pair] = field(default_factory=dict)
    list_of: dict[int, str] = field(default_factory=dict)
    uses: dict[int, int] = field(default_factory=dict)
    beside: dict[tuple[str, str], Held] = field(default_factory=dict)
    names: int = 0

    def of(self, node: Core) -> Pair:
        """Return the value of a node given to `plan`."""
        return self.made[id(node)]

    def plan(self, roots: Iterable[Core]) -> None:
        """Make every node that `roots` need, each after the ones it needs."""
        order = _in_order(tuple(roots))
        first: dict[tuple[object, ...], Core] = {}
        same: dict[int, Core] = {}
        for node in order:
            # Nodes made alike are one, whatever a `let` calls them: two bands over one ratio ask for its product twice.
            value = None if node.op == "let" else node.value
            parts = (id(same[id(arg)]) for arg in node.args)
            same[id(node)] = first.setdefault((node.op, value, node.range, *parts), node)
        for node in first.values():
            for arg in node.args:
                self.uses[id(same[id(arg)])] = self.uses.get(id(same[id(arg)]), 0) + 1
        for node in order:
            one = same[id(node)]
            if one is node:
                self.made[id(node)] = self._make(node)
                continue
            self.made[id(node)] = self.made[id(one)]
            if id(one) in self.list_of:
                self.list_of[id(node)] = self.list_of[id(one)]

    def step(self, number: int) -> Step:
        """Return the step of a number."""
        while len(self.steps) <= number:
            self.steps.append(Step())
        return self.steps[number]

    def lists_by_row(self) -> set[str]:
        """Return the lists whose records must know the number of their case."""
        return {name for step in self.steps for name, work in step.lists.items() if work.beside}

    def name(self) -> str:
        """Return a new name for a column."""
        self.names += 1
        return f"n{self.names}"

    # -- nodes ---------------------------------------------------------------------------------------------------------

    def _make(self, node: Core) -> Pair:
        if node.op == "const":
            return _one(literal(node.lo))
        if node.op == "fact":
            return self.inputs.facts[str(node.value)]
        if node.op == "field":
            assert isinstance(node.value, tuple)
            self.list_of[id(node)] = node.value[0]
            return self.inputs.fields[node.value]
        if node.op == "agg":
            return _aggregate(self, node)
        if node.op not in PLAIN or node.op not in SPANS:
            raise unsupported(node.op)
        scope = next((self.list_of[id(arg)] for arg in node.args if id(arg) in self.list_of), "")
        if scope:
            self.list_of[id(node)] = scope
        return self._computed(node, tuple(self.within(arg, scope) for arg in node.args), scope)

    def _computed(self, node: Core, args: tuple[Pair, ...], scope: str) -> Pair:
        span = TRANSFER[node.op](node.value, *(arg.span for arg in args))
        if span[0] == span[1]:
            return _one(literal(span[0]))
        if node.op == "ite" and args[0].span[0] == args[0].span[1]:
            return args[1] if args[0].span[0] else args[2]
        left = _neutral(node.op, args)
        if left is not None:
            shared = left.known and self.uses.get(id(node), 0) > 1
            return _one(self.column(left.lo, scope)) if shared else left
        target, step = Target(node.value, span), max(arg.step for arg in args)
        if all(arg.known for arg in args):
            expr, form = PLAIN[node.op](target, *(arg.lo for arg in args))
            held = _settled(Held(expr, form, span, step, args[0].lo.column if node.op == "let" else ""))
            shared = node.op == "let" or self.uses.get(id(node), 0) > 1
            return _one(self.column(held, scope) if shared else held)
        ends = SPANS[node.op](target, *args)
        low, high = (self.column(_settled(Held(expr, form, span, step)), scope) for expr, form in ends)
        return Pair(low, high)

    def column(self, held: Held, scope: str) -> Held:
        """Return a value as a column of the case table, or of a list where `scope` names one."""
        if held.column or held.fixed:
            return held
        name = self.name()
        step = self.step(held.step)
        (step.of(scope).columns if scope else step.columns).append(held.expr.alias(name))
        return replace(held, expr=pl.col(name), step=held.step + 1, column=name)

    def within(self, node: Core, scope: str) -> Pair:
        """Return a value where it is read: a value of the case that a record reads is laid beside the records."""
        pair = self.made[id(node)]
        if not scope or id(node) in self.list_of:
            return pair
        low = self._laid(pair.lo, scope)
        return Pair(low, low if pair.known else self._laid(pair.hi, scope))

    def _laid(self, held: Held, scope: str) -> Held:
        if held.fixed:
            return held
        of_case = self.column(held, "")
        found = self.beside.get((scope, of_case.column))
        if found is None:
            name = self.name()
            self.step(of_case.step).of(scope).beside[name] = of_case.column
            found = replace(of_case, expr=pl.col(name), step=of_case.step + 1, column=name)
            self.beside[scope, of_case.column] = found
        return found


def unsupported(op: str) -> PolicyError:
    """Make the refusal of an operation that a sweep does not know."""
    return PolicyError.at(
        Position("policies/language/sweep/ops.py", 1, 1), "SWEEP_OP",
        f"the sweep has no expression for the operation {op}; add it to PLAIN and SPANS, or decide case by case",
        f"批量计算尚不支持运算 {op}；请在 PLAIN 与 SPANS 中补充，或逐件决定",
    )  # fmt: skip


_NEUTRAL = {"or": 0, "and": 1, "add": 0, "mul": 1}


def _neutral(op: str, args: tuple[Pair, ...]) -> Pair | None:
    """Return the other value where one changes nothing: of the sum with 0, the product with 1."""
    if op not in _NEUTRAL:
        return None
    none = (_NEUTRAL[op],) * 2
    return args[1] if args[0].span == none else args[0] if args[1].span == none else None


def _settled(held: Held) -> Held:
    """Return a value that reads no column as the constant that it is: one end of an interval may be."""
    if held.expr.meta.root_names():
        return held
    return literal(int(pl.select(held.expr).item()))


def _one(held: Held) -> Pair:
    return Pair(held, held)


def _in_order(roots: tuple[Core, ...]) -> list[Core]:
    """Return every node below `roots`, each after its parts."""
    found: dict[int, Core] = {}
    stack: list[tuple[Core, bool]] = [(root, False) for root in reversed(roots)]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            found.setdefault(id(node), node)
        elif id(node) not in found:
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(node.args))
    return list(found.values())


# -- aggregates ----------------------------------------------------------------------------------------------------------


def _aggregate(planner: Planner, node: Core) -> Pair:
    """Return the value of an aggregate for each case."""
    assert isinstance(node.value, Aggregate)
    kind, name = node.value.kind, node.value.list_name
    value, counts = (planner.within(arg, name) for arg in node.args[:2])
    # Further records count only where the condition can hold at all.
    more = None if node.args[1].range == FALSE else planner.inputs.more.get(name)
    if kind == "sum":
        return _sum(planner, node, name, (value, counts, more))
    if kind in ("max", "min"):
        return _pick(planner, node, kind, (value, counts, more))
    raise unsupported(f"agg {kind}")


_Parts = tuple[Pair, Pair, Held | None]


def _sum(planner: Planner, node: Core, name: str, parts: _Parts) -> Pair:
    value, counts, more = parts
    step = max(value.step, counts.step)
    if value.known and counts.known:
        low = high = _total(planner, name, value.lo, counts.lo, step)
    else:
        ends = (_doubtful(value.lo, counts, True), _doubtful(value.hi, counts, False))
        low, high = (_summed(planner, name, end, value.span, step) for end in ends)
    if more is None:
        return Pair(low, high)
    each = node.args[0].range
    return Pair(*(_with_more(planner, node, end, more, bound)
                  for end, bound in ((low, min(0, each[0])), (high, max(0, each[1])))))  # fmt: skip


def _total(planner: Planner, name: str, value: Held, counts: Held, step: int) -> Held:
    """Return the sum where everything is known."""
    if counts.fixed and not counts.span[0]:
        return literal(0)
    form = form_of(value.span)
    if counts.fixed and value.fixed:
        return _times(planner, planner.inputs.lengths[name], value)
    if value.fixed:
        return _times(planner, _summed(planner, name, counts.to(BOOL), (0, 1), step, flag=True), value)
    zero = pl.lit(0, dtype=DTYPES[form])
    masked = value.to(form) if counts.fixed else pl.when(counts.to(BOOL)).then(value.to(form)).otherwise(zero)
    return _summed(planner, name, masked, value.span, step)


def _times(planner: Planner, count: Held, value: Held) -> Held:
    span = TRANSFER["mul"](None, count.span, value.span)
    if value.span == (1, 1) or span[0] == span[1]:
        return count if value.span == (1, 1) else literal(span[0])
    expr, form = PLAIN["mul"](Target(None, span), count, value)
    return planner.column(Held(expr, form, span, count.step), "")


def _doubtful(value: Held, counts: Pair, least: bool) -> pl.Expr:
    """Return what a record adds at least or at most: a record that may not count adds nothing at best."""
    form = form_of(value.span)
    zero = pl.lit(0, dtype=DTYPES[form])
    number = value.to(form)
    maybe = pl.min_horizontal(number, zero) if least else pl.max_horizontal(number, zero)
    return pl.when(counts.lo.to(BOOL)).then(number).when(counts.hi.to(BOOL)).then(maybe).otherwise(zero)


def _summed(
    planner: Planner, name: str, value: pl.Expr, each: Interval, step: int, *, flag: bool = False
) -> Held:  # fmt: skip
    longest = planner.inputs.longest[name]
    span = (min(0, longest * each[0]), max(0, longest * each[1]))
    if span == (0, 0):
        return literal(0)
    result = planner.name()
    planner.step(step).of(name).sums.append(Sum(result, value, span, flag))
    return Held(pl.col(result), form_of(span), span, step + 1, result)


def _with_more(planner: Planner, node: Core, total: Held, more: Held, each: int) -> Held:
    """Add what further records may bring at least or at most."""
    if each == 0:
        return total
    form = form_of(node.range)
    expr = total.to(form) + more.to(form) * pl.lit(each, dtype=DTYPES[form])
    return planner.column(Held(expr, form, node.range, max(total.step, more.step)), "")


def _pick(planner: Planner, node: Core, kind: str, parts: _Parts) -> Pair:
    """Return the largest or smallest value, or the value `if none`."""
    assert isinstance(node.value, Aggregate)
    name = node.value.list_name
    value, counts, more = parts
    none = planner.made[id(node.args[2])]
    step = max(value.step, counts.step)

    def picked(which: str, end: Held, among: Held) -> Held:
        result = planner.name()
        form = form_of(value.span)
        planner.step(step).of(name).picks.append(Pick(result, which, end.to(form), among.to(BOOL), value.span))
        return Held(pl.col(result), form, value.span, step + 1, result)

    if value.known and counts.known and more is None and none.known:
        best = picked(kind, value.lo, counts.lo)
        span = hull(value.span, none.span)
        expr = _nullable(best, form_of(span)).fill_null(none.lo.to(form_of(span)))
        return _one(planner.column(Held(expr, form_of(span), span, max(best.step, none.step)), ""))
    certain = picked(kind, value.lo if kind == "max" else value.hi, counts.lo)
    lowest, highest = picked("min", value.lo, counts.hi), picked("max", value.hi, counts.hi)
    return _doubtful_pick(planner, node, kind, (certain, lowest, highest), more)


def _doubtful_pick(
    planner: Planner, node: Core, kind: str, picks: tuple[Held, Held, Held], more: Held | None
) -> Pair:  # fmt: skip
    none, form, each = planner.made[id(node.args[2])], form_of(node.range), node.args[0].range
    certain, low, high = (_nullable(pick, form) for pick in picks)
    step = max(picks[0].step, none.step)
    if more is not None:
        further, step = more.to(INT) > 0, max(step, more.step)
        bounds = [pl.lit(bound, dtype=DTYPES[form]) for bound in each]
        # Skipping null is meant here: where no record is at hand, the further ones alone stand.
        low = pl.when(further).then(pl.min_horizontal(low, bounds[0])).otherwise(low)
        high = pl.when(further).then(pl.max_horizontal(high, bounds[1])).otherwise(high)
    low_none, high_none = pl.min_horizontal(low, none.lo.to(form)), pl.max_horizontal(high, none.hi.to(form))
    some = certain.is_not_null()
    ends = (
        pl.when(some).then(certain if kind == "max" else low).otherwise(low_none),
        pl.when(some).then(high if kind == "max" else certain).otherwise(high_none),
    )
    return Pair(*(planner.column(Held(end, form, node.range, step), "") for end in ends))


def _nullable(pick: Held, form: str) -> pl.Expr:
    """Return a pick as it is, null where no record counts: its range says nothing of that."""
    return pick.expr if pick.form == form else pick.expr.cast(DTYPES[form])
