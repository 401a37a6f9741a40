"""Writer of the Chinese bank batch template as CSV, by a profile.

Formula injection: a text field that begins with = + - @ TAB CR or ' gets one apostrophe in front, so that a
spreadsheet shows it as text. ' is in the list so that taking one apostrophe away always restores the text. A payee
whose name begins with "=" is therefore written as "'=…": opening the file is safe, and the bank, which compares the
name with the account's, refuses that row rather than paying a name it was not given; such a payee is paid through
pain.001, which carries the name unchanged. Account numbers, CNAPS numbers, amounts and identifiers are never
prefixed: they are checked to begin with a letter or digit and so cannot be formulas.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from subsidy.bankfiles.amounts import fen_to_text
from subsidy.bankfiles.check import Findings, common_problems
from subsidy.bankfiles.cnaps import same_bank
from subsidy.bankfiles.csv_profile import Column, HeadField, OutField, PayoutProfile
from subsidy.bankfiles.model import BANK_TIME, BankFileError, FormatInfo, Payment, PaymentFile, Problem

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")
_TEXT_FIELDS: frozenset[OutField] = frozenset({"name", "bank_name", "purpose", "remark"})
_MESSAGE_FIELD: dict[OutField, str] = {
    "account": "payee.account",
    "name": "payee.name",
    "bank_name": "payee.bank_name",
    "bank_code": "payee.bank_code",
    "amount": "amount_fen",
}


def neutralised(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would take it for a formula."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def restored(text: str) -> str:
    """The text as it was before ``neutralised``."""
    return text[1:] if text.startswith("'") else text


@dataclass(frozen=True, slots=True)
class BankCsvWriter:
    """Streams one batch template; holds one row in memory at a time."""

    info: FormatInfo
    profile: PayoutProfile

    def problems(self, payment: Payment) -> tuple[Problem, ...]:
        """Every reason why the payment cannot stand in this template: common rules, caps, currency, encoding."""
        common = common_problems(payment)
        faulty = {problem.field for problem in common}
        found = Findings(payment.row)
        for column in self.profile.columns:
            name = _MESSAGE_FIELD.get(column.field, column.field)
            if name not in faulty:
                self._check_cell(found, column, name, self._value(column.field, payment))
        if payment.currency != self.profile.currency and "currency" not in faulty:
            found.add(
                "currency",
                f"本模板只支持 {self.profile.currency}，请改用 pain.001",
                f"this template carries {self.profile.currency} only; use pain.001",
            )
        return (*common, *found.problems)

    def _check_cell(self, found: Findings, column: Column, name: str, value: str) -> None:
        if len(value) > column.max_chars:
            found.add(
                name,
                f"“{column.title}”长 {len(value)} 个字符，银行模板最多 {column.max_chars} 个，请缩短或改用 pain.001",
                f"{name} has {len(value)} characters, the bank's template takes {column.max_chars}; "
                "shorten it or use pain.001",
            )
        bad = unencodable(value, self.profile.encoding)
        if bad:
            found.add(
                name,
                f"“{column.title}”中的“{bad}”无法用 {self.profile.encoding.upper()} 编码，请将此行改用 pain.001 付款",
                f"{name}: {bad!r} cannot be encoded in {self.profile.encoding.upper()}; pay this row by pain.001",
            )

    def write(self, header: PaymentFile, payments: Iterable[Payment], out: BinaryIO) -> None:
        """Write the head line, the titles and the rows; head and rows have been checked."""
        text = io.TextIOWrapper(out, encoding=self.profile.encoding, errors="strict", newline="")
        try:
            rows = csv.writer(text, lineterminator="\r\n")
            rows.writerow(self._head(header))
            rows.writerow([column.title for column in self.profile.columns])
            for payment in payments:
                rows.writerow(self._row(header, payment))
        finally:
            # The stream is the caller's to flush, sync and close: a wrapper that is collected would close it.
            text.detach()

    def _head(self, header: PaymentFile) -> list[str]:
        cells: list[str] = []
        for label, field in self.profile.head:
            value = _head_value(field, header)
            bad = unencodable(value, self.profile.encoding)
            if bad:
                raise BankFileError(
                    f"文件头“{label}”中的“{bad}”无法用 {self.profile.encoding.upper()} 编码，请改用 pain.001",
                    f"file head: {field} has {bad!r}, which the bank's encoding lacks; use pain.001",
                    field=field,
                )
            cells += [label, neutralised(value)]
        return cells

    def _row(self, header: PaymentFile, payment: Payment) -> list[str]:
        cells: list[str] = []
        for column in self.profile.columns:
            if column.field == "same_bank":
                inside, outside = self.profile.same_bank_words
                cells.append(inside if same_bank(header.payer.bank_code, payment.payee.bank_code) else outside)
                continue
            value = self._value(column.field, payment)
            cells.append(neutralised(value) if column.field in _TEXT_FIELDS else value)
        return cells

    def _value(self, field: OutField, payment: Payment) -> str:
        match field:
            case "row":
                return str(payment.row)
            case "account" | "name" | "bank_name" | "bank_code":
                return str(getattr(payment.payee, field))
            case "amount":
                return fen_to_text(payment.amount_fen)
            case "purpose" | "remark" | "end_to_end_id":
                return str(getattr(payment, field))
            case "payee_kind":
                return self.profile.payee_kind
            case "same_bank":
                return ""


def unencodable(text: str, encoding: str) -> str:
    """The first character of the text that the encoding lacks, or an empty text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError as error:
        return text[error.start]
    return ""


def _head_value(field: HeadField, header: PaymentFile) -> str:
    match field:
        case "message_id" | "sequence" | "currency" | "count" | "purpose":
            return str(getattr(header, field))
        case "created_at":
            return header.created_at.astimezone(BANK_TIME).strftime("%Y-%m-%d %H:%M:%S")
        case "execution_on":
            return header.execution_on.isoformat()
        case "payer_account":
            return header.payer.account
        case "payer_name":
            return header.payer.name
        case "payer_bank_code":
            return header.payer.bank_code
        case "total":
            return fen_to_text(header.total_fen)
