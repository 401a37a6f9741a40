"""The formats that payouts are written in. A further format is one more entry of ``_WRITERS``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import BinaryIO, Protocol

from subsidy.bankfiles.bank_csv import BankCsvWriter
from subsidy.bankfiles.bank_profile import PAYOUT
from subsidy.bankfiles.bank_template import Template
from subsidy.bankfiles.bank_xlsx import BankXlsxWriter
from subsidy.bankfiles.check import guarded, header_problems
from subsidy.bankfiles.masking import masked_file, masked_payment
from subsidy.bankfiles.model import BankFileError, FormatInfo, Payment, PaymentFile, Problem
from subsidy.bankfiles.pain001 import V03, V09, Pain001Writer
from subsidy.bankfiles.treasury import TreasuryWriter

_XML = "application/xml"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Writer(Protocol):
    """One format: what it is called, what it cannot carry, and how it is written."""

    @property
    def info(self) -> FormatInfo: ...

    def problems(self, payment: Payment) -> tuple[Problem, ...]:
        """Every reason why the payment cannot stand in this format; empty when it can."""
        ...

    def head_problems(self, header: PaymentFile) -> tuple[Problem, ...]:
        """Every reason of this format alone why a file cannot be headed so; empty when it can."""
        ...

    def write(self, header: PaymentFile, payments: Iterable[Payment], out: BinaryIO) -> None:
        """Write head and payments as they come. Both are checked already; walking the payments may raise."""
        ...


def _info(name: str, zh: str, en: str, extension: str, media_type: str, max_rows: int | None) -> FormatInfo:
    return FormatInfo(
        name=name, title_zh=zh, title_en=en, extension=extension, media_type=media_type, max_rows=max_rows
    )


_ISO_ZH, _ISO_EN = "ISO 20022 付款指令", "ISO 20022 credit transfer"
_WRITERS: Mapping[str, Writer] = {
    writer.info.name: writer
    for writer in (
        Pain001Writer(
            _info("pain.001.001.09", f"{_ISO_ZH} pain.001.001.09", f"{_ISO_EN} pain.001.001.09", "xml", _XML, None),
            V09,
        ),
        Pain001Writer(
            _info(
                *("pain.001.001.03", f"{_ISO_ZH} pain.001.001.03（旧版）", f"{_ISO_EN} pain.001.001.03 (older)"),
                *("xml", _XML, None),
            ),
            V03,
        ),
        BankCsvWriter(
            _info(
                *("bank_csv", "银行批量付款模板（CSV）", "Bank batch template (CSV)"),
                *("csv", f"text/csv; charset={PAYOUT.encoding}", PAYOUT.max_rows),
            ),
            Template(PAYOUT, PAYOUT.encoding),
        ),
        BankXlsxWriter(
            _info(
                *("bank_xlsx", "银行批量付款模板（XLSX）", "Bank batch template (XLSX)"),
                *("xlsx", _XLSX, PAYOUT.max_rows),
            ),
            Template(PAYOUT, None),  # a workbook carries every character
        ),
        TreasuryWriter(
            replace(
                _info("treasury_xml", "国库集中支付凭证（XML）", "Treasury payment voucher (XML)", "xml", _XML, None),
                for_treasury=True,
            )
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
    problems = check_head(format, header)
    if problems:
        raise problems[0].as_error()
    writer.write(header, guarded(header, payments, writer.problems), out)


def write_preview(format: str, header: PaymentFile, payments: Iterable[Payment], out: BinaryIO) -> None:
    """Write what the file would look like, by the same writer, but such that nothing can be paid with it.

    Every account number, the paying one too, is replaced, the bank numbers are void, and the file's identifier,
    its purpose and that of every row say that it is not payable. Raises what ``write`` raises, for the same rows.
    """
    writer = _writer(format)
    problems = check_head(format, header)
    if problems:
        raise problems[0].as_error()
    rows = (masked_payment(payment) for payment in guarded(header, payments, writer.problems))
    writer.write(masked_file(header), rows, out)


def check_payment(format: str, payment: Payment) -> tuple[Problem, ...]:
    """Every reason why the payment cannot stand in a file of the named format; empty when it can.

    Meant for the moment a batch is prepared, so that a row is refused by name before anything is frozen.
    Raises BankFileError for an unknown format.
    """
    return _writer(format).problems(payment)


def check_head(format: str, header: PaymentFile) -> tuple[Problem, ...]:
    """Every reason why a file of the named format cannot be headed so; empty when it can.

    Raises BankFileError for an unknown format.
    """
    writer = _writer(format)
    return (*header_problems(header, writer.info.max_rows), *writer.head_problems(header))


def parts(format: str, count: int) -> tuple[range, ...]:
    """Into which files a batch of ``count`` payments has to be split: the places of each, from 0, in order.

    One part where the bank has no cap of rows; otherwise each part but the last is as long as the cap. None for no
    payments. Raises BankFileError for an unknown format.
    """
    size = _writer(format).info.max_rows or max(count, 1)
    return tuple(range(start, min(start + size, count)) for start in range(0, count, size))


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
