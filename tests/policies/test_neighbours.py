"""Companies right at the marks of every policy: that they are there, that they flip, and that a second calculation agrees."""

from __future__ import annotations

import ast
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from policies.language import Pack, decide, facts_to_json, load_pack
from policies.language.check.cases import read_cases
from policies.language.check.neighbours import Neighbours, neighbours
from tests.policies.packs.second_calculations import SECOND

PACKS = Path(__file__).resolve().parents[2] / "policies" / "packs"
FOLDERS = sorted(folder for folder in PACKS.glob("*/*") if (folder / "policy.yaml").exists())
NAMES = ["/".join(folder.parts[-2:]) for folder in FOLDERS]


@cache
def around(folder: Path) -> tuple[Pack, tuple[Neighbours, ...]]:
    pack = load_pack(folder)
    cases = read_cases(pack, (folder / "cases.yaml").read_text(encoding="utf-8"), "cases.yaml")
    return pack, tuple(neighbours(pack, cases))


def test_every_policy_has_a_second_calculation() -> None:
    assert {tuple(name.split("/")) for name in NAMES} == set(SECOND)


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_at_every_mark_deciding_agrees_with_the_second_calculation(folder: Path) -> None:
    pack, found = around(folder)
    calculate = SECOND[pack.code, pack.version]
    assert found
    for one in found:
        for facts in one.facts:
            decision = decide(pack, facts, stage=one.stage)
            met, fen = calculate(one.stage, facts_to_json(pack, facts, stage=one.stage))
            assert (decision.outcome == "met") == met, (one.words, one.case, decision.outcome)
            assert fen is None or decision.amount == fen, (one.words, one.case)


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_the_second_calculation_flips_where_the_policy_does(folder: Path) -> None:
    pack, found = around(folder)
    calculate = SECOND[pack.code, pack.version]
    decisive = [one for one in found if one.decides]
    assert len(decisive) >= len(found) * 7 // 10
    for one in decisive:
        answers = {calculate(one.stage, facts_to_json(pack, facts, stage=one.stage)) for facts in one.facts}
        # Some calculations say nothing of money, so a mark that moves only the amount shows in what the pack says alone.
        amounts = {decide(pack, facts, stage=one.stage).outcome for facts in one.facts}
        assert len(answers) > 1 or len(amounts) == 1, one.words


def moved(one: Neighbours) -> list[Any]:
    """The values of the one fact in which the companies differ, in order."""
    name = next(name for name in one.facts[0] if one.facts[0][name] != one.facts[-1][name])
    return [facts[name] for facts in one.facts]


def test_a_mark_of_money_has_the_fen_below_it_and_the_fen_above() -> None:
    _, found = around(PACKS / "flying_sky" / "2023.1")
    sales = next(one for one in found if one.words == "sales_y1 >= flying_sales" and one.stage is None)
    assert {9_999_999_999, 10_000_000_000, 10_000_000_001} <= set(moved(sales))


def test_a_mark_of_people_and_one_of_days_are_one_off() -> None:
    _, found = around(PACKS / "tech_sme" / "2017.1")
    by_words = {one.words: one for one in found}
    assert set(moved(by_words["staff <= staff_limit"])) >= {500, 501}
    days = moved(by_words["high_tech_until >= submitted_on"])
    assert len(days) >= 3
    assert all((later - earlier).days == 1 for earlier, later in pairwise(days))


def test_what_was_taken_from_a_case_differs_from_it_in_one_fact_alone() -> None:
    for folder in FOLDERS:
        _, found = around(folder)
        for one in found:
            differing = {name for facts in one.facts for name in facts if facts[name] != one.facts[0].get(name)}
            assert len(differing) == 1, (folder, one.words, differing)


def test_the_second_calculations_know_nothing_of_the_language() -> None:
    """Read, not imported: neither the calculations nor what they import name the room of rules."""
    tests = PACKS.parents[1] / "tests"
    waiting = [tests / "policies" / "packs" / "second_calculations.py", tests / "subsidy" / "demo" / "oracle.py"]
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        for name in imported(path):
            top = name.split(".")[0]
            assert top in sys.stdlib_module_names or top == "tests", f"{path.name} imports {name}"
            own = PACKS.parents[1].joinpath(*name.split(".")).with_suffix(".py")
            if own.exists() and own not in seen:
                waiting.append(own)
    assert len(seen) > 20


def imported(path: Path) -> set[str]:
    """What a module imports, by the names of modules (and of what is taken from them, which may be modules)."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    return found
