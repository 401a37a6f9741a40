"""The fifth reading: what changed between two versions of a pack, by meaning and not by text.

Every difference stands by itself: the requirement that a moved parameter makes stricter is named at the parameter, not
again at each criterion that reads it. A rewritten expression that is lowered to the same core is "wording". Layout,
comments and the order of what commutes are no difference.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.language.diff.base import LOOSER, OTHER, STRICTER, Difference
from policies.language.diff.rules import Comparison
from policies.language.diff.sections import (
    clauses,
    facts,
    head,
    payment,
    procedure,
    records,
    stages,
    tables,
)
from policies.language.diff.surface import Meaning
from policies.language.findings import PolicyError, Position
from policies.language.model import Pack


def diff(old: Pack, new: Pack) -> tuple[Difference, ...]:
    """Return every difference between two versions, in the order in which a policy is read.

    Raises PolicyError when they are versions of different packs.
    """
    if old.code != new.code:
        raise PolicyError.at(
            Position(new.program.at.file, 1, 1),
            "DIFF",
            f"found the packs {old.code} and {new.code}; compare two versions of one pack",
            f"{old.code} 与 {new.code} 是不同的政策；请比较同一政策的两个版本",
        )
    comparison = Comparison(old, new, Meaning(old, new))
    return tuple(_all(comparison))


def _all(comparison: Comparison) -> Iterator[Difference]:
    old, new = comparison.old, comparison.new
    yield from head(old, new)
    yield from clauses(old, new)
    yield from facts(old, new)
    yield from records(old, new)
    yield from comparison.parameters()
    yield from comparison.definitions()
    yield from tables(comparison)
    yield from comparison.program(None)
    yield from stages(comparison)
    yield from payment(old, new)
    yield from procedure(old, new)


__all__ = ["LOOSER", "OTHER", "STRICTER", "Difference", "diff"]
