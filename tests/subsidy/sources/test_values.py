"""Cells as typed values, and tables as rows: what offices write, and what is refused."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest

from subsidy.sources import LAYOUTS, SourceFault, bind, fault_words, read_line, rows_of
from subsidy.sources.faults import WORDS
from subsidy.sources.tables import Row
from subsidy.sources.values import READERS, cleaned


@pytest.mark.parametrize(
    ("kind", "cell", "scale", "expected"),
    [
        ("money", "1234.56", 100, 123_456),
        ("money", "1,234", 100, 123_400),
        ("money", "1，234.5", 1_000_000, 1_234_500_000),
        ("money", "0.000001", 1_000_000, 1),
        ("money", 12.3, 100, 1230),
        ("money", 4035.29, 1_000_000, 4_035_290_000),
        ("money", -5, 100, -500),
        ("count", "12", 1, 12),
        ("count", 12.0, 1, 12),
        ("rate", "5.25%", 1, "0.0525"),
        ("number", "12.50", 1, "12.5"),
        ("date", "2024-01-31", 1, dt.date(2024, 1, 31)),
        ("date", "2024/1/31", 1, dt.date(2024, 1, 31)),
        ("date", "2024年1月31日", 1, dt.date(2024, 1, 31)),
        ("date", "20240131", 1, dt.date(2024, 1, 31)),
        ("date", dt.datetime(2024, 1, 31), 1, dt.date(2024, 1, 31)),  # noqa: DTZ001 - as a workbook gives it
        ("yes_no", "是", 1, 1),
        ("yes_no", "否", 1, 0),
        ("yes_no", True, 1, 1),
        ("yes_no", 0.0, 1, 0),
        ("text", "  甲  ", 1, "甲"),
        ("text", 91330106.0, 1, "91330106"),
    ],
)
def test_what_offices_write(kind: str, cell: Any, scale: int, expected: Any) -> None:
    assert READERS[kind](cleaned(cell), scale) == expected


@pytest.mark.parametrize(
    ("kind", "cell", "scale", "code"),
    [
        ("money", "1.234", 100, "money"),
        ("money", "1e400", 100, "money"),
        ("money", "NaN", 100, "money"),
        ("money", "很多", 100, "money"),
        ("money", True, 100, "money"),
        ("money", "９" * 30, 100, "money"),
        ("count", "1.5", 1, "count"),
        ("count", dt.date(2024, 1, 1), 1, "count"),
        ("rate", "5%%", 1, "decimal"),
        ("date", "2024-02-30", 1, "date"),
        ("date", "31.01.2024", 1, "date"),
        ("date", "45000", 1, "date"),
        ("yes_no", "也许", 1, "yes_no"),
        ("text", "长" * 501, 1, "too_long"),
        ("text", "=1+1", 1, "formula"),
        ("text", "-cmd|x", 1, "formula"),
        ("money", "=A1", 100, "formula"),
    ],
)
def test_what_is_refused(kind: str, cell: Any, scale: int, code: str) -> None:
    with pytest.raises(SourceFault) as refused:
        READERS[kind](cleaned(cell), scale)
    assert refused.value.code == code


def rows(content: bytes) -> list[tuple[int, list[Any]]]:
    return [(row.line, row.cells) for row in rows_of(io.BytesIO(content))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_of_text(encoding: str, separator: str) -> None:
    text = '代码,名\r\n\r\n1,"两\n行"\r\n2,𠮷\r\n'.replace(",", separator)
    assert rows(text.encode(encoding)) == [(1, ["代码", "名"]), (3, ["1", "两\n行"]), (5, ["2", "𠮷"])]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        ("a,b\n".encode("utf-16"), "utf16"),
        (b"a,b\n\x81\x30", "encoding"),
        (b"\xef\xbb\xbfa,\xff", "encoding"),
        (b"a,\x00", "binary"),
        (b'a,b\n1,"2\n', "quotes"),
        (b"\xd0\xcf\x11\xe0rest", "old_xls"),
        (b"PK\x03\x04rest", "xlsx"),
    ],
)
def test_what_is_no_table(content: bytes, code: str) -> None:
    with pytest.raises(SourceFault) as refused:
        rows(content)
    assert refused.value.code == code


def test_every_layout_can_be_bound_by_each_of_its_names() -> None:
    for layout in LAYOUTS.values():
        for names in ("zh", "en", "fact"):
            heading = Row(1, ["统一社会信用代码", *(getattr(column, names) for column in layout.columns)])
            bound = bind(layout, heading, year=2023)
            assert [one.column.fact for one in bound.columns] == [column.fact for column in layout.columns]
            assert bound.ignored == ()


def test_the_unit_stands_in_the_heading_and_other_columns_are_passed_over() -> None:
    heading = Row(1, ["uscc", "上年销售收入（万元）", "前年销售收入(亿元)", "备注"])
    binding = bind(LAYOUTS["tax"], heading, year=2023)
    line = read_line(binding, Row(2, ["91330106MALGLLGF6G".lower(), "1.5", "2", "x"]))
    assert line.wrong == []
    assert [(cell.value, cell.period) for cell in line.cells] == [(1_500_000, "2023"), (20_000_000_000, "2022")]
    assert binding.ignored == ("备注",)


def test_every_fault_says_what_to_do_in_both_languages() -> None:
    for code, (zh, en) in WORDS.items():
        assert zh != en
        assert ("{detail}" in zh) == ("{detail}" in en), code
        assert "甲" in fault_words(code, "甲", chinese=True) or "{detail}" not in zh
    assert fault_words("no_such_code", "x", chinese=True) == "no_such_code x"
