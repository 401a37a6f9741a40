"""The bytes of every file are pinned, and every ISO file with an official schema is valid against it."""

from __future__ import annotations

import re

import pytest

from subsidy.bankfiles import FORMATS
from tests.subsidy.bankfiles.samples import GOLDEN, assert_valid, golden_files, golden_payments, written

NAMES = sorted(golden_files())


@pytest.mark.parametrize("name", NAMES)
def test_bytes_are_those_of_the_golden_file(name: str) -> None:
    assert golden_files()[name]() == (GOLDEN / name).read_bytes()


def test_no_golden_file_is_left_over() -> None:
    assert sorted(path.name for path in GOLDEN.iterdir()) == NAMES


ISO = {name: found[0] for name in NAMES if (found := re.match(r"(pain|camt)\.\d{3}\.001\.\d\d", name))}


@pytest.mark.parametrize("name", ISO)
def test_iso_golden_files_are_valid(name: str) -> None:
    assert_valid(ISO[name], (GOLDEN / name).read_bytes())


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_arguments_give_the_same_bytes(format: str) -> None:
    assert written(format, golden_payments()) == written(format, golden_payments())
