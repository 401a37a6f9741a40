"""What the Chinese bank batch template carries, by a profile, whether it leaves as CSV or as XLSX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import gt

from subsidy.bankfiles.amounts import fen_to_text
from subsidy.bankfiles.bank_profile import Column, HeadField, OutField, PayoutProfile
from subsidy.bankfiles.check import Findings, common_problems
from subsidy.bankfiles.cnaps import same_bank
from subsidy.bankfiles.model import BANK_TIME, Payment, PaymentFile, Problem

_MESSAGE_FIELD: dict[OutField, str] = {
    "account": "payee.account",
    "name": "payee.name",
    "bank_name": "payee.bank_name",
    "bank_code": "payee.bank_code",
    "amount": "amount_fen",
}
#: What fills a column, but for 行内/跨行, which the paying bank decides as well.
_VALUES: Mapping[OutField, Callable[[Payment], str]] = {
    "row": lambda payment: str(payment.row),
    "account": lambda payment: payment.payee.account,
    "name": lambda payment: payment.payee.name,
    "bank_name": lambda payment: payment.payee.bank_name,
    "bank_code": lambda payment: payment.payee.bank_code,
    "same_bank": lambda payment: "",
    "amount": lambda payment: fen_to_text(payment.amount_fen),
    "purpose": lambda payment: payment.purpose,
    "remark": lambda payment: payment.remark,
    "end_to_end_id": lambda payment: payment.end_to_end_id,
}


class Template:
    """The cells of one template; ``encoding`` is None where every character can be written."""

    def __init__(self, profile: PayoutProfile, encoding: str | None) -> None:
        self.profile, self.encoding = profile, encoding
        self._limits = [column.max_chars for column in profile.columns]
        self._values = [self._value_of(column.field) for column in profile.columns]
        self._same_bank = [place for place, column in enumerate(profile.columns) if column.field == "same_bank"]

    def problems(self, payment: Payment) -> tuple[Problem, ...]:
        """Every reason why the payment cannot stand in this template: common rules, caps, currency, encoding."""
        common = common_problems(payment)
        faulty = {problem.field for problem in common}
        found = Findings(payment.row)
        if common or not self._fits(payment):
            for column, value in zip(self.profile.columns, self._values, strict=True):
                name = _MESSAGE_FIELD.get(column.field, column.field)
                if name not in faulty:
                    self._check_cell(found, column, name, value(payment), payment.payee.name)
        if payment.currency != self.profile.currency and "currency" not in faulty:
            found.add(
                "currency",
                f"本模板只支持 {self.profile.currency}，请改用 pain.001",
                f"this template carries {self.profile.currency} only; use pain.001",
            )
        return (*common, *found.problems)

    def _fits(self, payment: Payment) -> bool:
        """Whether all cells are short enough and can be encoded: asked of the row at once, for most rows have no fault."""
        values = [value(payment) for value in self._values]
        too_long = any(map(gt, map(len, values), self._limits))
        return not too_long and not unencodable("".join(values), self.encoding)

    def _check_cell(self, found: Findings, column: Column, name: str, value: str, payee: str) -> None:
        if len(value) > column.max_chars:
            found.add(
                name,
                f"“{column.title}”长 {len(value)} 个字符，银行模板最多 {column.max_chars} 个，请缩短或改用 pain.001",
                f"{name} has {len(value)} characters, the bank's template takes {column.max_chars}; "
                "shorten it or use pain.001",
            )
        bad = unencodable(value, self.encoding)
        if bad:
            encoding = (self.encoding or "").upper()
            found.add(
                name,
                f"“{column.title}”中的“{bad}”（{payee}）无法用 {encoding} 编码，请将此行改用 pain.001 付款",
                f"{name} of {payee}: {bad!r} cannot be encoded in {encoding}; pay this row by pain.001",
            )

    def head_problems(self, header: PaymentFile) -> tuple[Problem, ...]:
        """Every reason why the first line cannot be written."""
        found = Findings(0)
        for label, field in self.profile.head:
            bad = unencodable(_head_value(field, header), self.encoding)
            if bad:
                found.add(
                    field,
                    f"“{label}”中的“{bad}”无法用 {(self.encoding or '').upper()} 编码，请改用 pain.001",
                    f"{field} has {bad!r}, which the bank's encoding lacks; use pain.001",
                )
        return tuple(found.problems)

    def head(self, header: PaymentFile) -> list[str]:
        """The cells of the first line: label, value, label, value, …"""
        return [cell for label, field in self.profile.head for cell in (label, _head_value(field, header))]

    def titles(self) -> list[str]:
        """The cells of the second line."""
        return [column.title for column in self.profile.columns]

    def row(self, header: PaymentFile, payment: Payment) -> list[str]:
        """The cells of a payment, in the profile's order."""
        cells = [value(payment) for value in self._values]
        inside, outside = self.profile.same_bank_words
        for place in self._same_bank:
            cells[place] = inside if same_bank(header.payer.bank_code, payment.payee.bank_code) else outside
        return cells

    def _value_of(self, field: OutField) -> Callable[[Payment], str]:
        kind = self.profile.payee_kind
        return (lambda _payment: kind) if field == "payee_kind" else _VALUES[field]


def unencodable(text: str, encoding: str | None) -> str:
    """The first character of the text that the encoding lacks, or an empty text."""
    if encoding is None:
        return ""
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
