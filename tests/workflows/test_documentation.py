"""The generated pages of the routes stand in the repository as the flows are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation
from lxml import etree
from viewflow.workflow.base import Flow

from workflows.case.flow import CaseR3V1
from workflows.common.nodes import End, Standing
from workflows.common.picture import LANE, MARGIN, STYLE, stops, svg, ways
from workflows.common.subjects import kinds
from workflows.documentation import pages

DOCS = Path(__file__).resolve().parents[2] / "docs" / "workflows"


def test_the_generated_pages_are_in_step_with_the_flows() -> None:
    wanted = dict(pages())
    held = {path.name: path.read_text(encoding="utf-8") for path in DOCS.iterdir()}
    stale = sorted(name for name in wanted.keys() | held.keys() if wanted.get(name) != held.get(name))
    assert stale == [], "run `python manage.py workflows docs` and commit what it writes"


def test_the_picture_has_every_state_and_no_inline_style() -> None:
    with translation.override("zh-hans"):
        drawn = svg(CaseR3V1, marked={"amount_check"})
        root = etree.fromstring(drawn.encode())
    names = {"s": "http://www.w3.org/2000/svg"}
    said = {"".join(map(str, group.itertext())) for group in root.findall(".//s:g", names)}
    assert {"填写并提交", "受理审查", "评分", "核定金额"} <= said
    marked = [group for group in root.findall(".//s:g", names) if "route-here" in group.get("class", "").split()]
    assert ["".join(map(str, group.itertext())) for group in marked] == ["核定金额"]
    assert "style" not in drawn
    assert STYLE in svg(CaseR3V1, style=STYLE)
    width, height = int(root.get("width", "0")), int(root.get("height", "0"))
    points = [tuple(map(int, re.findall(r"-?\d+", pair))) for line in root.findall(".//s:polyline", names)
              for pair in line.get("points", "").split()]  # fmt: skip
    boxes = [
        tuple(int(box.get(name, "0")) for name in ("x", "y", "width", "height"))
        for box in root.findall(".//s:rect", names)
    ]
    corners = [corner for x, y, wide, tall in boxes for corner in ((x, y), (x + wide, y + tall))]
    assert points and corners and all(0 <= x <= width and 0 <= y <= height for x, y in points + corners)
    # Nothing of the picture is empty: it begins and ends a margin from what is drawn.
    assert min(x for x, _y in points) <= 2 * MARGIN + LANE and max(x for x, _y in corners) == width - MARGIN
    assert (min(y for _x, y in corners), max(y for _x, y in corners)) == (MARGIN, height - MARGIN)


@pytest.mark.parametrize("flow_class", [flow for kind in kinds() for flow in kind.flows.values()])
def test_every_way_between_places_is_drawn_and_no_two_share_a_lane(flow_class: type[Flow]) -> None:
    next_of, found = ways(flow_class), {stop.node: stop for stop in stops(flow_class)}
    places = {node.name for node in flow_class.instance.nodes() if isinstance(node, End | Standing)}
    assert set(found) == places
    root = etree.fromstring(svg(flow_class).encode())
    names = {"s": "http://www.w3.org/2000/svg"}
    drawn = [line.get("points") for line in root.findall(".//s:polyline", names)]
    assert len(drawn) == len(set(drawn)) == sum(len(next_of[name]) for name in found)
    upright = [line.split()[1:3] for line in map(str, drawn) if len(line.split()) == 4]
    spans = [(int(a.split(",")[0]), *sorted((int(a.split(",")[1]), int(b.split(",")[1])))) for a, b in upright]
    for place, (x, top, bottom) in enumerate(spans):
        assert not [one for one in spans[:place] if one[0] == x and one[1] <= bottom and top <= one[2]], (
            f"lane at {x} is shared"
        )


def test_the_states_come_in_the_order_of_the_way() -> None:
    order = [stop.node for stop in stops(CaseR3V1)]
    assert order[:2] == ["draft", "acceptance"]
    assert order.index("score") < order.index("amount_check") < order.index("account") < order.index("paid")
