"""Geometry of the server-side SVG charts, in whole pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from subsidy.web.components import Bar

LABEL_WIDTH = 200
BAR_WIDTH = 320
TEXT_WIDTH = 160
ROW_HEIGHT = 32
BAR_HEIGHT = 18


@dataclass(frozen=True)
class PlacedBar:
    bar: Bar
    width: int
    y: int
    text_y: int
    text_x: int


@dataclass(frozen=True)
class BarChart:
    rows: Sequence[PlacedBar]
    width: int
    height: int
    bar_x: int
    label_x: int
    bar_height: int


def layout_bars(bars: Sequence[Bar]) -> BarChart:
    """Place bars from zero, the largest filling the width. Raises ValueError on a negative size."""
    if any(bar.size < 0 for bar in bars):
        raise ValueError("A bar cannot be negative; show what was taken back as a bar of its own.")
    largest = max((bar.size for bar in bars), default=0) or 1
    rows = []
    for place, bar in enumerate(bars):
        width = bar.size * BAR_WIDTH // largest
        # Something is never drawn as nothing.
        width = max(width, 1) if bar.size else 0
        top = place * ROW_HEIGHT
        rows.append(PlacedBar(bar, width, top + (ROW_HEIGHT - BAR_HEIGHT) // 2, top + 21, LABEL_WIDTH + width + 8))
    return BarChart(
        rows=rows,
        width=LABEL_WIDTH + BAR_WIDTH + TEXT_WIDTH,
        height=max(len(bars), 1) * ROW_HEIGHT,
        bar_x=LABEL_WIDTH,
        label_x=LABEL_WIDTH - 8,
        bar_height=BAR_HEIGHT,
    )
