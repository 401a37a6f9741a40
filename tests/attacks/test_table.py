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


def test_a_test_that_is_not_there_is_missed() -> None:
    assert missing_tests("attacks/test_table.py::test_nothing attacks/nowhere.py::test_a") != []
