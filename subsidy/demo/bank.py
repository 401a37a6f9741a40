"""A reference bank for the demo and the tests: it reads an exported payout file and writes the answers to it.

It is no bank and no model of one: no balances, no clearing, no names checked. It says what it is told to say, in the
formats that banks use, so that the way back can be walked without a bank. Every function is pure: the same bytes,
dates and instructions give the same answer. It refuses a file whose count or control sum does not hold, as a bank would.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from subsidy.demo import bank_iso, bank_tables
from subsidy.demo.bank_iso import REASONS
from subsidy.demo.bank_order import Order, OrderLine, ReferenceBankError, read_order

__all__ = [
    "REASONS",
    "Document",
    "Instructions",
    "ReferenceBankError",
    "account_statement",
    "announced_return",
    "answer",
    "money_back",
    "notification",
    "read_order",
    "receipt",
    "receipt_of_returns",
    "result_csv",
    "result_xlsx",
    "status_report",
]


@dataclass(frozen=True, slots=True)
class Instructions:
    """How the bank is to answer; identifiers are end-to-end ids, every other line is executed.

    ``reject``: identifier → reason code, the line is refused. ``pending``: the bank is still at it. ``silent``: the
    bank does not answer about the line at all.
    """

    reject: Mapping[str, str] = field(default_factory=dict)
    pending: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Document:
    """A file that the bank sends: a name for the person who saves it, and its bytes."""

    name: str
    content: bytes


def answer(
    exported: bytes, *, answered_at: datetime, booked_on: date, instructions: Instructions | None = None
) -> tuple[Document, ...]:
    """Everything the bank sends for a payout file: pain.002 and camt.054, or the result table, or the receipt.

    ``answered_at`` is an aware instant, ``booked_on`` the day the executed lines leave the account. Raises
    ReferenceBankError when the file or the instructions do not hold.
    """
    order = read_order(exported)
    stem = order.message_id.replace("/", "-")
    match order.format:
        case "bank_csv":
            content = result_csv(exported, answered_at=answered_at, booked_on=booked_on, instructions=instructions)
            return (Document(f"{stem}-result.csv", content),)
        case "bank_xlsx":
            content = result_xlsx(exported, answered_at=answered_at, booked_on=booked_on, instructions=instructions)
            return (Document(f"{stem}-result.xlsx", content),)
        case "treasury_xml":
            content = receipt(exported, booked_on=booked_on, instructions=instructions)
            return (Document(f"{stem}-receipt.xml", content),)
    status = status_report(exported, answered_at=answered_at, instructions=instructions)
    booked = notification(exported, answered_at=answered_at, booked_on=booked_on, instructions=instructions)
    return (Document(f"{stem}-pain.002.xml", status), Document(f"{stem}-camt.054.xml", booked))


def status_report(
    exported: bytes, *, answered_at: datetime, instructions: Instructions | None = None, version: str = "12"
) -> bytes:
    """The pain.002 to a pain.001: the file's status, and each line accepted, rejected or pending."""
    order, told = _prepared(exported, instructions)
    named = [(line, _fate(line, told)) for line in order.lines if line.end_to_end_id not in told.silent]
    return bank_iso.status_report(order, named, told.reject, answered_at, version)


def notification(
    exported: bytes,
    *,
    answered_at: datetime,
    booked_on: date,
    instructions: Instructions | None = None,
    version: str = "08",
) -> bytes:
    """The camt.054 that books every executed line as a debit of the paying account, one entry a line."""
    order, told = _prepared(exported, instructions)
    booked = [bank_iso.Booking(line, booked_on) for line in _executed(order, told)]
    return bank_iso.notification(order, booked, "C5", answered_at, booked_on, version)


def money_back(
    exported: bytes, *, returned: Mapping[str, str], answered_at: datetime, booked_on: date, version: str = "08"
) -> bytes:
    """A later camt.054 that books lines back: ``returned`` is end-to-end id → reason code. For every payout format."""
    order, _ = _prepared(exported, Instructions(reject=returned))
    booked = _back(order, returned, booked_on)
    return bank_iso.notification(order, booked, "CR", answered_at, booked_on, version)


def announced_return(
    exported: bytes, *, returned: Mapping[str, str], answered_at: datetime, version: str = "09"
) -> bytes:
    """The pacs.004 that says that lines come back, before the money does."""
    order, _ = _prepared(exported, Instructions(reject=returned))
    return bank_iso.announced_return(order, returned, answered_at, version)


