"""Differences between versions: none for layout, one for each change, and a direction only where it is certain."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import Pack, PackSource, PolicyError, decide, facts_from_json, load_pack, parse_pack
from policies.language.check.mutants import mutants
from policies.language.check.mutate import Graphs
from policies.language.diff.versions import LOOSER, OTHER, STRICTER, Difference, diff
from tests.policies.companies import company
from tests.policies.generated import packs
from tests.policies.packs import FOLDER, SOURCE, pack_of, source_of

PACKS = sorted(FOLDER.parent.glob("*/*/policy.yaml"))
EXAMPLES = int(os.environ.get("SUBSIDY_EXAMPLES", "20"))


def only(found: tuple[Difference, ...]) -> Difference:
    """Return the one difference there is."""
    assert len(found) == 1, found
    return found[0]


def told(one: Difference) -> tuple[str, str, str, str]:
    return (one.kind, one.subject, one.change, one.direction)


# -- what is no difference -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PACKS, ids=lambda path: f"{path.parent.parent.name}@{path.parent.name}")
def test_a_pack_does_not_differ_from_itself(path: Path) -> None:
    # Parsed twice: equal objects, not the same ones.
    assert diff(load_pack(path.parent), load_pack(path.parent)) == ()


@settings(max_examples=EXAMPLES, deadline=None)
@given(pack=packs())
def test_no_pack_differs_from_itself(pack: Pack) -> None:
    assert diff(pack, pack) == ()


def test_layout_and_the_order_of_what_commutes_are_no_difference() -> None:
    source = PackSource.from_folder(FOLDER / "2023.1")
    text = source.policy
    lines = text.splitlines()
    registered = next(i for i, line in enumerate(lines) if "id: registered," in line)
    lines[registered], lines[registered + 1] = lines[registered + 1], lines[registered]
    dishonest = next(i for i, line in enumerate(lines) if "id: dishonest," in line)
    lines[dishonest], lines[dishonest + 2] = lines[dishonest + 2], lines[dishonest]
    cap = next(i for i, line in enumerate(lines) if line.startswith("  flying_cap:"))
    lines[cap], lines[cap + 1] = lines[cap + 1], lines[cap]
    moved = "\n".join(["# another comment", *lines]).replace("sales_y1 >= flying_sales", "sales_y1   >=  flying_sales")
    moved = moved.replace("value: 1000万元", "value: 0.1亿元")
    assert moved != text
    changed = parse_pack(PackSource(moved + "\n\n", source.source + "\n", source.cases, "other"))
    assert diff(parse_pack(source), changed) == ()


def test_versions_of_different_packs_are_not_compared() -> None:
    with pytest.raises(PolicyError, match="compare two versions of one pack"):
        diff(load_pack(FOLDER / "2023.1"), pack_of())


# -- flying-sky ----------------------------------------------------------------------------------------------------


def test_the_revision_of_flying_sky_is_told_in_full() -> None:
    found = diff(load_pack(FOLDER / "2022.1"), load_pack(FOLDER / "2023.1"))
    assert [told(one) for one in found] == [
        ("effective", "effective", "changed", OTHER),
        ("document", "document", "changed", OTHER),
        ("clause", "A-04", "changed", OTHER),
        ("fact", "rd_y1", "changed", OTHER),
        ("parameter", "nearly_research", "changed", STRICTER),
        ("paper", "research_account", "added", OTHER),
        ("route", "route", "changed", OTHER),
    ]
    parameter = found[4]
    assert parameter.clause == "A-04"
    assert parameter.before is not None and parameter.after is not None
    assert parameter.before.en.startswith("research threshold of a nearly flying enterprise: 5% [A-04, ASSUMED")
    assert parameter.after.zh.startswith("准飞天企业研发强度门槛：6%〔A-04、假定")
    back = diff(load_pack(FOLDER / "2023.1"), load_pack(FOLDER / "2022.1"))
    assert [told(one) for one in back][4:] == [
        ("parameter", "nearly_research", "changed", LOOSER),
        ("paper", "research_account", "removed", OTHER),
        ("route", "route", "changed", OTHER),
    ]


# -- one change, one difference ------------------------------------------------------------------------------------

BASE: dict[str, str] = {
    "facts": "a: {type: money, from: tax, zh: 甲, en: first}\nb: {type: count, from: tax, max: 50}\n"
    "c: {type: choice, of: [x, y], from: tax}\nd: {type: yes_no, from: tax, optional: yes}\n"
    "e: {type: date, from: registry}",
    "when": "a >= 10元 and b > 3",
    "formula": "10% * a",
    "rounding": "down to 1元",
}
MORE = """parameters:
  p: {value: 5元, clause: T-1, certainty: recalled, source: trial}
  q: {value: 2年, clause: T-1, certainty: recalled, source: trial}
