"""Proofs against a tree that is computed as RFC 9162 defines it, and against every slip of one bit or place."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy.audit.offline.merkle import (
    EMPTY_ROOT,
    consistency,
    consistent,
    included,
    inclusion,
    leaf_hash,
    nodes_of,
    root,
)

SIZES = [*range(1, 35), 63, 64, 65, 100]


def defined(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162, section 2.1.1, by its own words."""
    if len(leaves) == 1:
        return leaves[0]
    split = max(2**k for k in range(8) if 2**k < len(leaves))
    return hashlib.sha256(b"\x01" + defined(leaves[:split]) + defined(leaves[split:])).digest()


LEAVES = [leaf_hash(str(number).encode()) for number in range(100)]


def test_the_first_hashes_are_those_of_the_standard() -> None:
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root(nodes_of([]), 0) == EMPTY_ROOT


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_of_every_tree_is_proven_and_no_other(size: int) -> None:
    node = nodes_of(LEAVES[:size])
    top = root(node, size)
    assert top == defined(LEAVES[:size])
    for index in range(size):
        proof = inclusion(node, index, size)
        assert included(LEAVES[index], index, size, proof, top)
        assert not included(leaf_hash(b"x"), index, size, proof, top)
        assert not included(LEAVES[index], index, size, [*proof, top], top)
        assert not included(LEAVES[index], size, size, proof, top)
        if proof:
            assert not included(LEAVES[index], index, size, proof[:-1], top)
            assert not included(LEAVES[index], index ^ 1, size, proof, top)


@pytest.mark.parametrize("new", SIZES)
def test_every_tree_is_proven_to_continue_every_shorter_one(new: int) -> None:
    node = nodes_of(LEAVES[:new])
    top = root(node, new)
    for old in range(new + 1):
        before = root(node, old)
        proof = consistency(node, old, new)
        assert consistent(old, new, proof, before, top)
        if 0 < old < new:
            assert not consistent(old, new, proof, leaf_hash(b"x"), top)
            assert not consistent(old, new, proof, before, leaf_hash(b"x"))
            assert not consistent(old, new, [*proof, top], before, top)
            assert not consistent(old, new, proof[:-1], before, top)
    assert not consistent(new, new, [], top, leaf_hash(b"x"))
    assert not consistent(new + 1, new, [], top, top)


@given(data=st.data())
def test_no_bit_of_a_proof_may_be_changed(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 100))
    index = data.draw(st.integers(0, size - 1))
    node = nodes_of(LEAVES[:size])
    proof = inclusion(node, index, size)
    step = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    proof[step] = (int.from_bytes(proof[step], "big") ^ 1 << bit).to_bytes(32, "big")
    assert not included(LEAVES[index], index, size, proof, root(node, size))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="not in a tree"):
        inclusion(nodes_of(LEAVES[:size]), index, size)


def test_a_shorter_tree_continues_nothing() -> None:
    with pytest.raises(ValueError, match="cannot continue"):
        consistency(nodes_of(LEAVES[:3]), 4, 3)
