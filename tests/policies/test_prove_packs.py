"""Proofs of whole packs: the flying-sky plan, and random packs beside random companies."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import ABSENT, Facts, Pack, PackSource, parse_pack
from policies.language.check.cases import read_cases
from policies.language.prove.answers import Effort
from policies.language.prove.claims import Claim, claims_of
from policies.language.prove.proofs import prove
from policies.language.prove.prover import PROVEN, REFUTED, Prover
from policies.language.prove.witness import Seen, seen
from policies.language.terms import Guarantee
from tests.policies.generated import company_from, pack_from
from tests.policies.packs import FOLDER


@pytest.mark.parametrize("version", ["2022.1", "2023.1"])
def test_the_flying_sky_plan_keeps_all_that_it_claims(version: str) -> None:
    source = PackSource.from_folder(FOLDER / version)
    pack = parse_pack(source)
    proofs = prove(pack, cases=read_cases(pack, source.cases, "cases.yaml"))
    assert len(proofs) > 100 and {proof.verdict for proof in proofs} == {PROVEN}
    assert {proof.stage for proof in proofs} == {None, "yearly"}


KINDS = ("rises_with", "falls_with", "kept_by", "same_for", "no_cliff")


def promised(pack: Pack, rng: Random) -> Pack:
    """Return the pack with guarantees at random."""
    found = [
        Guarantee(kind, None, fact, step=1, at_most=100)
        for kind, fact in zip(rng.sample(KINDS, 3), rng.sample(("m1", "c1", "mo", "r1"), 3), strict=True)
    ]
    return replace(pack, guarantees=tuple(found))


def denied(claim: Claim, verdict: str) -> bool:
    """Whether the verdict says that no company is such as the claim describes."""
    return verdict == (REFUTED if claim.exists else PROVEN)


def crowd(pack: Pack, prover: Prover, rng: Random) -> list[tuple[Facts, Seen]]:
    """Return random companies on the days of the proofs."""
    program = prover.program
    found: list[tuple[Facts, Seen]] = []
    for _ in range(25):
        facts = company_from(pack, rng.randrange(10**9), stage=program.stage, unknown=0.0)
        day = rng.choice(prover.days or (program.facts[program.decides_on].minimum,))
        facts[program.decides_on] = date.fromordinal(day)
        one = seen(pack, program, facts)
        assert one is not None
        found.append((facts, one))
    return found


def worse_pairs(claim: Claim, companies: list[tuple[Facts, Seen]]) -> list[tuple[Facts, Facts]]:
    """Return pairs of companies that differ in the fact of a claim as its kind supposes."""
    pairs: list[tuple[Facts, Facts]] = []
    for facts, _ in companies:
        for held in dict.fromkeys(other[claim.fact] for other, _ in companies[:8]):
            less = facts[claim.fact]
            numbers = ABSENT not in (less, held)
            grown = claim.kind == "same_for" or (claim.kind != "no_cliff" and numbers and less < held)  # type: ignore[operator]
            if grown:
                pairs.append((facts, {**facts, claim.fact: held}))
    return pairs


@settings(max_examples=int(os.environ.get("SUBSIDY_EXAMPLES", "4")), deadline=None)
@given(st.integers(0, 10**6))
def test_no_company_contradicts_a_proof_and_every_witness_is_decided_so(seed: int) -> None:
    rng = Random(seed)
    pack = promised(pack_from(seed), rng)
    for program in (pack.program, *pack.stages.values()):
        prover = Prover(pack, program, Effort(), ())
        companies = crowd(pack, prover, rng)
        for claim in claims_of(pack, program):
            outcome = prover.examine(claim)
            if outcome.witness is not None:
                one = Seen(pack, program, outcome.witness)
                other = one if outcome.other is None else Seen(pack, program, outcome.other)
                assert claim.shows(one, other) and one.confirmed() and other.confirmed()
            if denied(claim, outcome.verdict) and not claim.fact:
                assert not [facts for facts, one in companies if claim.shows(one, one)]
            elif denied(claim, outcome.verdict):
                for facts, changed in worse_pairs(claim, companies):
                    assert not claim.shows(Seen(pack, program, facts), Seen(pack, program, changed))
