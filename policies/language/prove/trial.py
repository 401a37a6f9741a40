"""Trying by a sweep what could not be proven: evidence for the publisher who waives a proof, and never a proof itself.

Run as a program (`python -m policies.language.prove.trial`), it reads the texts of a pack as JSON and answers with the
trials as JSON: a million companies take memory that the caller should not keep.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import polars as pl

from policies.language.build import parse_pack
from policies.language.check.cases import read_cases
from policies.language.model import FactDef, Pack
from policies.language.prove.claims import BAND, ELIGIBLE, FAILS, MET, NOT_NEGATIVE, TIER
from policies.language.prove.proofs import Proof, prove
from policies.language.prove.prover import NOT_PROVEN
from policies.language.source import PackSource
from policies.language.sweep.population import population
from policies.language.sweep.tables import CASES
from policies.language.sweep.whole import sweep
from policies.language.terms import Guarantee

COMPANIES = 1_000_000
SEED = 20_240_229
EXISTENCE = (ELIGIBLE, TIER, BAND, MET, FAILS)


@dataclass(frozen=True, slots=True)
class Trial:
    """What `companies` invented companies showed of one claim.

    `speaking` counts those that refute a claim about all, or show a claim that there is one; None where a sweep cannot
    tell (a band, a requirement that never matters). `clear` says whether the claim may be waived on this evidence.
    """

    kind: str
    subject: str
    stage: str | None
    companies: int
    speaking: int | None

    @property
    def clear(self) -> bool:
        """No company against a claim about all; some company for a claim that there is one."""
        if self.speaking is None:
            return True
        return self.speaking > 0 if self.kind in EXISTENCE else self.speaking == 0


def trials_of(
    pack: Pack, proofs: Sequence[Proof], *, companies: int = COMPANIES, seed: int = SEED
) -> tuple[Trial, ...]:
    """Try every claim among `proofs` that is not proven on `companies` companies about the pack's thresholds."""
    found = []
    for proof in proofs:
        if proof.verdict == NOT_PROVEN:
            tables = population(pack, companies, seed, stage=proof.stage)
            speaking = _speaking(pack, proof, tables, seed)
            found.append(Trial(proof.kind, proof.subject, proof.stage, companies, speaking))
    return tuple(found)


def _speaking(pack: Pack, proof: Proof, tables: Mapping[str, pl.DataFrame], seed: int) -> int | None:
    guarantee = next((one for one in pack.guarantees if one.at == proof.at and one.kind == proof.kind), None)
    if guarantee is not None and guarantee.kind == "always":
        assert guarantee.core is not None
        held = sweep(pack, tables, stage=proof.stage, extra={"held": guarantee.core})
        return int((held["held"] == 0).sum())
    if guarantee is not None:
        return _pairs(pack, guarantee, tables, seed)
    if proof.kind in (MET, FAILS):
        verdicts = sweep(pack, tables, stage=proof.stage, clauses=True)[proof.subject]
        return int((verdicts == ("met" if proof.kind == MET else "not_met")).sum())
    if proof.kind not in (ELIGIBLE, TIER, NOT_NEGATIVE):
        return None
    result = sweep(pack, tables, stage=proof.stage)
    if proof.kind == NOT_NEGATIVE:
        return int((result["amount_low"] < 0).sum())
    shown = result["outcome"] == "met" if proof.kind == ELIGIBLE else result["tier"] == proof.subject
    return int(shown.fill_null(value=False).sum())


def _pairs(pack: Pack, guarantee: Guarantee, tables: Mapping[str, pl.DataFrame], seed: int) -> int:
    """Count the pairs of companies, unlike in one fact alone, of which the second breaks the promise."""
    program = pack.program_of(guarantee.stage)
    less, more = _two(program.facts[guarantee.fact], guarantee, tables, pack, seed)
    one, other = (sweep(pack, {**tables, CASES: cases}, stage=guarantee.stage) for cases in (less, more))
    both = (one["outcome"] == "met") & (other["outcome"] == "met")
    if guarantee.kind == "kept_by":
        return int(((one["outcome"] == "met") & (other["outcome"] == "not_met")).sum())
    if guarantee.kind == "same_for":
        differs = one["outcome"] != other["outcome"]
        if program.amount is not None:
            differs = differs | (one["amount"] != other["amount"]).fill_null(value=False)
        return int(differs.sum())
    rise = other["amount"] - one["amount"]
    if guarantee.kind == "no_cliff":
        return int((both & (rise.abs() > guarantee.at_most)).sum())
    return int((both & ((rise < 0) if guarantee.kind == "rises_with" else (rise > 0))).sum())


def _two(
    fact: FactDef, guarantee: Guarantee, tables: Mapping[str, pl.DataFrame], pack: Pack, seed: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the companies with less and with more of the fact (for same_for: with one value and with another)."""
    cases, name = tables[CASES], fact.name
    others = population(pack, len(cases), seed + 1, stage=guarantee.stage)[CASES][name].alias(f"{name}'")
    wide = cases.with_columns(others)
    one, other = pl.col(name), pl.col(f"{name}'")
    if guarantee.kind == "no_cliff":
        step = pl.duration(days=guarantee.step) if fact.kind == "date" else pl.lit(guarantee.step)
        if fact.kind in ("rate", "number"):
            step = pl.lit(guarantee.step).cast(pl.Decimal(38, 0)) / pl.lit(10**fact.decimals)
        top = population(pack, len(cases), seed, stage=guarantee.stage)[CASES][name].max()
        pair = pl.when(one + step <= pl.lit(top)).then(one + step).otherwise(one).alias(f"{name}'")
        wide = wide.with_columns(pair.cast(cases.schema[name]))
    elif guarantee.kind != "same_for":
        wide = wide.with_columns(
            pl.min_horizontal(one, other).alias(name), pl.max_horizontal(one, other).alias(f"{name}'")
        )
    shown = [column for column in cases.columns if column != name]
    return wide.select(*shown, name), wide.select(*shown, other.alias(name))


def main() -> None:
    """Read {policy, source, cases, name, companies} from standard input; write the trials of what is not proven."""
    given = json.load(sys.stdin)
    source = PackSource(given["policy"], given["source"], given["cases"], given["name"])
    pack = parse_pack(source)
    proofs = prove(pack, cases=read_cases(pack, source.cases, source.file("cases.yaml")))
    found = trials_of(pack, proofs, companies=given.get("companies", COMPANIES))
    json.dump([{**asdict(trial), "clear": trial.clear} for trial in found], sys.stdout)


if __name__ == "__main__":
    main()
