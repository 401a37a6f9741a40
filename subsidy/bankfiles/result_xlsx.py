"""The bank's result as XLSX."""

from __future__ import annotations

from subsidy.bankfiles.bank_profile import ResultProfile
from subsidy.bankfiles.model import AnswerFile
from subsidy.bankfiles.result_rows import Rows, read_result
from subsidy.bankfiles.source import Source
from subsidy.bankfiles.workbook import sheet_rows

FORMAT = "bank_xlsx_result"


def read_result_xlsx(source: Source, profile: ResultProfile) -> AnswerFile:
    """The result's first line, and its rows as a stream. Raises BankFileError for anything but a result workbook."""
    return read_result(Rows(source, sheet_rows(source), pads=True), profile, FORMAT)
