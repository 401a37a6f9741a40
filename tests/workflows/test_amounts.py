"""Amounts at the door: nothing, less than nothing, 10^15 fen and what is no amount are refused by every act that takes one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from subsidy.bankfiles import AMOUNT_FEN_MAX
from subsidy.ledger.models import BudgetLine, Leg
from tests.workflows.test_matrix import acts_of
from tests.world import World, fresh
from workflows.case.fields import MoneyField
from workflows.common.refusals import BadData
from workflows.common.subjects import kinds


def amounts() -> Iterator[tuple[str, forms.Field]]:
    """Each field of an act's form that holds fen, by kind, act and name."""
    for kind in kinds():
        for act in (*acts_of(kind), *(opening.act for opening in kind.opens.values())):
            for name, field in getattr(act.form, "base_fields", {}).items():
                if isinstance(field, MoneyField) or name.endswith("_fen"):
                    yield f"{kind.name} {act.name} {name}", field


def refused(field: forms.Field, value: Any) -> bool:
    try:
        field.clean(value)
    except ValidationError as error:
        return bool(error.messages)
    return False


def test_every_act_that_takes_an_amount_bounds_it() -> None:
    found = dict(amounts())
    assert len(found) >= 12, sorted(found)
    # A cap of an authorisation may be nothing: then no case is decided under it.
    may_be_zero = {name for name in found if name.split()[-1] in ("cap_fen", "case_cap_fen")}
    for name, field in found.items():
        assert refused(field, AMOUNT_FEN_MAX + 1), name
        assert refused(field, -1), name
        assert refused(field, 0) == (name not in may_be_zero), name
        assert field.clean(AMOUNT_FEN_MAX) == AMOUNT_FEN_MAX, name


@pytest.mark.parametrize(
    "typed",
    [
        "10000000000000.00",
        "-0.01",
        "0",
        "0.001",
        "1e3",
        "1E999999",
        "NaN",
        "Infinity",
        "１e３",
        "1.2.3",
        "12 000",
        True,
        f"0.{0:040}1",
        "9" * 5000,
    ],
)
def test_what_is_typed_and_is_no_amount_says_so(typed: Any) -> None:
    field = MoneyField(decimals=2, minimum=1, maximum=AMOUNT_FEN_MAX)
    with pytest.raises(ValidationError, match=r"金额|小数"):
        field.clean(typed)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("0.01", 1),
        ("1,200,000", 120_000_000),
        ("１２．５", None),
        ("１２", 1200),
        ("9999999999999.99", AMOUNT_FEN_MAX),
    ],
)
def test_what_is_typed_is_read_to_the_fen(typed: str, fen: int | None) -> None:
    field = MoneyField(decimals=2, minimum=1, maximum=AMOUNT_FEN_MAX)
    assert refused(field, typed) if fen is None else field.clean(typed) == fen


def test_a_refused_amount_moves_nothing(db: None) -> None:
    world = World()
    line = world.line()
    before, legs = fresh(line).appropriated, Leg.objects.count()
    for amount in (0, -1, 10**15, True, "NaN"):
        with pytest.raises(BadData) as refusal:
            world.act("budget_line", line, "appropriate", "finance2", data={"amount_fen": amount, "document": "D1"})
        assert "amount_fen" in refusal.value.fields, amount
    assert BudgetLine.objects.get(pk=line.pk).appropriated == before and Leg.objects.count() == legs
