"""From the rows of a register to the days on which a company has what they say. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from subsidy.registers.enums import Change
from subsidy.registers.models import RegisterEntry

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """The days, both included, on which an entry holds; no last day: until it is ended."""

    entry: RegisterEntry
    first: dt.date
    last: dt.date | None

    def holds(self, on: dt.date) -> bool:
        return self.first <= on and (self.last is None or on <= self.last)

    @property
    def is_empty(self) -> bool:
        return self.last is not None and self.last < self.first


def chains(entries: Iterable[RegisterEntry]) -> list[list[RegisterEntry]]:
    """The entries in lines of descent, each the oldest first. Every follower's predecessor must be among them."""
    found: dict[int, list[RegisterEntry]] = {}
    for entry in sorted(entries, key=lambda one: one.pk):
        line = found.pop(entry.follows_id) if entry.follows_id is not None else []
        found[entry.pk] = [*line, entry]
    return list(found.values())


def spans(chain: Sequence[RegisterEntry]) -> list[Span]:
    """When each entry of one line of descent holds.

    An ending cuts off all that came before it, a change of level what it changes; a correction takes the place of what
    it corrects; a renewal stands beside the old certificate, which runs out by itself.
    """
    found: list[Span] = []
    for entry in chain:
        if entry.change == Change.ENDED:
            found = [_until(span, entry.effective_on - ONE_DAY) for span in found]
            continue
        if entry.change == Change.CORRECTED and found:
            found.pop()
        if entry.change == Change.UPGRADED and found:
            found[-1] = _until(found[-1], entry.effective_on - ONE_DAY)
        first = max(entry.valid_from, entry.effective_on) if entry.change == Change.UPGRADED else entry.valid_from
        found.append(Span(entry, first, entry.valid_to))
    return [span for span in found if not span.is_empty]


def spans_among(entries: Iterable[RegisterEntry]) -> list[Span]:
    """All that these entries (every row of the companies they speak of) say, the newest first."""
    found = [span for chain in chains(entries) for span in spans(chain)]
    return sorted(found, key=lambda span: (span.first, span.entry.pk), reverse=True)


def _until(span: Span, last: dt.date) -> Span:
    return replace(span, last=last if span.last is None else min(span.last, last))


def span_on(chain: Sequence[RegisterEntry], on: dt.date) -> Span | None:
    """What of one line of descent holds on a day; of two certificates the later."""
    return next((span for span in reversed(spans(chain)) if span.holds(on)), None)
