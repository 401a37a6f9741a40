"""Counts of a list by level: what stands where a list of money has its total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from subsidy.letters.formats import Language
from subsidy.letters.records import Bilingual


def by_level(levels: Iterable[Bilingual], lang: Language) -> str:
    """How many rows have each level, in the order in which the levels first stand; empty where there is one at most."""
    counted = Counter(level.into(lang) for level in levels)
    if len(counted) < 2:
        return ""
    if lang == "zh":
        return "、".join(f"{name}{n}家" for name, n in counted.items())
    return ", ".join(f"{n} {name}" for name, n in counted.items())
