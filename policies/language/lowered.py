"""What a typed tree is lowered to: core nodes with their static scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from policies.language.core import Core


@dataclass(frozen=True, slots=True)
class Num:
    """The value n / (s · d); a condition, a day number or a choice has s = 1 and no d."""

    n: Core
    s: int = 1
    d: Core | None = None

    @property
    def constant(self) -> Fraction | None:
        """The value where it is fixed, else None."""
        if self.n.op == "const" and self.d is None:
            return Fraction(self.n.lo, self.s)
        return None


@dataclass(frozen=True, slots=True)
class Growth:
    """The compound growth from first to last over n years, never computed: only compared, by powers."""

    first: Num
    last: Num
    years: int


@dataclass(frozen=True, slots=True)
class Steps:
    """A duration: (months, days) pairs applied left to right, never merged."""

    steps: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ListShape:
    """What the core knows of a list: how long it may be, and its fields."""

    max_length: int
    fields: Mapping[str, Num]


Lowered = Num | Growth | Steps
