"""What an expert panel computes: the lines of its sheet, the total of one, the mean, outliers, and agreed facts.

Totals and means are whole hundredths of a point. Pure functions; the same for page, job and check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from policies.language.findings import Text
from policies.language.model import Pack, PanelDef, RubricItem

HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class Line:
    """What an expert fills in: whole points (or, with `counts`, a number that is no points) from 0 to `most`.

    `item` is the line of the rubric that it belongs to, empty for what is counted beside it.
    """

    name: str
    text: Text
    most: int
    item: str
    counts: bool = False

    def is_extreme(self, value: int) -> bool:
        """Nothing at all or everything: points that need a word of why."""
        return not self.counts and value in (0, self.most)


def lines(pack: Pack) -> tuple[Line, ...]:
    """The sheet of the pack's panel, in its order (empty without a panel)."""
    panel = pack.route.panel
    if panel is None:
        return ()
    found: list[Line] = []
    for item in panel.rubric:
        if not item.facts:
            found.append(Line(item.id, item.text, item.max_points, item.id))
        for name in item.facts:
            fact = pack.facts[name]
            found.append(Line(name, fact.text, min(fact.maximum, item.max_points), item.id))
    for name in panel.facts:
        fact = pack.facts[name]
        found.append(Line(name, fact.text, fact.maximum, "", counts=True))
    return tuple(found)


def item_points(item: RubricItem, points: Mapping[str, int]) -> int:
    """The points of one line of the rubric; those of its facts together, up to its own maximum."""
    given = sum(points[name] for name in item.facts or (item.id,))
    return min(given, item.max_points)


def total(panel: PanelDef, points: Mapping[str, int]) -> int:
    """The total of one sheet in hundredths, each line by its weight, rounded once and half up."""
    exact = sum(
        (Fraction(item_points(item, points) * item.weight, item.max_points) for item in panel.rubric), Fraction()
    )
    return half_up(exact * HUNDREDTHS)


def half_up(value: Fraction) -> int:
    """The nearest whole number, halves upward; of values from 0 on."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def mean(panel: PanelDef, totals: Sequence[int]) -> int:
    """The mean of the totals in hundredths, without the highest and lowest that the panel drops (ValueError if none)."""
    counted = sorted(totals)[panel.drop : len(totals) - panel.drop]
    if not counted:
        raise ValueError("no total counts; a panel without a quorum has no mean")
    return half_up(Fraction(sum(counted), len(counted)))


def outliers(panel: PanelDef, totals: Mapping[int, int]) -> list[int]:
    """The keys of totals that lie more than `outlier` points from the median of all, in order."""
    ordered = sorted(totals.values())
    if not ordered:
        return []
    middle = ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]
    return [key for key, value in sorted(totals.items()) if abs(2 * value - middle) > 2 * panel.outlier * HUNDREDTHS]


def agreed(pack: Pack, sheets: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """What the experts together say of each fact that they give.

    Points: the mean, rounded half up. What is counted: the lower median, so that one slip of the pen moves nothing.
    """
    found: dict[str, int] = {}
    for line in lines(pack):
        if line.name not in pack.facts or not sheets:
            continue
        values = sorted(sheet[line.name] for sheet in sheets)
        middle = values[(len(values) - 1) // 2]
        found[line.name] = middle if line.counts else half_up(Fraction(sum(values), len(values)))
    return found
