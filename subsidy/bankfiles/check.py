"""What must hold of a payment and of a file's head whatever the format, and the guard that counts while writing."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import pairwise
from typing import Protocol

from subsidy.bankfiles.amounts import fen_to_text
from subsidy.bankfiles.cnaps import CNAPS, is_cnaps
from subsidy.bankfiles.currencies import DECIMALS
from subsidy.bankfiles.model import (
    AMOUNT_FEN_MAX,
    BANK_TIME,
    TOTAL_FEN_MAX,
    BankFileError,
    Party,
    Payment,
    PaymentFile,
    Problem,
)

NAME_MAX = 140  # ISO 20022 Max140Text
ID_MAX = 35  # ISO 20022 Max35Text
ACCOUNT_MAX = 34  # ISO 20022 Max34Text
COUNT_MAX = 10**15 - 1  # ISO 20022 Max15NumericText

#: Identifiers start with a letter or digit, so that no spreadsheet takes them for a formula and no bank trims them.
_ID = re.compile(rf"[0-9A-Za-z][0-9A-Za-z:._/+-]{{0,{ID_MAX - 1}}}")
_ACCOUNT = re.compile(rf"[0-9A-Za-z][0-9A-Za-z-]{{0,{ACCOUNT_MAX - 1}}}")
#: ISO 9362 as the older of the two written schemas has it, which the newer one takes as well.
_BIC = re.compile(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?")
#: Control characters, surrogates, non-characters, and marks that make a name read otherwise than it is stored.
_MARKS = "\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff"
_UNSEEN = re.compile(f"[{_MARKS}]")
#: What ``Findings.text`` takes: something, not too long, nothing unseen, no space at its ends.
_TEXT = rf"(?!\s)[^{_MARKS}]{{1,{NAME_MAX}}}(?<!\s)"
#: All texts of a payment that has no fault, a line each. None of them takes a line break, so that the whole matches
#: exactly where each does: most payments have no fault, and one question is asked of them instead of eight.
_SOUND = re.compile(
    "\n".join(
        (_ID.pattern, _ACCOUNT.pattern, CNAPS.pattern, f"(?:{_BIC.pattern})?", _TEXT, _TEXT, _TEXT, f"(?:{_TEXT})?")
    )
)


class PaymentCheck(Protocol):
    """Finds every reason why one payment cannot stand in a file."""

    def __call__(self, payment: Payment) -> tuple[Problem, ...]: ...


class Findings:
    """Collects the problems of one row; row 0 is the head of the file."""

    def __init__(self, row: int) -> None:
        self._row = row
        self.problems: list[Problem] = []

    def add(self, field: str, zh: str, en: str) -> None:
        """Record one problem of the named field, with the row in front of both sentences."""
        where_zh, where_en = (f"第{self._row}行：", f"row {self._row}: ") if self._row else ("文件头：", "file head: ")
        self.problems.append(Problem(self._row, field, where_zh + zh, where_en + en))

    def text(self, field: str, value: str, *, longest: int, may_be_blank: bool = False) -> None:
        """A text of at most ``longest`` characters without control characters or space at its ends."""
        if not value and may_be_blank:
            return
        if not value.strip():
            self.add(field, f"{field} 为空，请补齐后重新制作", f"{field} is blank; fill it in and try again")
        elif len(value) > longest:
            self.add(
                field,
                f"{field} 长 {len(value)} 个字符，最多 {longest} 个，请缩短或改用其他格式",
                f"{field} has {len(value)} characters, at most {longest} fit; shorten it or choose another format",
            )
        elif _UNSEEN.search(value) or value != value.strip():
            self.add(
                field,
                f"{field} 含控制字符、不可见字符或首尾空格，请删除后重新录入",
                f"{field} has control or invisible characters or space at its ends; remove them and enter it again",
            )

    def identifier(self, field: str, value: str) -> None:
        """An identifier of at most 35 of the characters that every bank passes on unchanged."""
        if _ID.fullmatch(value) is None:
            self.add(
                field,
                f"{field} 须为 1 至 {ID_MAX} 个字母、数字或 : . _ / + -，以字母或数字开头，现为“{value}”，请更正",
                f"{field} must be 1 to {ID_MAX} letters, digits or : . _ / + -, starting with a letter or digit, "
                f"got {value!r}; correct the identifier",
            )

    def party(self, field: str, party: Party) -> None:
        """Name, account, bank name and CNAPS number of an account holder."""
        self.text(f"{field}.name", party.name, longest=NAME_MAX)
        self.text(f"{field}.bank_name", party.bank_name, longest=NAME_MAX)
        if _ACCOUNT.fullmatch(party.account) is None:
            self.add(
                f"{field}.account",
                f"{field}.account 须为 1 至 {ACCOUNT_MAX} 位数字、字母或连字符，请核对账号",
                f"{field}.account must be 1 to {ACCOUNT_MAX} digits, letters or hyphens; check the account number",
            )
        if not is_cnaps(party.bank_code):
            self.add(
                f"{field}.bank_code",
                f"{field}.bank_code 须为 12 位联行号，现为“{party.bank_code}”，请核对开户行",
                f"{field}.bank_code must be a 12-digit CNAPS number, got {party.bank_code!r}; check the bank branch",
            )
        if party.bic and _BIC.fullmatch(party.bic) is None:
            self.add(
                f"{field}.bic",
                f"{field}.bic 须为 8 或 11 位 SWIFT 代码，现为“{party.bic}”，请核对或留空",
                f"{field}.bic must be a SWIFT code of 8 or 11 characters, got {party.bic!r}; correct it or leave it out",
            )

    def currency(self, value: str) -> None:
        """A currency whose smallest unit is known."""
        if value not in DECIMALS:
            allowed = ", ".join(sorted(DECIMALS))
            self.add(
                "currency",
                f"币种“{value}”不受支持，只支持 {allowed}，请更正币种",
                f"currency {value!r} is not supported, only {allowed}; correct it",
            )

    def amount(self, field: str, fen: int, *, most: int) -> None:
        """A whole number of fen, more than nothing, at most so many."""
        if not _is_amount(fen, most):
            digits = len(str(most))
            self.add(
                field,
                f"{field} 须为大于零、不超过 {digits} 位的整数分，现为 {fen!r}，请核对金额",
                f"{field} must be a whole number of fen above zero, at most {digits} digits, got {fen!r}; "
                "check the amount",
            )


def common_problems(payment: Payment) -> list[Problem]:
    """Every reason why no format could carry the payment; limits of ISO 20022 and of the clearing system."""
    return [] if is_sound(payment) else found_in(payment)


def found_in(payment: Payment) -> list[Problem]:
    """What ``common_problems`` says of a payment, each rule asked by itself."""
    found = Findings(payment.row)
    if payment.row < 1:
        found.add("row", "行号须从 1 起，请重新编号", "rows are numbered from 1; number the rows again")
    found.identifier("end_to_end_id", payment.end_to_end_id)
    found.amount("amount_fen", payment.amount_fen, most=AMOUNT_FEN_MAX)
    found.currency(payment.currency)
    found.party("payee", payment.payee)
    found.text("purpose", payment.purpose, longest=NAME_MAX)
    found.text("remark", payment.remark, longest=NAME_MAX, may_be_blank=True)
    return found.problems


def _is_amount(fen: int, most: int) -> bool:
    return type(fen) is int and 0 < fen <= most


def is_sound(payment: Payment) -> bool:
    """Whether ``found_in`` finds nothing, at a fraction of its cost."""
    payee = payment.payee
    texts = (
        f"{payment.end_to_end_id}\n{payee.account}\n{payee.bank_code}\n{payee.bic}\n"
        f"{payee.name}\n{payee.bank_name}\n{payment.purpose}\n{payment.remark}"
    )
    return (
        payment.row >= 1
        and _is_amount(payment.amount_fen, AMOUNT_FEN_MAX)
        and payment.currency in DECIMALS
        and _SOUND.fullmatch(texts) is not None
    )


def header_problems(header: PaymentFile, max_rows: int | None) -> list[Problem]:
    """Every reason why a file cannot be headed so; ``max_rows`` is the bank's cap of rows, None for no cap."""
    found = Findings(0)
    found.identifier("message_id", header.message_id)
    if header.sequence < 1:
        found.add("sequence", "文件序号须从 1 起，请更正", "the sequence number starts at 1; correct it")
    if header.created_at.utcoffset() is None:
        found.add("created_at", "制作时间缺少时区，请带时区传入", "created_at has no time zone; pass an aware instant")
    elif header.execution_on < header.created_at.astimezone(BANK_TIME).date():
        found.add(
            "execution_on",
            f"付款日 {header.execution_on} 早于制作日，请改为当日或以后",
            f"execution_on {header.execution_on} lies before the day the file is made; choose that day or a later one",
        )
    found.party("payer", header.payer)
    found.currency(header.currency)
    found.amount("total_fen", header.total_fen, most=TOTAL_FEN_MAX)
    found.text("purpose", header.purpose, longest=NAME_MAX)
    if not 1 <= header.count <= (max_rows or COUNT_MAX):
        found.add(
            "count",
            f"本格式每个文件 1 至 {max_rows or COUNT_MAX} 行，现为 {header.count} 行，请拆分批次",
            f"a file of this format has 1 to {max_rows or COUNT_MAX} rows, got {header.count}; split the batch",
        )
    return found.problems


