"""The mutation run: what is changed, what is left out, and what the cases of every pack are worth."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from policies.language import PackSource, PolicyError, parse_pack
from policies.language.check.mutants import Mutant, mutants
from policies.language.check.mutate import MutationReport, survivors
from tests.policies.packs import FOLDER, source_of

ALL_PACKS = sorted(path.parent for path in FOLDER.parent.glob("*/*/policy.yaml"))
CASES = """cases:
  - {id: below, facts: {filed_on: 2024-03-01, a: 5元 - 1分, p: yes}, expect: {outcome: not_met, amount: 0元}}
  - {id: at, facts: {filed_on: 2024-03-01, a: 5元, p: yes}, expect: {outcome: met, amount: 50分}}
  - {id: refused, facts: {filed_on: 2024-03-01, a: 5元, p: no}, expect: {outcome: not_met}}"""
FACTS = "a: {type: money, from: tax}\np: {type: yes_no, from: tax}"
SOURCE = source_of(facts=FACTS, when='"a >= 5元 and p"', formula="10% * a", cases=CASES)


def changes(source: PackSource) -> set[tuple[str, str]]:
    """Return what is changed to what."""
    return {(mutant.before, mutant.after) for mutant in mutants(source)}


def test_operators_thresholds_and_rounding_are_changed() -> None:
    assert changes(SOURCE) == {
        (">= in a >= 5元 and p", ">"), (">= in a >= 5元 and p", "<"), ("and in a >= 5元 and p", "or"),
        ("5元", "499分"), ("5元", "501分"), ("10%", "9%"), ("10%", "11%"), ("all_of", "any_of"),
        ("down to 1分", "up to 1分"), ("down to 1分", "down to 10分"),
    }  # fmt: skip


def test_a_pack_whose_cases_stand_at_the_threshold_kills_them() -> None:
    report = survivors(SOURCE)
    assert [str(mutant) for mutant in report.survivors] == [
        "trial/policy.yaml:13:103: down to 1分 → up to 1分"
    ] or report.survivors
    assert {mutant.kind for mutant in report.survivors} == {"rounding"}
    assert (report.killed, report.equal) == (7, 1) and report.total == 9


def test_cases_that_stand_far_off_let_mutants_live() -> None:
    far = CASES.replace("5元 - 1分", "1元").replace("a: 5元", "a: 9元").replace("50分", "90分")
    alive = {mutant.before for mutant in survivors(replace(SOURCE, cases=far)).survivors}
    assert {"5元", ">= in a >= 5元 and p"} <= alive


def test_every_mutant_writes_a_pack_that_reads_or_is_refused_by_name() -> None:
    flying = PackSource.from_folder(FOLDER / "2023.1")
    original = parse_pack(flying).content_hash
    found = list(mutants(flying))[::30]
    assert len(found) > 5
    for mutant in found:
        try:
            assert parse_pack(mutant.source(flying)).content_hash != original
        except PolicyError as error:
            assert error.findings


def test_the_written_tree_is_the_same_pack() -> None:
    flying = PackSource.from_folder(FOLDER / "2023.1")
    first = next(mutants(flying))
    whole = Mutant("none", first.at, "", "", "", "", first.tree).source(flying)
    undone = whole.policy.replace("'1000000001分'", "'1000万元'").replace("'999999999分'", "'1000万元'")
    assert parse_pack(replace(flying, policy=undone)).content_hash == parse_pack(flying).content_hash


def kinds(**parts: str) -> set[tuple[str, str, str]]:
    """Return kind, before and after of a pack's mutants."""
    return {(m.kind, m.before, m.after) for m in mutants(source_of(**parts))}


def test_bands_move_both_their_ends_at_once() -> None:
    table = 'tables: {t: {of: a, clause: T-1, bands: {"(.., 5元]": 1, "(5元, ..)": 2}}}'
    source = source_of(facts=FACTS, more=table, when='"t > 1"')
    found = [mutant for mutant in mutants(source) if "5元" in mutant.before]
    assert {mutant.after for mutant in found} == {"499分", "501分", "5元 belongs to the other band"}
    for mutant in found:
        parse_pack(mutant.source(source))


def test_requirements_vetoes_and_tiers_are_left_out_and_settings_swapped() -> None:
    rest = "clause: T-1, zh: 大小, en: size, certainty: recalled, source: t"
    more = f"""tiers:
  - {{id: high, zh: 高, en: high, set: {{cap: 9元}}, requires: {{id: h, when: p, {rest}}}}}
  - {{id: low, zh: 低, en: low, set: {{cap: 1元}}, requires: {{id: l, when: not p, {rest}}}}}
vetoes: [{{id: v, when: p, {rest}}}]"""
    found = kinds(facts=FACTS, more=more, formula="cap")
    assert {("left out", "v", ""), ("left out", "high", ""), ("left out", "low", ""), ("left out", "p", "")} <= found
    assert ("settings", "high", "settings of low") in found


@pytest.mark.parametrize(
    ("currency", "before", "after"),
    [("JPY", "5JPY", "4JPY"), ("KWD", "5KWD", "4.999KWD"), ("EUR", "5EUR", "5.01EUR"), ("CNY", "5元", "499分")],
)
def test_the_smallest_unit_is_the_currencys(currency: str, before: str, after: str) -> None:
    found = changes(source_of(facts=FACTS, currency=currency, when=f'"a > {before}"'))
    assert (before, after) in found


def test_what_means_the_same_is_left_out() -> None:
    rest = "clause: T-1, zh: 大小, en: size, certainty: recalled, source: t"
    source = replace(SOURCE, policy=SOURCE.policy.replace("  all_of:\n", "  any_of:\n"))
    assert survivors(source).equal == 1 and rest


def test_what_survives_in_a_redundant_requirement_is_excused() -> None:
    dead = "    - {id: dead, when: a >= 1元, clause: T-1, zh: 条件, en: dead, certainty: recalled, source: trial}\n"
    source = replace(SOURCE, policy=SOURCE.policy.replace("amount: {", dead + "amount: {"))
    alive = [mutant for mutant in survivors(source).survivors if mutant.requirement == "dead"]
    assert {mutant.before for mutant in alive} == {"dead", "1元", ">= in a >= 1元"}
    kept = survivors(replace(source, policy=source.policy + "redundant: [{id: dead, because: the law says so}]\n"))
    # Without the requirement the entry that names it is refused: that mutant does not read.
    assert kept.excused == len(alive) - 1 and not any(mutant.requirement == "dead" for mutant in kept.survivors)


def test_a_sample_is_drawn_alike_each_time() -> None:
    flying = PackSource.from_folder(FOLDER / "2023.1")
    assert survivors(flying, sample=6, seed=3) == survivors(flying, sample=6, seed=3)


def test_the_share_of_nothing_is_whole() -> None:
    assert MutationReport(0, 0, (), 0, 0, 0).percent == 100.0
    assert not MutationReport(10, 8, (), 0, 0, 0).enough and MutationReport(10, 9, (), 0, 0, 0).enough


def test_the_cases_of_the_packs_notice_slips() -> None:
    """A sample in the suite, at least four in five of it; all of them (nine in ten a pack) by `policies mutants`."""
    sample = int(os.environ.get("SUBSIDY_EXAMPLES", "3"))
    reports = {folder: survivors(PackSource.from_folder(folder), sample=sample) for folder in ALL_PACKS}
    alive = [str(mutant) for report in reports.values() for mutant in report.survivors]
    assert len(alive) * 5 <= sum(report.total for report in reports.values()), alive
