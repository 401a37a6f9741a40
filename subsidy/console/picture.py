"""A route as SVG, from viewflow's own layout: classes only, so that the page's stylesheet gives it its look."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from viewflow.workflow.base import Flow
from viewflow.workflow.chart import calc_layout_data

MARGIN = 10
LINE_UNITS = 16  # a Han character counts two, others one
LINE_HEIGHT = 20


def svg(flow_class: type[Flow], *, marked: str | None = None) -> SafeString:
    """The picture of a flow; `marked` names the node where a matter stands."""
    grid = calc_layout_data(flow_class)
    cells = list(grid.cells)
    width = max(cell.shape.x + cell.shape.width for cell in cells) + MARGIN
    height = max(cell.shape.y + cell.shape.height for cell in cells) + MARGIN
    lines = format_html_join(
        "",
        '<polyline class="route-edge" points="{}"/>',
        ((" ".join(f"{x},{y}" for x, y in edge.segments),) for edge in grid.edges),
    )
    nodes = format_html_join("", "{}", ((_node(cell, marked),) for cell in cells))
    return format_html(
        '<svg class="route" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">{}{}</svg>',
        _("Picture of the route; the table below says the same in words"),
        width,
        height,
        width,
        height,
        lines,
        nodes,
    )


def _node(cell: object, marked: str | None) -> SafeString:
    node, shape = cell.node, cell.shape  # type: ignore[attr-defined]
    title = str(getattr(node, "title", ""))
    named = bool(title) and shape.width > 60
    kind = "route-here" if node.name == marked else "route-step" if named else "route-gate"
    middle = shape.x + shape.width // 2
    box = format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" rx="{}"/>',
        shape.x,
        shape.y,
        shape.width,
        shape.height,
        4 if named else shape.height // 2,
    )
    words = wrapped(title)
    top = (
        shape.y + shape.height // 2 - (len(words) - 1) * LINE_HEIGHT // 2 + 5 if named else shape.y + shape.height + 16
    )
    text = format_html_join(
        "",
        '<text x="{}" y="{}">{}</text>',
        ((middle, top + place * LINE_HEIGHT, word) for place, word in enumerate(words)),
    )
    return format_html('<g class="{}">{}{}</g>', kind, box, text)


def wrapped(title: str) -> list[str]:
    """A title in lines that fit a box; Latin words stay whole."""
    lines: list[str] = []
    for piece in _pieces(title):
        if lines and _units(lines[-1] + piece) <= LINE_UNITS:
            lines[-1] += piece
        else:
            lines.append(piece.lstrip())
    return lines


def _pieces(title: str) -> list[str]:
    pieces: list[str] = []
    for character in title:
        if pieces and character.isascii() and character != " " and pieces[-1][-1].isascii():
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _units(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)
