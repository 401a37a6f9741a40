"""The plain data that bank files are written from and read into.

Money is an integer number of fen (hundredths of the currency's unit), dates are ``*_on``, instants ``*_at``.
Every fault carries its sentence in Chinese and in English, because an officer reads it on the screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Literal

#: China Standard Time. Banks here write instants without an offset; such an instant is read as this zone's.
BANK_TIME = timezone(timedelta(hours=8), "CST")

#: Currencies whose smallest unit is a hundredth. ``amount_fen`` has no meaning in any other (yen, dinar).
HUNDREDTHS = frozenset({"CNY", "HKD", "MOP", "USD", "EUR", "GBP"})

#: ISO 20022 amounts and control sums have at most 18 digits, two of them behind the point.
AMOUNT_FEN_MAX = 10**18 - 1

Status = Literal["accepted", "settled", "rejected", "pending", "returned"]
Level = Literal["group", "payment_info", "transaction"]
Direction = Literal["debit", "credit"]


class BankFileError(ValueError):
    """A bank file cannot be written or read; the text says where, what was expected and what to do next.

    ``row`` is the payment's row in the batch (writing), ``line`` the line of the file (reading), ``field`` the
    name of the offending field, ``source`` the file's name where it is known. ``zh`` and ``en`` are whole sentences.
    """

    def __init__(
        self,
        zh: str,
        en: str,
        *,
        row: int | None = None,
        field: str | None = None,
        line: int | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en
        self.row = row
        self.field = field
        self.line = line
        self.source = source


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a payment (or, with row 0, the head of a file) cannot stand in a file of the chosen format."""

    row: int
    field: str
    zh: str
    en: str

    def as_error(self) -> BankFileError:
        """The same finding as the error that stops a file."""
        return BankFileError(self.zh, self.en, row=self.row or None, field=self.field)


@dataclass(frozen=True, slots=True)
class Party:
    """An account holder: full name, account number, name of the bank, and its 12-digit CNAPS number."""

    name: str
    account: str
    bank_name: str
    bank_code: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One line of a payout file. ``row`` is its number in the batch, from 1, the same in every error message."""

    end_to_end_id: str
    amount_fen: int
    currency: str
    payee: Party
    purpose: str
    remark: str
    row: int


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """The head of a payout file. ``count`` and ``total_fen`` are promised here and verified against the rows."""

    message_id: str
    sequence: int
    created_at: datetime
    execution_on: date
    payer: Party
    currency: str
    count: int
    total_fen: int
    purpose: str


@dataclass(frozen=True, slots=True)
class FormatInfo:
    """What a screen needs to offer a format; ``max_rows`` is the bank's cap of rows a file, None for no cap."""

    name: str
    title_zh: str
    title_en: str
    extension: str
    media_type: str
    max_rows: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One statement of the bank about one payment, one block of payments, or one whole file (``level``).

    Only ``settled`` means that money left the account, only ``rejected`` and ``returned`` that it may be payable
    again. Whatever the bank says that this program does not know is ``pending`` with the bank's word in
    ``reason_code``: it neither settles nor releases money and has to be enquired about.

    ``entry`` identifies the statement itself: equal for the same statement in another file, in another order or
    read twice, different for two statements that merely look alike (two equal payments). Import is idempotent
    over (``bank_reference``, ``entry``). ``bank_reference`` is the bank's own reference of the booked entry;
    the details of one batch booking may share it. ``account`` is the paying account, ``payee_account`` the other
    side's, each where the bank names it. ``bank_status`` is the bank's own word for ``status``.
    """

    end_to_end_id: str | None
    status: Status
    amount_fen: int | None
    currency: str | None
    bank_reference: str | None
    booked_on: date | None
    reason_code: str | None
    reason_text: str | None
    level: Level
    account: str | None
    entry: str
    direction: Direction | None = None
    bank_status: str | None = None
    original_message_id: str | None = None
    payment_info_id: str | None = None
    payee_account: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """A bank's answer: its head, and its statements as a stream.

    ``answers`` reads the rest of the file while it is walked and can be walked once; it may raise BankFileError
    at any point, up to the very last byte (a file cut off in transit is noticed there). Whoever imports it does
    so in one transaction, so that a faulty file leaves nothing behind.
    """

    format: str
    message_id: str
    original_message_id: str | None
    created_at: datetime | None
    answers: Iterator[Answer]
