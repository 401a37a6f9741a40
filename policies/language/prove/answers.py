"""What is asked of the solver and what it answers, apart from the solver itself, which is loaded only when needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policies.language.findings import Text

# How lists are looked at: as cells that stand for many records, with one record a cell at most, or as few records each
# for itself.
CELLS, SINGLES, EXPLICIT = "cells", "singles", "explicit"

# Half a minute a pack on a slow core.
STEPS_A_PACK = 90_000_000
NO_REASON = Text("", "")


@dataclass(frozen=True, slots=True)
class Model:
    """A company as the solver gives it: integers by fact, and the records of each list."""

    values: Mapping[str, int]
    rows: Mapping[str, tuple[Mapping[str, int], ...]]


@dataclass(frozen=True, slots=True)
class Answer:
    """`verdict` is none (proven), found (with a model) or unsure (`why` says what stood in the way)."""

    verdict: str
    model: Model | None = None
    why: Text = NO_REASON


@dataclass(slots=True)
class Effort:
    """How many of the solver's steps are left for a pack."""

    left: int = STEPS_A_PACK
