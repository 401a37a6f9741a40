"""Laying the records of a list in the order of the cases, once a sweep."""

from __future__ import annotations

import polars as pl

from policies.language.model import RecordDef
from policies.language.sweep.columns import Faults, in_span, span_of

_CASE = "case"
_NEAR = 16


Aligned = tuple[pl.DataFrame, pl.Series]


def align(keys: pl.Series, rows: pl.DataFrame, record: RecordDef, faults: Faults) -> Aligned:
    """Return the records in the order of the cases, and how many each case has (Int64).

    Faults: keys of another type than the cases have, records without a case, one record key twice in a case.
    """
    none = pl.zeros(len(keys), dtype=pl.Int64, eager=True)
    if rows.height == 0:
        return rows, none
    if rows[_CASE].dtype != keys.dtype:
        faults.tell(record.name, f"case: found a column of {rows[_CASE].dtype}; expected {keys.dtype} like in the cases",
                    f"case：列类型为 {rows[_CASE].dtype}，应与案件表同为 {keys.dtype}")  # fmt: skip
        return rows.clear(), none
    runs = rows[_CASE].rle().struct.unnest()
    if runs.height == len(keys) and bool((runs["value"] == keys).all()) and not runs["value"].null_count():
        lengths = runs["len"].cast(pl.Int64)
    else:
        rows, lengths = _placed(keys, rows, runs, record, faults)
    _keys_once(rows, lengths, record, faults)
    return rows, lengths


def _placed(
    keys: pl.Series, rows: pl.DataFrame, runs: pl.DataFrame, record: RecordDef, faults: Faults
) -> Aligned:  # fmt: skip
    places = _places(keys, runs["value"])
    none = pl.zeros(len(keys), dtype=pl.Int64, eager=True)
    if places.null_count():
        lost = places.is_null().gather(rows[_CASE].rle_id())
        faults.rows(
            record.name, _CASE, rows[_CASE], rows[_CASE], lost, ("a case of the table cases", "案件表中已有的案件")
        )
        return rows.clear(), none
    counts = pl.DataFrame({"place": places, "len": runs["len"].cast(pl.Int64)})
    if not bool((places.diff() > 0).fill_null(True).all()):
        # Out of order, or the records of a case in several places: sort them once, each case's in the order given.
        order = places.gather(rows[_CASE].rle_id()).arg_sort()
        rows, counts = rows[order], counts.group_by("place").agg(pl.col("len").sum())
    return rows, none.scatter(counts["place"], counts["len"])


def _places(keys: pl.Series, values: pl.Series) -> pl.Series:
    """Return the row of the case that each value names; null where there is none."""
    first = gapless(keys)
    if first is not None:
        place = values.cast(pl.Int64) - first
        if in_span(place, (0, len(keys) - 1)):
            return place
    cases = pl.DataFrame({"key": keys, "case": keys, "place": pl.int_range(len(keys), dtype=pl.Int64, eager=True)})
    wanted = pl.DataFrame({"key": values})
    if not values.null_count() and keys.is_sorted() and values.is_sorted():
        near = wanted.set_sorted("key").join_asof(cases.set_sorted("key"), on="key")
        return near.select(pl.when(pl.col("case") == pl.col("key")).then(pl.col("place"))).to_series()
    return wanted.join(cases, on="key", how="left", maintain_order="left")["place"]


def gapless(keys: pl.Series) -> int | None:
    """Return the first key where the keys are whole numbers one after another: a key then says where its case is."""
    if keys.dtype not in (pl.Int64, pl.Int32, pl.UInt32) or not keys.is_sorted():
        return None
    span = span_of(keys)
    # Sorted and each once, as the table of cases was found to be: as many as the range is wide, so without a gap.
    return span[0] if span is not None and span[1] - span[0] + 1 == len(keys) else None


def _keys_once(rows: pl.DataFrame, lengths: pl.Series, record: RecordDef, faults: Faults) -> None:
    """Tell of records of one case that have the same key; a key that is null is unknown and equals none."""
    if record.key not in rows.columns or rows.height < 2:
        return
    keys = rows[record.key]
    longest = lengths.max()
    assert isinstance(longest, int)
    if not keys.null_count() and longest <= _NEAR and not _alike(rows, longest, record.key):
        return
    pairs = rows.select(_CASE, record.key)
    twice = pairs.is_duplicated() & keys.is_not_null()
    faults.rows(record.name, record.key, rows[_CASE], keys, twice, ("every key once a case", "同一案件内主键不重复"))


def _alike(rows: pl.DataFrame, longest: int, key: str) -> bool:
    """Whether two records near one another have the same case and key, as far as 64 bits of hash tell."""
    # Most keys are alike nowhere, whatever the case: then the cases need not be mixed in.
    hashed = rows[key].hash(seed=2)
    return _repeats(hashed, longest) and _repeats(rows[_CASE].hash(seed=1) ^ hashed, longest)


def _repeats(mixed: pl.Series, longest: int) -> bool:
    return any(bool((mixed.slice(by) == mixed.slice(0, len(mixed) - by)).any()) for by in range(1, longest))
