"""Budget lines as the door knows them."""

from __future__ import annotations

from typing import Any

from subsidy.ledger.models import BudgetLine
from workflows.budget.lines import ESTABLISH, LINE_ACTS
from workflows.common.subjects import Card, Kind, register


def _card(line: Any) -> Card:
    return Card(title=str(line))


BUDGET_LINE = register(
    Kind(
        name="budget_line",
        model=BudgetLine,
        card=_card,
        free_acts=LINE_ACTS,
        opens={"establish": ESTABLISH},
    )
)
