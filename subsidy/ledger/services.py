"""The writers of the books. Only the door calls them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace

from django.db import connection
from django.db.models import F, Q

from subsidy.audit.moment import Moment
from subsidy.ledger.enums import Book, BudgetAccount, CashAccountKind, ReservationState
from subsidy.ledger.models import BudgetLine, CashAccount, Leg, Reservation, Transaction
from subsidy.ledger.posting import Posting
from subsidy.ledger.table import KEPT_BY, TABLE, cash_legs

LineDeltas = dict[BudgetAccount, int]
OPEN_ACCOUNTS = tuple(
    account.value
    for account in (
        BudgetAccount.AVAILABLE,
        BudgetAccount.COMMITTED,
        BudgetAccount.OBLIGATED,
        BudgetAccount.IN_FLIGHT,
    )
)


class LedgerError(Exception):
    """A posting that the books cannot take; nothing was written."""


class NotEnough(LedgerError):
    """A budget line does not hold what should be moved: (line id, what was to change)."""

    def __init__(self, line_id: int, deltas: LineDeltas) -> None:
        self.line_id = line_id
        super().__init__(f"budget line {line_id} does not hold enough for {dict(deltas)} (fen), or its year is closed")


class StillOpen(LedgerError):
    """A year that cannot be closed: something of it is still available, reserved, obligated or in flight."""


def post(postings: Sequence[Posting], *, now: Moment) -> None:
    """Write the postings with their legs and move the balances; the budget rows last, ordered by id.

    One INSERT for transactions, one for legs, one UPDATE a cash account and a budget line, whatever the number of
    postings: this is how a round reserves for all its rows in one fold. Raises NotEnough, and IntegrityError when a
    key was posted before.
    """
    if not postings:
        return
    for posting in postings:
        if posting.amount_fen <= 0:
            raise LedgerError(f"{posting.key}: an amount must be positive, got {posting.amount_fen} fen")
    cash = _cash_accounts(postings)
    transactions = Transaction.objects.bulk_create(
        [
            Transaction(
                authority_id=posting.authority_id,
                key=posting.key,
                kind=posting.kind,
                at=now.at,
                subject_kind=posting.subject_kind,
                subject_id=posting.subject_id,
                memo=posting.memo,
            )
            for posting in postings
        ]
    )
    legs = [
        leg
        for transaction, posting in zip(transactions, postings, strict=True)
        for leg in _legs(transaction, posting, cash)
    ]
    Leg.objects.bulk_create(legs)
    _move_cash(legs)
    _move_budget(legs)


@dataclass(frozen=True)
class CashKey:
    """What tells one account of the cash book from the others: the columns of its unique constraint."""

    authority_id: int
    kind: CashAccountKind
    currency: str
    line_id: int | None = None
    paying_account_id: int | None = None
    recovery_id: int | None = None
    year: int | None = None


CASH_COLUMNS = tuple(field.name for field in fields(CashKey))


def _cash_key(kind: CashAccountKind, posting: Posting) -> CashKey:
    """Raises LedgerError when the posting does not name which of the accounts of this kind it moves."""
    key = CashKey(posting.authority_id, kind, posting.currency)
    if kind not in KEPT_BY:
        return key
    column = KEPT_BY[kind]
    named = getattr(posting, column)
    if named is None:
        raise LedgerError(f"{posting.key}: {posting.kind} moves {kind}; name its {column}")
    return replace(key, **{column: named})


def _cash_pair(posting: Posting) -> tuple[CashAccountKind, CashAccountKind] | None:
    return cash_legs(posting.kind, from_suspense=posting.from_suspense)


def _cash_accounts(postings: Iterable[Posting]) -> dict[CashKey, int]:
    """Ids of the cash accounts that the postings touch; an account is opened the first time money reaches it."""
    wanted = {_cash_key(kind, posting) for posting in postings for kind in _cash_pair(posting) or ()}
    if not wanted:
        return {}
    found = _existing_cash_accounts(wanted)
    missing = sorted(wanted - found.keys(), key=str)
    if missing:
        CashAccount.objects.bulk_create([CashAccount(**asdict(key)) for key in missing], ignore_conflicts=True)
        found = _existing_cash_accounts(wanted)
    return {key: found[key] for key in wanted}


def _existing_cash_accounts(wanted: Iterable[CashKey]) -> dict[CashKey, int]:
    """Those of the wanted accounts that are there; a recovery's own accounts are looked up by its name, not all read."""
    recoveries = {key.recovery_id for key in wanted if key.recovery_id is not None}
    rows = CashAccount.objects.filter(
        Q(recovery_id=None) | Q(recovery_id__in=recoveries), authority__in={key.authority_id for key in wanted}
    ).values_list("pk", *CASH_COLUMNS)
    return {CashKey(row[1], CashAccountKind(row[2]), *row[3:]): row[0] for row in rows}


