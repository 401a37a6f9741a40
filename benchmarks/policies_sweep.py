"""The speed and memory of a sweep: a million companies, three million records a list, beside polars written by hand.

The companies lie about the thresholds of their policy (`policies.language.sweep.population`); keys are whole numbers in
order, choices are Enum, all is known unless a row says otherwise. Each time is the best of several runs; the processor's
time is written beside it, for on a machine that others use too only that says what the work costs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from benchmarks.policies_pack import POLICY, SOURCE, pack
from benchmarks.rows import Row
from policies.language import Pack, PackSource, load_pack, parse_pack
from policies.language.sweep.population import population
from policies.language.sweep.whole import sweep

COMPANIES = 1_000_000
RUNS = 5
PACKS = Path(__file__).resolve().parents[1] / "policies" / "packs"
Tables = Mapping[str, pl.DataFrame]

# One pack a programme, the harder where a programme has several; the second has a recognition and an award.
TEN = (
    "flying_sky", "high_tech_recognition", "high_tech_award_hangzhou", "tech_sme", "provincial_tech_sme_award",
    "fledgling_eagle", "provincial_rd_centre", "technology_trade", "rd_subsidy", "lab_construction", "upper_matching",
)  # fmt: skip

RECORDS = """records:
  ip:
    key: number
    max_length: 50
    from: ip_register
    fields:
      number: {type: text}
      sort: {type: choice, of: [invention, utility, design]}
      granted_on: {type: date}
      cost: {type: money, max: 1000万元}
parameters:
"""
PATENTS = "count(ip, sort == invention and granted_on <= filed_on) >= 1 and count(ip) >= 2"
SPENT = "committed and sum(ip, cost, sort != design) >= 10万元"


def listed_pack() -> Pack:
    """Return the policy of eight clauses with two of them over a list: patents granted, and what they cost."""
    text = POLICY.replace("parameters:\n", RECORDS).replace("when: registered,", f'when: "registered and {PATENTS}",')
    text = text.replace("when: committed,", f'when: "{SPENT}",')
    return parse_pack(PackSource(text, SOURCE, "cases: []", "speed"))


def by_hand(tables: Tables, *, lists: bool) -> pl.DataFrame:
    """The same rules as one would write them in polars for known facts: outcome and fen."""
    c = pl.col
    firms = tables["cases"].lazy()
    here, promise = c("registered"), c("committed")
    if lists:
        on = tables["cases"].lazy().select("case", "filed_on")
        ip = tables["ip"].lazy().join(on, on="case", how="left")
        found = ip.group_by("case").agg(
            inventions=((c("sort") == "invention") & (c("granted_on") <= c("filed_on"))).sum(),
            patents=pl.len(),
            spent=c("cost").filter(c("sort") != "design").sum(),
        )
        firms = firms.join(found, on="case", how="left", maintain_order="left").with_columns(
            c("inventions", "patents", "spent").fill_null(0)
        )
        here, promise = here & (c("inventions") >= 1) & (c("patents") >= 2), promise & (c("spent") >= 10_000_000)
    need = pl.when(c("sales") <= 5_000_000_000).then(5).when(c("sales") <= 20_000_000_000).then(4).otherwise(3)
    rate = pl.when(c("rd") <= 500_000_000).then(5).when(c("rd") <= 2_000_000_000).then(8).otherwise(10)
    met = (
        ~c("dishonest") & here & promise
        & (c("certificate_until") >= c("filed_on")).fill_null(False)
        & c("scale").is_in(["micro", "small", "medium"])
        & ((c("filed_on") - c("founded_on")).dt.total_days() >= 365)
        & (c("rd") * 100 >= need * c("sales"))
        & (c("rd_staff") * 10 >= c("staff"))
    )  # fmt: skip
    rise = pl.max_horizontal(0, c("rd") - c("rd_before").fill_null(c("rd")))
    paid = pl.min_horizontal(200_000_000, (rate * c("rd") + 2 * rise) // 100) // 10_000 * 10_000
    outcome = pl.when(met).then(pl.lit("met")).otherwise(pl.lit("not_met"))
    amount = pl.when(met).then(paid).otherwise(0)
    return firms.select("case", outcome=outcome, amount=amount).collect()


def best(work: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """Return the least time on the wall and on the processors, in seconds."""
    walls, processors = [], []
    for _ in range(runs):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return min(walls), min(processors)


def _beside(name: str, pack: Pack, limit: float | None, *, lists: bool) -> list[Row]:
    tables = population(pack, COMPANIES, seed=7)
    swept, written = sweep(pack, tables), by_hand(tables, lists=lists)
    assert swept["outcome"].cast(pl.String).equals(written["outcome"]), "the peer says another outcome"
    assert swept["amount"].equals(written["amount"]), "the peer pays another amount"
    wall, processor = best(lambda: sweep(pack, tables))
    peer, peer_processor = best(lambda: by_hand(tables, lists=lists))
    return [
        Row(f"sweep {name}", wall, "s", limit, at_least=False, peer=f"polars by hand {peer:.3f} s", times=peer / wall),
        Row(f"  processor {name}", processor, "s", peer=f"polars by hand {peer_processor:.3f} s",
            times=peer_processor / processor),
        *_memory(name, pack, tables),
    ]  # fmt: skip


def _memory(name: str, pack: Pack, tables: Tables) -> list[Row]:
    """Return the most memory that a sweep took above what was held before it, beside the tables' own size."""
    status, marks = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not marks.exists():
        return []

    def kilobytes(key: str) -> int:
        line = next(line for line in status.read_text("ascii").splitlines() if line.startswith(key))
        return int(line.split()[1])

    marks.write_text("5", "ascii")
    before = kilobytes("VmRSS:")
    result = sweep(pack, tables)
    peak = (kilobytes("VmHWM:") - before) / 1024
    own = sum(table.estimated_size("mb") for table in tables.values())
    return [Row(f"  peak memory {name}", peak, "MB", peer=f"the tables {own:,.0f} MB", times=own / peak),
            Row("    of which the result", result.estimated_size("mb"), "MB")]  # fmt: skip


