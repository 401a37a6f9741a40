"""What an award comes to on its terms: its parts, who funds it, what may be taken back. Pure integer arithmetic.

An amount is always the total owed so far: the ledger pays the difference to what was paid, or recovers it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm

from policies.language.award.apportion import largest_remainder
from policies.language.core import shift_day
from policies.language.decision import Decision
from policies.language.findings import Text
from policies.language.model import Pack
from policies.language.terms import AWARD, FundingSplit, Instalment, Interest, Recovery, Term

WHOLE = Instalment(Term("whole", Text("一次性兑付", "in one sum"), "", "", Text("", "")), None, AWARD)


@dataclass(frozen=True, slots=True)
class Part:
    """A planned part: minor units at the best rating (`most`) and at the worst (`least`)."""

    instalment: Instalment
    most: int
    least: int


@dataclass(frozen=True, slots=True)
class Owed:
    """The total owed so far in minor units, and the ratings that events wait for before they add to it."""

    amount: int
    waits_for: tuple[str, ...] = ()


def plan(pack: Pack, amount: int) -> tuple[Part, ...]:
    """Return the parts of an award of `amount` minor units; at the best rating they sum to it exactly."""
    instalments = pack.instalments or (WHOLE,)
    parts = _parts(instalments, amount)
    found = []
    for item, part in zip(instalments, parts, strict=True):
        rates = [*item.times.values()] or [Fraction(1)]
        if item.share is None and item.times:
            before = amount - part
            found.append(
                Part(item, max(0, _of(amount, max(rates)) - before), max(0, _of(amount, min(rates)) - before))
            )
        else:
            found.append(Part(item, _of(part, max(rates)), _of(part, min(rates))))
    return tuple(found)


def owed(pack: Pack, amount: int, *, happened: Collection[str], ratings: Mapping[str, str]) -> Owed:
    """Return what is owed once the events in `happened` took place (`award` is one of them).

    `ratings` gives the value of each choice fact that a part is rated by. A part whose rating is unknown adds nothing
    and is named. A rated rest states the whole anew, so the total may fall below what was paid.
    Raises ValueError for a rating that the pack does not know.
    """
    instalments = pack.instalments or (WHOLE,)
    total, waits = 0, []
    for item, part in zip(instalments, _parts(instalments, amount), strict=True):
        if item.on not in happened:
            continue
        if not item.rated_by:
            total += part
            continue
        rating = ratings.get(item.rated_by)
        if rating is None:
            waits.append(item.rated_by)
        elif rating not in item.times:
            raise ValueError(f"found the rating {rating!r}; expected one of {', '.join(item.times)}")
        elif item.share is None:
            total = _of(amount, item.times[rating])
        else:
            total += _of(part, item.times[rating])
    return Owed(total, tuple(dict.fromkeys(waits)))


def restated(decision: Decision, before: int) -> int:
    """Return the total owed after a later decision: what it says where it is met, else what was owed `before`.

    A test that is failed, or not decided yet, ends or delays further payment; it takes nothing back. What takes back is
    a stage that is met with a smaller total, or a ground of recovery.
    """
    return decision.amount if decision.payable and decision.amount is not None else before


def split(funding: FundingSplit, amount: int) -> dict[str, int]:
    """Return who bears how much of `amount`: whole multiples of the unit by largest remainder, the rest to `rest`."""
    if amount < 0:
        raise ValueError("found a negative amount; expected minor units of at least 0")
    units, odd = divmod(amount, funding.to)
    parts = largest_remainder(_weights(funding.shares), whole=units)
    return {name: part * funding.to + (odd if name == funding.rest else 0) for name, part in parts.items()}


def recoverable(ground: Recovery, *, paid: int, awarded_on: date, on: date) -> int:
    """Return how much of `paid` minor units the event `ground` on the day `on` lets the bureau take back.

    The term ends before the day that lies `within` after the award; parts of a minor unit stay with the company.
    """
    if ground.within is not None and on.toordinal() >= shift_day(awarded_on.toordinal(), *ground.within):
        return 0
    return _of(paid, ground.share)


def interest_on(terms: Interest, principal: int, *, paid: Iterable[tuple[date, int]], until: date) -> int:
    """Return the simple interest on `principal` minor units that are taken back of the payments `paid`, each on its day.

    A principal below what was paid is taken from every payment in the same proportion. Counted to the day `until`, which
    bears none itself; parts of a minor unit stay with the company.
    """
    parts = [(max((until - day).days, 0), amount) for day, amount in paid]
    total = sum(amount for _, amount in parts)
    if principal < 0 or any(amount < 0 for _, amount in parts):
        raise ValueError("found a negative amount; expected minor units of at least 0")
    if not total:
        return 0
    weighed = sum(days * amount for days, amount in parts)
    return int(Fraction(principal * weighed, total * terms.days) * terms.rate)


def _parts(instalments: tuple[Instalment, ...], amount: int) -> list[int]:
    given = sum((item.share for item in instalments if item.share is not None), Fraction(0))
    shares = {str(index): 1 - given if item.share is None else item.share for index, item in enumerate(instalments)}
    return list(largest_remainder(_weights(shares), whole=amount).values())


def _weights(shares: Mapping[str, Fraction]) -> dict[str, int]:
    scale = lcm(*(share.denominator for share in shares.values()))
    return {name: int(share * scale) for name, share in shares.items()}


def _of(amount: int, rate: Fraction) -> int:
    return amount * rate.numerator // rate.denominator
