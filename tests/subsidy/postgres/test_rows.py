"""Rows written as arrays: every kind of column as the field stores it, nothing cut, nothing missing passed over."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DataError, transaction

from subsidy.audit.moment import ZONE
from subsidy.ledger.models import BudgetLine
from subsidy.postgres import rows
from subsidy.postgres.rows import RowsGone, rows_update
from tests.world import World, fresh


@pytest.mark.django_db
def test_each_row_gets_its_own_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "CHUNK", 2)
    world = World()
    lines = [world.line(), world.line(), world.line()]
    at = dt.datetime(2024, 12, 31, 17, tzinfo=ZONE)
    for number, line in enumerate(lines):
        line.name_zh, line.closed_at, line.head_hash = (
            f"甲{number}'",
            at if number == 1 else None,
            bytes([number] * 32),
        )
        line.authority_id, line.head_seq = world.authority.pk, number
    rows_update(lines, ["name_zh", "closed_at", "head_hash", "authority", "head_seq"])
    found = [fresh(line) for line in lines]
    assert [one.name_zh for one in found] == ["甲0'", "甲1'", "甲2'"]
    assert [one.closed_at for one in found] == [None, at, None]
    assert [bytes(one.head_hash)[0] for one in found] == [0, 1, 2]
    assert [one.head_seq for one in found] == [0, 1, 2]


@pytest.mark.django_db
def test_nothing_is_cut_and_no_missing_row_is_passed_over() -> None:
    line = World().line()
    line.name_zh = "长" * 500
    with pytest.raises(DataError), transaction.atomic():
        rows_update([line], ["name_zh"])
    with pytest.raises(RowsGone):
        rows_update([fresh(line), BudgetLine(pk=line.pk + 999, name_zh="无")], ["name_zh"])
