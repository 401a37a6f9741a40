"""Mutants: a pack with one thing wrong, as a slip of the pen would have it.

The tree of policy.yaml is changed in one place: an operator, a written number by one smallest unit, an end of a band,
a rounding, a requirement left out, all against any, the settings of neighbouring tiers. What the worked cases are
worth is the share of mutants that they notice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from policies.language.findings import PolicyError, Position
from policies.language.parse import Expr, Literal, parse_expression
from policies.language.reader import ListNode, MapNode, Node, Scalar, read_yaml
from policies.language.source import PackSource
from policies.language.units import CURRENCIES, unit_named

_LITERAL = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})(?![\w.])|(?P<digits>\d[\d_]*(?:\.\d+)?)(?P<unit> ?(?:[A-Za-z]+(?:/\w+)?|[^\x00-\x7f]+|%))?"
)
_BAND = re.compile(r"(?P<open>[(\[])(?P<low>[^,]+),(?P<high>[^,]+)(?P<close>[)\]])")
_SWAPPED = {
    "and": ("or",), "or": ("and",), "+": ("-",), "-": ("+",), "<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="),
    ">=": (">", "<"), "==": ("!=",), "!=": ("==",), "not": ("",), "min": ("max",), "max": ("min",), "any": ("all",),
    "all": ("any",), "largest": ("smallest",), "smallest": ("largest",), "latest": ("earliest",),
    "earliest": ("latest",), "round_down": ("round_up",), "round_up": ("round_down",),
    "round_half_up": ("round_down",), "round_half_even": ("round_half_up",),
}  # fmt: skip
_ROUNDED = {"down": "up", "up": "down", "half_up": "down", "half_even": "half_up"}
_RULES = ("parameters", "define", "tables", "vetoes", "eligibility", "tiers", "amount", "stages")
_PLAIN = frozenset({
    "id", "zh", "en", "clause", "certainty", "source", "facts", "after", "until", "repeats", "decides_on"
})  # fmt: skip
# Maps whose keys are names of the pack's own.
_NAMED = frozenset({"parameters", "define", "tables", "stages", "set", "bands", "best_of"})
Put = Callable[[Node], Node]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A pack with one change: where, of which clause and requirement, from what to what, and its tree."""

    kind: str
    at: Position
    clause: str
    requirement: str
    before: str
    after: str
    tree: Node

    def __str__(self) -> str:
        clause = f" {self.clause}" if self.clause else ""
        return f"{self.at.file}:{self.at.line}:{self.at.column}{clause}: {self.before} → {self.after or '(left out)'}"

    def source(self, original: PackSource) -> PackSource:
        """Return the texts of the mutant; policy.yaml is written anew from its tree."""
        return replace(original, policy="\n".join(_lines(self.tree, 0)) + "\n")


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in the tree: `put` gives the whole tree with something else there."""

    put: Put
    clause: str = ""
    requirement: str = ""

    def mutant(self, kind: str, at: Position, before: str, after: str, node: Node) -> Mutant:
        return Mutant(kind, at, self.clause, self.requirement, before, after, self.put(node))

    def below(self, node: MapNode | ListNode, index: int) -> _Place:
        return replace(self, put=lambda new: self.put(_with_child(node, index, new)))


def _with_child(node: MapNode | ListNode, index: int, new: Node) -> Node:
    if isinstance(node, ListNode):
        return replace(node, items=(*node.items[:index], new, *node.items[index + 1 :]))
    key = node.items[index][0]
    return replace(node, items=(*node.items[:index], (key, new), *node.items[index + 1 :]))


def mutants(source: PackSource) -> Iterator[Mutant]:
    """Yield every mutant of a pack, in the order of the file; some may not parse, some may mean the same.

    Raises PolicyError when policy.yaml is no YAML.
    """
    yield from mutants_of(read_yaml(source.policy, source.file("policy.yaml")))


def mutants_of(root: Node) -> Iterator[Mutant]:
    """Yield the mutants of a tree that is read already."""
    if not isinstance(root, MapNode):
        return
    place = _Place(lambda new: new)
    for index, (key, value) in enumerate(root.items):
        if key.value in _RULES:
            yield from _inside(value, place.below(root, index), key.value)


def _inside(node: Node, place: _Place, key: str) -> Iterator[Mutant]:
    if isinstance(node, Scalar):
        if key == "round":
            yield from _rounding(node, place)
        elif key == "at_least":
            yield from _literal(node, 0, Literal("count", "", Fraction(node.value)), place)
        else:
            yield from _expression(node, place)
    elif isinstance(node, ListNode):
        yield from _list(node, place, key)
    else:
        yield from _map(node, place, key)


def _map(node: MapNode, place: _Place, key: str) -> Iterator[Mutant]:
    texts = {name.value: value.value for name, value in node.items if isinstance(value, Scalar)}
    place = replace(place, clause=texts.get("clause", place.clause))
    if "when" in texts:
        place = replace(place, requirement=texts.get("id", ""))
        if key in ("requires", "eligibility"):
            yield _only_requirement(node, place)
    if key == "bands":
        yield from _bands(node, place)
    yield from _joined(node, place)
    for index, (name, value) in enumerate(node.items):
        free = key in _NAMED
        if free or (name.value not in _PLAIN and (name.value != "from" or key == "dated")):
            yield from _inside(value, place.below(node, index), name.value)


def _only_requirement(node: MapNode, place: _Place) -> Mutant:
    """The requirement that stands alone can only be left out by being always met."""
    index = next(i for i, (name, _) in enumerate(node.items) if name.value == "when")
    when = node.items[index][1]
    assert isinstance(when, Scalar)
    return place.mutant("left out", when.at, when.value, "", _with_child(node, index, Scalar("yes", when.at)))


def _joined(node: MapNode, place: _Place) -> Iterator[Mutant]:
    for index, (name, value) in enumerate(node.items):
        other = {"all_of": "any_of", "any_of": "all_of"}.get(name.value)
        if other is not None:
            items = (*node.items[:index], (replace(name, value=other), value), *node.items[index + 1 :])
            yield place.mutant("joined", name.at, name.value, other, replace(node, items=items))


def _list(node: ListNode, place: _Place, key: str) -> Iterator[Mutant]:
    if key in ("all_of", "any_of", "of", "vetoes", "tiers") and (len(node.items) > 1 or key == "vetoes"):
        for index, item in enumerate(node.items):
            rest = replace(node, items=(*node.items[:index], *node.items[index + 1 :]))
            yield _of(item, place).mutant("left out", item.at, _named(item), "", rest)
    if key == "tiers":
        for index in range(len(node.items) - 1):
            swapped = _settings_swapped(node, index)
            if swapped is not None:
                first, second = node.items[index], node.items[index + 1]
                yield place.mutant("settings", second.at, _named(first), f"settings of {_named(second)}", swapped)
    for index, item in enumerate(node.items):
        yield from _inside(item, place.below(node, index), key)


def _of(item: Node, place: _Place) -> _Place:
    texts = _texts(item)
    return replace(place, clause=texts.get("clause", place.clause), requirement=texts.get("id", ""))


def _texts(item: Node) -> dict[str, str]:
    if not isinstance(item, MapNode):
        return {}
    return {name.value: value.value for name, value in item.items if isinstance(value, Scalar)}


def _named(item: Node) -> str:
    texts = _texts(item)
    return texts.get("id") or texts.get("en") or "a group"


def _settings_swapped(node: ListNode, index: int) -> Node | None:
    tiers = [node.items[index], node.items[index + 1]]
    places = []
    for tier in tiers:
        assert isinstance(tier, MapNode)
        places.append(next((i for i, (name, _) in enumerate(tier.items) if name.value == "set"), None))
    first, second = places
    if first is None or second is None:
        return None
    a, b = tiers
    assert isinstance(a, MapNode) and isinstance(b, MapNode)
    changed = _with_child(node, index, _with_child(a, first, b.items[second][1]))
    assert isinstance(changed, ListNode)
    return _with_child(changed, index + 1, _with_child(b, second, a.items[first][1]))


# expressions --------------------------------------------------------------------------------------------------------


def _edited(node: Scalar, start: int, end: int, new: str) -> Scalar:
    return replace(node, value=node.value[:start] + new + node.value[end:])


def _expression(node: Scalar, place: _Place) -> Iterator[Mutant]:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", node.value):
        yield from _literal(node, 0, Literal("date", "", date.fromisoformat(node.value)), place)
        return
    try:
        tree = parse_expression(node)
    except PolicyError:
        return  # parsing the pack reports it
    done: set[tuple[int, str, object]] = set()
    stack: list[Expr] = [tree]
    while stack:
        expr = stack.pop()
        stack.extend(reversed(expr.args))
        start = expr.at.column - node.at.column
        if (start, expr.op, expr.value) in done:
            continue  # the middle of a < b < c stands in both comparisons
        done.add((start, expr.op, expr.value))
        if isinstance(expr.value, Literal):
            yield from _literal(node, start, expr.value, place)
        elif expr.op != "name":
            word = str(expr.value) if expr.op == "call" else expr.op
            for new in _SWAPPED.get(word, ()):
                if node.value.startswith(word, start):
                    mutated = _edited(node, start, start + len(word), new)
                    yield place.mutant("operator", expr.at, f"{word} in {node.value}", new, mutated)


def _literal(node: Scalar, start: int, literal: Literal, place: _Place) -> Iterator[Mutant]:
    match = _LITERAL.match(node.value, start)
    if literal.kind == "yes_no":
        old, new = ("yes", "no") if literal.value else ("no", "yes")
        yield place.mutant("operator", node.at.moved(start), old, new, _edited(node, start, start + len(old), new))
    elif match is not None:
        end = match.end() if match["unit"] is None or unit_named(match["unit"].strip()) else match.end("digits")
        old = node.value[start:end]
        for new in _neighbours(match, old, literal):
            yield place.mutant("threshold", node.at.moved(start), old, new, _edited(node, start, end, new))


def _neighbours(match: re.Match[str], old: str, literal: Literal) -> Iterator[str]:
    """Yield the literal one smallest unit lower and higher: of the currency, else of the last digit written."""
    for step in (-1, 1):
        if isinstance(literal.value, date):
            yield (literal.value + timedelta(days=step)).isoformat()
        elif literal.kind == "money" and isinstance(literal.value, Fraction):
            yield _money(int(literal.value) + step, literal.dim)
        elif literal.kind == "count" and isinstance(literal.value, Fraction):
            yield str(int(literal.value) + step)
        else:
            digits = match["digits"].rstrip("_")
            exponent = Decimal(digits).as_tuple().exponent
            assert isinstance(exponent, int)
            yield f"{Decimal(digits) + step * Decimal(1).scaleb(exponent)}{old[len(digits) :]}"


def _money(minor: int, currency: str) -> str:
    if currency == "CNY":
        return f"{minor}分"
    return f"{Decimal(minor).scaleb(-CURRENCIES[currency]):f}{currency}"


def _rounding(node: Scalar, place: _Place) -> Iterator[Mutant]:
    match = re.fullmatch(r"(down|up|half_up|half_even) to (\d+)(.*)", node.value)
    if match is not None:
        other = _ROUNDED[match[1]]
        for new in (f"{other} to {match[2]}{match[3]}", f"{match[1]} to {match[2]}0{match[3]}"):
            yield place.mutant("rounding", node.at, node.value, new, replace(node, value=new))


# bands --------------------------------------------------------------------------------------------------------------


def _bands(node: MapNode, place: _Place) -> Iterator[Mutant]:
    """Move an end that two bands share, and let it belong to the other of them."""
    keys = [_BAND.fullmatch(key.value.strip()) for key, _ in node.items]
    for i, upper in enumerate(keys):
        if upper is None or upper["high"].strip() == "..":
            continue
        end = upper["high"].strip()
        j = next((j for j, low in enumerate(keys) if low is not None and low["low"].strip() == end), None)
        if j is None:
            continue
        at = node.items[i][0].at.moved(upper.start("high"))
        for new in _end_neighbours(end):
            yield place.mutant("threshold", at, end, new, _with_ends(node, i, j, new, flip=False))
        flipped = f"{end} belongs to the other band"
        yield place.mutant("operator", at, node.items[i][0].value, flipped, _with_ends(node, i, j, end, flip=True))


def _end_neighbours(end: str) -> Iterator[str]:
    scalar = Scalar(end, Position("", 1, 1))
    try:
        literal = parse_expression(scalar).value
    except PolicyError:
        return  # parsing the pack reports it
    match = _LITERAL.match(end)
    if isinstance(literal, Literal) and match is not None:
        yield from _neighbours(match, end, literal)


def _with_ends(node: MapNode, i: int, j: int, end: str, *, flip: bool) -> MapNode:
    items = list(node.items)
    for index, side in ((i, "high"), (j, "low")):
        key, value = items[index]
        match = _BAND.fullmatch(key.value.strip())
        assert match is not None
        parts = {name: match[name] for name in ("open", "low", "high", "close")}
        parts[side] = f" {end}" if side == "high" else end
        if flip:
            bracket = "close" if side == "high" else "open"
            parts[bracket] = {")": "]", "]": ")", "(": "[", "[": "("}[parts[bracket]]
        items[index] = (replace(key, value=f"{parts['open']}{parts['low']},{parts['high']}{parts['close']}"), value)
    return replace(node, items=tuple(items))


# writing ------------------------------------------------------------------------------------------------------------


def _quoted(text: str) -> str:
    return f"'{text}'" if "'" not in text else f'"{text}"' if not set('"\\') & set(text) else f"'{_doubled(text)}'"


def _doubled(text: str) -> str:
    return text.replace("'", "''")


def _lines(node: Node, indent: int) -> Iterator[str]:
    """Yield the lines of a tree as YAML."""
    pad = "  " * indent
    if isinstance(node, Scalar):
        yield f"{pad}{_quoted(node.value)}"
        return
    heads = ["-"] * len(node.items) if isinstance(node, ListNode) else [f"{_quoted(k.value)}:" for k, _ in node.items]
    values = node.items if isinstance(node, ListNode) else tuple(value for _, value in node.items)
    for head, value in zip(heads, values, strict=True):
        if isinstance(value, Scalar):
            yield f"{pad}{head} {_quoted(value.value)}"
        elif not value.items:
            yield f"{pad}{head} {'[]' if isinstance(value, ListNode) else '{}'}"
        else:
            yield f"{pad}{head}"
            yield from _lines(value, indent + 1)
