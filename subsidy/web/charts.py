"""Geometry of the server-side SVG charts, in whole pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from subsidy.web.components import Bar

LABEL_WIDTH = 200
LABEL_WIDTH_MAX = 420
# About how wide a letter is; a Chinese character is twice as wide.
LETTER_WIDTH = 7
BAR_WIDTH = 320
TEXT_WIDTH = 160
ROW_HEIGHT = 32
BAR_HEIGHT = 18


@dataclass(frozen=True)
class PlacedBar:
    """A bar in its place; `label` is its own, shortened to the room before the bars."""

    bar: Bar
    label: str
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
    widest = max((_width(str(bar.label)) for bar in bars), default=0) + 2 * LETTER_WIDTH
    room = min(max(LABEL_WIDTH, widest), LABEL_WIDTH_MAX)
    rows = []
    for place, bar in enumerate(bars):
        width = bar.size * BAR_WIDTH // largest
        # Something is never drawn as nothing.
        width = max(width, 1) if bar.size else 0
        top = place * ROW_HEIGHT
        y = top + (ROW_HEIGHT - BAR_HEIGHT) // 2
        rows.append(PlacedBar(bar, _fitting(str(bar.label), room), width, y, top + 21, room + width + 8))
    return BarChart(
        rows=rows,
        width=room + BAR_WIDTH + TEXT_WIDTH,
        height=max(len(bars), 1) * ROW_HEIGHT,
        bar_x=room,
        label_x=room - 8,
        bar_height=BAR_HEIGHT,
    )


def _width(text: str) -> int:
    return sum(LETTER_WIDTH if letter.isascii() else 2 * LETTER_WIDTH for letter in text)


def _fitting(text: str, room: int) -> str:
    """The text as far as it fits, with a sign where it goes on; the table beside the chart has it whole."""
    if _width(text) + 2 * LETTER_WIDTH <= room:
        return text
    while text and _width(text) + 4 * LETTER_WIDTH > room:
        text = text[:-1]
    return f"{text.rstrip()}…"
