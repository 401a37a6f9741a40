"""The rows of the table of speeds: what was measured, its limit, and the peer beside it in the same run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `at_least`: the limit is the least that counts (a rate), else the most (seconds, bytes).

    `limit` is None for a number that is only written down. `peer` names what else did the same work in the same run,
    `times` says how many times better than the peer this was, and `times_limit` how many it should be at least.
    """

    name: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = True
    peer: str = ""
    times: float | None = None
    times_limit: float | None = None

    @property
    def holds(self) -> bool:
        """Whether every limit of the row is kept."""
        kept = self.limit is None or (self.value >= self.limit if self.at_least else self.value <= self.limit)
        return kept and (self.times is None or self.times_limit is None or self.times >= self.times_limit)


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a table of text."""
    lines = [f"{'':<54}{'measured':>14}{'limit':>14}  {'':<7}{'peer':<34}{'times':>8}{'at least':>9}"]
    for row in rows:
        sign = "≥" if row.at_least else "≤"
        limit = "" if row.limit is None else f"{sign} {_number(row.limit)}"
        times = "" if row.times is None else f"{row.times:,.1f}"
        least = "" if row.times_limit is None else f"{row.times_limit:,.0f}"
        lines.append(
            f"{row.name:<54}{_number(row.value):>14}{limit:>14}  {row.unit:<7}{row.peer:<34}{times:>8}{least:>9}"
            f"{'' if row.holds else '  MISSED'}"
        )
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.3f}"
