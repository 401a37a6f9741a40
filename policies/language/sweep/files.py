"""Sweeping files: a table of cases with its lists beside it, CSV or Parquet.

`firms.csv` holds the cases, `firms.ip.csv` beside it the list `ip`; a list without a file is unknown in every case. CSV
columns are read as text and typed by the policy; an empty cell is null (see `sweep.tables` for what null means).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from policies.language.findings import PolicyError, Position
from policies.language.model import Pack
from policies.language.sweep.tables import CASES
from policies.language.sweep.whole import sweep

SUFFIXES = (".csv", ".parquet")


@dataclass(frozen=True, slots=True)
class Totals:
    """What a sweep of a file found: cases by outcome and by tier, and minor units owed to those that are met.

    `amount` sums the settled amounts of met cases; `open_low` and `open_high` bound what unsettled cases may come to.
    """

    outcomes: Counter[str]
    tiers: Counter[str]
    amount: int
    open_low: int
    open_high: int


def read_files(pack: Pack, path: Path) -> dict[str, pl.DataFrame]:
    """Return the tables of a sweep from a file of cases and the files of lists beside it.

    Raises PolicyError where the file is missing, of another kind than CSV or Parquet, or cannot be read.
    """
    if path.suffix not in SUFFIXES:
        raise _refused(path, "expected a name that ends with .csv or .parquet", "文件名应以 .csv 或 .parquet 结尾")
    found = {CASES: _read(path)}
    for name in pack.records:
        beside = path.with_name(f"{path.stem}.{name}{path.suffix}")
        if beside.exists():
            found[name] = _read(beside)
    return found


def _read(path: Path) -> pl.DataFrame:
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, infer_schema=False)
    except FileNotFoundError as error:
        raise _refused(path, "there is no such file", "文件不存在") from error
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _refused(path, f"the file cannot be read: {error}", f"文件无法读取：{error}") from error


def _refused(path: Path, en: str, zh: str) -> PolicyError:
    return PolicyError.at(Position(str(path), 1, 1), "FILE", en, zh)


def sweep_file(
    pack: Pack, source: Path, output: Path, *, stage: str | None = None, clauses: bool = False
) -> Totals:  # fmt: skip
    """Sweep a file of cases (its lists beside it) into `output`, CSV or Parquet by its name, and return the totals.

    Raises PolicyError for files that cannot be read and for tables with faults; nothing is written then.
    """
    if output.suffix not in SUFFIXES:
        raise _refused(output, "expected a name that ends with .csv or .parquet", "文件名应以 .csv 或 .parquet 结尾")
    result = sweep(pack, read_files(pack, source), stage=stage, clauses=clauses)
    if output.suffix == ".parquet":
        result.write_parquet(output)
    else:
        result.write_csv(output)
    return totals_of(result)


def totals_of(result: pl.DataFrame) -> Totals:
    """Return the totals of a sweep's result."""
    met = (result["outcome"] == "met") & result["amount"].is_not_null()
    still = result["amount"].is_null()
    return Totals(
        Counter(str(value) for value in result["outcome"]),
        Counter(str(value) for value in result["tier"].drop_nulls()),
        _sum(result["amount"].filter(met)),
        _sum(result["amount_low"].filter(still)),
        _sum(result["amount_high"].filter(still)),
    )


def _sum(column: pl.Series) -> int:
    # 128 bits: a million amounts of 10^15 leave 63.
    return int(column.cast(pl.Int128).sum())