def _doubtful(pack: Pack) -> list[Row]:
    tables = population(pack, COMPANIES, seed=7, unknown=0.01)
    unknown = int((sweep(pack, tables)["outcome"] == "unknown").sum())
    wall, processor = best(lambda: sweep(pack, tables), 3)
    return [Row(f"sweep, one cell in a hundred unknown ({unknown:,} undecided)", wall, "s"),
            Row("  processor", processor, "s")]  # fmt: skip


def _texts(pack: Pack) -> list[Row]:
    """The same table with its choices as text, as a CSV file or a query gives them."""
    tables = {
        name: table.with_columns(pl.col(pl.Enum).cast(pl.String))
        for name, table in population(pack, COMPANIES, 7).items()
    }
    wall, processor = best(lambda: sweep(pack, tables), 3)
    return [Row("sweep, choices as text", wall, "s"), Row("  processor", processor, "s")]


def _packs() -> list[Row]:
    folders = sorted(path.parent for path in PACKS.glob("*/*/policy.yaml"))
    # The newest version of each policy: one is in force at a time.
    newest = {folder.parent.name: folder for folder in folders}
    took: dict[str, tuple[float, float]] = {}
    found = []
    for code, folder in newest.items():
        pack = load_pack(folder)
        tables = population(pack, COMPANIES, seed=7)
        took[code] = best(lambda pack=pack, tables=tables: sweep(pack, tables), 3)  # type: ignore[misc]  # mypy infers no lambda with defaults
        found.append(
            Row(f"  {code} ({len(pack.records)} lists)", took[code][0], "s", peer=f"processor {took[code][1]:.3f} s")
        )
    ten = [sum(took[code][which] for code in TEN) for which in (0, 1)]
    all_of = [sum(times[which] for times in took.values()) for which in (0, 1)]
    return [
        Row("sweep of the ten programmes, one after another", ten[0], "s", 2.0, at_least=False),
        Row("  processor", ten[1], "s"),
        Row(f"sweep of {len(newest)} packs of policies/packs, one after another", all_of[0], "s"),
        Row("  processor", all_of[1], "s"),
        *found,
    ]


def rows() -> list[Row]:
    """Return the rows of the sweep."""
    return [
        *_beside("1,000,000 companies, 8 clauses", pack(), None, lists=False),
        *_beside("the same with 3,000,000 records", listed_pack(), 0.3, lists=True),
        *_texts(listed_pack()),
        *_doubtful(listed_pack()),
        *_packs(),
    ]
