"""Damaged files: whatever is done to the texts of a pack, the answer is findings, never another error."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import PackSource
from policies.language.check.lint import check_pack
from tests.policies.packs import source_of

WHOLE = source_of(
    facts="a: {type: money, from: tax}\nk: {type: choice, of: [own, let], from: tax}\nz: {type: date, optional: yes, from: tax}",
    when='"a > 1元 and k == own and has(z)"',
    formula="min(a, need * a)",
    more='tables: {need: {of: a, clause: T-1, bands: {"(.., 5元]": 5%, "(5元, ..)": 4%}}}\n'
    "undertakings: [{id: u, due: 05-31, zh: 报告, en: report, breach: warning}]\n"
    "records: {ip: {key: nr, from: tax, fields: {nr: {type: text}}}}",
    cases="cases:\n  - {id: one, facts: {a: 2元, k: own, filed_on: 2024-03-01}, expect: {outcome: unknown, asks: [z]}}",
)
PARTS = ("policy", "source", "cases")
BITS = (
    "",
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    '"',
    "'",
    "#",
    "- ",
    "\n",
    "  ",
    "(",
    ")",
    "&a ",
    "*a",
    "null",
    "0",
    "-1",
    "%",
    "。",
    "\x00",
    "!!int ",
)


@given(part=st.sampled_from(PARTS), place=st.floats(0, 1), width=st.integers(0, 30), bit=st.sampled_from(BITS))
@settings(max_examples=200, deadline=None)
def test_damage_gives_findings_and_nothing_else(part: str, place: float, width: int, bit: str) -> None:
    texts = {name: getattr(WHOLE, name) for name in PARTS}
    start = int(place * len(texts[part]))
    texts[part] = texts[part][:start] + bit + texts[part][start + width :]
    found = check_pack(PackSource(**texts, name="damaged"), proofs=False)
    assert all(item.line >= 1 and item.column >= 1 and item.message_en and item.message_zh for item in found)


def test_the_whole_pack_reads_and_its_cases_hold() -> None:
    assert {item.code for item in check_pack(WHOLE, proofs=False)} <= {"NO_CASE", "BOUNDARY", "UNTESTED", "UNUSED"}
