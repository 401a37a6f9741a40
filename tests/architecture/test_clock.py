"""Time is passed in: only the entries ask a clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import dotted, modules, tree

# Screens, API, commands and jobs are entries; these rooms are not.
ROOMS = (
    "policies",
    "workflows",
    "subsidy/audit",
    "subsidy/ledger",
    "subsidy/documents",
    "subsidy/applicants",
    "subsidy/registers",
    "subsidy/programmes",
    "subsidy/cases",
    "subsidy/reviews",
    "subsidy/decisions",
    "subsidy/payouts",
    "subsidy/correspondence",
    "subsidy/work",
    "subsidy/letters",
    "subsidy/bankfiles",
    "subsidy/sources",
)
# Jobs are entries as well: jobs.py of a flow asks the business clock once and passes it on.
ENTRIES = ("jobs.py",)
CLOCKS = (
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "timezone.now",
    "timezone.localdate",
    "timezone.localtime",
    "time.time",
    "time.time_ns",
    "localdate",
    "Now",
    "functions.Now",
    "TransactionNow",
)
# Fields that ask the clock by themselves.
SILENT = ("auto_now", "auto_now_add")


def clock_reads(path: Path) -> Iterator[str]:
    """Each place of a module that reads a clock, called or handed on (as a field's default, say)."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute | ast.Name) and any(
            f".{dotted(node)}".endswith(f".{clock}") for clock in CLOCKS
        ):
            yield f"{path}:{node.lineno} {dotted(node)}"
        if isinstance(node, ast.keyword) and node.arg in SILENT:
            yield f"{path}:{node.value.lineno} {node.arg}"


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_of_the_domain_read_no_clock(room: str) -> None:
    found = [read for path in modules(room) if path.name not in ENTRIES for read in clock_reads(path)]
    assert not found, "pass `now` in instead: " + "; ".join(found)


def test_the_check_sees_each_way_to_ask(tmp_path: Path) -> None:
    path = tmp_path / "asks.py"
    path.write_text(
        "import datetime\nfrom datetime import date\nfrom django.utils import timezone\n"
        "a = datetime.datetime.now()\nb = date.today()\n"
        "c = Field(default=timezone.now)\nd = Field(auto_now_add=True)\n"
    )
    found = sorted(read.split()[-1] for read in clock_reads(path))
    assert found == ["auto_now_add", "date.today", "datetime.datetime.now", "timezone.now"]
