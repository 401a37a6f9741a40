"""Whoever reads "source: V12" in a rule finds out what V12 is."""

from __future__ import annotations

from pathlib import Path

import policies
from policies.cited import CITED, CODE


def test_every_short_name_in_a_pack_stands_for_a_document_and_none_stands_for_nothing() -> None:
    packs = Path(policies.__file__).parent / "packs"
    texts = (file.read_text("utf-8") for file in packs.rglob("*") if file.suffix in (".yaml", ".md"))
    named = {code for text in texts for code in CODE.findall(text)}
    assert named and named == set(CITED)
    assert all(one.zh and one.en for one in CITED.values())
