"""Which comparisons the worked cases stand right beside, and which they leave open."""

from __future__ import annotations

import pytest

from policies.language import PackSource, parse_pack
from policies.language.check.boundaries import Boundary, untouched
from policies.language.check.cases import read_cases
from tests.policies.packs import FOLDER, source_of

RECORDS = (
    "records: {ip: {key: nr, from: ip_register, max_length: 9, "
    "fields: {nr: {type: text}, kind: {type: choice, of: [invention, utility]}, fee: {type: money}}}}"
)


def open_in(source: PackSource) -> tuple[Boundary, ...]:
    """Return the boundaries that the cases leave open."""
    pack = parse_pack(source)
    return untouched(pack, read_cases(pack, source.cases, "cases.yaml"))


def left(when: str, cases: list[str], **parts: str) -> list[str]:
    """Return the words of the boundaries left open by cases with these facts."""
    lines = [
        f"  - {{id: c{i}, facts: {{filed_on: 2024-03-01, {text}}}, expect: {{outcome: met}}}}"
        for i, text in enumerate(cases)
    ]
    source = source_of(when=f'"{when}"', cases="cases:\n" + "\n".join(lines), to="2025-12-31", **parts)
    return [found.words for found in open_in(source)]


MONEY = "a: {type: money, from: tax}\nb: {type: money, from: tax}"


@pytest.mark.parametrize(
    ("cases", "touched"),
    [
        (["a: 5元 - 1分", "a: 5元"], True),
        (["a: 5元", "a: 5元 + 1分"], False),
        (["a: 5元 - 2分", "a: 5元"], False),
        (["a: 5元 - 1分", "a: 5元 + 1分"], False),
        (["a: 5元 - 1分"], False),
        (["a: unknown"], False),
    ],
)
def test_a_threshold_is_touched_from_both_sides_within_a_fen(cases: list[str], touched: bool) -> None:
    assert left("a >= 5元", cases, facts=MONEY) == ([] if touched else ["a >= CNY 5.00"])


def test_either_fact_may_move() -> None:
    assert left("a > b", ["a: 9元, b: 9元", "a: 9元, b: 9元 - 1分"], facts=MONEY) == []
    assert left("a > b", ["a: 9元, b: 9元", "a: 9元, b: 8元"], facts=MONEY) == ["a > b"]


def test_a_share_is_touched_by_the_smallest_unit_of_either_part() -> None:
    when = "a / b >= 5% if b > 0元 else no"
    cases = ["a: 5元, b: 100元", "a: 5元 - 1分, b: 100元", "a: 1元, b: 0元"]
    assert left(when, cases, facts=MONEY) == []
    assert left(when, cases[:2], facts=MONEY) == ["b > CNY 0.00"]
    assert left(when, [cases[0], "a: 4元, b: 100元", cases[2]], facts=MONEY) == ["a / b >= 5%"]


def test_a_jump_is_no_touch() -> None:
    table = 'tables: {need: {of: b, clause: T-1, bands: {"(.., 10元]": 5%, "(10元, ..)": 1%}}}'
    at_the_band = ["a: 20分, b: 10元", "a: 20分, b: 10元 + 1分"]
    assert left("a >= need * b", at_the_band, facts=MONEY, more=table) == ["a >= need * b"]
    assert left("a >= need * b", [*at_the_band, "a: 50分, b: 10元", "a: 49分, b: 10元"], facts=MONEY, more=table) == []


def test_the_end_of_a_band_is_a_boundary() -> None:
    table = 'tables: {points: {of: a, clause: T-1, bands: {"(.., 10元]": 5, "(10元, ..)": 1}}}'
    assert left("points == 5", ["a: 10元", "a: 11元"], facts=MONEY, more=table) == ["a <= CNY 10.00"]
    assert left("points == 5", ["a: 10元", "a: 10元 + 1分"], facts=MONEY, more=table) == []


def test_points_need_the_mark_itself_where_it_can_be_reached() -> None:
    table = 'tables: {points: {of: a, clause: T-1, bands: {"(.., 10元]": 6, "(10元, ..)": 2}}}'
    edge = ["a: 10元", "a: 10元 + 1分"]
    assert left("points + points > 4", edge, facts=MONEY, more=table) == []
    assert left("points + points > 12", [*edge], facts=MONEY, more=table) == []
    assert left("points * 2 >= 9", edge, facts=MONEY, more=table) == []


