"""What is known of a call beyond its own row."""

from __future__ import annotations

from subsidy.ledger.models import BudgetLine
from subsidy.programmes.models import Call


def shares_of(call: Call) -> list[tuple[BudgetLine, int]]:
    """The budget lines of a call with what each bears in fen, in the order in which they are used; none where it
    pays nothing.

    These are the lines that the call was opened on; `ledger.selectors.bearing` says which bears it in a later year.
    """
    further = [(row.line, row.amount_fen) for row in call.further_lines.select_related("line").order_by("position")]
    if call.budget_line is None:
        return []
    return [(call.budget_line, call.budget_fen - sum(amount for _line, amount in further)), *further]
