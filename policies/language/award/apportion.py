"""Sharing one budget among the cases of a round: by rank with a cut-off, or in proportion. Pure integer arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

_SAME = datetime.min.replace(tzinfo=UTC)
TIES = ("earliest_filed", "largest_amount", "smallest_amount")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case of a round: its key, the amount due to it (minor units), its score, and when it was filed.

    `place` orders those that were filed at the same instant: a number that was drawn when each was filed.
    """

    key: str
    amount: int
    score: Fraction
    filed_at: datetime
    place: int = 0


@dataclass(frozen=True, slots=True)
class Allotment:
    """What one candidate gets: its rank from 1, minor units granted, and whether the cut-off took any of it.

    `tied` tells that only the key put it before or after a neighbour: people must decide, not the alphabet.
    """

    key: str
    rank: int
    granted: int
    cut: bool
    tied: bool


def _order(candidate: Candidate, ties: str) -> tuple[Fraction, datetime, int]:
    if ties == "earliest_filed":
        return (-candidate.score, candidate.filed_at, candidate.place)
    return (-candidate.score, _SAME, -candidate.amount if ties == "largest_amount" else candidate.amount)


def rank(
    candidates: Sequence[Candidate], *, budget: int, ties: str = "earliest_filed", last_in_part: bool = False
) -> tuple[Allotment, ...]:
    """Grant from the highest score down until the budget ends.

    The first candidate whose amount no longer fits is the cut-off: it gets nothing, or with `last_in_part` what is
    left, and nobody below it gets anything, so that a lower rank never overtakes a higher one.
    Raises ValueError for a negative budget or amount, an unknown tie rule or a key that stands twice.
    """
    _require(candidates, budget)
    if ties not in TIES:
        raise ValueError(f"found the tie rule {ties!r}; expected one of {', '.join(TIES)}")
    ordered = sorted(candidates, key=lambda item: (_order(item, ties), item.key))
    orders = Counter(_order(item, ties) for item in ordered)
    left, closed = budget, False
    found: list[Allotment] = []
    for index, item in enumerate(ordered):
        fits = not closed and item.amount <= left
        granted = item.amount if fits else left if last_in_part and not closed else 0
        closed = closed or not fits
        left -= granted
        tied = orders[_order(item, ties)] > 1
        found.append(Allotment(item.key, index + 1, granted, granted < item.amount, tied))
    return tuple(found)


def pro_rata(claims: Mapping[str, int], *, budget: int) -> dict[str, int]:
    """Share `budget` in proportion to the claims (minor units), to the unit, by largest remainder.

    Where the claims fit, each gets its own. Otherwise the parts sum to the budget exactly; equal remainders go to the
    larger claim, then to the one given first. Raises ValueError for a negative budget or claim.
    """
    if budget < 0 or any(amount < 0 for amount in claims.values()):
        raise ValueError("found a negative budget or claim; expected minor units of at least 0")
    total = sum(claims.values())
    if total <= budget:
        return dict(claims)
    return largest_remainder(claims, whole=budget)


def largest_remainder(weights: Mapping[str, int], *, whole: int) -> dict[str, int]:
    """Split `whole` in proportion to integer weights, so that the parts sum to it exactly.

    Equal remainders go to the larger weight, then to the one given first: never by the spelling of a key.
    Raises ValueError when there is something to split and no weight.
    """
    if whole < 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("found a negative sum or weight; expected at least 0")
    total = sum(weights.values())
    if not total:
        if whole:
            raise ValueError("found no weight to split by; give at least one above 0")
        return dict.fromkeys(weights, 0)
    parts = {key: whole * weight // total for key, weight in weights.items()}
    rest = whole - sum(parts.values())
    by_remainder = sorted(weights, key=lambda key: (-(whole * weights[key] % total), -weights[key]))
    for key in by_remainder[:rest]:
        parts[key] += 1
    return parts


def _require(candidates: Sequence[Candidate], budget: int) -> None:
    if budget < 0 or any(item.amount < 0 for item in candidates):
        raise ValueError("found a negative budget or amount; expected minor units of at least 0")
    if len({item.key for item in candidates}) < len(candidates):
        raise ValueError("found a key twice; every case stands once in a round")
