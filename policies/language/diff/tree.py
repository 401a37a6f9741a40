"""Trees of criteria of two versions: which requirements came and went, and whether the rest is joined as before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policies.language.diff.surface import LESS, MORE, UNKNOWN
from policies.language.model import Criterion, Group, Leaf

Shape = str | tuple[str, tuple["Shape", ...]]


def leaves_of(node: Criterion | None) -> Iterator[Leaf]:
    """Yield the requirements of a tree in order."""
    if isinstance(node, Leaf):
        yield node
    elif node is not None:
        for child in node.children:
            yield from leaves_of(child)


def groups_of(node: Criterion | None) -> Iterator[Group]:
    """Yield the groups of a tree in order."""
    if isinstance(node, Group):
        yield node
        for child in node.children:
            yield from groups_of(child)


def kind_of(group: Group) -> str:
    """Return how a group joins: one of one is any_of, all of all is all_of."""
    if group.kind == "at_least" and group.least in (1, len(group.children)):
        return "any_of" if group.least == 1 else "all_of"
    return group.kind


@dataclass(slots=True)
class Outline:
    """A tree reduced to the requirements in `keep`: order of commuting parts and needless nesting do not matter.

    `leasts` are the numbers of its at_least groups, in the order of `shape`, which leaves them out.
    """

    keep: frozenset[str]

    def of(self, node: Criterion | None) -> tuple[Shape | None, tuple[int, ...]]:
        """Return the shape, None where nothing is kept, and the numbers."""
        if node is None:
            return None, ()
        if isinstance(node, Leaf):
            return (node.id, ()) if node.id in self.keep else (None, ())
        kind = kind_of(node)
        parts = [part for part in (self.of(child) for child in node.children) if part[0] is not None]
        if not parts:
            return None, ()
        if len(parts) == 1 and kind in ("all_of", "any_of"):
            return parts[0]
        if kind in ("all_of", "any_of"):
            parts = [inner for part in parts for inner in _flat(part, kind)]
        parts.sort(key=lambda part: str(part[0]))
        own = (node.least,) if kind == "at_least" else ()
        leasts = (*own, *(number for part in parts for number in part[1]))
        return (kind, tuple(part[0] for part in parts if part[0] is not None)), leasts


def _flat(part: tuple[Shape | None, tuple[int, ...]], kind: str) -> list[tuple[Shape | None, tuple[int, ...]]]:
    shape = part[0]
    if not isinstance(shape, tuple) or shape[0] != kind or part[1]:
        return [part]
    return [(inner, ()) for inner in shape[1]]


def way_of_new(tree: Criterion | None, name: str, common: frozenset[str]) -> int:
    """Return what a requirement that only `tree` has does to it: LESS companies meet it, MORE, or UNKNOWN.

    The outermost group that is new as a whole decides: under all_of it takes companies away, under any_of or
    at_least it lets some in; below `not` nothing is said.
    """
    parent: Group | None = None
    node = tree
    while node is not None and any(leaf.id in common for leaf in leaves_of(node)):
        if isinstance(node, Leaf):
            return UNKNOWN
        if node.kind == "not":
            return UNKNOWN
        parent = node
        node = next((child for child in node.children if any(leaf.id == name for leaf in leaves_of(child))), None)
    if parent is None or any(group.kind == "not" for group in groups_of(node)):
        return UNKNOWN
    return LESS if parent.kind == "all_of" else MORE


def way_of_leasts(old: Criterion | None, before: tuple[int, ...], after: tuple[int, ...]) -> int:
    """Return what other numbers under at_least do to a tree of the same shape."""
    if len(before) != len(after) or any(group.kind == "not" for group in groups_of(old)):
        return UNKNOWN
    if all(b >= a for a, b in zip(before, after, strict=True)):
        return LESS
    return MORE if all(b <= a for a, b in zip(before, after, strict=True)) else UNKNOWN


def inverted(tree: Criterion | None) -> frozenset[str]:
    """Return the requirements that stand below a `not`, where more met means fewer companies."""
    return frozenset(leaf.id for group in groups_of(tree) if group.kind == "not" for leaf in leaves_of(group))