def guarded(header: PaymentFile, payments: Iterable[Payment], check: PaymentCheck) -> Iterator[Payment]:
    """The payments, each checked before it is handed on; count, total and identifiers verified behind the last one.

    Raises BankFileError naming row and field. Holds eight bytes a payment, so that memory does not grow noticeably.
    """
    seen = array("Q")
    total_fen = 0
    last_row = 0
    for payment in payments:
        problems = check(payment)
        if not problems and (payment.currency != header.currency or payment.row <= last_row):
            problems = _misplaced(header, payment, last_row)
        if problems:
            raise problems[0].as_error()
        last_row = payment.row
        total_fen += payment.amount_fen
        seen.append(int.from_bytes(blake2b(payment.end_to_end_id.encode(), digest_size=8).digest(), "big"))
        yield payment
    _verify_controls(header, len(seen), total_fen)
    _verify_unique(seen)


def _misplaced(header: PaymentFile, payment: Payment, last_row: int) -> tuple[Problem, ...]:
    found = Findings(payment.row)
    if payment.currency != header.currency:
        found.add(
            "currency",
            f"币种 {payment.currency} 与文件币种 {header.currency} 不同，请分开制作",
            f"currency {payment.currency} differs from the file's {header.currency}; prepare a file of its own",
        )
    if payment.row <= last_row:
        found.add(
            "row",
            f"行号未递增（上一行为 {last_row}），请按行号顺序提供",
            f"rows must ascend (the one before is {last_row}); hand the payments over in row order",
        )
    return tuple(found.problems)


