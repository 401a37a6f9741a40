"""docs/security/attacks.csv: every attack has tests that exist, and docs/security/asvs.csv speaks the truth likewise."""

from __future__ import annotations

import ast
import csv
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ATTACKS = ROOT / "docs" / "security" / "attacks.csv"
# What the design asks to be withstood; a row is taken out of neither list alone.
ASKED = {
    "foreign-case", "recused-reader", "one-person-twice", "approve-race", "replayed-files", "account-swap",
    "formula-injection", "xml-and-zip-bombs", "hostile-upload", "path-traversal", "mass-assignment",
    "sessions-and-guessing", "admin-escalation", "database-tampering",
}  # fmt: skip


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


ASVS = ROOT / "docs" / "security" / "asvs.csv"
# Items of levels 1 and 2 in each section of ASVS 5.0, by their last numbers, and three of level 3 that the design asks for.
ITEMS = {
    "1.1": 2, "1.2": 10, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 5, "2.4": 1, "3.3": 4, "3.4": 6, "3.5": 5,
    "3.2": 2, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12,
    "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2, "8.1": 2,
    "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2,
    "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1,
    "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5,
    "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip


def missing_tests(ids: str) -> list[str]:
    """Of test ids separated by spaces (file::function, below tests/), those that are not there."""
    missing = []
    for one in ids.split():
        name, _colons, function = one.partition("::")
        path = ROOT / "tests" / name
        if not path.is_file() or function not in _functions(path):
            missing.append(one)
    return missing


def test_every_attack_that_was_asked_about_has_its_row() -> None:
    found = [row["id"] for row in rows(ATTACKS)]
    assert sorted(found) == sorted(ASKED)


@pytest.mark.parametrize("row", rows(ATTACKS), ids=lambda row: row["id"])
def test_the_tests_of_each_attack_exist(row: dict[str, str]) -> None:
    assert row["control"] and row["tests"].split()
    assert missing_tests(row["tests"]) == []


def test_every_item_of_the_standard_is_answered_once() -> None:
    asked = [f"{section}.{number}" for section, last in ITEMS.items() for number in range(1, last + 1)] + ["15.4.2"]
    assert sorted(row["item"] for row in rows(ASVS)) == sorted(asked)


@pytest.mark.parametrize("row", rows(ASVS), ids=lambda row: row["item"])
def test_what_answers_an_item_is_there(row: dict[str, str]) -> None:
    """Yes: tests or papers that exist. No and open: the reason, and nothing that looks like a proof."""
    assert row["control"] and row["applicable"] in {"yes", "no", "open"}
    found = row["tests"].split()
    assert bool(found) is (row["applicable"] == "yes")
    papers = [one for one in found if "::" not in one]
    assert [one for one in papers if not (ROOT / one).is_file()] == []
    assert missing_tests(" ".join(one for one in found if "::" in one)) == []


def test_a_test_that_is_not_there_is_missed() -> None:
    assert missing_tests("attacks/test_table.py::test_nothing attacks/nowhere.py::test_a") != []
