"""What a sweep is given: the forms a column may have, every fault told, tables from files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from policies.language import Pack, PolicyError
from policies.language.sweep.files import sweep_file
from policies.language.sweep.whole import sweep
from tests.policies.packs import pack_of
from tests.policies.test_sweep import LIST, ON

# -- held forms and faults -------------------------------------------------------------------------------------------------

FACTS = """a: {type: money, from: tax, max: 100元}
n: {type: count, from: tax, max: 100}
r: {type: rate, decimals: 3, from: tax}
x: {type: number, unit: ha, decimals: 1, from: tax}
d: {type: date, from: tax}
p: {type: yes_no, from: tax}
k: {type: choice, of: [red, green], from: tax}
o: {type: money, optional: yes, from: tax}
t: {type: text, from: applicant}"""
WHEN = '"a > 1元 and n > 1 and r >= 5.5% and x > 1ha and d < filed_on and p and k == green and given(o, 3元) > 2元"'


@pytest.fixture(scope="module")
def formed() -> Pack:
    return pack_of(facts=FACTS, when=WHEN, formula="a", more=LIST)


def columns(**other: Sequence[Any] | pl.Series) -> dict[str, Any]:
    """One company as a CSV file has it, with columns replaced."""
    text: dict[str, Any] = {
        "case": ["x1"], "filed_on": ["2024-03-01"], "a": ["5000"], "n": ["7"], "r": ["0.055"], "x": ["12.5"],
        "d": ["2024-02-29"], "p": ["true"], "k": ["green"], "o": [None], "o?": ["false"], "t": ["甲"],
    }  # fmt: skip
    return {**text, **other}


def swept(pack: Pack, rows: dict[str, Any], **lists: pl.DataFrame) -> pl.DataFrame:
    frame = pl.DataFrame(rows)
    return sweep(pack, {"cases": frame, **lists})


def test_typed_columns_and_texts_say_the_same(formed: Pack) -> None:
    typed = {
        "case": ["x1"], "filed_on": [ON], "a": [5000], "n": pl.Series([7], dtype=pl.UInt8), "r": [Decimal("0.0550")],
        "x": pl.Series([Decimal("12.5")], dtype=pl.Decimal(10, 1)), "d": [date(2024, 2, 29)], "p": [True],
        "k": pl.Series(["green"], dtype=pl.Categorical), "o": pl.Series([None], dtype=pl.Int64), "o?": [False], "t": ["甲"],
    }  # fmt: skip
    assert swept(formed, columns()).row(0) == swept(formed, typed).row(0) == ("x1", "met", None, 5000, 5000, 5000)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"a": [50.0]}, "a: found a column of Float64; expected Int64 minor units"),
    ({"r": [0.055]}, "r: found a column of Float64; expected Decimal.* a float holds no decimal exactly"),
    ({"r": [5]}, "r: found a column of Int64; expected Decimal"),
    ({"a": ["10001"]}, "a: 1 rows are wrong; expected a value from 0 to 10000; case and value: x1: '10001'"),
    ({"a": ["9" * 38]}, "expected a value from 0 to 10000"),
    ({"a": ["-1"]}, "expected a value from 0 to 10000"),
    ({"a": ["5e3"]}, "a: 1 rows are wrong; expected Int64"),
    ({"a": [" 5"]}, "a: 1 rows are wrong"),
    ({"r": ["0.0555"]}, "r: 1 rows are wrong; expected Decimal"),
    ({"r": ["1.001"]}, "expected a value from 0 to 1;"),
    ({"r": [Decimal("0.0555")]}, "r: 1 rows are wrong"),
    ({"x": ["1,5"]}, "x: 1 rows are wrong"),
    ({"d": ["2023-02-29"]}, "d: 1 rows are wrong; expected Date"),
    ({"d": ["2023-2-1"]}, "d: 1 rows are wrong"),
    ({"filed_on": ["2023-12-31"]}, "filed_on: 1 rows are wrong; expected a value from 2024-01-01"),
    ({"p": ["yes"]}, "p: 1 rows are wrong; expected Boolean"),
    ({"k": ["blue"]}, r"k: 1 rows are wrong; expected text, one of the choices \(red, green\)"),
    ({"t": ["x" * 2001]}, "t: 1 rows are wrong"),
    ({"o": ["5"]}, "no false beside a value"),
    ({"o?": ["true"]}, "a value beside true"),
    ({"z": [1]}, "the policy declares no z"),
    ({"a?": [True]}, "the policy declares no a[?]"),
    ({"ip+": [True]}, "speaks of a list without a table"),
    ({"case": pl.Series([None], dtype=pl.String)}, "expected a key in every row"),
    ({"case": [1.5]}, "holds floats"),
]


@pytest.mark.parametrize(("other", "words"), WRONG, ids=[words[:40] for _, words in WRONG])
def test_a_wrong_column_is_refused_by_name(formed: Pack, other: dict[str, Any], words: str) -> None:
    with pytest.raises(PolicyError, match=words) as caught:
        swept(formed, columns(**other))
    assert caught.value.in_language("zh")


def test_every_fault_is_told_at_once_with_counts_and_first_rows(formed: Pack) -> None:
    rows = {name: value * 5 for name, value in columns().items()}
    rows |= {"case": list("vwxyz"), "a": ["-1"] * 5, "k": ["green", "blue", "green", "grey", "red"]}
    with pytest.raises(PolicyError) as caught:
        swept(formed, rows)
    text = str(caught.value)
    assert "a: 5 rows are wrong" in text and "v: '-1'; w: '-1'; x: '-1' …" in text
    assert "k: 2 rows are wrong" in text and "w: 'blue'; y: 'grey'" in text


def test_a_key_stands_once(formed: Pack) -> None:
    for keys in (["x", "x"], ["b", "a", "b"]):
        rows = {name: value * len(keys) for name, value in columns().items()} | {"case": keys}
        with pytest.raises(PolicyError, match="expected every key once"):
            swept(formed, rows)


RECORD = {"number": "1", "core": True, "points": 3, "granted_on": ON, "cost": 5}
LISTS: list[tuple[list[dict[str, Any]], str]] = [
    ([{"case": "x2", **RECORD}], "ip.*case: 1 rows are wrong; expected a case of the table cases"),
    ([{"case": None, **RECORD}, {"case": "x1", **RECORD}], "expected a case of the table cases"),
    ([{"case": "x1", **RECORD}, {"case": "x1", **RECORD}], "number: 2 rows are wrong; expected every key once"),
    ([{"case": "x1", **RECORD, "number": str(i)} for i in range(6)], "expected at most 5 records a case"),
    ([{"case": "x1", **RECORD, "points": 10}], "points: 1 rows are wrong; expected a value from 0 to 9"),
    ([{"case": 1, **RECORD}], "case: found a column of Int64; expected String"),
    ([{"case": "x1", **RECORD, "colour": 1}], "the policy declares no colour"),
    ([RECORD], "the column case is missing"),
]


@pytest.mark.parametrize(("rows", "words"), LISTS, ids=[words[:40] for _, words in LISTS])
def test_a_wrong_list_is_refused_by_name(formed: Pack, rows: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        swept(formed, columns(), ip=pl.DataFrame(rows))


def test_keys_that_are_null_equal_none_and_long_lists_are_compared_too() -> None:
    longer = pack_of(more=LIST.replace("max_length: 5", "max_length: 50"), when='"count(ip) > 1"')
    keys: list[str | None] = [None, None, *map(str, range(40))]

    def outcome(numbers: Sequence[str | None]) -> list[str]:
        rows = pl.DataFrame({"case": [1] * len(numbers), "number": numbers})
        return sweep(longer, {"cases": pl.DataFrame({"case": [1], "filed_on": [ON]}), "ip": rows})["outcome"].to_list()

    assert outcome(keys) == ["met"]
    for twice in ([*keys, "3"], [*map(str, range(40)), "0"]):
        with pytest.raises(PolicyError, match="every key once"):
            outcome(twice)


def test_a_clause_named_like_a_result_is_refused() -> None:
    pack = pack_of(
        more="vetoes:\n  - {id: tier, when: no, clause: T-1, zh: 不, en: no, certainty: recalled, source: trial}"
    )
    tables = {"cases": pl.DataFrame({"case": [1], "filed_on": [ON]})}
    with pytest.raises(PolicyError, match=r"policy.yaml:(?!1:1:).*two result columns would be named tier"):
        sweep(pack, tables, clauses=True)
    assert sweep(pack, tables)["outcome"].to_list() == ["met"]


def test_no_cases_give_no_rows(formed: Pack) -> None:
    rows = {name: pl.Series([], dtype=pl.String) for name in columns()}
    assert swept(formed, rows).height == 0


# -- files -----------------------------------------------------------------------------------------------------------------


def test_files_are_swept_with_the_lists_beside_them(tmp_path: Path) -> None:
    pack = pack_of(more=LIST, when='"count(ip, core) >= 1"', formula="sum(ip, cost)")
    (tmp_path / "firms.csv").write_text(
        "case,filed_on,ip+\nc1,2024-03-01,false\nc2,2024-03-01,false\nc3,,true\n", "utf-8"
    )
    (tmp_path / "firms.ip.csv").write_text("case,number,core,cost\nc1,1,true,70\nc1,2,false,5\nc3,1,true,9\n", "utf-8")
    totals = sweep_file(pack, tmp_path / "firms.csv", tmp_path / "out.csv")
    assert totals.outcomes == {"met": 2, "not_met": 1}
    assert (totals.amount, totals.open_low, totals.open_high) == (75, 9, 9 + 4 * 10**15)
    lines = (tmp_path / "out.csv").read_text("utf-8").splitlines()
    assert lines[:3] == ["case,outcome,tier,amount,amount_low,amount_high", "c1,met,,75,75,75", "c2,not_met,,0,0,0"]
    for name in ("firms", "firms.ip"):
        pl.read_csv(tmp_path / f"{name}.csv", infer_schema=False).write_parquet(tmp_path / f"{name}.parquet")
    assert sweep_file(pack, tmp_path / "firms.parquet", tmp_path / "out.parquet") == totals


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    pack = pack_of()
    (tmp_path / "bad.parquet").write_text("no parquet", "utf-8")
    for name, words in (("none.csv", "no such file"), ("firms.xlsx", "ends with"), ("bad.parquet", "cannot be read")):
        with pytest.raises(PolicyError, match=words):
            sweep_file(pack, tmp_path / name, tmp_path / "out.csv")
    with pytest.raises(PolicyError, match="ends with"):
        sweep_file(pack, tmp_path / "firms.csv", tmp_path / "out.txt")
