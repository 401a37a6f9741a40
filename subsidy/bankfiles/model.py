"""The plain data that bank files are written from and read into.

Money is an integer number of the currency's smallest units, named ``*_fen`` after the unit of CNY (a yen, a
thousandth of a dinar: see ``currencies``); dates are ``*_on``, instants ``*_at``.
Every fault carries its sentence in Chinese and in English, because an officer reads it on the screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Literal

#: China Standard Time. Banks here write instants without an offset; such an instant is read as this zone's.
BANK_TIME = timezone(timedelta(hours=8), "CST")

#: ISO 20022 amounts, control sums and balances have at most 18 digits, those behind the point included.
TOTAL_FEN_MAX = 10**18 - 1

#: One payment or booking stays below 10^15 smallest units: ten trillion yuan is a slip of the finger or of a program.
AMOUNT_FEN_MAX = 10**15 - 1

Status = Literal["accepted", "rejected", "pending", "settled", "returned", "received", "taken", "returning"]
#: The statuses of booked money.
MOVING: frozenset[Status] = frozenset({"settled", "returned", "received", "taken"})

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
    """An account holder: full name, account number, name of the bank, its 12-digit CNAPS number, and its BIC if any."""

    name: str
    account: str
    bank_name: str
    bank_code: str
    bic: str = ""


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
class TreasuryHead:
    """The treasury's codes of a payment voucher (DA/T 95—2022, table B.1): area, year, agency, class of expenditure.

    The codes from ``vt_code`` on are assumed where they have a value here: direct payment (11) of subsidies for
    expenses to firms (507 对企业补助 of the government's, 312 of the department's economic classes) out of the
    general public budget. A treasury that numbers otherwise gives its own.
    """

    adm_div_code: str
    st_year: int
    agency_code: str
    agency_name: str
    exp_func_code: str
    vt_code: str = "5201"
    fund_type_code: str = "11"
    bgt_type_code: str = "1"
    pay_type_code: str = "11"
    gov_exp_eco_code: str = "50701"
    dep_exp_eco_code: str = "31204"
    business_type_code: str = "1"


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """The head of a payout file. ``count`` and ``total_fen`` are promised here and verified against the rows.

    ``treasury`` is needed by the treasury's voucher alone.
    """

    message_id: str
    sequence: int
    created_at: datetime
    execution_on: date
    payer: Party
    currency: str
    count: int
    total_fen: int
    purpose: str
    treasury: TreasuryHead | None = None


@dataclass(frozen=True, slots=True)
class FormatInfo:
    """What a screen needs to offer a format, and a batch to be written in it.

    ``max_rows`` is the bank's cap of rows a file, None for no cap; ``for_treasury``: the head needs its codes.
    """

    name: str
    title_zh: str
    title_en: str
    extension: str
    media_type: str
    max_rows: int | None
    for_treasury: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One statement of the bank about one payment, one block of payments, or one whole file (``level``).

    Four statuses tell of booked money, and they alone carry ``booked_on``; ``moved_fen`` is what they move:

    - ``settled``: a debit; it pays the payment that it names, or is unknown money out where it names none.
    - ``returned``: a credit that the bank marks as the return of the payment that it names.
    - ``received``: any other credit; ``reason_code`` says ``CREDIT``, ``INTEREST`` or ``REVERSAL`` (of a debit).
    - ``taken``: any other debit; ``CHARGE``, ``REVERSAL`` (of a credit), ``RETURN-DEBIT`` (of a credit).

    The others move no money. ``rejected``: it will not be executed and may be payable again. ``accepted``: the bank
    is going to execute it. ``returning``: the bank announces that money will come back; the credit follows in a
    statement. ``pending``: everything else, with the bank's word in ``reason_code``; it neither settles nor releases
    money and has to be enquired about.

    ``entry`` identifies the statement itself: equal for the same statement in another file, in another order or
    read twice, different for two statements that merely look alike (two equal payments). Import is idempotent
    over (``bank_reference``, ``entry``). ``bank_reference`` is the bank's own reference; ``booking`` that of the
    booked entry, which the details of one batch booking share and which a statement repeats that shows the same
    booking in one sum. ``statement`` is the identifier of the account statement or notification that it stands in.
    ``account`` is the paying account; ``payee_account``, ``other_name`` and ``remittance`` the other side's account
    and name and the words that came along, each where the bank names it. ``bank_status`` is the bank's own word for
    ``status``, ``booking_code`` its own class of the booking (``PMNT/ICDT/DMCT``).
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
    booking: str | None = None
    statement: str | None = None
    booking_code: str | None = None
    other_name: str | None = None
    remittance: str | None = None

    @property
    def moved_fen(self) -> int:
        """What the account's balance changed by: above zero money in, below zero money out, zero nothing booked."""
        if self.status not in MOVING or self.amount_fen is None:
            return 0
        return self.amount_fen if self.direction == "credit" else -self.amount_fen


@dataclass(frozen=True, slots=True)
class Statement:
    """An account statement (camt.053), or one page of it: what was booked between two balances.

    ``opening_fen`` + ``moved_fen`` = ``closing_fen`` holds of every statement that is handed out, and ``moved_fen``
    is the sum over the answers that name it. Balances below zero are overdrawn. ``sequence`` is the bank's running
    number of the account's statements: a gap is a statement that was not read. ``complete`` is False for a page
    that another one follows or precedes.
    """

    id: str
    account: str
    currency: str
    sequence: int | None
    page: int
    complete: bool
    opening_fen: int
    opening_on: date | None
    closing_fen: int
    closing_on: date | None
    entries: int
    moved_fen: int


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """A bank's answer: its head, and its statements as a stream.

    ``answers`` reads the rest of the file while it is walked and can be walked once; it may raise BankFileError
    at any point, up to the very last byte (a file cut off in transit is noticed there). Whoever imports it does
    so in one transaction, so that a faulty file leaves nothing behind. ``statements`` grows while ``answers`` is
    walked and is whole behind the last of them; only camt.053 has any.
    """

    format: str
    message_id: str
    original_message_id: str | None
    created_at: datetime | None
    answers: Iterator[Answer]
    statements: list[Statement] = field(default_factory=list)
