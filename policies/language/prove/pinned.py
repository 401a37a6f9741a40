"""A program on one deciding day: its core rebuilt with that day put in, and copies that differ in one thing.

With the day fixed, dated parameters are constants and a shifted date compared with the day is a threshold. All days
share one builder, so that what does not depend on the day is one node, asked once. The sample days are those on which
anything about the day changes: the first, the last, a 29 February and where the pack's moves take one, and both sides
of every step.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from policies.language.core import Builder, Core, Move, shift_day
from policies.language.model import Program

Step = Callable[[int], int]


def postorder(*roots: Core) -> Iterator[Core]:
    """Yield every node below `roots` once, each after its arguments, however deep."""
    done: set[int] = set()
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            yield node
        elif id(node) not in done:
            done.add(id(node))
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(node.args))


@dataclass(frozen=True, slots=True)
class Chain:
    """A node as a never falling function of `base`; `moved` where a shift or a year is part of it."""

    base: Core
    steps: tuple[Step, ...]
    moved: bool

    def at(self, value: int) -> int:
        """Return the node's value where the base is `value`."""
        for step in reversed(self.steps):
            value = step(value)
        return value

    def last(self, bound: int) -> int:
        """Return the greatest value of the base at which the node is at most `bound` (base.lo - 1: there is none)."""
        low, high = self.base.lo - 1, self.base.hi
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.at(middle) <= bound else (low, middle - 1)
        return low


def chain_of(node: Core) -> Chain:
    """Return the node as a function of the first node below it that is no shift, year, name or sum with a constant."""
    steps: list[Step] = []
    moved = False
    while True:
        inner = _link(node)
        if inner is None:
            return Chain(node, tuple(steps), moved)
        moved = moved or node.op in ("shift", "year")
        node = inner[0]
        if inner[1] is not None:
            steps.append(inner[1])


def _link(node: Core) -> tuple[Core, Step | None] | None:
    if node.op == "let":
        return node.args[0], None
    if node.op == "shift":
        assert isinstance(node.value, Move)
        months, days = node.value
        return node.args[0], lambda day: shift_day(day, months, days)
    if node.op == "year":
        return node.args[0], lambda day: date.fromordinal(day).year
    if node.op in ("add", "sub") and node.args[1].op == "const":
        offset = node.args[1].lo if node.op == "add" else -node.args[1].lo
        return node.args[0], lambda value: value + offset
    if node.op == "add" and node.args[0].op == "const":
        offset = node.args[0].lo
        return node.args[1], lambda value: value + offset
    return None


@dataclass(slots=True)
class Pinned:
    """The program's core by day, all days in one builder."""

    program: Program
    builder: Builder = field(default_factory=Builder)
    by_day: dict[int, dict[int, Core]] = field(default_factory=dict)

    def core(self, node: Core, day: int) -> Core:
        """Return `node` on that day."""
        return self._rebuilt(node, day, self.by_day.setdefault(day, {}), {})

    def forced(self, nodes: tuple[Core, ...], day: int, part: Core, bit: int) -> tuple[Core, ...]:
        """Return `nodes` on that day with the condition `part` below them fixed at 0 or 1."""
        memo: dict[int, Core] = {id(part): self.builder.const(bit)}
        return tuple(self._rebuilt(node, day, memo, {}) for node in nodes)

    def copied(self, nodes: tuple[Core, ...], day: int, facts: Mapping[str, str]) -> tuple[Core, ...]:
        """Return `nodes` on that day reading other facts in the place of those named."""
        memo: dict[int, Core] = {}
        return tuple(self._rebuilt(node, day, memo, facts) for node in nodes)

    def _rebuilt(self, root: Core, day: int, memo: dict[int, Core], renamed: Mapping[str, str]) -> Core:
        stack = [root]
        while stack:
            node = stack[-1]
            if id(node) in memo:
                stack.pop()
                continue
            waiting = [arg for arg in node.args if id(arg) not in memo]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            memo[id(node)] = self._made(node, day, tuple(memo[id(arg)] for arg in node.args), renamed)
        return memo[id(root)]

    def _made(self, node: Core, day: int, args: tuple[Core, ...], renamed: Mapping[str, str]) -> Core:
        build = self.builder
        if node.op == "const":
            return build.const(node.lo)
        if node.op == "fact":
            name = str(node.value)
            if name == self.program.decides_on:
                return build.const(day)
            return build.fact(renamed.get(name, name), node.lo, node.hi)
        if node.op == "field":
            assert isinstance(node.value, tuple)
            list_name, name = node.value
            return build.field(list_name, name, node.lo, node.hi)
        if node.op == "let":
            return args[0]
        return simplified(build, build.make(node.op, *args, value=node.value))


def simplified(build: Builder, node: Core) -> Core:
    """Return the same value with less: what is constant, and what a constant beside it leaves over."""
    if node.op == "const":
        return node
    if node.lo == node.hi:
        return build.const(node.lo)
    if node.op in ("and", "or"):
        a, b = node.args
        return b if a.op == "const" else a if b.op == "const" or a is b else node
    if node.op == "ite" and node.args[1] is node.args[2]:
        return node.args[1]
    if node.op in ("lt", "le", "eq") and node.args[0] is node.args[1]:
        return build.const(int(node.op != "lt"))
    return node


def sample_days(program: Program, roots: tuple[Core, ...]) -> tuple[int, ...]:
    """Return the days on which claims are made: the first and last in force, around every step, a 29 February.

    Windows that move one date or the other differ on the days to which a 29 February moves, so that these are sampled.

    An open end is sampled on the last day of the fifth year after the last step. Empty where nothing reads the day.
    """
    deciding = program.facts[program.decides_on]
    first, end = deciding.minimum, deciding.maximum
    nodes = tuple(postorder(*roots))
    if not any(node.op == "fact" and node.value == program.decides_on for node in nodes):
        return ()
    days = {first}
    for node in nodes:
        days.update(day for day in _steps(node, program.decides_on) if first <= day <= end)
    last = min(end, date(date.fromordinal(max(days)).year + 5, 12, 31).toordinal())
    days.add(last)
    moves = {abs(node.value.months) for node in nodes if isinstance(node.value, Move)}
    for months in sorted({0, *moves}):
        days.update(_leap_day(months, first, last))
    return tuple(sorted(days))


def _leap_day(months: int, first: int, last: int) -> tuple[int, ...]:
    """Return the first day between two to which a 29 February is moved by so many months, if there is one."""
    year = date.fromordinal(first).year - months // 12 - 1
    for leap in range(year, date.fromordinal(last).year + 1):
        if isleap(leap):
            day = shift_day(date(leap, 2, 29).toordinal(), months, 0)
            if first <= day <= last:
                return (day,)
    return ()


def _steps(node: Core, decides_on: str) -> Iterator[int]:
    """Yield the days on both sides of a change in a comparison of the deciding day with a constant."""
    if node.op not in ("lt", "le", "eq"):
        return
    a, b = node.args
    for first, side, other in ((True, a, b), (False, b, a)):
        chain = chain_of(side)
        if other.op == "const" and chain.base.op == "fact" and chain.base.value == decides_on:
            # day <= c and c < day turn after c; day < c and c <= day before it; day == c at both.
            after = node.op == "eq" or (node.op == "le") == first
            before = node.op == "eq" or not after
            for bound in [other.lo - 1] * before + [other.lo] * after:
                yield chain.last(bound)
                yield chain.last(bound) + 1
