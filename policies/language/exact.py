"""The exact reading: a program's core as straight-line Python over whole numbers, for facts that are all known.

Only names made here and whole numbers reach the generated text; what a pack wrote stays in tables beside it. The code
checks the facts as strictly as `facts.encode` does, but says nothing: it answers None wherever a fact is unknown, of
another type than it should be or out of range, and then the interval interpreter decides or refuses in words. Two-valued
code never sees an unknown fact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import cast

from policies.language.compile import scale_of
from policies.language.core import Aggregate, Core, Move, shift_day
from policies.language.decision import Issuer
from policies.language.facts import ABSENT, MAX_TEXT, Facts, RecordList, Value, scaled
from policies.language.model import FactDef, Leaf, Pack, Program, RecordDef

Held = tuple[Value, ...]
Run = Callable[[Held], "tuple[int, ...] | None"]
# An expression nested deeper than this gets a name of its own: Python's parser bounds its depth.
DEPTH = 12
# Days whose shift is remembered: a date costs a microsecond to move by months.
SHIFTS = 8192

# Where the requirements begin in what `run` answers.
FIRST = 3

_INFIX = {"add": "+", "sub": "-", "mul": "*", "lt": "<", "le": "<=", "eq": "==", "and": "and", "or": "or"}


@dataclass(frozen=True, slots=True)
class Exact:
    """The compiled form of one program.

    `names` are its facts and then its lists, in the order in which `held` gives their values; `run` answers eligible,
    tier, amount (0 where the pack pays nothing) and every requirement in the order of `leaves`, or None. `plans` keeps
    how reasons are written, by tier.
    """

    pack: Pack
    program: Program
    issuer: Issuer
    names: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    requirements: tuple[Core, ...]
    fetch: Callable[[Facts], Held]
    run: Run
    plans: dict[str | None, object] = field(default_factory=dict)

    def held(self, facts: Facts) -> Held | None:
        """Return the values in order; None if one is missing, one is too many, or this is no plain dict."""
        if type(facts) is not dict or len(facts) != len(self.names):
            return None
        try:
            return self.fetch(facts)
        except KeyError:
            return None

    def verdict(self, facts: Facts, place: int) -> bool | None:
        """Tell whether the requirement at `place` in `leaves` is met; None where this reading does not answer."""
        held = self.held(facts)
        values = None if held is None else self.run(held)
        return None if values is None else bool(values[FIRST + place])

    def compiled(self, nodes: Sequence[Core]) -> Run:
        """Return code that answers the values of `nodes`, in their order, or None as `run` does."""
        return _compiled(self.pack.records, self.program, nodes)


def exact_of(pack: Pack, program: Program) -> Exact:
    """Return the compiled form of a program of `pack`, made when it is first asked for."""
    found = program.memo.get("exact")
    if found is None:
        found = program.memo["exact"] = _exact(pack, program)
    return cast(Exact, found)


def _exact(pack: Pack, program: Program) -> Exact:
    names = (*program.facts, *pack.records)
    leaves = program.leaves()
    requirements = tuple(_requirement(leaf, index < len(program.vetoes)) for index, leaf in enumerate(leaves))
    nodes = (program.eligible_core, program.tier_core, program.amount_core or _NOTHING, *requirements)
    run = _compiled(pack.records, program, nodes)
    ids = tuple(leaf.id for leaf in leaves)
    issuer = Issuer(pack.code, pack.version, program.stage, pack.currency, pack.content_hash, ids)
    return Exact(pack, program, issuer, names, leaves, requirements, _getter(names), run)


_NOTHING = Core("const", (), 0, 0, 0)


def _requirement(leaf: Leaf, veto: bool) -> Core:
    """Return the node that says whether the requirement is met: a veto asks that its condition does not hold."""
    core = leaf.core
    return Core("not", (core,), None, 1 - core.hi, 1 - core.lo) if veto else core


def _getter(names: tuple[str, ...]) -> Callable[[Facts], Held]:
    if len(names) == 1:
        only = names[0]
        return lambda facts: (facts[only],)
    return cast("Callable[[Facts], Held]", itemgetter(*names))


def _year(day: int) -> int:
    return date.fromordinal(day).year


def generated(
    records: Mapping[str, RecordDef], program: Program, nodes: Sequence[Core]
) -> tuple[str, Mapping[str, object]]:
    """Return the text of `run` for these nodes, and the tables that it names."""
    writer = _Writer(program, records)
    writer.header()
    writer.nodes(nodes)
    return "\n".join(["def run(held):", *writer.lines]), writer.tables


def _compiled(records: Mapping[str, RecordDef], program: Program, nodes: Sequence[Core]) -> Run:
    text, tables = generated(records, program, nodes)
    scope: dict[str, object] = {"__builtins__": {}, **tables}
    exec(compile(text, "<exact>", "exec"), scope)  # nosec B102
    return cast(Run, scope["run"])


class _Block:
    """Statements being written: the text that stands for each node, and how deep the text is (0: a name or number)."""

    def __init__(self, writer: _Writer, indent: str, outer: _Block | None) -> None:
        self.writer, self.indent, self.outer = writer, indent, outer
        self.texts: dict[int, tuple[str, int]] = {}

    def text(self, node: Core) -> tuple[str, int]:
        found = self.texts.get(id(node))
        if found is not None:
            return found
        if node.op == "const":
            return (str(node.lo) if node.lo >= 0 else f"({node.lo})", 0)
        if node.op == "fact":
            return (self.writer.places[str(node.value)], 0)
        assert self.outer is not None, node.op
        return self.outer.text(node)

    def line(self, text: str) -> None:
        self.writer.lines.append(self.indent + text)

    def name(self, node: Core) -> str:
        """Return a name or number for the node, naming its text if it is longer."""
        text, depth = self.text(node)
        if depth:
            fresh = self.writer.fresh()
            self.line(f"{fresh} = {text}")
            self.texts[id(node)] = (fresh, 0)
            return fresh
        return text

    def write(self, node: Core, named: bool) -> None:
        """Add a node whose arguments are there already; `named`: it is read more than once."""
        if node.op == "let":
            self.texts[id(node)] = (self.name(node.args[0]), 0)
        elif node.op == "agg":
            self.texts[id(node)] = (self.writer.aggregate(node, self), 0)
        else:
            depth = 1 + max((self.text(arg)[1] for arg in node.args), default=0)
            self.texts[id(node)] = (self.expression(node), depth)
            if named or depth > DEPTH:
                self.name(node)

    def expression(self, node: Core) -> str:
        op, args = node.op, node.args
        if op in ("min", "max"):
            a, b = self.name(args[0]), self.name(args[1])
            return f"({a} if {a} {'<=' if op == 'min' else '>='} {b} else {b})"
        if op == "floordiv" and args[1].lo < 1:
            divisor = self.name(args[1])  # where it is not positive, the value is never read
            return f"({self.text(args[0])[0]} // ({divisor} if {divisor} > 0 else 1))"
        texts = [self.text(arg)[0] for arg in args]
        if op in _INFIX:
            return f"({texts[0]} {_INFIX[op]} {texts[1]})"
        if op == "ite":
            return f"({texts[1]} if {texts[0]} else {texts[2]})"
        if op == "shift":
            assert isinstance(node.value, Move)
            months, days = node.value
            return f"shift({texts[0]}, {months}, {days})" if months else f"({texts[0]} + ({days}))"
        return {"floordiv": "({0} // {1})", "not": "(not {0})", "year": "year({0})"}[op].format(*texts)


class _Writer:
    """Writes the body of `run`; `tables` holds what the text names besides its own variables."""

    def __init__(self, program: Program, records: Mapping[str, RecordDef]) -> None:
        self.program, self.records = program, records
        self.lines: list[str] = []
        self.count = 0
        self.places: dict[str, str] = {}
        self.columns: dict[str, tuple[str, dict[str, str]]] = {}
        self.tables: dict[str, object] = {
            "type": type, "len": len, "dict": dict, "int": int, "str": str, "bool": bool, "set": set, "KeyError": KeyError,
            "date": date, "Decimal": Decimal, "RecordList": RecordList, "ABSENT": ABSENT, "scaled": scaled,
            "shift": _shift, "year": _year,
        }  # fmt: skip

    def fresh(self) -> str:
        self.count += 1
        return f"t{self.count}"

    # -- facts -------------------------------------------------------------------------------------------------------

    def header(self) -> None:
        """Write the checks of all facts and records."""
        places = [f"v{index}" for index in range(len(self.program.facts) + len(self.records))]
        self.lines.append(f"    {', '.join(places)}, = held")
        for fact, place in zip(self.program.facts.values(), places, strict=False):
            self.places[fact.name] = place
            if not fact.optional:
                self.check(fact, place, "    ")
                continue
            has = self.places[f"{fact.name}?"] = f"h{place[1:]}"
            self.lines.append(f"    {has} = {place} is not ABSENT")
            self.lines.append(f"    if {has}:")
            self.check(fact, place, "        ")
            # Nobody reads an absent fact (the checker saw to it); a value within its range only fills the place.
            self.lines.extend(["    else:", f"        {place} = {fact.minimum}"])
        for record, place in zip(self.records.values(), places[len(self.program.facts) :], strict=True):
            self.rows(record, place)

    def check(self, fact: FactDef, place: str, indent: str) -> None:
        """Write the check of one value, and its change to the number that the core reads."""
        bounds = f"{indent}if not {fact.minimum} <= {place} <= {fact.maximum}: return None"
        if fact.kind in ("money", "count"):
            self.lines.extend([f"{indent}if type({place}) is not int: return None", bounds])
        elif fact.kind == "date":
            self.lines.append(f"{indent}if type({place}) is not date: return None")
            self.lines.extend([f"{indent}{place} = {place}.toordinal()", bounds])
        elif fact.kind in ("rate", "number"):
            self.lines.append(f"{indent}if type({place}) is not Decimal: return None")
            self.lines.append(f"{indent}{place} = scaled({place}, {scale_of(fact)})")
            self.lines.append(f"{indent}if {place} is None: return None")
            self.lines.append(bounds)
        elif fact.kind == "yes_no":
            self.lines.append(f"{indent}if type({place}) is not bool: return None")
        else:
            self.lines.append(f"{indent}if type({place}) is not str: return None")
            self.word(fact, place, indent)

    def word(self, fact: FactDef, place: str, indent: str) -> None:
        if fact.kind == "text":
            self.lines.append(f"{indent}if len({place}) > {MAX_TEXT}: return None")
            return
        table = f"c{len(self.tables)}"
        self.tables[table] = {choice.value: index for index, choice in enumerate(fact.choices)}.get
        self.lines.extend([f"{indent}{place} = {table}({place})", f"{indent}if {place} is None: return None"])

    def rows(self, record: RecordDef, place: str) -> None:
        """Write the check of one list: `r…` becomes its rows as tuples of numbers, without the texts."""
        get, rows, keys = f"g{place[1:]}", f"r{place[1:]}", f"k{place[1:]}"
        self.tables[get] = _getter(tuple(record.fields))
        fields = {name: f"f{index}" for index, name in enumerate(record.fields)}
        kept = {name: held for name, held in fields.items() if record.fields[name].kind != "text"}
        self.columns[record.name] = (rows, kept)
        key = fields[record.key]
        if record.fields[record.key].kind not in ("text", "choice"):
            key = f"str({key})"
        self.lines.extend(
            f"    {line}"
            for line in (
                f"if type({place}) is not RecordList or not {place}.complete: return None",
                f"if len({place}.rows) > {record.max_length}: return None",
                f"{rows} = []",
                f"{keys} = set()",
                f"for row in {place}.rows:",
                f"    if type(row) is not dict or len(row) != {len(fields)}: return None",
                "    try:",
                f"        {', '.join(fields.values())}, = {get}(row)",
                "    except KeyError: return None",
                f"    raw = {key}",
            )
        )
        for name, held in fields.items():
            self.check(record.fields[name], held, "        ")
        self.lines.append(f"        {keys}.add(raw)")
        if kept:
            self.lines.append(f"        {rows}.append(({', '.join(kept.values())},))")
        else:
            self.lines.append(f"        {rows}.append(())")
        self.lines.append(f"    if len({keys}) != len({place}.rows): return None")

    # -- nodes -------------------------------------------------------------------------------------------------------

    def nodes(self, roots: Sequence[Core]) -> None:
        """Write what `roots` need, each node once, and the return of their values."""
        order, uses = _ordered(roots, _needs)
        block = _Block(self, "    ", None)
        for node in order:
            if node.op not in ("const", "fact"):
                block.write(node, uses[id(node)] > 1)
        self.lines.append(f"    return ({''.join(f'{block.text(root)[0]}, ' for root in roots)})")

    def aggregate(self, node: Core, outer: _Block) -> str:
        """Write the loop of an aggregate and return the name of its value."""
        assert isinstance(node.value, Aggregate)
        value, condition, if_none = node.args
        for inner in _outside(node):
            outer.name(inner)
        rows, columns = self.columns[node.value.list_name]
        result, total = self.fresh(), node.value.kind == "sum"
        outer.line(f"{result} = {0 if total else None}")
        found = self.count
        place = {name: f"x{found}_{index}" for index, name in enumerate(columns)}
        outer.line(f"for {''.join(f'{name}, ' for name in place.values()) or '_'} in {rows}:")
        loop = _Block(self, f"{outer.indent}    ", outer)
        _, uses = _ordered([condition, value], _row_needs)
        self._inside(loop, condition, place, uses)
        if condition.op != "const":
            loop.line(f"if {loop.text(condition)[0]}:")
            loop.indent += "    "
        elif not condition.lo:
            loop.line("continue")
        self._inside(loop, value, place, uses)
        if total:
            loop.line(f"{result} += {loop.text(value)[0]}")
        else:
            each, sign = loop.name(value), ">" if node.value.kind == "max" else "<"
            loop.line(f"if {result} is None or {each} {sign} {result}: {result} = {each}")
            outer.line(f"if {result} is None: {result} = {outer.text(if_none)[0]}")
        return result

    def _inside(self, loop: _Block, root: Core, place: Mapping[str, str], uses: Mapping[int, int]) -> None:
        for node in _ordered([root], _row_needs)[0]:
            if id(node) in loop.texts or not _reads_row(node):
                continue
            if node.op == "field":
                assert isinstance(node.value, tuple)
                loop.texts[id(node)] = (place[node.value[1]], 0)
            else:
                loop.write(node, uses[id(node)] > 1)


@lru_cache(maxsize=SHIFTS)
def _shift(day: int, months: int, days: int) -> int:
    return shift_day(day, months, days)


def _reads_row(node: Core) -> bool:
    """Tell whether a node's value depends on the record at hand."""
    stack, seen = [node], set()
    while stack:
        found = stack.pop()
        if found.op == "field":
            return True
        if found.op not in ("let", "agg") and id(found) not in seen:
            seen.add(id(found))
            stack.extend(found.args)
    return False


def _outside(node: Core) -> tuple[Core, ...]:
    """Return the nodes that an aggregate's loop reads and that do not depend on the record."""
    inner = _ordered(node.args[:2], _row_needs)[0]
    return tuple(found for found in inner if found.op != "const" and not _reads_row(found))


def _needs(node: Core) -> tuple[Core, ...]:
    return (*_outside(node), node.args[2]) if node.op == "agg" else node.args


def _row_needs(node: Core) -> tuple[Core, ...]:
    return node.args if _reads_row(node) else ()


def _ordered(roots: Sequence[Core], needs: Callable[[Core], tuple[Core, ...]]) -> tuple[list[Core], dict[int, int]]:
    """Return what `roots` need, each after what it needs, and how often each is read."""
    order: list[Core] = []
    uses: dict[int, int] = {}
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            order.append(node)
            continue
        uses[id(node)] = uses.get(id(node), 0) + 1
        if uses[id(node)] == 1:
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(needs(node)))
    return order, uses
