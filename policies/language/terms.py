"""The terms on which a pack pays: parts and their events, who funds, what may be held beside it, what is taken back.

Frozen values; `payment.py` computes with them and `combine.py` across packs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from policies.language.core import Core
from policies.language.findings import Position, Text
from policies.language.typed import Typed

# Who may bear a part of an award, from the highest level down.
FUNDERS: dict[str, Text] = {
    "national": Text("中央财政", "national treasury"),
    "province": Text("省财政", "provincial treasury"),
    "city": Text("市财政", "city treasury"),
    "district": Text("区财政", "district treasury"),
}
AWARD = "award"
_NOWHERE = Position("", 1, 1)


@dataclass(frozen=True, slots=True)
class Term:
    """What every term carries: its name, its words, and how sure it is."""

    id: str
    text: Text
    clause: str
    certainty: str
    source: Text


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of the award that falls due on an event (`award`, or a milestone).

    `share` is its part of the award; None is the rest: what is owed by then and not yet paid. `times` multiplies by
    the value of the choice fact `rated_by`: the part itself where a share is written, the whole award for the rest.
    """

    term: Term
    share: Fraction | None
    on: str
    rated_by: str = ""
    times: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FundingSplit:
    """Who bears how much of an award: shares that sum to 1, split in whole multiples of `to` minor units.

    `rest` bears what is no whole multiple.
    """

    shares: Mapping[str, Fraction]
    rest: str
    to: int
    clause: str
    certainty: str
    source: Text


@dataclass(frozen=True, slots=True)
class Stacking:
    """A group that the pack belongs to, the names whose values two awards must share, and who comes first."""

    group: str
    version: str
    key: tuple[str, ...]
    priority: int = 0
    at: Position = field(default=_NOWHERE, compare=False)

    @property
    def name(self) -> str:
        """The group as the pack names it."""
        return f"{self.group}@{self.version}"


@dataclass(frozen=True, slots=True)
class Interest:
    """Simple interest on what is taken back, from the day of each payment: `rate` a year of so many `days`."""

    rate: Fraction
    days: int


@dataclass(frozen=True, slots=True)
class Recovery:
    """An event that lets the bureau take back `share` of what was paid, within (months, days) of the award if given.

    What is taken back bears `interest` where that is given.
    """

    term: Term
    share: Fraction
    within: tuple[int, int] | None = None
    interest: Interest | None = None


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A promise about every company, proven before publishing.

    `kind` is always (then `condition` and its `core`), rises_with, falls_with, kept_by, same_for or no_cliff (then
    `fact`; for no_cliff `step` in the units the fact is held in, and `at_most` minor units).
    """

    kind: str
    stage: str | None
    fact: str = ""
    condition: Typed | None = None
    core: Core | None = None
    step: int = 0
    at_most: int = 0
    at: Position = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Redundant:
    """A requirement that decides nothing beside the others, kept with a reason."""

    id: str
    because: str
    at: Position = field(default=_NOWHERE, compare=False)
