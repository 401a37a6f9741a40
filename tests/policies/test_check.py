"""What `check_pack` finds in packs that were broken on purpose, one fault each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from policies.language import Finding, PackSource, parse_pack
from policies.language.check.lint import check_pack
from tests.policies.packs import FOLDER, source_of

CASES = """cases:
  - {id: fine, facts: {filed_on: 2024-03-01, p: yes}, expect: {outcome: met}}
  - {id: refused, facts: {filed_on: 2024-03-01, p: no}, expect: {outcome: not_met, fails: [only]}}"""
SOURCE = source_of(facts="p: {type: yes_no, from: tax}", when="p", cases=CASES)
ALL_PACKS = sorted(path.parent for path in FOLDER.parent.glob("*/*/policy.yaml"))
FLYING = PackSource.from_folder(FOLDER / "2023.1")


def codes(source: PackSource) -> list[str]:
    """Return the codes of what is found."""
    return [found.code for found in check_pack(source, proofs=False)]


def edit(source: PackSource, old: str, new: str, part: str = "policy") -> PackSource:
    """Return the texts with one edit."""
    text = getattr(source, part)
    assert old in text
    return replace(source, **{part: text.replace(old, new)})


def test_the_pack_used_below_is_clean() -> None:
    assert codes(SOURCE) == []


def only(source: PackSource) -> Finding:
    """Return the only finding."""
    found = check_pack(source, proofs=False)
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
    found = check_pack(edit(SOURCE, old, new, "cases"), proofs=False)
    assert found[0].severity == "error" and found[0].file == "trial/cases.yaml"


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
    more = "  - {id: unknown, facts: {filed_on: 2024-03-01, p: unknown}, expect: {outcome: unknown}}"
    found = check_pack(replace(SOURCE, cases="\n".join([*cases[:2], more])), proofs=False)
    assert [(one.code, one.severity) for one in found] == [("NO_CASE", "error"), ("UNTESTED", "warning")]


def test_a_question_without_text_is_a_warning() -> None:
    assert codes(edit(SOURCE, "p: {type: yes_no, from: tax}", "p: {type: yes_no, from: applicant}")) == ["NO_TEXT"]


def test_a_proof_that_is_no_document_is_found() -> None:
    assert codes(edit(SOURCE, "from: tax}", "from: tax, proof: [paper]}")) == ["PROOF"]


def test_rounding_a_value_that_may_be_negative_is_a_warning() -> None:
    facts = "a: {type: money, from: tax}\nb: {type: money, from: tax}"
    source = source_of(
        facts=facts,
        when='"round_down(a - b, 100元) > 0元"',
        cases=CASES.replace(", p: yes", ", a: 100元, b: 0元").replace(", p: no", ", a: 100元 - 1分, b: 0元"),
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


def late(**parts: str) -> PackSource:
    """Return a pack that decides after the guard came into force, with cases that show its only requirement."""
    return source_of(**{"to": "null", "facts": "p: {type: yes_no, from: tax}", "when": "p", "cases": CASES, **parts})


def test_the_late_pack_is_clean() -> None:
    assert codes(late()) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("zh: 条件, en: condition", "zh: 采购本地产品, en: condition", "buying locally"),
        ("zh: 条件, en: condition", "zh: 条件, en: We purchase from local suppliers", "buying locally"),
        ("zh: 条件, en: condition", "zh: 五年内不得迁出, en: condition", "bars relocation"),
        ("zh: 条件, en: condition", "zh: 申报人为西湖某某有限公司, en: condition", "named beneficiaries"),
        ("zh: 条件, en: condition", "zh: 条件, en: We are Example GmbH", "named beneficiaries"),
        ("p: {type: yes_no, from: tax}", "p: {type: yes_no, from: tax, zh: 本地采购, en: p}", "buying locally"),
    ],
)
def test_a_condition_that_distorts_competition_is_found(old: str, new: str, words: str) -> None:
    found = only(edit(late(), old, new))
    assert (found.code, found.severity) == ("FAIR_COMPETITION", "error") and words in found.message_en
    assert codes(edit(edit(late(), old, new), "to: null", "to: 2024-07-31")) == []


def test_a_choice_of_companies_names_beneficiaries() -> None:
    facts = (
        "k: {type: choice, of: {x: {zh: 甲某某有限公司, en: X Co. Ltd}, other: {zh: 其他, en: other}}, from: registry}"
    )
    cases = CASES.replace("p: yes", "k: x").replace("p: no", "k: other")
    found = only(late(facts=facts, when='"k == x"', cases=cases))
    assert found.code == "FAIR_COMPETITION" and "named beneficiaries (k)" in found.message_en


@pytest.mark.parametrize(
    ("fact", "guarded"),
    [
        ("g: {type: money, from: officer, zh: 区级贡献, en: g}", True),
        ("g: {type: money, from: tax, zh: 数额, en: g}", True),
        ("g: {type: money, from: statistics, zh: 数额, en: taxes paid}", True),
        ("g: {type: money, from: tax, zh: 研发费用, en: research spending}", False),
        ("g: {type: money, from: applicant, zh: 投资额, en: investment}", False),
    ],
)
def test_an_amount_that_follows_taxes_is_found_wherever_they_come_from(fact: str, guarded: bool) -> None:
    source = late(facts=f"p: {{type: yes_no, from: tax}}\n{fact}", formula="g * 10%")
    found = [one for one in check_pack(source, proofs=False) if one.code == "FAIR_COMPETITION"]
    assert bool(found) is guarded


def test_the_guard_is_of_chinas_law_only() -> None:
    parts = {
        "facts": "p: {type: yes_no, from: tax}\ng: {type: money, from: tax, zh: 税, en: tax}",
        "formula": "g * 10%",
    }
    cases = CASES.replace("p: yes", "p: yes, g: 0").replace("p: no", "p: no, g: 0")
    for currency, zero, expected in (("CNY", "0元", ["FAIR_COMPETITION"]), ("GBP", "0GBP", [])):
        source = late(
            **parts, currency=currency, rounding=f"down to 1{zero[1:]}", cases=cases.replace("g: 0", f"g: {zero}")
        )
        assert codes(source) == expected


@pytest.mark.parametrize(
    ("number", "fine"),
    [
        ("西科〔2024〕1号", True), ("SI 2024/123", True), ("RES-7 (2023)", True), ("'西科[2024]1号'", False),
        ("西科〔2024〕01号", False), ("No. <7>", False), ("'  '", False), ("西 2024/1", False),
    ],
)  # fmt: skip
def test_the_number_of_a_paper_is_written_as_its_country_does(number: str, fine: bool) -> None:
    assert codes(edit(SOURCE, "示科〔2024〕1号", number)) == ([] if fine else ["SCHEMA"])


def test_what_only_a_promise_reads_is_read() -> None:
    more = "guarantees: [{always: x >= 0元}]"
    facts = "p: {type: yes_no, from: tax}\nx: {type: money, from: statistics}"
    assert codes(late(facts=facts, more=more)) == []
    assert codes(late(facts=facts)) == ["UNUSED"]


def test_the_proofs_are_part_of_the_check_and_may_be_left_out() -> None:
    facts = "p: {type: yes_no, from: tax}\na: {type: money, from: statistics}"
    more = "guarantees: [{always: a < 5元}]"
    source = late(facts=facts, more=more)
    assert codes(source) == []
    found = check_pack(source)
    assert [(one.code, one.severity) for one in found] == [("GUARANTEE", "error")]


def test_recovery_after_moving_away_is_found() -> None:
    recovery = (
        "recovery: [{id: moved, share: 100%, within: 5年, clause: T-1, zh: 五年内迁出的追回, en: moved away, "
        "certainty: recalled, source: t}]"
    )
    assert codes(late(more=recovery)) == ["FAIR_COMPETITION"]


def test_every_outcome_and_tier_needs_a_case() -> None:
    rest = "clause: T-1, zh: 大小, en: size, certainty: recalled, source: t"
    tiers = (
        f"tiers: [{{id: high, zh: 高, en: high, set: {{}}, requires: {{id: h, when: big, {rest}}}}}, "
        f"{{id: low, zh: 低, en: low, set: {{}}, requires: {{id: l, when: not big, {rest}}}}}]"
    )
    facts = "p: {type: yes_no, from: tax}\nbig: {type: yes_no, from: tax}"
    cases = (
        CASES.replace("p: yes", "p: yes, big: yes").replace("p: no", "p: no, big: no").replace("[only]", "[only, h]")
    )
    found = only(late(facts=facts, more=tiers, cases=cases))
    assert found.code == "NO_CASE" and "tier low" in found.message_en


def test_a_window_of_years_needs_a_leap_day() -> None:
    facts = "d: {type: date, from: register}"
    cases = """cases:
  - {id: over, facts: {filed_on: 2024-03-01, d: 2023-03-01}, expect: {outcome: not_met}}
  - {id: last, facts: {filed_on: 2024-03-01, d: 2023-03-02}, expect: {outcome: met}}"""
    source = late(facts=facts, when='"d + 1年 > filed_on"', cases=cases)
    assert codes(source) == ["LEAP_DAY"]
    leap = "\n  - {id: leap, facts: {filed_on: 2025-02-28, d: 2024-02-29}, expect: {outcome: not_met}}"
    assert codes(replace(source, cases=cases + leap)) == []
    assert codes(late(facts=facts, when='"d + 366天 > filed_on"', cases=cases)) == []


def test_a_table_cites_a_clause() -> None:
    table = 'tables: {t: {of: n, bands: {"(.., 5)": 1, "[5, ..)": 2}}}'
    cases = CASES.replace("p: yes", "n: 5").replace("p: no", "n: 4")
    source = late(facts="n: {type: count, from: tax}", more=table, when='"t == 2"', cases=cases)
    assert codes(source) == ["NO_CLAUSE"]
    assert codes(edit(source, "{of: n,", "{of: n, clause: T-1,")) == []


@pytest.mark.parametrize("key", ["certainty: recalled, ", "source: trial", "clause: T-1, "])
def test_a_clause_says_where_it_stands_and_how_sure_it_is(key: str) -> None:
    assert codes(edit(SOURCE, key, "")) == ["SCHEMA"]


@pytest.mark.parametrize(
    ("ip", "outcome"),
    [
        ("[{nr: a}]", "not_met"), ("[{nr: a}, {nr: b}]", "met"), ("unknown", "unknown"),
        ("{rows: [{nr: a}], complete: no}", "unknown"), ("{rows: [{nr: a}], complete: yes}", "not_met"),
        ("{rows: [{nr: a}, {nr: b}], complete: no}", "met"),
    ],
)  # fmt: skip
def test_a_case_writes_lists_whole_incomplete_or_unknown(ip: str, outcome: str) -> None:
    more = "records: {ip: {key: nr, from: tax, max_length: 3, fields: {nr: {type: text}}}}"
    cases = f"cases: [{{id: a, facts: {{filed_on: 2024-03-01, ip: {ip}}}, expect: {{outcome: {outcome}}}}}]"
    found = check_pack(source_of(more=more, when='"count(ip) >= 2"', cases=cases), proofs=False)
    assert "CASE" not in {one.code for one in found}


@pytest.mark.parametrize("ip", ["absent", "{rows: []}", "{rows: [], complete: perhaps}", "[{ghost: 1}]"])
def test_a_list_written_wrongly_is_an_error(ip: str) -> None:
    more = "records: {ip: {key: nr, from: tax, max_length: 3, fields: {nr: {type: text}}}}"
    cases = f"cases: [{{id: a, facts: {{filed_on: 2024-03-01, ip: {ip}}}, expect: {{outcome: met}}}}]"
    assert only(source_of(more=more, when='"count(ip) >= 2"', cases=cases)).file == "trial/cases.yaml"


@pytest.mark.parametrize("folder", ALL_PACKS, ids=lambda path: f"{path.parent.name}@{path.name}")
def test_every_pack_has_nothing_wrong(folder: Path) -> None:
    """Without the proofs, which take seconds a pack: `policies check` makes them."""
    assert [str(found) for found in check_pack(folder, proofs=False) if found.severity == "error"] == []


@pytest.mark.parametrize(
    ("values", "fine"),
    [
        ("{share: 5%, points: 3, paid: 1元}", True), ("{share: 1/20}", True), ("{share: 5.01%}", False),
        ("{points: 4}", False), ("{paid: 99分}", False), ("{ghost: 1}", False), ("{share: 5元}", False), ("{a: 20元}", True),
    ],
)  # fmt: skip
def test_a_case_says_what_definitions_and_tables_come_to(values: str, fine: bool) -> None:
    more = """define: {share: "b / a if a > 0元 else 0%", paid: "b * 20 * 5%"}
tables: {points: {of: share, clause: T-1, bands: {"(.., 5%)": 1, "[5%, ..)": 3}}}"""
    cases = f"""cases:
  - {{id: x, facts: {{filed_on: 2024-03-01, a: 20元, b: 1元}}, expect: {{outcome: met, values: {values}}}}}"""
    source = source_of(
        facts="a: {type: money, from: tax}\nb: {type: money, from: tax}", more=more, when='"points == 3"',
        formula="min(9元, paid)", cases=cases,
    )  # fmt: skip
    assert parse_pack(source).code == "trial"
    wrong = [one for one in check_pack(source, proofs=False) if one.file == "trial/cases.yaml"]
    assert (wrong == []) is fine
