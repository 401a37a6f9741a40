"""The formats that payouts are written in. A further format is one more entry of ``_WRITERS``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import BinaryIO, Protocol

from subsidy.bankfiles.bank_csv import BankCsvWriter
from subsidy.bankfiles.check import guarded, header_problems
from subsidy.bankfiles.csv_profile import PAYOUT
from subsidy.bankfiles.model import BankFileError, FormatInfo, Payment, PaymentFile, Problem
from subsidy.bankfiles.pain001 import Pain001Writer


class Writer(Protocol):
    """One format: what it is called, what it cannot carry, and how it is written."""

    @property
    def info(self) -> FormatInfo: ...

    def problems(self, payment: Payment) -> tuple[Problem, ...]:
        """Every reason why the payment cannot stand in this format; empty when it can."""
        ...

    def write(self, header: PaymentFile, payments: Iterable[Payment], out: BinaryIO) -> None:
        """Write head and payments as they come. Both are checked already; walking the payments may raise."""
        ...


_WRITERS: Mapping[str, Writer] = {
    writer.info.name: writer
    for writer in (
        Pain001Writer(
            FormatInfo(
                name="pain.001.001.09",
                title_zh="ISO 20022 付款指令 pain.001.001.09",
                title_en="ISO 20022 credit transfer pain.001.001.09",
                extension="xml",
                media_type="application/xml",
                max_rows=None,
            )
        ),
        BankCsvWriter(
            FormatInfo(
                name="bank_csv",
                title_zh="银行批量付款模板（CSV）",
                title_en="Bank batch template (CSV)",
                extension="csv",
                media_type=f"text/csv; charset={PAYOUT.encoding}",
                max_rows=PAYOUT.max_rows,
            ),
            PAYOUT,
        ),
    )
}

#: Every format that ``write`` knows, by name.
FORMATS: Mapping[str, FormatInfo] = MappingProxyType({name: writer.info for name, writer in _WRITERS.items()})


def write(format: str, header: PaymentFile, payments: Iterable[Payment], out: BinaryIO) -> None:
    """Write a payout file of the named format to ``out``, payment by payment.

    The bytes depend on the arguments alone: the same arguments give the same bytes. Raises BankFileError naming row
    and field for a payment that the format cannot carry, for rows out of order, and, after the last one, when count
    or total differ from the head or an identifier occurs twice. What ``out`` holds after an error is no payout file:
    write to a temporary file and publish it only when this function has returned.
    """
    writer = _writer(format)
    problems = header_problems(header, writer.info.max_rows)
    if problems:
        raise problems[0].as_error()
    writer.write(header, guarded(header, payments, writer.problems), out)


def check_payment(format: str, payment: Payment) -> tuple[Problem, ...]:
    """Every reason why the payment cannot stand in a file of the named format; empty when it can.

    Meant for the moment a batch is prepared, so that a row is refused by name before anything is frozen.
    Raises BankFileError for an unknown format.
    """
    return _writer(format).problems(payment)


def _writer(format: str) -> Writer:
    writer = _WRITERS.get(format)
    if writer is None:
        known = ", ".join(sorted(_WRITERS))
        raise BankFileError(
            f"未知的付款文件格式“{format}”，请从 {known} 中选择",
            f"unknown payout format {format!r}; choose one of {known}",
            field="format",
        )
    return writer
