"""Small packs for proofs, and companies that a proof names read back from their JSON and decided again."""

from __future__ import annotations

import json

from policies.language import Decision, Pack, PackSource, decide, facts_from_json, parse_pack
from policies.language.prove.proofs import Proof, check, prove
from tests.policies.packs import source_of

REST = "clause: T-1, zh: 条件, en: condition, certainty: recalled, source: trial"
MONEY = "a: {type: money, from: tax, max: 1亿元}\nb: {type: money, from: tax, max: 1亿元}"


def leaf(name: str, when: str) -> str:
    """Return one requirement."""
    return f'{{id: {name}, when: "{when}", {REST}}}'


def tree_pack(tree: str, facts: str = MONEY, **parts: str) -> Pack:
    """Return a pack with this tree of criteria."""
    source = source_of(facts=facts, **parts)
    lines = source.policy.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("eligibility:"))
    lines[at : at + 3] = [f"eligibility: {tree}"]
    return parse_pack(PackSource("\n".join(lines) + "\n", source.source, source.cases, source.name))


def promising(*guarantees: str) -> str:
    """Return the guarantees of a pack."""
    return "guarantees:\n" + "\n".join(f"  - {line}" for line in guarantees)


def only(pack: Pack, kind: str, subject: str | None = None) -> Proof:
    """Return the only proof of a kind (and subject)."""
    (found,) = (proof for proof in prove(pack) if proof.kind == kind and subject in (None, proof.subject))
    return found


def decided(pack: Pack, proof: Proof) -> Decision:
    """Decide the witness as it is printed."""
    text = proof.witness_json(pack)
    assert text is not None
    return decide(pack, facts_from_json(pack, json.loads(text), stage=proof.stage), stage=proof.stage)


def both_decided(pack: Pack, proof: Proof) -> tuple[Decision, Decision]:
    """Decide both companies as they are printed; they differ in one fact."""
    text = proof.other_json(pack)
    assert text is not None and proof.witness is not None and proof.other is not None
    assert [name for name in proof.witness if proof.witness[name] != proof.other[name]] == [proof.subject]
    return decided(pack, proof), decide(pack, facts_from_json(pack, json.loads(text)))


def codes(pack: Pack) -> list[tuple[str, str]]:
    """Return code and severity of every finding."""
    return [(found.code, found.severity) for found in check(pack, ())]
