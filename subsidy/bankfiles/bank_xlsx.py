"""Writer of the Chinese bank batch template as XLSX, by the same profile as the CSV.

Every cell is a typed text cell, the amount too: its two decimals are exact, an account number keeps its zeros and all
its digits, and a name that begins with "=" stays a name and is no formula. The encoding of the profile does not
matter here: a workbook carries every character.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from subsidy.bankfiles.bank_template import Template
from subsidy.bankfiles.model import FormatInfo, Payment, PaymentFile, Problem

_SHEET = "付款明细"
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True, slots=True)
class BankXlsxWriter:
    """Streams one workbook with one sheet; holds one row in memory at a time, the rest in a temporary file."""

    info: FormatInfo
    template: Template

    def problems(self, payment: Payment) -> tuple[Problem, ...]:
        """Every reason why the payment cannot stand in this template."""
        return self.template.problems(payment)

    def head_problems(self, header: PaymentFile) -> tuple[Problem, ...]:
        """None: whatever a head may carry, a workbook can."""
        return ()

    def write(self, header: PaymentFile, payments: Iterable[Payment], out: BinaryIO) -> None:
        """Write the head line, the titles and the rows; head and rows have been checked."""
        template = self.template
        with Workbook(out, _OPTIONS) as book:
            # The moment of making stands in the file's properties: it must be the batch's, not that of this run.
            book.set_properties({"created": header.created_at.astimezone(UTC).replace(tzinfo=None)})
            sheet = book.add_worksheet(_SHEET)
            _write(sheet, 0, template.head(header))
            _write(sheet, 1, template.titles())
            for line, payment in enumerate(payments, start=2):
                _write(sheet, line, template.row(header, payment))


def _write(sheet: Worksheet, line: int, cells: Sequence[str]) -> None:
    for place, cell in enumerate(cells):
        if cell:
            sheet.write_string(line, place, cell)