def test_choices_and_yes_or_no_need_both_outcomes() -> None:
    facts = "k: {type: choice, of: [own, let], from: tax}"
    assert left("k == own", ["k: own"], facts=facts) == ["k == own"]
    assert left("k == own", ["k: own", "k: let"], facts=facts) == []
    assert left("k in (own)", ["k: own"], facts=facts) == ["k in (own)"]


def test_dates_move_by_a_day() -> None:
    facts = "d: {type: date, from: register}"
    assert left("d + 1年 > filed_on", ["d: 2023-03-01", "d: 2023-03-02"], facts=facts) == []
    assert left("d + 1年 > filed_on", ["d: 2023-02-28", "d: 2023-03-02"], facts=facts) == ["(d + 1 years) > filed_on"]


def test_a_count_moves_by_one_record() -> None:
    one, two = "{nr: a, kind: invention, fee: 1元}", "{nr: b, kind: invention, fee: 1元}"
    when = "count(ip, kind == invention) >= 2"
    other = "{nr: c, kind: utility, fee: 1元}"
    assert left(when, [f"ip: [{one}, {two}, {other}]", f"ip: [{one}]"], more=RECORDS) == []
    assert left(when, [f"ip: [{one}, {two}, {other}]", "ip: []"], more=RECORDS) == [
        "count(ip, kind == invention) >= 2"
    ]
    assert left(when, [f"ip: [{one}, {two}]", f"ip: [{one}]"], more=RECORDS) == ["kind == invention"]


def test_a_comparison_inside_an_aggregate_is_asked_of_each_record() -> None:
    when = "any(ip, fee >= 5元)"
    cases = ["ip: [{nr: a, kind: utility, fee: 5元}, {nr: b, kind: utility, fee: 5元 - 1分}]"]
    assert left(when, cases, more=RECORDS) == []
    assert left(when, [cases[0].replace("5元 - 1分", "4元")], more=RECORDS) == ["fee >= CNY 5.00"]


def test_the_kink_of_a_cap_is_a_boundary() -> None:
    def kinks(*values: str) -> list[str]:
        return left("yes", [f"a: {value}, b: 0元" for value in values], facts=MONEY, formula="min(10元, a)")

    assert kinks("10元 - 1分", "10元") == [] == kinks("10元", "10元 + 1分")
    assert kinks("9元", "10元 + 2分") == ["CNY 10.00 <= a"]


def test_a_dated_parameter_is_a_boundary() -> None:
    dated = "dated: [{from: 2024-01-01, value: 5元}, {from: 2025-01-01, value: 6元}]"
    more = f"parameters: {{cap: {{{dated}, clause: T-1, certainty: recalled, source: t}}}}"
    cases = """cases:
  - {id: old, facts: {filed_on: 2024-12-31, a: 5元}, expect: {outcome: met}}
  - {id: older, facts: {filed_on: 2024-12-31, a: 5元 - 1分}, expect: {outcome: not_met}}"""
    source = source_of(facts=MONEY, when='"a >= cap"', more=more, to="2025-12-31", cases=cases)
    assert [found.words for found in open_in(source)] == ["filed_on >= 2025-01-01"]
    new = cases + "\n  - {id: new, facts: {filed_on: 2025-01-01, a: 5元}, expect: {outcome: not_met}}"
    assert open_in(PackSource(source.policy, source.source, new, "trial")) == ()


def test_what_is_decided_for_every_company_is_no_boundary() -> None:
    assert left("a >= 0元 and 5 > 3", ["a: 1元"], facts=MONEY) == []


def test_a_finding_says_where_and_what_to_write() -> None:
    cases = "cases: [{id: usual, facts: {filed_on: 2024-03-01, a: 7元, b: 0元}, expect: {outcome: met}}]"
    source = source_of(facts=MONEY, when='"a >= 1万元"', cases=cases)
    found = open_in(source)[0].finding()
    line = source.policy.splitlines()[found.line - 1]
    assert line[found.column - 1 :].startswith(">= 1万元")
    assert (found.clause, found.code, found.severity) == ("T-1", "BOUNDARY", "error")
    assert "like case usual, write a: 1万元 - 1分 and a: 1万元" in found.message_en


@pytest.mark.parametrize("version", ["2022.1", "2023.1"])
def test_the_first_pack_touches_its_boundaries(version: str) -> None:
    assert [str(found.finding()) for found in open_in(PackSource.from_folder(FOLDER / version))] == []
