"""The rows of the ledger's table: which accounts an event moves, in which book.

Budget book: (from, to). Cash book: (debit, credit). Each row balances by itself in each book.
"""

from __future__ import annotations

from dataclasses import dataclass

from subsidy.ledger.enums import BudgetAccount as B
from subsidy.ledger.enums import CashAccountKind as C
from subsidy.ledger.enums import Kind


@dataclass(frozen=True)
class Row:
    budget: tuple[B, B] | None = None
    cash: tuple[C, C] | None = None


TABLE: dict[Kind, Row] = {
    Kind.FUND: Row(cash=(C.BANK, C.FUNDING)),
    Kind.APPROPRIATE: Row(budget=(B.APPROPRIATED, B.AVAILABLE)),
    Kind.RESERVE: Row(budget=(B.AVAILABLE, B.COMMITTED)),
    Kind.UNRESERVE: Row(budget=(B.COMMITTED, B.AVAILABLE)),
    Kind.OBLIGATE: Row(budget=(B.COMMITTED, B.OBLIGATED)),
    Kind.CORRECT_UP: Row(budget=(B.AVAILABLE, B.OBLIGATED)),
    Kind.CORRECT_DOWN: Row(budget=(B.OBLIGATED, B.AVAILABLE)),
    Kind.RELEASE: Row(budget=(B.OBLIGATED, B.IN_FLIGHT)),
    Kind.REFUSE: Row(budget=(B.IN_FLIGHT, B.OBLIGATED)),
    Kind.SETTLE: Row(budget=(B.IN_FLIGHT, B.SPENT), cash=(C.EXPENSE, C.BANK)),
    Kind.RETURN: Row(budget=(B.SPENT, B.OBLIGATED), cash=(C.BANK, C.EXPENSE)),
    Kind.SUSPEND_IN: Row(cash=(C.BANK, C.SUSPENSE_IN)),
    Kind.SUSPEND_OUT: Row(cash=(C.SUSPENSE_OUT, C.BANK)),
}
