"""Proofs over all possible companies."""