def _verify_controls(header: PaymentFile, count: int, total_fen: int) -> None:
    found = Findings(0)
    if count != header.count:
        found.add(
            "count",
            f"文件头写 {header.count} 行，实际 {count} 行，文件作废，请重新制作",
            f"the head promises {header.count} rows, {count} came; discard the file and prepare it again",
        )
    if total_fen != header.total_fen:
        promised, came = fen_to_text(header.total_fen, header.currency), fen_to_text(total_fen, header.currency)
        found.add(
            "total_fen",
            f"文件头合计 {promised}，实际 {came}（{header.currency}），文件作废，请重新制作",
            f"the head promises {promised} {header.currency}, the rows sum to {came}; "
            "discard the file and prepare it again",
        )
    if found.problems:
        raise found.problems[0].as_error()


def _verify_unique(seen: array[int]) -> None:
    """No identifier twice in one file. Over all files uniqueness is the database's business."""
    ordered = sorted(seen)
    twice = next((one for one, other in pairwise(ordered) if one == other), None)
    if twice is None:
        return
    first, second = [place for place, value in enumerate(seen, start=1) if value == twice][:2]
    raise BankFileError(
        f"第 {first} 笔与第 {second} 笔的 end_to_end_id 相同，文件作废，请重新制作批次",
        f"payments number {first} and {second} carry the same end_to_end_id; discard the file and prepare it again",
        field="end_to_end_id",
    )
