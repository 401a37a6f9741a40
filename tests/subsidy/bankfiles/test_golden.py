"""The bytes of every file are pinned, and every ISO file is valid against the official schema."""

from __future__ import annotations

import re

import pytest

from tests.subsidy.bankfiles.samples import GOLDEN, assert_valid, golden_files, golden_payments, written

NAMES = sorted(golden_files())


@pytest.mark.parametrize("name", NAMES)
def test_bytes_are_those_of_the_golden_file(name: str) -> None:
    assert golden_files()[name]() == (GOLDEN / name).read_bytes()


def test_no_golden_file_is_left_over() -> None:
    assert sorted(path.name for path in GOLDEN.iterdir()) == NAMES


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".xml")])
def test_iso_golden_files_are_valid(name: str) -> None:
    message = re.match(r"(pain|camt)\.\d{3}\.001\.\d\d", name)
    assert message is not None
    assert_valid(message[0], (GOLDEN / name).read_bytes())


@pytest.mark.parametrize("format", ["pain.001.001.09", "bank_csv"])
def test_the_same_arguments_give_the_same_bytes(format: str) -> None:
    assert written(format, golden_payments()) == written(format, golden_payments())
