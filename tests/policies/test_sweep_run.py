"""Reducing records to their cases: sums, counts, and the largest or smallest of those that count."""

from __future__ import annotations

import polars as pl
import pytest

from policies.language.sweep.plan import ListStep, Pick, Step, Sum
from policies.language.sweep.run import Part, Records, run

LENGTHS = pl.Series("lengths", [2, 0, 3, 0, 1], dtype=pl.Int64)
FRAME = pl.DataFrame({"v": [5, -2, 7, 7, 1, 4], "on": [True, False, True, True, False, False]})


def reduced(work: ListStep, frame: pl.DataFrame = FRAME, lengths: pl.Series = LENGTHS) -> dict[str, list[int | None]]:
    cases = pl.DataFrame({"case": range(len(lengths))})
    made = run([Step(lists={"ip": work})], Part(cases, {"ip": Records(frame, lengths)}))
    return made.drop("case").to_dict(as_series=False)


def test_each_case_has_its_own_records_and_some_have_none() -> None:
    work = ListStep(
        sums=[Sum("total", pl.col("v"), (-6, 21)), Sum("held", pl.col("on"), (0, 3), flag=True)],
        picks=[Pick("most", "max", pl.col("v"), pl.col("on"), (-2, 7)), Pick("least", "min", pl.col("v"), pl.lit(True), (-2, 7))],
    )  # fmt: skip
    assert reduced(work) == {
        "total": [3, 0, 15, 0, 4], "held": [1, 0, 2, 0, 0],
        "most": [5, None, 7, None, None], "least": [-2, None, 1, None, 4],
    }  # fmt: skip


def test_lists_without_any_record_sum_to_nothing() -> None:
    work = ListStep(
        sums=[Sum("total", pl.col("v"), (0, 9))], picks=[Pick("most", "max", pl.col("v"), pl.col("on"), (0, 9))]
    )
    assert reduced(work, FRAME.clear(), LENGTHS * 0) == {"total": [0] * 5, "most": [None] * 5}


def test_a_pick_at_the_end_of_what_64_bits_hold() -> None:
    """No number is left beside such a range to stand for a record that does not count."""
    low, high = -(2**63) + 1, 2**63 - 1
    frame = pl.DataFrame({"v": [low, high], "on": [True, True]})
    on, value, span = pl.col("on"), pl.col("v"), (low, high)
    picks = [Pick("most", "max", value, ~on, span), Pick("least", "min", value, on, span)]
    assert reduced(ListStep(picks=picks), frame, pl.Series([1, 1])) == {"most": [None, None], "least": [low, high]}


def test_a_column_of_another_length_never_passes_for_a_list() -> None:
    records = Records(FRAME, LENGTHS)
    with pytest.raises(ValueError, match="as long as its list"):
        records.shape.select(records.dressed(pl.Series([1, 2])).list.sum())
