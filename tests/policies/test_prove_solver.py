"""What a solver gets wrong when asked carelessly: lists, calendars, products, steps, and questions without an end."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest

from policies.language import Pack, load_pack
from policies.language.prove.answers import Effort
from policies.language.prove.prover import NOT_PROVEN, PROVEN, REFUTED
from policies.language.terms import Guarantee
from tests.policies.packs import FOLDER, pack_of
from tests.policies.proving import MONEY, both_decided, codes, decided, only, promising


def test_the_award_falls_when_the_contribution_of_the_year_before_rises() -> None:
    pack = load_pack(FOLDER / "2023.1")
    pack = replace(pack, guarantees=(Guarantee("rises_with", None, "contribution_y2"),))
    proof = only(pack, "rises_with")
    less, more = both_decided(pack, proof)
    assert proof.verdict == REFUTED and less.outcome == more.outcome == "met"
    assert less.amount is not None and more.amount is not None and more.amount < less.amount
    rising = replace(pack, guarantees=(Guarantee("rises_with", None, "contribution_y1"),))
    assert only(rising, "rises_with").verdict == PROVEN


LIST = (
    "records: {{ip: {{key: nr, from: tax, max_length: {length}, fields: {{nr: {{type: {key}}}, core: {{type: yes_no}}, "
    "owned: {{type: yes_no}}, points: {{type: count, max: 9}}, paid: {{type: money, max: 1万元}}, "
    "granted: {{type: date}}}}}}}}"
)


def listed(when: str, *, formula: str = "", more: str = "", length: int = 20, key: str = "text") -> Pack:
    """Return a pack over one list."""
    lines = "\n".join([LIST.format(length=length, key=key), more])
    return pack_of(facts=MONEY, when=f'"{when}"', formula=formula, more=lines, to="2025-12-31")


def test_counts_over_one_list_keep_their_order_in_proofs() -> None:
    pack = listed("count(ip, core and owned) <= count(ip, core)")
    assert only(pack, "fails").verdict == REFUTED
    parted = listed("count(ip, core) + count(ip, not core) == count(ip)")
    assert only(parted, "fails").verdict == REFUTED
    other = listed("count(ip, core and owned) < count(ip, core)")
    assert only(other, "met").verdict == PROVEN and decided(other, only(other, "met")).outcome == "met"


@pytest.mark.parametrize(
    ("when", "met", "fails"),
    [
        ("count(ip, core) >= 7 and count(ip, core and owned) == 3", PROVEN, PROVEN),
        ("count(ip) > 20", REFUTED, PROVEN),
        ("count(ip, core) + count(ip, not core) > 20", REFUTED, PROVEN),
        ("sum(ip, points, core) >= 170", PROVEN, PROVEN),
        ("sum(ip, points, core) > 180", REFUTED, PROVEN),
        ("sum(ip, paid) == 12345元 and count(ip) == 4", PROVEN, PROVEN),
        ("sum(ip, points) > 9 * count(ip)", REFUTED, PROVEN),
        ("largest(ip, points, core, 0) == 8 and smallest(ip, points, core, 0) == 3", PROVEN, PROVEN),
        ("largest(ip, points, core, 0) < smallest(ip, points, core, 0)", REFUTED, PROVEN),
        ("largest(ip, points, core, 0) > largest(ip, points, core or owned, 0)", REFUTED, PROVEN),
        ("latest(ip, granted, yes, filed_on) + 1年 < filed_on", PROVEN, PROVEN),
        ("all(ip, core) or any(ip, not core)", PROVEN, REFUTED),
    ],
)
def test_lists_are_cells_with_exact_counts_and_bounded_sums(when: str, met: str, fails: str) -> None:
    pack = listed(when)
    assert (only(pack, "met").verdict, only(pack, "fails").verdict) == (met, fails)
    if met == PROVEN:
        assert decided(pack, only(pack, "met")).outcome == "met"


def test_more_conditions_than_cells_leave_aggregates_free_but_find_companies() -> None:
    parts = " and ".join(f"count(ip, points == {i}) == 1" for i in (1, 2, 3))
    pack = listed(f"{parts} and count(ip, core) >= 0 and count(ip, owned) >= 0 and count(ip, points > 3) == 0")
    assert only(pack, "met").verdict == PROVEN
    assert decided(pack, only(pack, "met")).outcome == "met"
    many = " + ".join(f"count(ip, points == {i})" for i in range(6))
    proof = only(listed(f"{many} <= count(ip)"), "fails")
    assert proof.verdict == NOT_PROVEN and "more than five conditions are asked of ip" in proof.message.en


def test_keys_that_are_no_texts_differ_among_the_records_of_a_witness() -> None:
    pack = listed("count(ip, core) == 1 and count(ip, not core) == 1", key="count")
    assert decided(pack, only(pack, "met")).outcome == "met"


def test_many_records_of_one_kind_have_keys_of_their_own() -> None:
    pack = listed("count(ip) == 9 and count(ip, core) >= 7", key="count")
    proof = only(pack, "met")
    assert proof.verdict == PROVEN and decided(pack, proof).outcome == "met"


def test_a_list_is_the_same_for_both_companies_that_are_compared() -> None:
    pack = listed("yes", formula="min(a, sum(ip, paid, core))", more=promising("rises_with: a"))
    assert only(pack, "rises_with").verdict == PROVEN
    moving = listed("yes", formula="sum(ip, paid, paid <= a)", more=promising("rises_with: a"))
    assert only(moving, "rises_with").verdict in (PROVEN, NOT_PROVEN)
    falling = listed("yes", formula="sum(ip, paid, paid >= a)", more=promising("rises_with: a"))
    less, more = both_decided(falling, only(falling, "rises_with"))
    assert less.amount is not None and more.amount is not None and more.amount < less.amount


def test_a_date_moved_by_years_has_its_exact_threshold_on_a_leap_day() -> None:
    facts = "granted: {type: date, from: register}"
    both = "granted > filed_on - 1年 and not (granted + 1年 > filed_on)"
    pack = pack_of(facts=facts, when=f'"{both}"', to="2025-12-31")
    proof = only(pack, "met")
    assert {date(2024, 2, 29), date(2025, 2, 28)} <= set(proof.dates) and proof.verdict == PROVEN
    assert proof.witness is not None and proof.witness["granted"] == date(2024, 2, 29)
    assert decided(pack, proof).outcome == "met"
    assert only(pack_of(facts=facts, when=f'"{both}"', to="2024-02-01"), "met").verdict == REFUTED


@pytest.mark.parametrize(
    ("when", "verdict"),
    [
        ("granted + 1年 <= filed_on and granted > 2022-12-31", PROVEN),
        ("granted + 1年 < filed_on and granted > 2022-12-31", REFUTED),
        ("granted + 1年 >= filed_on and granted < 2023-01-02", PROVEN),
        ("granted + 1年 > filed_on and granted < 2023-01-02", REFUTED),
        ("granted + 1年 == filed_on and granted == 2023-01-01", PROVEN),
        ("granted + 1年 != filed_on and granted == 2023-01-01", REFUTED),
        ("filed_on >= granted + 1年 and granted > 2022-12-31", PROVEN),
        ("filed_on > granted + 1年 and granted > 2022-12-31", REFUTED),
    ],
)
def test_a_threshold_on_a_moved_date_is_exact_to_the_day(when: str, verdict: str) -> None:
    pack = pack_of(facts="granted: {type: date, from: register}", when=f'"{when}"', to="2024-01-01")
    assert only(pack, "met").verdict == verdict


def test_two_moved_dates_are_compared_by_the_calendar() -> None:
    facts = "founded: {type: date, from: register}\ngranted: {type: date, from: register}"
    odd = "founded + 1年 == granted + 1年 and founded < granted"
    proof = only(pack_of(facts=facts, when=f'"{odd}"'), "met")
    assert proof.verdict == PROVEN and proof.witness is not None
    assert (proof.witness["founded"].month, proof.witness["founded"].day) == (2, 28)  # type: ignore[union-attr]
    never = pack_of(facts=facts, when='"founded + 1年 > granted + 1年 and founded < granted"')
    assert only(never, "met").verdict == REFUTED


def test_a_date_moved_by_months_is_corrected_until_the_calendar_agrees() -> None:
    facts = "founded: {type: date, from: register}\ngranted: {type: date, from: register}"
    proof = only(pack_of(facts=facts, when='"founded + 1个月 == granted and founded + 30天 == granted - 1天"'), "met")
    assert proof.verdict == PROVEN and proof.witness is not None
    never = pack_of(facts=facts, when='"founded + 1个月 == granted and founded + 32天 == granted"')
    assert only(never, "met").verdict == REFUTED


def test_a_year_has_its_exact_first_and_last_day() -> None:
    facts = "founded: {type: date, from: register}"
    pack = pack_of(facts=facts, when='"year(founded) == 2020 and founded > 2020-12-30"')
    proof = only(pack, "met")
    assert proof.witness is not None and proof.witness["founded"] == date(2020, 12, 31)
    fiscal = pack_of(facts=facts, when='"fiscal_year(founded) == 2020 and founded < 2020-04-02"', fiscal="04-01")
    witness = only(fiscal, "met").witness
    assert witness is not None and witness["founded"] == date(2020, 4, 1)


def test_a_banded_rate_times_a_fact_is_proven() -> None:
    bands = ", ".join(f'"({low}万元, {low + 1}万元]": {low + 1}%' for low in range(1, 12))
    table = f'tables:\n  rate: {{of: a, clause: T-1, bands: {{"(.., 1万元]": 1%, {bands}, "(12万元, ..)": 13%}}}}'
    pack = pack_of(
        facts=MONEY, formula="rate * b", more="\n".join([table, promising("rises_with: b", "rises_with: a")])
    )
    assert only(pack, "rises_with", "b").verdict == only(pack, "rises_with", "a").verdict == PROVEN


def test_a_rate_that_is_a_fact_times_a_fact_is_found_to_fall() -> None:
    facts = f"{MONEY}\nr: {{type: rate, decimals: 2, from: tax}}"
    pack = pack_of(facts=facts, formula="r * max(0元, a - b)", more=promising("rises_with: b", "always: amount <= a"))
    assert only(pack, "rises_with").verdict == REFUTED
    assert only(pack, "always").verdict == PROVEN


def test_a_ratio_of_two_facts_is_compared_without_dividing() -> None:
    share = "define: {share: 'a / b if b > 0元 else 0%'}"
    pack = pack_of(facts=MONEY, when='"share == 1/3"', more=share)
    proof = only(pack, "met")
    assert proof.verdict == PROVEN and proof.witness is not None
    assert proof.witness["a"] * 3 == proof.witness["b"]  # type: ignore[operator]
    assert only(pack_of(facts=MONEY, when='"share > 5% and a == 0元"', more=share), "met").verdict == REFUTED


def test_dated_parameters_are_examined_on_both_sides_of_their_start() -> None:
    dated = "dated: [{from: 2024-01-01, value: 100元}, {from: 2024-05-01, value: 2亿元}]"
    more = f"parameters: {{floor: {{{dated}, clause: T-1, certainty: recalled, source: trial}}}}"
    pack = pack_of(facts=MONEY, when='"a > floor"', more=more)
    proof = only(pack, "eligible")
    assert proof.dates == (date(2024, 1, 1), date(2024, 2, 29), date(2024, 4, 30), date(2024, 5, 1), date(2024, 7, 31))
    assert proof.witness is not None and proof.witness["filed_on"] < date(2024, 5, 1)  # type: ignore[operator]
    late = pack_of(facts=MONEY, when='"a > floor and filed_on >= 2024-05-01"', more=more)
    assert only(late, "eligible").verdict == REFUTED and "2024-05-01" in only(late, "eligible").message.en


@pytest.mark.parametrize(
    ("when", "days"),
    [
        ("filed_on <= 2024-05-10", (10, 11)),
        ("filed_on < 2024-05-10", (9, 10)),
        ("filed_on > 2024-05-10", (10, 11)),
        ("filed_on >= 2024-05-10", (9, 10)),
        ("filed_on == 2024-05-10", (9, 10, 11)),
        ("filed_on + 1个月 <= 2024-06-10", (10, 11)),
    ],
)
def test_the_days_on_both_sides_of_a_step_are_examined(when: str, days: tuple[int, ...]) -> None:
    dates = only(pack_of(when=f'"{when}"'), "met").dates
    assert [day.day for day in dates if day.month == 5] == list(days)


def test_a_question_beyond_the_effort_is_not_proven_and_never_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policies.language.prove.proofs.Effort", lambda: Effort(0))
    pack = pack_of(facts=MONEY, when='"a + 3分 == b"')
    proof = only(pack, "eligible")
    assert proof.verdict == NOT_PROVEN and "effort" in proof.message.en and proof.witness is None
    assert ("NOT_PROVEN", "error") in codes(pack)


def test_a_question_that_the_solver_cannot_end_is_not_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policies.language.prove.solver.STEPS_A_QUESTION", 300_000)
    facts = "\n".join(f"{name}: {{type: count, min: 1, from: tax}}" for name in ("x", "y", "z"))
    proof = only(pack_of(facts=facts, when='"x * x * x + y * y * y == z * z * z"'), "met")
    assert proof.verdict == NOT_PROVEN and "no end" in proof.message.en


def test_dates_that_the_calendar_keeps_refuting_are_not_proven_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policies.language.prove.solver.CALENDAR_ROUNDS", 1)
    facts = "founded: {type: date, from: register}\ngranted: {type: date, from: register}"
    proof = only(pack_of(facts=facts, when='"founded + 1个月 == granted and founded + 28天 == granted"'), "met")
    assert proof.verdict == NOT_PROVEN and "two moved dates" in proof.message.en


def test_the_solver_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, policies.language, policies.language.prove.proofs; sys.exit('z3.z3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=FOLDER.parents[2]).returncode == 0
