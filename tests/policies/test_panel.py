"""What a panel computes: totals by weight, means, outliers, agreed facts; and what a pack may not ask of a panel."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import pytest

from policies.language import PackSource, PolicyError, load_pack, parse_pack
from policies.language.check.panel import panel as panel_findings
from policies.language.findings import Text
from policies.language.model import Least, PanelDef, RubricItem
from policies.language.panel import agreed, half_up, item_points, lines, mean, outliers, total

PACKS = Path(__file__).resolve().parents[2] / "policies" / "packs"
HIGH_TECH = PACKS / "high_tech_recognition" / "2016.1"


def spec(*items: tuple[str, int, int], outlier: int = 20, drop: int = 0) -> PanelDef:
    rubric = tuple(RubricItem(name, Text(name, name), most, weight) for name, most, weight in items)
    return PanelDef(5, 3, rubric, 60, outlier=outlier, drop=drop)


def test_every_line_counts_by_its_weight_and_is_rounded_once() -> None:
    panel = spec(("a", 5, 50), ("b", 3, 50))
    for a, b in itertools.product(range(6), range(4)):
        exact = Fraction(a * 50, 5) + Fraction(b * 50, 3)
        assert total(panel, {"a": a, "b": b}) == half_up(exact * 100)
    assert total(panel, {"a": 5, "b": 3}) == 10_000
    assert total(panel, {"a": 0, "b": 1}) == 1667


def test_a_line_of_facts_is_capped_at_its_own_maximum() -> None:
    item = RubricItem("rights", Text("", ""), 30, 30, ("x", "y"))
    assert item_points(item, {"x": 20, "y": 20}) == 30 and item_points(item, {"x": 5, "y": 6}) == 11


def test_highest_and_lowest_drop_out_only_where_the_pack_says_so() -> None:
    totals = [10_000, 8_000, 8_000, 8_001, 0]
    assert mean(spec(("a", 100, 100)), totals) == 6800
    assert mean(spec(("a", 100, 100), drop=1), totals) == 8000
    with pytest.raises(ValueError, match="no mean"):
        mean(spec(("a", 100, 100)), [])


def test_an_outlier_lies_further_from_the_median_than_the_pack_allows() -> None:
    panel = spec(("a", 100, 100), outlier=20)
    assert outliers(panel, {1: 8000, 2: 8000, 3: 6000}) == []
    assert outliers(panel, {1: 8000, 2: 8000, 3: 5999}) == [3]
    assert outliers(panel, {1: 8000, 2: 4000}) == []  # the median lies between them
    assert outliers(panel, {1: 8002, 2: 4000}) == [1, 2]
    assert outliers(panel, {}) == []


def test_a_share_of_seats_is_rounded_up() -> None:
    assert [Least("technical", percent=60).of(seats) for seats in (5, 7, 9)] == [3, 5, 6]
    assert Least("financial", count=1).of(5) == 1


def test_the_sheet_of_high_tech_recognition_asks_each_fact_that_experts_give() -> None:
    pack = load_pack(HIGH_TECH)
    asked = lines(pack)
    assert {line.name for line in asked} == {fact.name for fact in pack.facts.values() if fact.source == "expert"}
    assert [line.name for line in asked if line.counts] == ["results"]
    assert sum(item.weight for item in pack.route.panel.rubric) == 100 if pack.route.panel else False


def test_facts_are_agreed_by_mean_and_counts_by_the_lower_median() -> None:
    pack = load_pack(HIGH_TECH)
    sheets = [{line.name: value for line in lines(pack)} for value in (1, 2, 2, 8)]
    found = agreed(pack, sheets)
    assert found["result_points"] == 3 and found["results"] == 2  # 13/4 and the second of four
    assert agreed(pack, []) == {}


def changed(old: str, new: str) -> PackSource:
    texts = {
        name: (HIGH_TECH / name).read_text(encoding="utf-8") for name in ("policy.yaml", "source.md", "cases.yaml")
    }
    assert old in texts["policy.yaml"]
    return PackSource(texts["policy.yaml"].replace(old, new), texts["source.md"], texts["cases.yaml"], "trial")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("facts: [results]", "facts: [sales_y1]", "PANEL_FACT"),
        ("facts: [result_points]}", "facts: [result_points, asset_points]}", "PANEL_TWICE"),
        ("facts: [result_points]}", "facts: [results]}", "PANEL_TWICE"),
        ("shows: [special_audit", "shows: [no_such_paper", "PANEL_SHOWS"),
        ("field: tech_field", "field: sales_y1", "PANEL_FIELD"),
        ("max: 30, facts: [result_points]}", "max: 31, facts: [result_points]}", "RUBRIC"),
    ],
)
def test_a_panel_that_does_not_fit_its_pack_is_found(old: str, new: str, code: str) -> None:
    assert code in {one.code for one in panel_findings(parse_pack(changed(old, new)))}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("technical: 60%", "technical: 160%"),
        ("technical: 60%, financial: 1", "technical: 100%, financial: 1"),
        ("technical: 60%", "poets: 60%"),
        ("    facts: [results]\n", "    facts: [results]\n    drop: 3\n"),
        ("    facts: [results]\n", "    facts: [results]\n    outlier: 0\n"),
    ],
)
def test_a_panel_that_cannot_be_is_refused_with_its_line(old: str, new: str) -> None:
    with pytest.raises(PolicyError) as refusal:
        parse_pack(changed(old, new))
    assert refusal.value.findings[0].line > 300
