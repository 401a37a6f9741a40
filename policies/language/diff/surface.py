"""What two surface trees have in common, whether they mean the same, and which way a single edit moves a condition.

`form` is a tree without positions; two trees with equal forms say the same in the same words. `same_meaning` compares
what they are lowered to, so that a rewritten expression is told from a changed one. `effect` says whether one edit of
a condition lets more companies meet it, fewer, or neither can be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from policies.language.core import Core
from policies.language.lowered import Growth, Lowered, Num
from policies.language.model import FactDef, Pack, ParameterDef
from policies.language.render.expression import fixed_number
from policies.language.typed import CHOICE, Typed

Form = tuple[object, ...]
MORE, LESS, STILL, UNKNOWN = 1, -1, 2, 0


def form(typed: Typed | None) -> Form:
    """Return a tree as nested tuples without positions; a choice stands by its name."""
    if typed is None:
        return ()
    value = typed.value
    if typed.op == "const":
        if typed.type.kind == CHOICE:
            value = typed.type.choices[int(str(value))]
        return ("const", typed.type.kind, typed.type.dim, value)
    return (typed.op, value, *(form(arg) for arg in typed.args))


def names_behind(pack: Pack, typed: Typed) -> set[str]:
    """Return every name that a tree reads, directly or through definitions and tables."""
    found: set[str] = set()
    pending = [*typed.names()]
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.add(name)
        if name in pack.definitions:
            pending += pack.definitions[name].value.names()
        if name in pack.tables:
            for option in pack.tables[name].options:
                pending += [*option.of.names(), *(n for band in option.bands for n in band.value.names())]
    return found


# meaning -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Meaning:
    """Compares lowered values of two packs: equal graphs over facts that are declared alike in both.

    `known` numbers nodes so that equal ones have equal numbers, whichever pack they are of; the names of `let` and the
    order of what commutes do not matter.
    """

    old: Pack
    new: Pack
    known: dict[tuple[object, ...], int] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)

    def same(self, a: Lowered | None, b: Lowered | None) -> bool:
        """Tell whether two lowered values are the same number for every company; False where there is none."""
        if isinstance(a, Num) and isinstance(b, Num):
            return a.s == b.s and self.same_core(a.n, b.n) and self._both(a.d, b.d)
        if isinstance(a, Growth) and isinstance(b, Growth):
            return a.years == b.years and self.same(a.first, b.first) and self.same(a.last, b.last)
        return a is not None and type(a) is type(b) and a == b

    def _both(self, a: Core | None, b: Core | None) -> bool:
        if a is None or b is None:
            return a is b
        return self.same_core(a, b)

    def same_core(self, a: Core, b: Core) -> bool:
        """Tell whether a node of the old pack and one of the new are built alike."""
        return self._number(self.old, a) == self._number(self.new, b)

    def _number(self, pack: Pack, root: Core) -> int:
        stack = [root]
        while stack:
            node = stack[-1]
            missing = [arg for arg in node.args if id(arg) not in self.numbers]
            if id(node) in self.numbers or not missing:
                stack.pop()
                self.numbers.setdefault(id(node), self._key(pack, node))
            else:
                stack.extend(missing)
        return self.numbers[id(root)]

    def _key(self, pack: Pack, node: Core) -> int:
        args = [self.numbers[id(arg)] for arg in node.args]
        if node.op == "let":
            return args[0]
        if node.op in _COMMUTE:
            args.sort()
        declared = tuple(_declarations(pack, node.value)) if node.op in ("fact", "field") else ()
        low = node.lo if node.op == "const" else None
        return self.known.setdefault((node.op, node.value, low, declared, *args), len(self.known))


_COMMUTE = frozenset({"add", "mul", "min", "max", "and", "or", "eq"})


def _declarations(pack: Pack, name: object) -> Iterator[tuple[object, ...]]:
    if isinstance(name, tuple):
        record = pack.records.get(str(name[0]))
        if record is not None and name[1] in record.fields:
            yield _declared(record.fields[str(name[1])])
        return
    key = str(name).removesuffix("?")
    for stage in (pack.program, *pack.stages.values()):
        if key in stage.facts:
            yield _declared(stage.facts[key])


def _declared(fact: FactDef) -> tuple[object, ...]:
    values = tuple(choice.value for choice in fact.choices)
    return (fact.kind, fact.currency, fact.decimals, fact.unit, fact.optional, values)


# direction ---------------------------------------------------------------------------------------------------------


def turned(way: int) -> int:
    """Return the opposite way."""
    return way if way in (STILL, UNKNOWN) else -way


def agreed(ways: Iterator[int] | list[int]) -> int:
    """Return the way in which all go that move at all."""
    moving = {way for way in ways if way != STILL}
    return STILL if not moving else moving.pop() if len(moving) == 1 else UNKNOWN


@dataclass(slots=True)
class Ways:
    """Which way a tree goes when the nodes that `moved` picks grow: MORE, LESS, STILL (not read), UNKNOWN.

    A condition goes MORE when it can only turn from unmet to met.
    """

    pack: Pack
    moved: Callable[[Typed], bool]

    def of(self, typed: Typed) -> int:
        """Return the way of a tree."""
        if self.moved(typed):
            return MORE
        if typed.op == "name":
            return self._name(str(typed.value))
        if typed.op in ("const", "field", "has"):
            return STILL
        ways = [self.of(arg) for arg in typed.args]
        if all(way == STILL for way in ways):
            return STILL
        if typed.op in _TOGETHER:
            return agreed(ways)
        if typed.op in _AGAINST:
            return agreed([turned(ways[0]), *ways[1:]] if typed.op in ("<", "<=") else [ways[0], turned(ways[1])])
        if typed.op in ("not", "neg"):
            return turned(ways[0])
        return self._special(typed, ways)

    def _special(self, typed: Typed, ways: list[int]) -> int:
        if typed.op == "==":
            return self._zero(typed, ways)
        if typed.op in ("*", "/"):
            other = 1 if ways[1] == STILL else 0
            if ways[other] != STILL or (typed.op == "/" and other == 0):
                return UNKNOWN
            return ways[1 - other] if typed.op == "/" or self._never_negative(typed.args[other]) else UNKNOWN
        if typed.op == "if":
            return agreed(ways[1:]) if ways[0] == STILL else UNKNOWN
        if typed.op in ("round_down", "round_up", "round_half_up", "round_half_even", "whole"):
            return ways[0] if ways[1] == STILL else UNKNOWN
        return UNKNOWN

    def _zero(self, typed: Typed, ways: list[int]) -> int:
        """A number of things that equals 0 is a number of things that is at most 0."""
        for side, other in ((0, 1), (1, 0)):
            if fixed_number(typed.args[other]) == 0 and self._counts(typed.args[side]):
                return turned(ways[side])
        return UNKNOWN

    def _counts(self, typed: Typed) -> bool:
        name = str(typed.value)
        if typed.op == "name" and name in self.pack.definitions:
            return self._counts(self.pack.definitions[name].value)
        return typed.op in ("number_of", "count")

    def _never_negative(self, typed: Typed) -> bool:
        number = fixed_number(typed)
        if number is not None:
            return number >= 0
        name = str(typed.value)
        if typed.op == "name" and name in self.pack.parameters:
            values = [fixed_number(one.value) for one in self.pack.parameters[name].values]
            return all(value is not None and value >= 0 for value in values)
        programs = (self.pack.program, *self.pack.stages.values())
        found = [program.facts[name] for program in programs if typed.op == "name" and name in program.facts]
        return bool(found) and all(fact.minimum >= 0 for fact in found)

    def _name(self, name: str) -> int:
        if name in self.pack.definitions:
            return self.of(self.pack.definitions[name].value)
        trees: list[Typed] = []
        if name in self.pack.tables:
            for option in self.pack.tables[name].options:
                trees += [option.of, *(band.value for band in option.bands)]
        for program in (self.pack.program, *self.pack.stages.values()):
            for tier in program.tiers:
                trees += [tier.settings[name]] if name in tier.settings else []
                trees += [leaf.when for leaf in program.leaves()] if name == "tier" or name in tier.settings else []
        return STILL if all(self.of(tree) == STILL for tree in trees) else UNKNOWN


_TOGETHER = frozenset({
    "+", "and", "or", "min", "max", "number_of", "count", "any", "all", "year", "fiscal_year", "given",
})  # fmt: skip
_AGAINST = frozenset({"<", "<=", ">", ">=", "-"})
# An operator put in the place of another, both sides equal: the condition is met by more, or by fewer.
_LOOSENED = frozenset({(">", ">="), ("<", "<="), ("and", "or"), ("==", ">="), ("==", "<=")})


def edits(a: Typed, b: Typed) -> Iterator[tuple[Typed, Typed]]:
    """Yield the smallest parts in which two trees differ."""
    if form(a) == form(b):
        return
    if a.op == b.op and a.op not in ("const", "name", "field") and len(a.args) == len(b.args) and a.value == b.value:
        for x, y in zip(a.args, b.args, strict=True):
            yield from edits(x, y)
    else:
        yield a, b


def effect(old: Pack, new: Pack, a: Typed, b: Typed) -> int:
    """Return MORE if the one edit from condition `a` to `b` can only help to meet it, LESS if only hinder."""
    found = list(edits(a, b))
    if len(found) != 1:
        return UNKNOWN
    x, y = found[0]
    if x.op != y.op and [form(arg) for arg in x.args] == [form(arg) for arg in y.args] and x.value == y.value:
        step = MORE if (x.op, y.op) in _LOOSENED else LESS if (y.op, x.op) in _LOOSENED else UNKNOWN
    else:
        step = _grown(fixed(old, x), fixed(new, y))
    way = Ways(old, lambda node: node is x).of(a)
    return UNKNOWN if UNKNOWN in (step, way) or way == STILL else step * way


def fixed(pack: Pack, typed: Typed) -> object:
    """Return the value of a constant or of a parameter without dates; None for anything else."""
    if typed.op == "name" and str(typed.value) in pack.parameters:
        values = pack.parameters[str(typed.value)].values
        return fixed(pack, values[0].value) if values[0].since is None else None
    return typed.value if typed.op == "const" and typed.type.kind != CHOICE else fixed_number(typed)


def _grown(a: object, b: object) -> int:
    if isinstance(a, tuple) and isinstance(b, tuple):
        steps = {_compared(x, y) for x, y in zip(a, b, strict=True)} - {STILL}
        return steps.pop() if len(steps) == 1 else UNKNOWN
    known = isinstance(a, Fraction | date) and isinstance(b, Fraction | date)
    way = _compared(a, b) if known else UNKNOWN
    return UNKNOWN if way == STILL else way


def _compared(a: object, b: object) -> int:
    if isinstance(a, bool) or isinstance(b, bool) or type(a) is not type(b):
        return UNKNOWN
    assert isinstance(a, int | Fraction | date)
    return STILL if a == b else MORE if b > a else LESS  # type: ignore[operator]  # of one type, by the line above


def parameter_step(old: ParameterDef, new: ParameterDef) -> int:
    """Return MORE if a parameter grew, LESS if it fell; UNKNOWN where its days differ or it did both."""
    if [one.since for one in old.values] != [one.since for one in new.values] or old.type != new.type:
        return UNKNOWN
    steps = []
    for a, b in zip(old.values, new.values, strict=True):
        if form(a.value) != form(b.value):
            values = [one.value.value if one.value.op == "const" else fixed_number(one.value) for one in (a, b)]
            steps.append(_grown(*values))
    way = agreed(steps)
    return UNKNOWN if way == STILL else way
