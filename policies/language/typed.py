"""Types of the language and the typed surface tree."""

from __future__ import annotations

from dataclasses import dataclass, field

from policies.language.findings import Position


@dataclass(frozen=True, slots=True)
class Type:
    """A kind with its dimension (currency, unit) or its closed list of choices.

    Kinds: money count rate number price ratio growth date duration yes_no choice text list.
    """

    kind: str
    dim: str = ""
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.kind == "choice":
            return f"choice of {', '.join(self.choices)}"
        return f"{self.kind}[{self.dim}]" if self.dim else self.kind


MONEY, COUNT, RATE, NUMBER, PRICE = "money", "count", "rate", "number", "price"
RATIO, GROWTH, DATE, DURATION, YES_NO = "ratio", "growth", "date", "duration", "yes_no"
CHOICE, TEXT, LIST = "choice", "text", "list"

QUANTITIES = frozenset({MONEY, COUNT, RATE, NUMBER, PRICE, RATIO})
T_COUNT, T_RATE, T_RATIO, T_YES_NO, T_DATE = Type(COUNT), Type(RATE), Type(RATIO), Type(YES_NO), Type(DATE)
T_GROWTH, T_DURATION, T_DAYS = Type(GROWTH), Type(DURATION), Type(NUMBER, "day")


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a name stands for: a fact, definition, parameter, table, tier setting, tier, record field or list."""

    name: str
    role: str
    type: Type
    optional: bool = False
    const: bool = False
    fields: dict[str, Symbol] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Typed:
    """A node of the typed surface tree. `const`: its value is fixed by the pack and does not depend on the date."""

    op: str
    type: Type
    args: tuple[Typed, ...]
    value: object
    at: Position
    const: bool = False

    def names(self) -> tuple[str, ...]:
        """Return the facts, definitions, parameters and tables named, in order of appearance, each once."""
        found: dict[str, None] = {}
        stack = [self]
        while stack:
            node = stack.pop()
            if node.op == "name":
                found[str(node.value)] = None
            stack.extend(reversed(node.args))
        return tuple(found)


def join(a: Type, b: Type) -> Type | None:
    """Return the type that holds values of both, or None: a rate is also a ratio."""
    if a == b:
        return a
    if {a.kind, b.kind} == {RATE, RATIO}:
        return T_RATIO
    return None
