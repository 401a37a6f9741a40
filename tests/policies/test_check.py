"""What `check_pack` finds in packs that were broken on purpose, one fault each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies.language import Finding, PackSource, check_pack, parse_pack
from tests.policies.packs import FOLDER, source_of

CASES = """cases:
  - {id: fine, facts: {filed_on: 2024-03-01, p: yes}, expect: {outcome: met}}
  - {id: refused, facts: {filed_on: 2024-03-01, p: no}, expect: {outcome: not_met, fails: [only]}}"""
SOURCE = source_of(facts="p: {type: yes_no, from: tax}", when="p", cases=CASES)
FLYING = PackSource.from_folder(FOLDER / "2023.1")


def codes(source: PackSource) -> list[str]:
    """Return the codes of what is found."""
    return [found.code for found in check_pack(source)]


def edit(source: PackSource, old: str, new: str, part: str = "policy") -> PackSource:
    """Return the texts with one edit."""
    text = getattr(source, part)
    assert old in text
    return replace(source, **{part: text.replace(old, new)})


def test_the_pack_used_below_is_clean() -> None:
    assert codes(SOURCE) == []


def only(source: PackSource) -> Finding:
    """Return the only finding."""
    found = check_pack(source)
    assert len(found) == 1, [str(item) for item in found]
    return found[0]


def test_a_worked_case_that_differs_is_an_error_with_both_values() -> None:
    found = only(edit(SOURCE, "p: yes}, expect: {outcome: met}", "p: yes}, expect: {outcome: not_met}", "cases"))
    assert (found.code, found.file, found.line, found.severity) == ("CASE", "trial/cases.yaml", 2, "error")
    assert "found met; expected not_met" in found.message_en


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("p: yes", "ghost: yes"), ("p: yes", "p: maybe"), ("2024-03-01, p: yes", "2023-03-01, p: yes"),
        ("outcome: met", "outcome: good"), ("fails: [only]", "fails: [other]"), ("id: refused", "id: fine"),
        ("cases:", "kases:"),
    ],
)  # fmt: skip
def test_a_wrong_case_is_an_error(old: str, new: str) -> None:
    assert [found.severity for found in check_pack(edit(SOURCE, old, new, "cases"))].count("error") == 1


def test_a_clause_left_out_is_found() -> None:
    more = "\n## T-2 其他 / Other\n另有规定。\n> More is asked.\n"
    found = only(replace(SOURCE, source=SOURCE.source + more))
    assert (found.code, found.clause, found.file) == ("CLAUSE_LEFT_OUT", "T-2", "trial/source.md")
    manual = "manual: [{clause: T-2, zh: 人工判断, en: judged by people, by: officer}]\ncases:"
    assert codes(edit(replace(SOURCE, source=SOURCE.source + more), "cases:", manual)) == []


def test_a_clause_that_is_not_there_is_found() -> None:
    assert set(codes(edit(SOURCE, "clause: T-1", "clause: T-9"))) == {"CLAUSE_UNKNOWN", "CLAUSE_LEFT_OUT"}


def test_a_clause_needs_both_languages() -> None:
    assert codes(edit(SOURCE, "> The condition is met.", "", "source")) == ["SCHEMA"]


def test_what_nothing_reads_is_a_warning() -> None:
    found = only(edit(SOURCE, "  p: {type", "  x: {type: money, from: tax}\n  p: {type"))
    assert (found.code, found.severity) == ("UNUSED", "warning") and "x" in found.message_en


def test_a_requirement_that_no_case_fails_is_a_warning() -> None:
    cases = SOURCE.cases.splitlines()
    assert codes(replace(SOURCE, cases="\n".join(cases[:2]))) == ["UNTESTED"]


def test_a_question_without_text_is_a_warning() -> None:
    assert codes(edit(SOURCE, "p: {type: yes_no, from: tax}", "p: {type: yes_no, from: applicant}")) == ["NO_TEXT"]


def test_a_proof_that_is_no_document_is_found() -> None:
    assert codes(edit(SOURCE, "from: tax}", "from: tax, proof: [paper]}")) == ["PROOF"]


def test_rounding_a_value_that_may_be_negative_is_a_warning() -> None:
    facts = "a: {type: money, from: tax}\nb: {type: money, from: tax}"
    source = source_of(
        facts=facts,
        when='"round_down(a - b, 100元) > 0元"',
        cases=CASES.replace(", p: yes", ", a: 200元, b: 0元").replace(", p: no", ", a: 0元, b: 0元"),
    )
    assert codes(source) == ["NEGATIVE_ROUND"]


def test_the_first_pack_has_the_legal_guards() -> None:
    assert codes(FLYING) == []


def test_a_formula_over_tax_needs_a_review_from_2024_08_01() -> None:
    late = edit(
        FLYING, "effective: {from: 2023-01-01, to: 2024-07-31}", "effective: {from: 2023-01-01, to: 2024-08-01}"
    )
    found = only(late)
    assert (found.code, found.clause, found.severity) == ("FAIR_COMPETITION", "A-08", "error")
    assert "contribution_y1" in found.message_en


def test_a_review_reference_satisfies_the_guard() -> None:
    late = edit(FLYING, "to: 2024-07-31}", "to: null}")
    assert codes(edit(late, "  issuers:", "  fair_competition_review: 示审〔2024〕1号\n  issuers:")) == []


def test_a_yearly_stage_after_the_guard_is_found() -> None:
    assert codes(edit(FLYING, "    until: 2024-07-31\n", "    until: 2024-08-01\n")) == ["FAIR_COMPETITION"]
    assert codes(edit(FLYING, "    until: 2024-07-31\n", "")) == ["FAIR_COMPETITION"]


def test_a_clause_against_moving_away_is_found() -> None:
    late = edit(FLYING, "to: 2024-07-31}", "to: null}")
    moved = edit(late, "申报材料真实，原始凭证保存十年；", "五年内不迁出本区；")
    assert codes(moved) == ["FAIR_COMPETITION", "FAIR_COMPETITION"]


def test_a_rubric_sums_to_a_hundred() -> None:
    assert codes(edit(FLYING, "max: 30}", "max: 31}")) == ["RUBRIC"]


def test_the_hash_follows_the_rules_and_not_their_layout() -> None:
    first = parse_pack(SOURCE).content_hash
    assert first == parse_pack(edit(SOURCE, "code: trial", "# a comment\ncode:   trial")).content_hash
    assert first == parse_pack(replace(SOURCE, cases="cases: []", name="elsewhere")).content_hash
    assert first != parse_pack(edit(SOURCE, "when: p", 'when: "not p"')).content_hash
    assert first != parse_pack(edit(SOURCE, "应满足条件", "须满足条件", "source")).content_hash