def account_statement(
    exported: bytes,
    *,
    opening_fen: int,
    sequence: int,
    answered_at: datetime,
    booked_on: date,
    instructions: Instructions | None = None,
    returned: Mapping[str, str] | None = None,
    version: str = "08",
) -> bytes:
    """The camt.053 of a day: the executed lines as debits, ``returned`` ones as credits, between two balances."""
    order, told = _prepared(exported, instructions)
    back = _back(order, returned or {}, booked_on)
    booked = [*(bank_iso.Booking(line, booked_on) for line in _executed(order, told)), *back]
    return bank_iso.account_statement(order, booked, opening_fen, sequence, answered_at, booked_on, version)


def money_in(
    account: str, *, credits: Sequence[tuple[str, int, str]], opening_fen: int, sequence: int, at: datetime
) -> bytes:
    """The camt.053 of a day on which only others paid in: (who, fen, what for) each; the day is that of ``at``."""
    lines = [OrderLine(f"IN{sequence}-{place}", fen, account) for place, (_who, fen, _said) in enumerate(credits, 1)]
    booked = [
        bank_iso.Booking(line, at.date(), sender=who, said=said)
        for line, (who, _fen, said) in zip(lines, credits, strict=True)
    ]
    order = Order("camt.053", f"IN{sequence}", account, "CNY", tuple(lines))
    return bank_iso.account_statement(order, booked, opening_fen, sequence, at, at.date(), "08")


def result_csv(
    exported: bytes, *, answered_at: datetime, booked_on: date, instructions: Instructions | None = None
) -> bytes:
    """The result CSV to a batch template, by the result profile."""
    order, told = _prepared(exported, instructions)
    return bank_tables.as_csv(bank_tables.result(order, _fates(order, told), told.reject, answered_at, booked_on))


def result_xlsx(
    exported: bytes, *, answered_at: datetime, booked_on: date, instructions: Instructions | None = None
) -> bytes:
    """The same result as a workbook of text cells."""
    order, told = _prepared(exported, instructions)
    return bank_tables.as_xlsx(bank_tables.result(order, _fates(order, told), told.reject, answered_at, booked_on))


def receipt(exported: bytes, *, booked_on: date, instructions: Instructions | None = None) -> bytes:
    """The treasury's voucher with what the bank fills in; a line it is silent about is left as it came."""
    order, told = _prepared(exported, instructions)
    return bank_tables.receipt(exported, order, _fates(order, told), told.reject, booked_on)


def receipt_of_returns(exported: bytes, *, returned: Mapping[str, str], booked_on: date) -> bytes:
    """A later voucher below zero: lines that were paid come back."""
    order, _ = _prepared(exported, Instructions(reject=returned))
    return bank_tables.receipt_of_returns(exported, order, returned, booked_on)


def _fate(line: OrderLine, told: Instructions) -> str:
    if line.end_to_end_id in told.reject:
        return "rejected"
    return "pending" if line.end_to_end_id in told.pending else "settled"


def _fates(order: Order, told: Instructions) -> list[tuple[OrderLine, str]]:
    return [(line, "silent" if line.end_to_end_id in told.silent else _fate(line, told)) for line in order.lines]


def _executed(order: Order, told: Instructions) -> list[OrderLine]:
    return [line for line, fate in _fates(order, told) if fate == "settled"]


def _back(order: Order, returned: Mapping[str, str], booked_on: date) -> list[bank_iso.Booking]:
    lines = [line for line in order.lines if line.end_to_end_id in returned]
    return [bank_iso.Booking(line, booked_on, returned[line.end_to_end_id]) for line in lines]


def _prepared(exported: bytes, instructions: Instructions | None) -> tuple[Order, Instructions]:
    """The order, and instructions that fit it: a slip in them must not look like the bank's behaviour."""
    order = read_order(exported)
    told = instructions or Instructions()
    unknown = {*told.reject, *told.pending, *told.silent} - {line.end_to_end_id for line in order.lines}
    if unknown:
        raise ReferenceBankError(f"instructions for payments that are not in {order.message_id}: {sorted(unknown)}")
    strange = set(told.reject.values()) - set(REASONS)
    if strange:
        raise ReferenceBankError(f"unknown reason codes {sorted(strange)}, choose from {sorted(REASONS)}")
    return order, told
