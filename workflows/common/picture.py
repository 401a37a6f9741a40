"""A route as a picture and as a table, both from the flow itself.

The picture has one row for each place where a matter can stand, in the order of the way; what leads to the next row goes
straight down, what skips rows or goes back runs in lanes to the left, and ends hang to the right of the place they are
reached from. Gateways are not drawn: they are no place to stand. It is SVG with classes and no inline style: the page's
stylesheet (or `STYLE` in a file of its own) gives it its look.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from viewflow.workflow.base import Flow

from subsidy.accounts.enums import Role
from workflows.common.acts import Act
from workflows.common.graph import edges
from workflows.common.nodes import End, Standing, Start
from workflows.common.refusals import Message

MARGIN = 10
BOX_WIDTH, BOX_HEIGHT, ROW_HEIGHT = 216, 48, 72
END_HEIGHT, GAP = 30, 24
LANE = 16  # between two lanes
UNIT = 8  # the width of a Latin letter; a Han character counts two
LINE_UNITS = 24  # of a title in its box
LINE_HEIGHT = 19
Point = tuple[int, int]
STYLE = (
    "text{font:15px sans-serif;text-anchor:middle;fill:#1b1f24}"
    "rect{fill:#fff;stroke:#57606a}.route-end rect{fill:#f6f8fa}"
    ".route-edge{fill:none;stroke:#57606a}.route-back{stroke-dasharray:4 3}.route-head{fill:#57606a}"
    ".route-here rect{stroke:#0550ae;stroke-width:3}"
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
    """The places where a matter of this route can stand or end, in the order of the way."""
    nodes = {node.name: node for node in flow_class.instance.nodes()}
    for name in in_order(ways(flow_class)):
        node = nodes[name]
        if isinstance(node, End):
            yield Stop(node.name, node.title, node.state, "", (), "", ends=True)
        elif isinstance(node, Standing):
            due = (node.due.__doc__ or "").strip() if node.due else ""
            yield Stop(node.name, node.title, node.state, _who(node), node.acts, due, ends=False)


def ways(flow_class: type[Flow]) -> dict[str, list[str]]:
    """From each start and each place to the places that come next, with the gateways between them left out."""
    nodes = {node.name: node for node in flow_class.instance.nodes()}
    graph = edges(flow_class)

    def places_after(name: str, passed: frozenset[str]) -> Iterator[str]:
        for target in graph[name]:
            if isinstance(nodes[target], End | Standing):
                yield target
            elif target not in passed:
                yield from places_after(target, passed | {target})

    return {
        name: list(dict.fromkeys(places_after(name, frozenset())))
        for name, node in nodes.items()
        if isinstance(node, Start | End | Standing)
    }


def in_order(next_of: Mapping[str, list[str]]) -> list[str]:
    """Every place behind all places that lead to it, but for the ways back; of equals the one that is named first."""
    depth: dict[str, int] = {}
    reached = {target for targets in next_of.values() for target in targets}

    def walk(name: str, path: tuple[str, ...]) -> None:
        if depth.get(name, -1) >= len(path):
            return
        depth[name] = len(path)
        for target in next_of[name]:
            if target not in path and target != name:
                walk(target, (*path, name))

    for start in [name for name in next_of if name not in reached]:
        walk(start, ())
    return sorted(depth, key=lambda name: depth[name])


def _who(node: Standing) -> Message:
    if node.role is not None:
        return Role(node.role).label
    return _("the company") if any(act.member for act in node.acts) else _("this system")


def svg(flow_class: type[Flow], *, marked: Collection[str] = (), style: str = "") -> SafeString:
    """The picture of a flow in the active language; `marked` names the nodes where a matter stands.

    `style` is for a file of its own; a page leaves it empty and has its stylesheet.
    """
    found = {stop.node: stop for stop in stops(flow_class)}
    rows = {name: row for row, name in enumerate(name for name, stop in found.items() if not stop.ends)}
    next_of = ways(flow_class)
    arrows = [(rows[name], rows[to]) for name in rows for to in next_of[name] if to in rows]
    lanes = lanes_of([arrow for arrow in arrows if arrow[1] != arrow[0] + 1])
    left = MARGIN + LANE * (max(lanes.values(), default=-1) + 2)
    ends = [
        _ends(left + BOX_WIDTH, row, [found[to] for to in next_of[name] if to not in rows], marked)
        for name, row in rows.items()
    ]
    width = max([right for _picture, right in ends], default=left + BOX_WIDTH) + MARGIN
    height = 2 * MARGIN + ROW_HEIGHT * len(rows) - (ROW_HEIGHT - BOX_HEIGHT)
    parts = [
        *(_arrow(left, arrow, lanes.get(arrow)) for arrow in arrows),
        *(_box(left, _top(row), BOX_WIDTH, BOX_HEIGHT, found[name], marked) for name, row in rows.items()),
        *(picture for picture, _right in ends),
    ]
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="route" role="img" aria-label="{}" viewBox="0 0 {} {}" '
        'width="{}" height="{}">{}{}</svg>',
        _("Picture of the route; the table below says the same in words"),
        width,
        height,
        width,
        height,
        format_html("<style>{}</style>", SafeString(style)) if style else "",  # nosec B703
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def lanes_of(arrows: list[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """A lane, from 0 beside the boxes, for each arrow between rows so that no two in one lane meet; short ones first."""
    lanes: dict[tuple[int, int], int] = {}
    for arrow in sorted(set(arrows), key=lambda one: (abs(one[1] - one[0]), one)):
        taken = {lane for other, lane in lanes.items() if min(arrow) <= max(other) and min(other) <= max(arrow)}
        lanes[arrow] = next(lane for lane in range(len(arrows)) if lane not in taken)
    return lanes


def _top(row: int) -> int:
    return MARGIN + row * ROW_HEIGHT


def _arrow(left: int, arrow: tuple[int, int], lane: int | None) -> SafeString:
    """A way from row to row: straight down without a lane, else through its lane; dashed where it goes back."""
    source, target = arrow
    if lane is None:
        x, y = left + BOX_WIDTH // 2, _top(target)
        return _line([(x, _top(source) + BOX_HEIGHT), (x, y)], [(x, y), (x - 5, y - 8), (x + 5, y - 8)])
    x = left - LANE * (lane + 1)
    out, into = _top(source) + BOX_HEIGHT * 3 // 4, _top(target) + BOX_HEIGHT // 4
    head = [(left, into), (left - 8, into - 5), (left - 8, into + 5)]
    return _line([(left, out), (x, out), (x, into), (left, into)], head, back=target <= source)


def _line(points: list[Point], head: Sequence[Point] = (), *, back: bool = False) -> SafeString:
    kind = "route-edge route-back" if back else "route-edge"
    line = format_html('<polyline class="{}" points="{}"/>', kind, _points(points))
    arrow = format_html('<polygon class="route-head" points="{}"/>', _points(head)) if head else ""
    return format_html("{}{}", line, arrow)


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _ends(right: int, row: int, ends: list[Stop], marked: Collection[str]) -> tuple[SafeString, int]:
    """The ends that hang on a row's box, whose right side is given, and where they end."""
    top = _top(row) + (BOX_HEIGHT - END_HEIGHT) // 2
    parts, x = [], right
    for stop in ends:
        middle = top + END_HEIGHT // 2
        parts.append(_line([(x, middle), (x + GAP, middle)]))
        width = UNIT * (_units(str(stop.title)) + 3)
        parts.append(_box(x + GAP, top, width, END_HEIGHT, stop, marked))
        x += GAP + width
    return format_html_join("", "{}", ((part,) for part in parts)), x


def _box(x: int, y: int, width: int, height: int, stop: Stop, marked: Collection[str]) -> SafeString:
    kinds = ["route-end" if stop.ends else "route-step", *(["route-here"] if stop.node in marked else [])]
    words = [str(stop.title)] if stop.ends else wrapped(str(stop.title))
    first = y + height // 2 - (len(words) - 1) * LINE_HEIGHT // 2 + 5
    return format_html(
        '<g class="{}"><rect x="{}" y="{}" width="{}" height="{}" rx="{}"/>{}</g>',
        " ".join(kinds),
        x,
        y,
        width,
        height,
        height // 2 if stop.ends else 4,
        format_html_join(
            "",
            '<text x="{}" y="{}">{}</text>',
            ((x + width // 2, first + place * LINE_HEIGHT, word) for place, word in enumerate(words)),
        ),
    )


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
