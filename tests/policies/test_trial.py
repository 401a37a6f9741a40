"""Trials: what invented companies say of claims that could not be proven."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies.language import Pack
from policies.language.prove.proofs import prove
from policies.language.prove.prover import NOT_PROVEN
from policies.language.prove.trial import Trial, trials_of
from tests.policies.packs import pack_of

FACTS = "a: {type: money, from: tax, max: 1亿元}\nn: {type: count, from: tax, max: 100}"


def tried(guarantee: str, formula: str) -> Trial:
    """Return the trial of one guarantee, as if it had not been proven."""
    pack = pack_of(facts=FACTS, when="a >= 10元", formula=formula, more=f"guarantees: [{guarantee}]")
    return trial_of(pack, guarantee.split(":")[0].strip("{ "))


def trial_of(pack: Pack, kind: str) -> Trial:
    """Return the trial of the proof of that kind."""
    proof = next(proof for proof in prove(pack) if proof.kind == kind)
    (found,) = trials_of(pack, [replace(proof, verdict=NOT_PROVEN)], companies=2000)
    return found


@pytest.mark.parametrize(
    ("guarantee", "formula", "clear"),
    [
        ("{always: amount <= 50元}", "min(a, 50元)", True),
        ("{always: amount <= 49元}", "min(a, 50元)", False),
        ("{rises_with: a}", "min(a, 50元)", True),
        ("{rises_with: a}", "max(0元, 50元 - a)", False),
        ("{falls_with: a}", "max(0元, 50元 - a)", True),
        ("{falls_with: a}", "min(a, 50元)", False),
        ("{kept_by: a}", "a", True),
        ("{same_for: n}", "a", True),
        ("{same_for: n}", "min(a, n * 1元)", False),
        ("{no_cliff: {fact: n, step: 1, at_most: 2元}}", "n * 2元", True),
        ("{no_cliff: {fact: n, step: 1, at_most: 1元}}", "n * 2元", False),
    ],
)
def test_companies_speak_against_what_is_false_and_only_that(guarantee: str, formula: str, clear: bool) -> None:
    found = tried(guarantee, formula)
    assert (found.companies, found.clear) == (2000, clear)


def test_a_requirement_that_fails_with_more_is_seen() -> None:
    pack = pack_of(facts=FACTS, when="a <= 10元", more="guarantees: [{kept_by: a}]")
    assert not trial_of(pack, "kept_by").clear


@pytest.mark.parametrize(("when", "clear"), [("a >= 10元", True), ("a > 1亿元", False)])
def test_that_there_is_a_company_wants_one_to_be_seen(when: str, clear: bool) -> None:
    assert trial_of(pack_of(facts=FACTS, when=f'"{when}"'), "eligible").clear is clear


def test_what_a_sweep_cannot_tell_is_said_so() -> None:
    pack = pack_of(facts=FACTS, when="a >= 10元")
    found = trial_of(pack, "failing_matters")
    assert found.speaking is None and found.clear


def test_what_is_proven_is_not_tried() -> None:
    pack = pack_of(facts=FACTS, when="a >= 10元")
    assert trials_of(pack, prove(pack), companies=10) == ()
