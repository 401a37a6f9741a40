"""The generated pages of the routes stand in the repository as the flows are."""

from __future__ import annotations

import re
from pathlib import Path

from django.utils import translation
from lxml import etree

from workflows.case.flow import CaseR3V1
from workflows.common.picture import STYLE, stops, svg
from workflows.documentation import pages

DOCS = Path(__file__).resolve().parents[2] / "docs" / "workflows"


def test_the_generated_pages_are_in_step_with_the_flows() -> None:
    wanted = dict(pages())
    held = {path.name: path.read_text(encoding="utf-8") for path in DOCS.iterdir()}
    stale = sorted(name for name in wanted.keys() | held.keys() if wanted.get(name) != held.get(name))
    assert stale == [], "run `python manage.py workflows docs` and commit what it writes"


def test_the_picture_has_every_state_and_no_inline_style() -> None:
    with translation.override("zh-hans"):
        drawn = svg(CaseR3V1, marked="amount_check")
        root = etree.fromstring(drawn.encode())
    names = {"s": "http://www.w3.org/2000/svg"}
    said = {"".join(map(str, group.itertext())) for group in root.findall(".//s:g", names)}
    assert {"填写并提交", "受理审查", "评分", "核定金额"} <= said
    assert [group.get("class") for group in root.findall(".//s:g", names)].count("route-here") == 1
    marked = next(group for group in root.findall(".//s:g", names) if group.get("class") == "route-here")
    assert "".join(map(str, marked.itertext())) == "核定金额"
    assert "style" not in drawn
    assert STYLE in svg(CaseR3V1, style=STYLE)
    width, height = int(root.get("width", "0")), int(root.get("height", "0"))
    points = [tuple(map(int, re.findall(r"-?\d+", pair))) for line in root.findall(".//s:polyline", names)
              for pair in line.get("points", "").split()]  # fmt: skip
    assert points and all(0 <= x <= width and 0 <= y <= height for x, y in points)


def test_the_states_come_in_the_order_of_the_way() -> None:
    order = [stop.node for stop in stops(CaseR3V1)]
    assert order[:2] == ["draft", "acceptance"]
    assert order.index("score") < order.index("amount_check") < order.index("account") < order.index("paid")