def _legs(transaction: Transaction, posting: Posting, cash: dict[CashKey, int]) -> list[Leg]:
    legs = []
    budget = TABLE[posting.kind].budget
    if budget:
        if posting.line_id is None:
            raise LedgerError(f"{posting.key}: {posting.kind} moves a budget line; name it")
        source, target = budget
        for account, amount in ((source, -posting.amount_fen), (target, posting.amount_fen)):
            legs.append(
                Leg(
                    transaction_id=transaction.pk,
                    book=Book.BUDGET,
                    currency=posting.currency,
                    line_id=posting.line_id,
                    budget_account=account,
                    amount=amount,
                )
            )
    pair = _cash_pair(posting)
    if pair:
        debit, credit = pair
        for account_kind, amount in ((debit, posting.amount_fen), (credit, -posting.amount_fen)):
            legs.append(
                Leg(
                    transaction_id=transaction.pk,
                    book=Book.CASH,
                    currency=posting.currency,
                    line_id=posting.line_id if account_kind == CashAccountKind.EXPENSE else None,
                    cash_account_id=cash[_cash_key(account_kind, posting)],
                    amount=amount,
                )
            )
    return legs


def _move_cash(legs: Iterable[Leg]) -> None:
    deltas: dict[int, int] = defaultdict(int)
    for leg in legs:
        if leg.cash_account_id is not None:
            deltas[leg.cash_account_id] += leg.amount
    for account_id in sorted(deltas):
        if deltas[account_id]:
            moved = CashAccount.objects.filter(pk=account_id).update(balance=F("balance") + deltas[account_id])
            if moved != 1:
                raise LedgerError(f"cash account {account_id} is gone; no money was moved")


def _move_budget(legs: Iterable[Leg]) -> None:
    lines: dict[int, LineDeltas] = defaultdict(lambda: defaultdict(int))
    for leg in legs:
        if leg.book == Book.BUDGET and leg.line_id is not None and leg.budget_account is not None:
            lines[leg.line_id][BudgetAccount(leg.budget_account)] += leg.amount
    for line_id in sorted(lines):
        _move_line(line_id, lines[line_id])


def _move_line(line_id: int, deltas: LineDeltas) -> None:
    """One conditional UPDATE whose row count is checked: the line is open and no account would go below zero.

    APPROPRIATED is the contra account: its legs are negative while the column counts what was appropriated.
    """
    sets, conditions, values = [], [], []
    for account, delta in deltas.items():
        change = -delta if account == BudgetAccount.APPROPRIATED else delta
        sets.append(f"{account.value} = {account.value} + %s")
        conditions.append(f"{account.value} + %s >= 0")
        values.append(change)
    table = BudgetLine._meta.db_table
    sql = f"UPDATE {table} SET {', '.join(sets)} WHERE id = %s AND closed_at IS NULL AND {' AND '.join(conditions)}"  # nosec B608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, line_id, *values])
        moved = cursor.rowcount
    if moved != 1:
        raise NotEnough(line_id, deltas)


def close_year(line: BudgetLine, *, now: Moment) -> None:
    """Close one line's year: from now on it takes no budget legs. Raises StillOpen with what the line still holds."""
    empty = dict.fromkeys(OPEN_ACCOUNTS, 0)
    closed = BudgetLine.objects.filter(pk=line.pk, closed_at=None, **empty).update(closed_at=now.at)
    if closed != 1:
        holds = BudgetLine.objects.values(*OPEN_ACCOUNTS, "closed_at").get(pk=line.pk)
        raise StillOpen(f"budget line {line.code} of {line.year} cannot be closed; it holds {holds} (fen)")


def line_continue(line: BudgetLine) -> BudgetLine:
    """The line of the next year that goes on where `line` ends: same code, names and source, no money yet."""
    return BudgetLine.objects.create(
        authority_id=line.authority_id,
        year=line.year + 1,
        code=line.code,
        name_zh=line.name_zh,
        name_en=line.name_en,
        source=line.source,
        programme=line.programme,
        function_code=line.function_code,
        currency=line.currency,
    )


def reservation_carry(parts: Mapping[Reservation, int], *, to: BudgetLine) -> None:
    """Have the line `to` bear so much (fen) of each reservation; what was paid of one stays with the old line.

    A case that has a reservation on that line already has one of both together.
    """
    cases = [one.case_id for one in parts]
    there = {
        one.case_id: one
        for one in Reservation.objects.select_for_update(no_key=True)
        .filter(line=to, case_id__in=cases)
        .exclude(state=ReservationState.FALLEN)
    }
    changed, new = [], []
    for one, fen in parts.items():
        known = there.get(one.case_id)
        rest = one.amount_fen - fen
        if known is None and not rest:
            one.line = to
        else:
            if known is not None:
                known.amount_fen += fen
                changed.append(known)
            else:
                new.append(_part(one, fen, to))
            if rest:
                one.amount_fen = rest
            else:
                one.state = ReservationState.FALLEN
        changed.append(one)
    Reservation.objects.bulk_update(changed, ["line", "amount_fen", "state"])
    Reservation.objects.bulk_create(new)


def _part(one: Reservation, fen: int, line: BudgetLine) -> Reservation:
    return Reservation(
        authority_id=one.authority_id,
        case_id=one.case_id,
        line=line,
        amount_fen=fen,
        state=one.state,
        reserved_at=one.reserved_at,
    )
