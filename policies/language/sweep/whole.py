"""Sweeping: one policy over a table of companies at once, equal to `decide` on every row.

The table is split: rows in which everything that the program reads is known take one expression a node, rows with
something unknown two (see `sweep.ops`). Work goes block by block, so that memory stays near the tables' own size.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from policies.language.core import Core
from policies.language.findings import PolicyError
from policies.language.model import Leaf, Pack, Program
from policies.language.sweep.layout import Layout, Reads
from policies.language.sweep.ops import BOOL, DTYPES, INT, Pair, form_of, widest
from policies.language.sweep.plan import Planner, Step
from policies.language.sweep.run import Part, run
from policies.language.sweep.tables import CASE, read_tables

BLOCK = 1 << 17
VERDICTS = ("met", "not_met", "unknown")
RESULTS = ("outcome", "tier", "amount", "amount_low", "amount_high")
ENDS = ("", "_low", "_high")
_VERDICT = pl.Enum(VERDICTS)


def sweep(
    pack: Pack,
    tables: Mapping[str, pl.DataFrame],
    *,
    stage: str | None = None,
    clauses: bool = False,
    extra: Mapping[str, Core] | None = None,
) -> pl.DataFrame:
    """Decide every case of a table, in its order, under `pack` or a later `stage` of it.

    `tables` holds "cases" and one table a list, as `sweep.tables` describes. The result has the columns case, outcome
    (met, not_met, unknown), tier (null where none is settled), amount, amount_low and amount_high in minor units: `amount`
    is null where it is not yet known, the other two bound it and equal it where it is; all three are null where the
    policy pays nothing. With `clauses` there follows one column a leaf, named by its id, with the leaf's verdict; a veto
    that applies is not_met. `extra` names further nodes of the same program, such as the condition of a guarantee: each
    gives a column of that name with its integer (a condition 0 or 1), null where it is not yet known, and `<name>_low` and
    `<name>_high` beside it. Raises PolicyError for tables that `decide` would refuse as facts, telling every fault, and
    where two columns would have one name.
    """
    program, further = pack.program_of(stage), extra or {}
    leaves = program.leaves() if clauses else ()
    _check_names(program, leaves, further)
    tables_read = read_tables(pack, program, tables)
    amount = [] if program.amount_core is None else [program.amount_core]
    roots = [program.eligible_core, program.tier_core, *amount, *(leaf.core for leaf in leaves), *further.values()]
    layout = Layout(program, tables_read, Reads.below(roots))
    doubtful = layout.doubtful()

    planners = [Planner(layout.inputs(doubts=doubts)) for doubts in (False, True)[: 1 if doubtful is None else 2]]
    for planner in planners:
        planner.plan(roots)
    # Splitting takes the records apart by case; else only some plans ask for the case of a record.
    layout.number(planners[0].lists_by_row() if doubtful is None else layout.reads.lists)
    readings = [
        _Reading(planner.steps, [*_results(program, planner, leaves), *_further(planner, further)])
        for planner in planners
    ]
    split = _Split(layout, doubtful, readings[0], readings[-1])
    return pl.concat([tables_read.keys.alias(CASE).to_frame(), split.result()], how="horizontal")


def _check_names(program: Program, leaves: tuple[Leaf, ...], further: Mapping[str, Core]) -> None:
    """Refuse what would give the result two columns of one name."""
    seen = {CASE, *RESULTS}
    named = [(leaf.id, leaf.when.at) for leaf in leaves]
    for name, at in named + [(f"{name}{end}", program.at) for name in further for end in ENDS]:
        if name in seen:
            raise PolicyError.at(
                at, "SWEEP_NAME",
                f"two result columns would be named {name}; rename the clause or the further column, or sweep without it",
                f"结果中会有两列同名 {name}；请改条款编号或附加列名，或不输出该列",
            )  # fmt: skip
        seen.add(name)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A plan with what is read off at its end."""

    steps: list[Step]
    results: list[pl.Expr]

    def of(self, part: Part) -> pl.DataFrame:
        """Return the results of a part."""
        # First laid beside the cases: a result that is the same for all would else be one row.
        names = [result.meta.output_name() for result in self.results]
        return run(self.steps, part).with_columns(self.results).select(names)


