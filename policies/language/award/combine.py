"""Awards of several packs side by side: the lawful selection that is best for the company, and what it forgoes.

Pure: the caller gathers the claims and the earlier awards of one company under a lock and writes what comes out.
Two awards meet in a group when they name it and the values of its key are equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations

from policies.language.award.groups import CAPPED, Group

MAX_CLAIMS = 12
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What one decision would pay: its key (a case number), pack, minor units, days, and its key values by group."""

    key: str
    pack: str
    amount: int
    filed_on: date
    confer_on: date
    groups: Mapping[str, Key]
    priority: int = 0


@dataclass(frozen=True, slots=True)
class PriorAward:
    """An award of the past: minor units granted, the day, and its key values by group."""

    pack: str
    amount: int
    conferred_on: date
    groups: Mapping[str, Key]


@dataclass(frozen=True, slots=True)
class Forgone:
    """What a group took from a claim, in minor units."""

    group: str
    amount: int


@dataclass(frozen=True, slots=True)
class Granted:
    """What a claim comes to, and what was forgone by which group; the two sum to the claim."""

    key: str
    amount: int
    forgone: tuple[Forgone, ...] = ()


class TooManyClaims(ValueError):
    """More claims meet in groups than can be compared exactly; decide some of them first."""


def combine(claims: Sequence[Claim], prior: Sequence[PriorAward], groups: Mapping[str, Group]) -> tuple[Granted, ...]:
    """Return what each claim comes to, in the order given.

    Of the selections that keep the number of awards each group allows, and from which nothing was left out needlessly,
    the one with the highest total after caps is taken (equal totals: the one that keeps earlier claims). Claims that
    share no group, directly or through others, are settled apart. `groups` holds every group that a claim names.
    Raises TooManyClaims beyond 12 claims that meet, ValueError for negative amounts or a key that stands twice.
    """
    if any(claim.amount < 0 for claim in claims) or any(award.amount < 0 for award in prior):
        raise ValueError("found a negative amount; expected minor units of at least 0")
    if len({claim.key for claim in claims}) < len(claims):
        raise ValueError("found a key twice; every claim stands once")
    found: dict[str, Granted] = {}
    for component in _components(claims):
        if len(component) > MAX_CLAIMS:
            raise TooManyClaims(
                f"found {len(component)} claims that share groups; decide at most {MAX_CLAIMS} at once"
            )
        found.update((granted.key, granted) for granted in _Settlement(component, prior, groups).best())
    return tuple(found[claim.key] for claim in claims)


def _meeting(claim: Claim) -> set[tuple[str, Key]]:
    return set(claim.groups.items())


def _components(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Return the claims in sets that meet one another, directly or through others."""
    found: list[tuple[set[tuple[str, Key]], list[Claim]]] = []
    for claim in claims:
        places, members = _meeting(claim), [claim]
        apart = []
        for other_places, others in found:
            if other_places & places:
                places, members = places | other_places, others + members
            else:
                apart.append((other_places, others))
        found = [*apart, (places, members)]
    return [members for _, members in found]


@dataclass(slots=True)
class _Settlement:
    """`earlier` holds what a claim's group counts of the past, `allowed` how many awards it still allows beside it."""

    claims: Sequence[Claim]
    prior: Sequence[PriorAward]
    groups: Mapping[str, Group]
    earlier: dict[tuple[str, str], int] = field(default_factory=dict)
    allowed: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for claim in self.claims:
            for name in claim.groups:
                counted = self._counted(claim, name)
                self.earlier[claim.key, name] = sum(award.amount for award in counted)
                group = self.groups[name]
                if group.mode in ("exclusive", "at_most"):
                    self.allowed[claim.key, name] = max(0, (group.most or 1) - len(counted))
                elif group.mode == "higher_only":
                    self.allowed[claim.key, name] = 1

    def best(self) -> list[Granted]:
        """Return the lawful selection with the highest total."""
        ordered = sorted(self.claims, key=self._order)
        outcomes = (self._granted(ordered, kept) for kept in self._selections(ordered))
        # max keeps the first of equals, and the selections come with the earlier claims first.
        return max(outcomes, key=lambda granted: sum(item.amount for item in granted))

    def _order(self, claim: Claim) -> tuple[date, int, str, str]:
        conferred = any(self.groups[name].order == "confer_on" for name in claim.groups)
        return (claim.confer_on if conferred else claim.filed_on, claim.priority, claim.pack, claim.key)

    def _selections(self, ordered: Sequence[Claim]) -> Iterator[frozenset[str]]:
        """Yield the largest sets that keep every group's number, each as keys."""
        lawful: list[frozenset[str]] = []
        for size in range(len(ordered), -1, -1):
            for kept in combinations(ordered, size):
                keys = frozenset(claim.key for claim in kept)
                if self._few_enough(kept) and not any(keys < larger for larger in lawful):
                    lawful.append(keys)
        yield from lawful

    def _few_enough(self, kept: Sequence[Claim]) -> bool:
        places: dict[tuple[str, Key], list[Claim]] = {}
        for claim in kept:
            for place in claim.groups.items():
                places.setdefault(place, []).append(claim)
        return all(
            len(together) <= self.allowed.get((claim.key, name), len(together))
            for (name, _), together in places.items()
            for claim in together
        )

    def _counted(self, claim: Claim, name: str) -> list[PriorAward]:
        group = self.groups[name]
        return [
            award
            for award in self.prior
            if award.groups.get(name) == claim.groups[name]
            and group.counts(conferred_on=award.conferred_on, amount=award.amount, confer_on=claim.confer_on)
        ]

    def _granted(self, ordered: Sequence[Claim], kept: frozenset[str]) -> list[Granted]:
        """Apply differences and caps to a selection, in order."""
        spent: dict[tuple[str, Key], int] = {}
        found = []
        for claim in ordered:
            if claim.key not in kept:
                found.append(Granted(claim.key, 0, (Forgone(self._barrier(claim, kept, ordered), claim.amount),)))
                continue
            granted = Granted(claim.key, claim.amount)
            for name in sorted(claim.groups):
                granted = self._reduced(granted, name, self._left(claim, granted.amount, name, spent))
            for name, key in claim.groups.items():
                spent[name, key] = spent.get((name, key), 0) + granted.amount
            found.append(granted)
        return found

    def _left(self, claim: Claim, amount: int, name: str, spent: Mapping[tuple[str, Key], int]) -> int:
        """Return what the group leaves of `amount`."""
        group = self.groups[name]
        earlier = self.earlier[claim.key, name]
        if group.mode == "higher_only":
            return max(0, amount - earlier)
        if group.mode not in CAPPED:
            return amount
        room = max(0, group.cap - earlier - spent.get((name, claim.groups[name]), 0))
        return min(amount, room) if group.mode == "sum_with_cap" or amount <= room else 0

    def _reduced(self, granted: Granted, name: str, left: int) -> Granted:
        if left == granted.amount:
            return granted
        return replace(granted, amount=left, forgone=(*granted.forgone, Forgone(name, granted.amount - left)))

    def _barrier(self, claim: Claim, kept: frozenset[str], ordered: Sequence[Claim]) -> str:
        """Return the first group that has no room for a claim beside the kept ones."""
        chosen = [other for other in ordered if other.key in kept]
        for name, key in sorted(claim.groups.items()):
            beside = [replace(other, groups={name: key}) for other in chosen if other.groups.get(name) == key]
            if not self._few_enough([*beside, replace(claim, groups={name: key})]):
                return name
        raise AssertionError(f"{claim.key} was left out though every group has room")