define:
  m: {value: a > p, zh: 丙, en: third}
tables:
  t: {of: b, clause: T-1, bands: {"(.., 5]": 1元, "(5, 9]": 2元, "(9, ..)": 3元}}
vetoes:
  - {id: v, when: b > 40, clause: T-1, zh: 否决, en: veto, certainty: recalled, source: trial}
undertakings:
  - {id: report, due: 05-31, zh: 报告, en: report, breach: warning}
documents:
  - {id: paper, zh: 材料, en: paper, required: b > 4}
manual:
  - {clause: T-1, zh: 人工, en: by hand, by: officer}
records:
  ip: {key: n, from: ip_register, fields: {n: {type: text}, w: {type: count, max: 9}}}
instalments:
  - {id: first, share: 80%, on: award, clause: T-1, zh: 首期, en: first part, certainty: recalled, source: trial}
  - {id: rest, share: rest, on: rating, clause: T-1, zh: 尾款, en: rest, certainty: recalled, source: trial}
recovery: [{id: gone, share: 50%, clause: T-1, zh: 注销, en: gone, certainty: recalled, source: trial}]
funding_split: {city: 40%, district: rest, clause: T-1, certainty: recalled, source: trial}
stacking: [{group: g@1, key: [company]}]
guarantees: [{rises_with: a}]
redundant: [{id: v, because: known}]
allocation: {mode: ranked, ties: earliest_filed, clause: T-1}"""


def changed(old: str, new: str, **parts: str) -> tuple[Difference, ...]:
    """Return the differences when one text of the pack takes the place of another."""
    before = source_of(more=MORE, **BASE)
    assert before.policy.count(old) == 1, f"{old!r} stands {before.policy.count(old)} times"
    after = PackSource(before.policy.replace(old, new), before.source, before.cases, "new")
    return diff(parse_pack(before), parse_pack(after))


ONE: list[tuple[str, str, tuple[str, str, str, str]]] = [
    # parameters and definitions
    ("p: {value: 5元", "p: {value: 6元", ("parameter", "p", "changed", OTHER)),
    ("p: {value: 5元, clause: T-1, certainty: recalled", "p: {value: 5元, clause: T-1, certainty: verified",
     ("parameter", "p", "wording", OTHER)),
    ("p: {value: 5元,", "p: {dated: [{from: 2024-01-01, value: 5元}],", ("parameter", "p", "changed", OTHER)),
    ("m: {value: a > p", "m: {value: a >= p", ("definition", "m", "changed", OTHER)),
    ("m: {value: a > p", "m: {value: p < a", ("definition", "m", "wording", OTHER)),
    ("zh: 丙, en: third", "zh: 丁, en: fourth", ("definition", "m", "wording", OTHER)),
    # requirements
    ("a >= 10元 and b > 3", "a >= 11元 and b > 3", ("requirement", "only", "changed", STRICTER)),
    ("a >= 10元 and b > 3", "a >= 9元 and b > 3", ("requirement", "only", "changed", LOOSER)),
    ("a >= 10元 and b > 3", "a > 10元 and b > 3", ("requirement", "only", "changed", STRICTER)),
    ("a >= 10元 and b > 3", "a >= 10元 and b >= 3", ("requirement", "only", "changed", LOOSER)),
    ("a >= 10元 and b > 3", "a >= 10元 or b > 3", ("requirement", "only", "changed", LOOSER)),
    ("a >= 10元 and b > 3", "a >= 11元 and b > 2", ("requirement", "only", "changed", OTHER)),
    ("a >= 10元 and b > 3", "a <= 10元 and b > 3", ("requirement", "only", "changed", OTHER)),
    ("a >= 10元 and b > 3", "a >= 5元 + 5元 and b > 3", ("requirement", "only", "wording", OTHER)),
    ("a >= 10元 and b > 3", "10元 <= a and 3 < b", ("requirement", "only", "wording", OTHER)),
    ("zh: 条件, en: condition", "zh: 要求, en: requirement", ("requirement", "only", "wording", OTHER)),
    ("when: b > 40", "when: b > 41", ("veto", "v", "changed", LOOSER)),
    ("when: b > 40", "when: b > 39", ("veto", "v", "changed", STRICTER)),
    # amount and tables
    ('formula: "10% * a"', 'formula: "11% * a"', ("amount", "amount", "changed", OTHER)),
    ('formula: "10% * a"', 'formula: "a * 10%"', ("amount", "amount", "wording", OTHER)),
    ("down to 1元", "up to 1元", ("amount", "amount", "changed", OTHER)),
    ("down to 1元", "down to 1分", ("amount", "amount", "changed", OTHER)),
    ('"(5, 9]": 2元', '"(5, 9]": 2.5元', ("band", "t#2", "changed", OTHER)),
    ("of: b, clause", "of: b + 1, clause", ("table", "t", "changed", OTHER)),
    # facts
    ("max: 50", "max: 60", ("fact", "b", "changed", OTHER)),
    ("a: {type: money, from: tax", "a: {type: money, asks: officer, from: tax", ("fact", "a", "changed", OTHER)),
    ("zh: 甲, en: first", "zh: 乙, en: second", ("fact", "a", "wording", OTHER)),
    ("of: [x, y]", "of: [y, x]", ("fact", "c", "changed", OTHER)),
    ("e: {type: date, from: registry}", "e: {type: date, from: registry, may_change: yes}",
     ("fact", "e", "changed", OTHER)),
    ("w: {type: count, max: 9}", "w: {type: count, max: 8}", ("fact", "ip.w", "changed", OTHER)),
    ("ip: {key: n,", "ip: {key: n, max_length: 9,", ("record", "ip", "changed", OTHER)),
    # the rest
    ("title: {zh: 试行, en: Trial}", "title: {zh: 办法, en: Rules}", ("title", "title", "changed", OTHER)),
    ("to: 2024-07-31", "to: 2024-06-30", ("effective", "effective", "changed", OTHER)),
    ("示科〔2024〕1号", "示科〔2024〕2号", ("document", "document", "changed", OTHER)),
    ("fiscal_year_start: 01-01", "fiscal_year_start: 04-01", ("fiscal_year_start", "fiscal_year_start", "changed", OTHER)),
    ("due: 05-31", "due: 06-30", ("undertaking", "report", "changed", OTHER)),
    ("required: b > 4", "required: b > 5", ("paper", "paper", "changed", OTHER)),
    ("zh: 人工, en: by hand", "zh: 手工, en: by hand", ("manual", "T-1", "changed", OTHER)),
    ("acceptance: 5 working days", "acceptance: 6 working days", ("route", "route", "changed", OTHER)),
    ("no_notice_reason: trial", "no_notice_reason: secret", ("notice", "notice", "changed", OTHER)),
    ("share: 80%", "share: 70%", ("instalment", "first", "changed", OTHER)),
    ("share: 50%", "share: 100%", ("recovery", "gone", "changed", OTHER)),
    ("city: 40%", "city: 41%", ("funding_split", "funding_split", "changed", OTHER)),
    ("g@1", "g@2", ("stacking", "g", "changed", OTHER)),
    ("because: known", "because: seen", ("redundant", "v", "changed", OTHER)),
    ("mode: ranked", "mode: first_come", ("allocation", "allocation", "changed", OTHER)),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), ONE, ids=[new for _old, new, _expected in ONE])
def test_one_change_is_one_difference(old: str, new: str, expected: tuple[str, str, str, str]) -> None:
    one = only(changed(old, new))
    assert told(one) == expected
    assert one.before is not None and one.after is not None
    assert one.before != one.after or (one.kind, one.change) == ("amount", "wording")


def test_what_comes_and_goes_is_told() -> None:
    both = changed("guarantees: [{rises_with: a}]", "guarantees: [{rises_with: b}]")
    assert [told(one) for one in both] == [
        ("guarantee", "rises_with a", "removed", OTHER), ("guarantee", "rises_with b", "added", OTHER),
    ]  # fmt: skip
    promise = changed("guarantees: [{rises_with: a}]", "guarantees: [{rises_with: a}, {always: amount <= a}]")
    assert told(only(promise)) == ("guarantee", "always", "added", OTHER)
    gone = only(changed('"(5, 9]": 2元, "(9, ..)": 3元', '"(5, ..)": 2元')[:1])
    assert (gone.kind, gone.change) == ("band", "removed")
    added = only(changed("b: {type: count", "z: {type: money, from: tax, asks: applicant}\n  b: {type: count"))
    assert told(added) == ("fact", "z", "added", OTHER)
    assert added.after is not None and "asked of applicant" in added.after.en
    veto = only(changed("undertakings:", "  - {id: w, when: b == 7, clause: T-1, zh: 否, en: no, certainty: recalled, "
                        "source: trial}\nundertakings:"))  # fmt: skip
    assert told(veto) == ("veto", "w", "added", STRICTER)


def test_a_reordered_choice_does_not_pass_for_the_same_meaning() -> None:
    old = pack_of(facts="c: {type: choice, of: [x, y], from: tax}", when="c == x")
    new = pack_of(facts="c: {type: choice, of: [y, x], from: tax}", when="c == y")
    assert ("requirement", "only", "changed", OTHER) in [told(one) for one in diff(old, new)]
    same = pack_of(facts="c: {type: choice, of: [y, x], from: tax}", when="c == x")
    assert [one.kind for one in diff(old, same)] == ["fact"]


# -- how requirements are joined -----------------------------------------------------------------------------------


def leaf(name: str) -> str:
    return (
        f"{{id: {name}, when: b > {ord(name)}, clause: T-1, zh: {name}, en: {name}, certainty: recalled, source: t}}"
    )


def tree(text: str) -> Pack:
    """Return a pack whose requirements are joined as `text` says, x for the requirement x."""
    found = source_of(facts="b: {type: count, from: tax}")
    start = found.policy.index("eligibility:")
    end = found.policy.index("document:")
    for name in "uvwxyz":
        text = text.replace(f"<{name}>", leaf(name))
    policy = f"{found.policy[:start]}eligibility: {text}\n{found.policy[end:]}"
    return parse_pack(PackSource(policy, SOURCE, found.cases, "tree"))


TREES: list[tuple[str, str, list[tuple[str, str, str, str]]]] = [
    ("{all_of: [<x>, <y>]}", "{all_of: [<y>, <x>]}", []),
    ("{all_of: [<x>, {all_of: [<y>, <z>]}]}", "{all_of: [<x>, <y>, <z>]}", []),
    ("{at_least: 1, of: [<x>, <y>]}", "{any_of: [<x>, <y>]}", []),
    ("{all_of: [<x>, <y>]}", "{any_of: [<x>, <y>]}", [("structure", "eligibility", "changed", OTHER)]),
    ("{all_of: [<x>]}", "{all_of: [<x>, <y>]}", [("requirement", "y", "added", STRICTER)]),
    ("{all_of: [<x>, <y>]}", "{all_of: [<x>]}", [("requirement", "y", "removed", LOOSER)]),
    ("{any_of: [<x>, <y>]}", "{any_of: [<x>, <y>, <z>]}", [("requirement", "z", "added", LOOSER)]),
    ("{any_of: [<x>, <y>, <z>]}", "{any_of: [<x>, <y>]}", [("requirement", "z", "removed", STRICTER)]),
    ("<x>", "{any_of: [<x>, <y>]}", [("requirement", "y", "added", LOOSER)]),
    ("{all_of: [<x>, <y>]}", "{all_of: [<x>, <y>, {any_of: [<z>, <w>]}]}",
     [("requirement", "z", "added", STRICTER), ("requirement", "w", "added", STRICTER)]),
    ("{at_least: 2, of: [<x>, <y>, <z>]}", "{at_least: 2, of: [<x>, <y>, <z>, <w>]}",
     [("requirement", "w", "added", LOOSER)]),
    ("{at_least: 2, of: [<x>, <y>, <z>, <w>]}", "{at_least: 3, of: [<x>, <y>, <z>, <w>]}",
     [("structure", "eligibility", "changed", STRICTER)]),
    ("{at_least: 3, of: [<x>, <y>, <z>, <w>]}", "{at_least: 2, of: [<x>, <y>, <z>, <w>]}",
     [("structure", "eligibility", "changed", LOOSER)]),
    ("{all_of: [<x>, {not: {all_of: [<y>]}}]}", "{all_of: [<x>, {not: {all_of: [<y>, <z>]}}]}",
     [("requirement", "z", "added", OTHER)]),
    ("{any_of: [<x>, <y>], zh: 一, en: one}", "{any_of: [<x>, <y>], zh: 二, en: two}",
     [("structure", "eligibility", "wording", OTHER)]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), TREES, ids=[f"{old} → {new}" for old, new, _ in TREES])
def test_a_tree_is_compared_by_what_it_asks(old: str, new: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert [told(one) for one in diff(tree(old), tree(new))] == expected


# -- mutants: nothing is overlooked, and directions hold --------------------------------------------------------------


def mutated(path: Path, share: int, seed: int) -> list[tuple[Pack, Pack]]:
    """Return a pack beside `share` of its mutants that are packs with another meaning."""
    source = PackSource.from_folder(path)
    pack, found = parse_pack(source), []
    graphs = Graphs()
    before = graphs.of(pack)
    every = list(mutants(source))
    for mutant in Random(seed).sample(every, min(share, len(every))):
        try:
            other = parse_pack(mutant.source(source))
        except PolicyError:
            continue
        if graphs.of(other) != before:
            found.append((pack, other))
    assert found
    return found


@pytest.mark.parametrize("path", PACKS, ids=lambda path: f"{path.parent.parent.name}@{path.parent.name}")
def test_every_mutant_with_another_meaning_is_told(path: Path) -> None:
    for pack, other in mutated(path.parent, EXAMPLES // 5, 3):
        found = diff(pack, other)
        assert any(one.change != "wording" for one in found), [told(one) for one in found]


@cache
def mutants_of_flying_sky() -> list[tuple[Pack, Pack, tuple[Difference, ...]]]:
    found = mutated(FOLDER / "2023.1", EXAMPLES, 7)
    return [(old, new, diff(old, new)) for old, new in found]


@settings(max_examples=EXAMPLES * 3, deadline=None)
@given(number=st.integers(0, 10**6), facts=company("2023.1"))
def test_stricter_takes_away_and_looser_lets_in(number: int, facts: Mapping[str, Any]) -> None:
    pairs = mutants_of_flying_sky()
    old, new, found = pairs[number % len(pairs)]
    before, after = (decide(pack, facts_from_json(pack, facts)) for pack in (old, new))
    verdicts = [{reason.id: reason.verdict for reason in decision.leaves()} for decision in (before, after)]
    for one in found:
        name = one.subject.rpartition("/")[2]
        moved = [name] if one.kind in ("requirement", "veto") and one.change == "changed" else []
        if one.kind == "parameter":
            moved = [key for key in verdicts[0] if verdicts[0][key] != verdicts[1][key]]
        for key in moved:
            if key in verdicts[0] and key in verdicts[1]:
                step = (verdicts[0][key], verdicts[1][key])
                assert one.direction != STRICTER or step != ("not_met", "met"), (told(one), key)
                assert one.direction != LOOSER or step != ("met", "not_met"), (told(one), key)


def test_a_difference_is_json() -> None:
    one = only(changed("share: 50%", "share: 100%"))
    assert one.to_json() == {
        "kind": "recovery", "subject": "gone", "change": "changed", "clause": "T-1", "direction": "other",
        "before": {"zh": "注销；追回 50%〔T-1、凭记忆、出处：trial〕", "en": "gone; 50% is recovered [T-1, recalled, source: trial]"},
        "after": {"zh": "注销；追回 100%〔T-1、凭记忆、出处：trial〕",
                  "en": "gone; 100% is recovered [T-1, recalled, source: trial]"},
    }  # fmt: skip
