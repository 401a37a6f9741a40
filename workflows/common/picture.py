"""A route as a picture and as a table, both from the flow itself.

The picture is SVG from viewflow's own layout, with classes and no inline style: the page's stylesheet (or `STYLE` in a
file of its own) gives it its look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from viewflow.workflow.base import Flow
from viewflow.workflow.chart import calc_layout_data

from subsidy.accounts.enums import Role
from workflows.common.acts import Act
from workflows.common.graph import edges
from workflows.common.nodes import End, Standing, Start
from workflows.common.refusals import Message

MARGIN = 10
LINE_UNITS = 16  # a Han character counts two, others one
LINE_HEIGHT = 20
LABEL = 50  # the name below a small shape is wider than the shape
STYLE = (
    "text{font:15px sans-serif;text-anchor:middle;fill:#1b1f24}"
    "rect{fill:#fff;stroke:#57606a}.route-gate text{font-size:13px}"
    ".route-edge{fill:none;stroke:#57606a}.route-here rect{stroke:#0550ae;stroke-width:3}"
)


@dataclass(frozen=True)
class Stop:
    """One state of a route: what it is called, who acts there, with which acts, and what its deadline follows from."""

    node: str
    title: Message
    state: str
    who: Message
    acts: tuple[Act, ...]
    due: str
    ends: bool


def stops(flow_class: type[Flow]) -> Iterator[Stop]:
    """The places where a matter of this route can stand or end, in the order in which they can be reached."""
    for node in _walk(flow_class):
        if isinstance(node, End):
            yield Stop(node.name, node.title, node.state, "", (), "", ends=True)
        elif isinstance(node, Standing):
            due = (node.due.__doc__ or "").strip() if node.due else ""
            yield Stop(node.name, node.title, node.state, _who(node), node.acts, due, ends=False)


def _walk(flow_class: type[Flow]) -> Iterator[Any]:
    """Every node, breadth first from the start."""
    nodes = {node.name: node for node in flow_class.instance.nodes()}
    graph = edges(flow_class)
    todo = [name for name, node in nodes.items() if isinstance(node, Start)]
    seen = set(todo)
    while todo:
        name = todo.pop(0)
        yield nodes[name]
        new = [target for target in graph[name] if target not in seen]
        seen.update(new)
        todo += new


def _who(node: Standing) -> Message:
    if node.role is not None:
        return Role(node.role).label
    return _("the company") if any(act.member for act in node.acts) else _("this system")


def svg(flow_class: type[Flow], *, marked: str | None = None, style: str = "") -> SafeString:
    """The picture of a flow in the active language; `marked` names the node where a matter stands.

    `style` is for a file of its own; a page leaves it empty and has its stylesheet.
    """
    grid = calc_layout_data(flow_class)
    cells = list(grid.cells)
    xs = [x for edge in grid.edges for x, _y in edge.segments]
    ys = [y for edge in grid.edges for _x, y in edge.segments]
    width = max([cell.shape.x + cell.shape.width for cell in cells] + xs) + MARGIN + LABEL
    height = max([cell.shape.y + cell.shape.height for cell in cells] + ys) + MARGIN + LINE_HEIGHT
    lines = format_html_join(
        "",
        '<polyline class="route-edge" points="{}"/>',
        ((" ".join(f"{x},{y}" for x, y in edge.segments),) for edge in grid.edges),
    )
    nodes = format_html_join("", "{}", ((_node(cell, marked),) for cell in cells))
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="route" role="img" aria-label="{}" viewBox="0 0 {} {}" '
        'width="{}" height="{}">{}{}{}</svg>',
        _("Picture of the route; the table below says the same in words"),
        width,
        height,
        width,
        height,
        format_html("<style>{}</style>", SafeString(style)) if style else "",  # nosec B703
        lines,
        nodes,
    )


def _node(cell: Any, marked: str | None) -> SafeString:
    node, shape = cell.node, cell.shape
    title = str(getattr(node, "title", ""))
    named = bool(title) and shape.width > 60
    kind = "route-here" if node.name == marked else "route-step" if named else "route-gate"
    box = format_html(
        '<rect x="{}" y="{}" width="{}" height="{}" rx="{}"/>',
        shape.x,
        shape.y,
        shape.width,
        shape.height,
        4 if named else shape.height // 2,
    )
    words = wrapped(title)
    middle, below = shape.y + shape.height // 2, shape.y + shape.height + 16
    top = middle - (len(words) - 1) * LINE_HEIGHT // 2 + 5 if named else below
    text = format_html_join(
        "",
        '<text x="{}" y="{}">{}</text>',
        ((shape.x + shape.width // 2, top + place * LINE_HEIGHT, word) for place, word in enumerate(words)),
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
