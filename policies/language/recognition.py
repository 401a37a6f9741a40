"""What a policy confers besides money or instead of it: a title, its levels, how long it runs, how it is tested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policies.language.core import shift_day
from policies.language.findings import Text


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a title, by the name that registers keep."""

    id: str
    text: Text


@dataclass(frozen=True, slots=True)
class RepeatedTest:
    """How a title is tested while it runs: by which stage, how many failed tests end it, what an earlier one does.

    `lowers`: a failed test before the last takes the company one level down; from the lowest level it ends the title.
    """

    stage: str
    failures: int
    lowers: bool


@dataclass(frozen=True, slots=True)
class RecognitionDef:
    """The title that a decision confers, kept in the register of that name.

    `levels` stand from the highest down: the tiers of the first decision, or the one level that is written, or none.
    It runs for `valid` (months, days), or until the day `until` (month, day) of the next year; the company is reminded
    `reminder` calendar days before its last day.
    """

    register: str
    text: Text
    clause: str
    certainty: str
    source: Text
    levels: tuple[Level, ...]
    valid: tuple[int, int] | None
    until: tuple[int, int] | None
    reminder: int
    test: RepeatedTest | None

    def level_of(self, tier: str) -> str:
        """The level that a decision confers: its tier, or the only one there is; empty where there are none."""
        named = [level.id for level in self.levels if level.id == tier]
        return named[0] if named else self.levels[0].id if len(self.levels) == 1 else ""

    def below(self, level: str) -> str | None:
        """The next level down; None from the lowest (and where there are none)."""
        ids = [one.id for one in self.levels]
        place = ids.index(level) + 1 if level in ids else len(ids)
        return ids[place] if place < len(ids) else None

    def last_day(self, first: date) -> date:
        """The last day of a title whose first day is `first`."""
        if self.until is not None:
            return date(first.year + 1, *self.until)
        assert self.valid is not None  # one of the two is written
        return date.fromordinal(shift_day(first.toordinal(), *self.valid) - 1)