@dataclass(frozen=True, slots=True)
class _Split:
    """The rows without anything unknown and the others, never mixed."""

    layout: Layout
    doubtful: pl.Series | None
    known: _Reading
    doubts: _Reading

    def result(self) -> pl.DataFrame:
        """Return the results of all cases in their order."""
        count = self.layout.cases.height
        starts = range(0, max(count, 1), BLOCK)
        if len(starts) == 1:
            return self._block(0, count)
        with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
            blocks = pool.map(lambda start: self._block(start, min(BLOCK, count - start)), starts)
            return pl.concat(blocks)

    def _block(self, start: int, count: int) -> pl.DataFrame:
        part = self.layout.part(start, count)
        if self.doubtful is None:
            return self.known.of(part)
        mask = self.doubtful.slice(start, count)
        if not mask.any():
            return self.known.of(part)
        if mask.all():
            return self.doubts.of(part)
        known, doubts = self.known.of(_filtered(part, ~mask)), self.doubts.of(_filtered(part, mask))
        # The rows known come first, then the others: back to the order of the table.
        return pl.concat([known, doubts])[pl.concat([(~mask).arg_true(), mask.arg_true()]).arg_sort()]


def _filtered(part: Part, mask: pl.Series) -> Part:
    return Part(part.cases.filter(mask), {name: records.kept(mask) for name, records in part.lists.items()})


# -- results -------------------------------------------------------------------------------------------------------------


def _results(program: Program, planner: Planner, leaves: tuple[Leaf, ...]) -> list[pl.Expr]:
    eligible, tier = planner.of(program.eligible_core), planner.of(program.tier_core)
    found = [_verdict(eligible).alias("outcome"), _tier(program, eligible, tier).alias("tier")]
    if program.amount_core is None:
        found.extend(pl.lit(None, dtype=pl.Int64).alias(name) for name in RESULTS[2:])
    else:
        # The declared range, so that the type of the column does not hang on the companies at hand.
        form = widest(INT, form_of(program.amount_core.range))
        amount = planner.of(program.amount_core)
        low, high = amount.lo.to(form), amount.hi.to(form)
        settled = _certain(eligible) & (pl.lit(True) if amount.known else low == high)
        paid = pl.when(settled).then(low).otherwise(pl.lit(None, dtype=DTYPES[form]))
        found.extend([paid.alias("amount"), low.alias("amount_low"), high.alias("amount_high")])
    vetoes = {leaf.id for leaf in program.vetoes}
    found.extend(_verdict(planner.of(leaf.core), inverted=leaf.id in vetoes).alias(leaf.id) for leaf in leaves)
    return found


def _further(planner: Planner, further: Mapping[str, Core]) -> list[pl.Expr]:
    """Return three columns for each further node: its value where it is known, and its bounds."""
    found: list[pl.Expr] = []
    for name, node in further.items():
        pair, form = planner.of(node), widest(INT, form_of(node.range))
        low, high = pair.lo.to(form), pair.hi.to(form)
        known = low if pair.known else pl.when(low == high).then(low)
        found.extend(expr.alias(f"{name}{end}") for expr, end in zip((known, low, high), ENDS, strict=True))
    return found


def _certain(condition: Pair) -> pl.Expr:
    if condition.known:
        return pl.lit(True)
    return condition.lo.to(BOOL) | ~condition.hi.to(BOOL)


def _verdict(condition: Pair, *, inverted: bool = False) -> pl.Expr:
    met, not_met, unknown = (pl.lit(word, dtype=_VERDICT) for word in VERDICTS)
    if inverted:
        met, not_met = not_met, met
    if condition.known:
        return pl.when(condition.lo.to(BOOL)).then(met).otherwise(not_met)
    return pl.when(condition.lo.to(BOOL)).then(met).when(~condition.hi.to(BOOL)).then(not_met).otherwise(unknown)


def _tier(program: Program, eligible: Pair, tier: Pair) -> pl.Expr:
    """Return the tier of who is met, null where it is none or not settled."""
    if not program.tiers:
        return pl.lit(None, dtype=pl.String)
    ids = pl.Enum([item.id for item in program.tiers])
    low, high = (end.number for end in (tier.lo, tier.hi))
    settled = eligible.lo.to(BOOL) & (pl.lit(True) if tier.known else low == high)
    chosen = pl.lit(None, dtype=ids)
    for number, item in reversed(list(enumerate(program.tiers))):
        chosen = pl.when(settled & (low == number)).then(pl.lit(item.id, dtype=ids)).otherwise(chosen)
    return chosen
