"""Writer of the Chinese bank batch template as CSV, by a profile.

Formula injection: a text field that begins with = + - @ TAB CR or ' gets one apostrophe in front, so that a
spreadsheet shows it as text. ' is in the list so that taking one apostrophe away always restores the text. A payee
whose name begins with "=" is therefore written as "'=…": opening the file is safe, and the bank, which compares the
name with the account's, refuses that row rather than paying a name it was not given; such a payee is paid through
pain.001 or the XLSX template, which carry the name unchanged. Account numbers, CNAPS numbers, amounts and identifiers
are never prefixed: they are checked to begin with a letter or digit and so cannot be formulas.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from subsidy.bankfiles.bank_profile import OutField
from subsidy.bankfiles.bank_template import Template
from subsidy.bankfiles.model import FormatInfo, Payment, PaymentFile, Problem

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")
_TEXT_FIELDS: frozenset[OutField] = frozenset({"name", "bank_name", "purpose", "remark"})


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
    template: Template

    def problems(self, payment: Payment) -> tuple[Problem, ...]:
        """Every reason why the payment cannot stand in this template."""
        return self.template.problems(payment)

    def head_problems(self, header: PaymentFile) -> tuple[Problem, ...]:
        """Every reason why the first line cannot be written."""
        return self.template.head_problems(header)

    def write(self, header: PaymentFile, payments: Iterable[Payment], out: BinaryIO) -> None:
        """Write the head line, the titles and the rows; head and rows have been checked."""
        template = self.template
        profile = template.profile
        texts = [place for place, column in enumerate(profile.columns) if column.field in _TEXT_FIELDS]
        text = io.TextIOWrapper(out, encoding=profile.encoding, errors="strict", newline="")
        try:
            rows = csv.writer(text, lineterminator="\r\n")
            rows.writerow([neutralised(cell) for cell in template.head(header)])
            rows.writerow(template.titles())
            for payment in payments:
                cells = template.row(header, payment)
                for place in texts:
                    cells[place] = neutralised(cells[place])
                rows.writerow(cells)
        finally:
            # The stream is the caller's to flush, sync and close: a wrapper that is collected would close it.
            text.detach()
