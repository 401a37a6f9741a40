"""The rows of the ledger's table: which accounts an event moves, in which book.

Budget book: (from, to). Cash book: (debit, credit). Each row balances by itself in each book, and moves one amount; what
moves two amounts at once is two rows in one transaction of the database: a payment of which a part is offset settles by
SETTLE (what the bank paid) and SETTLE_OFFSET (what was kept back), a move between lines is MOVE_OUT and MOVE_IN.
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
    Kind.PAY_OVER: Row(cash=(C.FUNDING, C.BANK)),
    Kind.CHARGE: Row(cash=(C.CHARGES, C.BANK)),
    Kind.EARN_INTEREST: Row(cash=(C.BANK, C.INTEREST)),
    Kind.APPROPRIATE: Row(budget=(B.APPROPRIATED, B.AVAILABLE)),
    Kind.REDUCE: Row(budget=(B.AVAILABLE, B.APPROPRIATED)),
    Kind.MOVE_OUT: Row(budget=(B.AVAILABLE, B.APPROPRIATED)),
    Kind.MOVE_IN: Row(budget=(B.APPROPRIATED, B.AVAILABLE)),
    Kind.RESERVE: Row(budget=(B.AVAILABLE, B.COMMITTED)),
    Kind.UNRESERVE: Row(budget=(B.COMMITTED, B.AVAILABLE)),
    Kind.OBLIGATE: Row(budget=(B.COMMITTED, B.OBLIGATED)),
    Kind.CORRECT_UP: Row(budget=(B.AVAILABLE, B.OBLIGATED)),
    Kind.CORRECT_DOWN: Row(budget=(B.OBLIGATED, B.AVAILABLE)),
    Kind.RELEASE: Row(budget=(B.OBLIGATED, B.IN_FLIGHT)),
    Kind.OFFSET: Row(cash=(C.OFFSET_PENDING, C.RECEIVABLE)),
    Kind.OFFSET_WHOLE: Row(budget=(B.OBLIGATED, B.SPENT), cash=(C.EXPENSE, C.RECEIVABLE)),
    Kind.OFFSET_UNDONE: Row(cash=(C.RECEIVABLE, C.OFFSET_PENDING)),
    Kind.REFUSE: Row(budget=(B.IN_FLIGHT, B.OBLIGATED)),
    Kind.SETTLE: Row(budget=(B.IN_FLIGHT, B.SPENT), cash=(C.EXPENSE, C.BANK)),
    Kind.SETTLE_OFFSET: Row(budget=(B.IN_FLIGHT, B.SPENT), cash=(C.EXPENSE, C.OFFSET_PENDING)),
    Kind.CONFIRM_QUOTA: Row(budget=(B.IN_FLIGHT, B.SPENT)),
    Kind.WITHDRAW_QUOTA: Row(budget=(B.SPENT, B.OBLIGATED)),
    Kind.CANCEL_QUOTA: Row(budget=(B.SPENT, B.AVAILABLE)),
    Kind.RETURN: Row(budget=(B.SPENT, B.OBLIGATED), cash=(C.BANK, C.EXPENSE)),
    Kind.RETURN_CANCELLED: Row(budget=(B.SPENT, B.AVAILABLE), cash=(C.BANK, C.EXPENSE)),
    Kind.RETURN_PRIOR: Row(cash=(C.BANK, C.PRIOR_YEAR)),
    Kind.RECOVER: Row(cash=(C.RECEIVABLE, C.RECOVERED)),
    Kind.RECOVER_LESS: Row(cash=(C.RECOVERED, C.RECEIVABLE)),
    Kind.RECOVER_REFUND: Row(cash=(C.RECOVERED, C.BANK)),
    Kind.RECOVERY_RECEIVED: Row(cash=(C.BANK, C.RECEIVABLE)),
    Kind.RESTORE: Row(budget=(B.SPENT, B.AVAILABLE), cash=(C.RECOVERED, C.EXPENSE)),
    Kind.WRITE_OFF: Row(cash=(C.WRITTEN_OFF, C.RECEIVABLE)),
    Kind.RECEIVED_AFTER: Row(cash=(C.BANK, C.WRITTEN_OFF)),
    Kind.SUSPEND_IN: Row(cash=(C.BANK, C.SUSPENSE_IN)),
    Kind.SUSPEND_OUT: Row(cash=(C.SUSPENSE_OUT, C.BANK)),
    Kind.SEND_BACK: Row(cash=(C.SUSPENSE_IN, C.BANK)),
    Kind.ENTERED_IN: Row(cash=(C.SUSPENSE_IN, C.BANK)),
    Kind.ENTERED_OUT: Row(cash=(C.BANK, C.SUSPENSE_OUT)),
    Kind.LAPSE: Row(budget=(B.AVAILABLE, B.LAPSED)),
    Kind.CARRY_AVAILABLE: Row(budget=(B.AVAILABLE, B.CARRIED_OUT)),
    Kind.CARRY_COMMITTED: Row(budget=(B.COMMITTED, B.CARRIED_OUT)),
    Kind.CARRY_OBLIGATED: Row(budget=(B.OBLIGATED, B.CARRIED_OUT)),
    Kind.BRING_AVAILABLE: Row(budget=(B.APPROPRIATED, B.AVAILABLE)),
    Kind.BRING_COMMITTED: Row(budget=(B.APPROPRIATED, B.COMMITTED)),
    Kind.BRING_OBLIGATED: Row(budget=(B.APPROPRIATED, B.OBLIGATED)),
}

# Which accounts of the cash book there are many of, and by what: the field of the posting, and of the account.
KEPT_BY: dict[C, str] = {
    C.BANK: "paying_account_id",
    C.EXPENSE: "line_id",
    C.RECEIVABLE: "recovery_id",
    C.OFFSET_PENDING: "recovery_id",
    C.RECOVERED: "year",
}

DEBIT_SIDE = frozenset({C.EXPENSE, C.RECEIVABLE, C.OFFSET_PENDING, C.WRITTEN_OFF, C.CHARGES, C.SUSPENSE_OUT})
CREDIT_SIDE = frozenset({C.FUNDING, C.RECOVERED, C.PRIOR_YEAR, C.INTEREST, C.SUSPENSE_IN})


def cash_legs(kind: Kind, *, from_suspense: bool) -> tuple[C, C] | None:
    """(debit, credit) of an event; where its bank movement was already booked as unknown, suspense stands for the bank."""
    pair = TABLE[kind].cash
    if pair is None or not from_suspense:
        return pair
    debit, credit = pair
    return (C.SUSPENSE_IN if debit == C.BANK else debit), (C.SUSPENSE_OUT if credit == C.BANK else credit)
