"""Small tables and bars: what stands on the page, and what is shortened there."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from subsidy.web import formats
from subsidy.web.charts import LABEL_WIDTH, LABEL_WIDTH_MAX, layout_bars
from subsidy.web.components import Bar, Linked
from subsidy.web.lists import Column
from subsidy.web.tables import SmallTable

ROW = SimpleNamespace(name="甲", fen=1_234_567_00, none=None)
FEN = Column("fen", "金额", kind="yuan", link=lambda _row: "/behind/")


@pytest.mark.parametrize("short", [True, False])
def test_a_figure_opens_what_is_behind_it(short: bool) -> None:
    shown = SmallTable("x", "表", (Column("name", "名"), FEN, Column("none", "无")), [ROW], short=short).shown
    figure = Linked("123.46", "/behind/", "1,234,567.00 元") if short else Linked("1,234,567.00", "/behind/")
    assert [list(row) for row in shown.rows] == [["甲", figure, "—"]]
    assert list(shown.head) == ["名", "金额" if short else "金额 (元)", "无"]
    assert list(shown.numeric) == [1] and shown.caption == ("表 (万元)" if short else "表")


def test_behind_nothing_there_is_nothing() -> None:
    shown = SmallTable("x", "表", (FEN,), [SimpleNamespace(fen=0)], foot=SimpleNamespace(fen=1)).shown
    assert [list(row) for row in shown.rows] == [["0.00"]]
    assert list(shown.foot) == [Linked("0.01", "/behind/")]


def test_a_column_of_money_has_one_unit() -> None:
    assert (formats.money_column(62_400_608_00, "zh"), formats.money_column_unit("zh")) == ("6,240.06", "万元")
    assert (formats.money_column(-1_500_00, "en"), formats.money_column_unit("en")) == ("−1.5", "thousand CNY")
    assert (formats.month(2024, 3, "zh"), formats.month(2024, 3, "en")) == ("2024年3月", "Mar 2024")


@pytest.mark.parametrize(
    ("label", "room", "shown"),
    [
        ("短", LABEL_WIDTH, "短"),
        ("a" * 40, 40 * 7 + 14, "a" * 40),
        ("a" * 80, LABEL_WIDTH_MAX, "a" * 56 + "…"),
        ("政" * 80, LABEL_WIDTH_MAX, "政" * 28 + "…"),
    ],
)
def test_labels_have_the_room_they_need_up_to_a_limit(label: str, room: int, shown: str) -> None:
    chart = layout_bars([Bar(label, 1, "1")])
    assert (chart.bar_x, chart.rows[0].label) == (room, shown)
